"""Recordings and clips of every sort, whole and broken, through the extractors."""

from __future__ import annotations

import io
import multiprocessing
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import kind_of
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings.track_names import SUBTITLES
from bowerbird.core.types import SAMPLE_RATE, WAVEFORM_RATE, Extraction, Kind, Locator, Modality, Segment
from tests.makers import extract, render
from tests.media_makers import clip, recording, scenes, silence, tone, wav, with_subtitle_tracks, with_subtitles

RATE_44 = 44_100
RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def parts(path: Path, part_s: float = 120.0) -> Iterator[Extraction]:
    """All parts of a file, as the indexer asks for them."""
    start_s: float | None = 0.0
    while start_s is not None:
        part = extract(path, Limits(start_at=start_s, part_s=part_s))
        yield part
        start_s = part.next_at


def only(extraction: Extraction, modality: Modality) -> list[Segment]:
    return [segment for segment in extraction.segments if segment.modality is modality]


def starts(segments: list[Segment]) -> list[float | None]:
    return [segment.locator.start_s for segment in segments]


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_any_rate_and_number_of_channels(files: Path, rate: int, channels: int) -> None:
    (extraction,) = parts(wav(files / "tone.wav", tone(2.0, rate=rate), rate, channels))
    (window,) = only(extraction, Modality.SOUND)
    assert window.samples is not None
    assert len(window.samples) == pytest.approx(2 * SAMPLE_RATE, abs=200)
    assert extraction.properties.duration_s == pytest.approx(2.0, abs=0.02)
    spectrum = np.abs(np.fft.rfft(window.samples.astype(float)))
    assert np.argmax(spectrum) / len(window.samples) * SAMPLE_RATE == pytest.approx(440, abs=2)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp3", "mp3"), ("a.flac", "flac"), ("a.m4a", "aac"), ("a.aac", "aac"), ("a.opus", "libopus"),
     ("a.aiff", "pcm_s16be"), ("a.mka", "flac"), ("a.ac3", "ac3")],
)  # fmt: skip
def test_formats(files: Path, name: str, codec: str) -> None:
    rate = 48_000 if codec in ("libopus", "ac3") else 44_100
    path = recording(files / name, tone(3.0, rate=rate), codec, rate, title="Evening tone", artist="A. Fork")
    (extraction,) = parts(path)
    assert extraction.kind is Kind.RECORDING is kind_of(path)
    (window,) = only(extraction, Modality.SOUND)
    assert window.locator.end_s == pytest.approx(3.0, abs=0.15)
    assert abs(len(extraction.waveform) - 3 * WAVEFORM_RATE) <= 1
    if name not in ("a.aac", "a.ac3", "a.aiff"):  # these hold no tags
        assert extraction.properties.title == "Evening tone"
        assert extraction.properties.author == "A. Fork"


def test_silence_gives_nothing_to_hear(files: Path) -> None:
    (extraction,) = parts(wav(files / "quiet.wav", silence(5.0)))
    assert not extraction.segments
    assert extraction.waveform == bytes(50)


def test_parts_join_without_gap_or_overlap(files: Path) -> None:
    """However it is cut, every sample comes once, and cuts fall into the pauses."""
    burst = np.concatenate([tone(4.0), silence(1.0)])
    path = wav(files / "long.wav", np.tile(burst, 30))
    extractions = list(parts(path, part_s=40.0))
    windows = [segment for part in extractions for segment in only(part, Modality.SOUND)]
    assert len(extractions) >= 4
    assert windows[0].locator.start_s == 0.0
    for window, following in pairwise(windows):
        assert following.locator.start_s == pytest.approx(window.locator.end_s, abs=1e-4)
        assert 4.0 <= (window.locator.end_s or 0) % 5.0 <= 5.0
    assert windows[-1].locator.end_s == pytest.approx(149.5, abs=0.51)  # a silent rest is no window
    assert all((window.locator.end_s or 0) - (window.locator.start_s or 0) <= 30.0 for window in windows)
    assert sum(len(part.waveform) for part in extractions) == pytest.approx(1500, abs=5)


@pytest.mark.parametrize(("name", "codec"), [("p.mp3", "mp3"), ("p.aac", "aac"), ("p.flac", "flac"), ("p.m4a", "aac")])
def test_a_part_begins_where_it_should(files: Path, name: str, codec: str) -> None:
    """A rising tone tells the time: a part read by itself is the same sound as in the whole."""
    t = np.arange(60 * RATE_44) / RATE_44
    chirp = (8000 * np.sin(2 * np.pi * (200 * t + 10 * t * t))).astype(np.int16)
    path = recording(files / name, chirp, codec, RATE_44)
    extraction = extract(path, Limits(start_at=40.0, part_s=5.0, exact=True))
    (window,) = only(extraction, Modality.SOUND)
    assert window.samples is not None
    assert window.locator.start_s == 40.0
    spectrum = np.abs(np.fft.rfft(window.samples[:1600].astype(float)))
    heard_s = (np.argmax(spectrum) * 10 - 200) / 20
    assert heard_s == pytest.approx(40.05, abs=0.6)


def test_scenes_and_sound_of_a_clip(files: Path) -> None:
    path = clip(files / "three.mp4", scenes(RED, GREEN, BLUE, each=20), samples=tone(6.0), title="Three colours")
    (extraction,) = parts(path)
    assert extraction.kind is Kind.CLIP
    pictures = only(extraction, Modality.IMAGE)
    assert starts(pictures) == pytest.approx([0.0, 2.0, 4.0], abs=0.3)
    assert pictures[0].locator.end_s == pictures[1].locator.start_s
    assert all(picture.pixels is not None and min(picture.pixels.shape[:2]) == 256 for picture in pictures)
    (window,) = only(extraction, Modality.SOUND)
    assert window.locator.end_s == pytest.approx(6.0, abs=0.2)
    assert extraction.thumbnail.startswith(b"\xff\xd8")
    assert (extraction.properties.width, extraction.properties.height) == (96, 64)
    assert extraction.properties.title == "Three colours"


def test_the_picture_of_a_moment(files: Path) -> None:
    path = clip(files / "three.mp4", scenes(RED, GREEN, BLUE, each=20))
    jpeg = render(path, Locator(start_s=4.0, end_s=6.0), 96)
    middle = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"), float).mean(axis=(0, 1))
    expected = scenes(RED, GREEN, BLUE, each=1)[2].mean(axis=(0, 1))
    assert np.abs(middle - expected).max() < 25


def test_frames_at_uneven_times(files: Path) -> None:
    frames = scenes(RED, GREEN, each=3)
    path = clip(files / "vfr.mkv", frames, times=[0.0, 0.05, 3.0, 3.1, 7.0, 7.02])
    (extraction,) = parts(path)
    assert starts(only(extraction, Modality.IMAGE)) == pytest.approx([0.0, 3.1], abs=0.02)


def test_one_frame_is_a_clip_too(files: Path) -> None:
    (extraction,) = parts(clip(files / "one.mp4", scenes(RED, each=1)))
    assert len(only(extraction, Modality.IMAGE)) == 1
    assert extraction.thumbnail


def test_tracks_not_names_say_the_kind(files: Path) -> None:
    """Sound alone in a film's container is a recording; a film under a recording's name is a clip."""
    (extraction,) = parts(recording(files / "talk.mp4", tone(2.0), "aac"))
    assert extraction.kind is Kind.RECORDING
    film = clip(files / "film.mkv", scenes(RED, GREEN))
    (extraction,) = parts(film.rename(files / "film.mka"))
    assert extraction.kind is Kind.CLIP


def test_long_clips_come_in_parts(files: Path) -> None:
    path = clip(files / "long.mkv", scenes(RED, GREEN, BLUE, RED, each=50), samples=tone(20.0))
    first, second = parts(path, part_s=12.0)
    ends = [segment.locator.end_s for part in (first, second) for segment in only(part, Modality.IMAGE)]
    assert max(end for end in ends if end is not None) == pytest.approx(20.0, abs=0.3)
    assert first.thumbnail and not second.thumbnail


GROWTH = 24 << 20
"""Bytes that a long file may take beyond a short one."""
PART_S = 30.0


def high_water() -> int:
    """The most bytes that this process has held so far."""
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    return int(peak[1]) << 10


def measure(pipe: Connection, short: Path, long: Path) -> None:
    """Sends the high-water mark after the short file, and after the long one; and how many parts that had."""
    for _ in parts(short, PART_S):
        pass
    before = high_water()
    count = sum(1 for _ in parts(long, PART_S))
    pipe.send((before, high_water(), count))


def colours(seconds: int) -> list[np.ndarray]:
    """A picture a second, each unlike the one before, with a pattern that no frame is merged with."""
    chance = np.random.default_rng(1)
    return [
        np.kron(chance.integers(0, 255, (4, 6, 3), np.uint8), np.ones((16, 16, 1), np.uint8)) for _ in range(seconds)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("kind", [Kind.RECORDING, Kind.CLIP])
def test_a_long_file_takes_no_more_memory_than_a_short_one(files: Path, kind: Kind) -> None:
    """Read at once, ten minutes of sound take 100 MiB more, of pictures 180 MiB; in parts 0 and 8 (measured)."""
    if kind is Kind.RECORDING:
        short, long = (wav(files / f"{minutes}.wav", np.tile(tone(10.0), 6 * minutes)) for minutes in (2, 10))
    else:
        short, long = (clip(files / f"{s}.mkv", colours(s), rate=1) for s in (120, 600))
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(sender, short, long))
    process.start()
    sender.close()
    before, after, count = receiver.recv()
    process.join()
    assert count >= 20
    assert after - before < GROWTH, f"{(after - before) >> 20} MiB more"


@pytest.mark.parametrize(
    "name", ["empty.mp3", "empty.mp4", "text.mp4", "text.wav", "noise.mkv", "head.mp4", "head.mp3"]
)
def test_broken_files_have_a_reason(files: Path, name: str) -> None:
    path = files / name
    if name.startswith("text"):
        path.write_text("This is no film.\n" * 50)
    elif name.startswith("noise"):
        path.write_bytes(np.random.default_rng(0).bytes(20_000))
    elif name.startswith("head.mp4"):
        path.write_bytes(clip(files / "whole.mp4", scenes(RED, GREEN)).read_bytes()[:200])
    else:
        path.write_bytes(b"" if name.startswith("empty") else b"ID3\x04\0\0\0\0\0\x10" + bytes(16))
    with pytest.raises(FileError) as caught:
        list(parts(path))
    assert str(caught.value).endswith(".")


def test_what_is_left_of_a_truncated_file_is_read(files: Path) -> None:
    whole = clip(files / "whole.mkv", scenes(RED, GREEN, BLUE, each=20), samples=tone(6.0))
    cut = files / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    (extraction,) = parts(cut)
    assert only(extraction, Modality.IMAGE)


def test_every_broken_file_ends_with_a_reason_or_something(data: Path) -> None:
    for folder in ("media", "audio_mutagen"):
        for path in sorted((data / "broken" / folder).iterdir()):
            try:
                assert list(parts(path))
            except FileError as error:
                assert str(error).endswith(".")


def test_scenes_are_sixteen_frames_with_their_sound(files: Path) -> None:
    path = clip(files / "three.mp4", scenes(RED, GREEN, BLUE, each=40, size=(320, 240)), samples=tone(12.0))
    segments = only(extract(path, Limits(scenes=True)), Modality.SCENE)
    assert starts(segments) == pytest.approx([0.0, 4.0, 8.0], abs=0.3)
    for segment, colour in zip(segments, (RED, GREEN, BLUE), strict=True):
        assert segment.frames is not None and segment.frames.shape == (16, 224, 224, 3)
        assert np.abs(np.median(segment.frames, axis=(0, 1, 2)) - colour).max() < 20
        assert segment.samples is not None and segment.samples.shape == (30_720,)
        spectrum = np.abs(np.fft.rfft(segment.samples.astype(float)))
        assert np.argmax(spectrum) / 30_720 * 48_000 == pytest.approx(440, abs=3)
    assert not only(extract(path, Limits()), Modality.SCENE)


def test_a_scene_without_sound(files: Path) -> None:
    path = clip(files / "still.mkv", scenes(RED, each=3))
    (scene,) = only(extract(path, Limits(scenes=True)), Modality.SCENE)
    assert scene.frames is not None and scene.frames.shape == (16, 224, 224, 3)
    assert scene.samples is None


def test_subtitles_and_chapters_are_text(files: Path) -> None:
    path = with_subtitles(files / "film.mkv", scenes(RED, GREEN, each=30), [(0.5, 2.0, "The well is deep again.")])
    (extraction,) = parts(path)
    texts = {(text.locator.section, text.text, text.locator.start_s) for text in only(extraction, Modality.TEXT)}
    assert [text for text in texts if text[0] == SUBTITLES] == [(SUBTITLES, "The well is deep again.", 0.5)]
    assert {("Spring", "Spring", 0.0), ("Autumn", "Autumn", 3.0)} <= texts


def test_every_subtitle_track_is_read_and_named(files: Path) -> None:
    tracks = {"eng": "Good evening.", "ger": "Guten Abend.", "fre": "Bonsoir.", "jpn": "こんばんは", "und": "???"}
    texts = only(extract(with_subtitle_tracks(files / "film.mkv", scenes(RED, GREEN, each=30), tracks)), Modality.TEXT)
    names = ["English", "German", "French", "Japanese", ""]
    expected = [f"{SUBTITLES}: {name}" if name else SUBTITLES for name in names]
    assert sorted((text.locator.section, text.text) for text in texts) == sorted(
        zip(expected, tracks.values(), strict=True)
    )
