"""What is read of recordings, clips and pictures, next to what should be: a text file each in ``golden/media``.

Look at a text file with the maker of the same name below. ``GOLDEN=write`` writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import SAMPLE_RATE, Extraction, Segment
from tests.makers import extract
from tests.media_makers import (
    clip,
    joined,
    piece,
    recording,
    scenes,
    silence,
    tone,
    wav,
    with_subtitles,
    with_tracks,
)
from tests.shot_makers import BURST_ID, apple_note, live_clip, live_picture, samsung_trailer, taken

GOLDEN = Path(__file__).parent / "golden" / "media"
RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)
COLOURS = {
    "black": (0, 0, 0), "white": (255, 255, 255), "grey": (128, 128, 128), "red": RED, "green": GREEN, "blue": BLUE,
    "yellow": (220, 220, 40), "dark grey": (48, 48, 48),
}  # fmt: skip


def song(folder: Path) -> Path:
    tags = {"artist": "A. Fork", "album": "Tones", "genre": "Jazz", "date": "1987", "lyrics": "Walking down\nthe lane"}
    return recording(folder / "song.mp3", tone(3.0, rate=48_000), "mp3", 48_000, title="Evening tone", **tags)


def quiet_middle(folder: Path) -> Path:
    return wav(folder / "memo.wav", np.concatenate([tone(20.0, 300), silence(5.0), tone(15.0, 600)]))


def languages(folder: Path) -> Path:
    tracks = (silence(4.0), {}), (tone(4.0, 500), {"language": "ger"}), (tone(4.0, 900), {"title": "Commentary"})
    return with_tracks(folder / "film.mkv", *tracks, pictures=scenes(RED, BLUE, each=20))


def out_of_phase(folder: Path) -> Path:
    voice = tone(3.0, 440)
    return with_tracks(folder / "interview.flac", (np.stack([voice, -voice], axis=1), {}), codec="flac")


def subtitles(folder: Path) -> Path:
    lines = [(0.5, 2.0, "The well is deep again."), (3.0, 5.0, "Bring the rope.")]
    return with_subtitles(folder / "film.mkv", scenes(RED, GREEN, each=30), lines)


def two_pieces(folder: Path) -> Path:
    first = piece(folder / "a.ts", scenes(RED, GREEN, each=50), tone(4.0, 400))
    second = piece(folder / "b.ts", scenes(BLUE, RED, each=50), tone(4.0, 800))
    return joined(folder / "joined.ts", first, second)


def dark_beginning(folder: Path) -> Path:
    black, shape = np.zeros((64, 96, 3), np.uint8), scenes(GREEN, each=1)[0]
    return clip(folder / "clip.mp4", [black] * 17 + [shape] * 13)


def quarters(folder: Path) -> Path:
    image = Image.new("RGB", (400, 300), (255, 255, 255))
    for place, colour in ((0, 0), RED), ((200, 0), GREEN), ((0, 150), BLUE):
        image.paste(colour, (*place, place[0] + 200, place[1] + 150))
    image.save(folder / "quarters.png")
    return folder / "quarters.png"


def fading_in(folder: Path) -> Path:
    whole = Image.open(quarters(folder)).convert("RGB")
    black = Image.new("RGB", whole.size)
    frames = [Image.blend(black, whole, step / 4) for step in range(5)]
    frames[0].save(folder / "fade.gif", save_all=True, append_images=frames[1:], duration=100)
    return folder / "fade.gif"


def white_logo(folder: Path) -> Path:
    image = Image.new("RGBA", (400, 300))
    ImageDraw.Draw(image).rectangle((0, 0, 199, 149), fill=(255, 255, 255, 255))
    image.save(folder / "logo.png")
    return folder / "logo.png"


def scan(folder: Path) -> Path:
    pages = [Image.new("1", (800, 600), 1) for _ in range(2)]
    pages[1].paste(0, (0, 0, 400, 600))
    pages[0].save(folder / "scan.tif", save_all=True, append_images=pages[1:], compression="group4")
    return folder / "scan.tif"


def panorama(folder: Path) -> Path:
    image = Image.new("P", (20_000, 3_000))
    image.putpalette([*RED, *BLUE])
    image.paste(1, (10_000, 0, 20_000, 3_000))
    image.save(folder / "panorama.png")
    return folder / "panorama.png"


def live_photo(folder: Path) -> Path:
    return live_picture(folder / "IMG_1.jpg", "1745E022-9712-43C7-B024-F308EC6413CB")


def live_photos_clip(folder: Path) -> Path:
    return live_clip(folder / "IMG_1.mov", "1745E022-9712-43C7-B024-F308EC6413CB")


def burst_picture(folder: Path) -> Path:
    note = apple_note({BURST_ID: "B5A8C0DE-0000-4000-8000-0123456789AB"})
    return taken(folder / "IMG_2.jpg", note=note)


def motion_photo(folder: Path) -> Path:
    picture = taken(folder / "20240701_120000.jpg", model="SM-S911B")
    picture.write_bytes(picture.read_bytes() + samsung_trailer(b"\0\0\0\x10ftypmp42" + bytes(1000)))
    return picture


MAKERS = (
    song, quiet_middle, languages, out_of_phase, subtitles, two_pieces, dark_beginning, quarters, fading_in, white_logo,
    scan, panorama, live_photo, live_photos_clip, burst_picture, motion_photo,
)  # fmt: skip


def described(extractions: list[Extraction]) -> str:
    """All that was read, a line each, rounded to what any version of the decoders agrees on."""
    return "\n".join(line for extraction in extractions for line in (*_whole(extraction), "")) + "\n"


def _whole(extraction: Extraction) -> Iterator[str]:
    yield f"{extraction.kind}, thumbnail: {'yes' if extraction.thumbnail else 'no'}"
    for field in fields(extraction.properties):
        value = getattr(extraction.properties, field.name)
        if value not in ("", (), None):
            yield f"  {field.name}: {round(value) if field.name == 'duration_s' else value}"
    for segment in extraction.segments:
        yield f"  {segment.modality}{_place(segment)}: {_content(segment)}"
    if extraction.waveform:
        yield f"  loud: {''.join('#' if value > 100 else '.' for value in extraction.waveform[::10])}"
    yield from (f"  omitted: {sentence}" for sentence in extraction.omissions)


def _place(segment: Segment) -> str:
    at = segment.locator
    time = f"{at.start_s:.0f}-{at.end_s:.0f} s" if at.start_s is not None and at.end_s is not None else ""
    parts = [f"page {at.page}" if at.page else "", at.section, time]
    return "".join(f", {part}" for part in parts if part)


def _content(segment: Segment) -> str:
    if segment.pixels is not None:
        height, width = segment.pixels.shape[:2]
        corners = [segment.pixels[height * y // 8, width * x // 8] for y in (1, 7) for x in (1, 7)]
        return f"{width} x {height}, corners {', '.join(map(_colour, corners))}"
    if segment.samples is not None:
        samples = segment.samples.astype(float)
        pitch = np.argmax(np.abs(np.fft.rfft(samples))) / len(samples) * SAMPLE_RATE
        return f"about {round(pitch, -1):.0f} Hz"
    return repr(segment.text)


def _colour(pixel: np.ndarray) -> str:
    return min(COLOURS, key=lambda name: float(np.abs(np.subtract(COLOURS[name], pixel.astype(int))).sum()))


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_what_is_read_is_what_should_be(files: Path, maker: Callable[[Path], Path]) -> None:
    path, found, start_s = maker(files), list[Extraction](), 0.0
    while start_s is not None:
        found.append(extract(path, Limits(start_at=start_s, part_s=30.0)))
        start_s = found[-1].next_at
    golden = GOLDEN / f"{maker.__name__}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(described(found), "utf-8")
    assert described(found) == golden.read_text("utf-8")
