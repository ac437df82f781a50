"""Files that were joined of several: no piece of them is lost, and their time is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings import media
from bowerbird.core.types import SAMPLE_RATE, Extraction, Locator, Modality
from tests.makers import extract, render
from tests.media_makers import joined, piece, recording, scenes, tone

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def parts(path: Path, part_s: float = 120.0) -> list[Extraction]:
    found, start_s = [], 0.0
    while start_s is not None:
        found.append(extract(path, Limits(start_at=start_s, part_s=part_s)))
        start_s = found[-1].next_at
    return found


def pitches(extractions: list[Extraction]) -> list[tuple[float, int]]:
    """The seconds of sound at each pitch, in order, a quarter of a second at a time."""
    runs: list[tuple[float, int]] = []
    step = SAMPLE_RATE // 4
    for extraction in extractions:
        for segment in extraction.segments:
            samples = segment.samples if segment.samples is not None else np.empty(0)
            for start in range(0, len(samples) - step + 1, step):
                spectrum = np.abs(np.fft.rfft(samples[start : start + step].astype(float)))
                pitch = round(int(np.argmax(spectrum)) * 4 / 100) * 100
                last = runs.pop() if runs and runs[-1][1] == pitch else (0.0, pitch)
                runs.append((last[0] + 0.25, pitch))
    return [run for run in runs if run[0] > 0.5]


def colours(extractions: list[Extraction]) -> list[str]:
    """The colour of each picture, each once in a row."""
    names: list[str] = []
    for segment in (s for e in extractions for s in e.segments if s.modality is Modality.IMAGE):
        name = ("red", "green", "blue")[int(np.argmax(np.median(segment.pixels, axis=(0, 1))))]
        names += [name] if names[-1:] != [name] else []
    return names


def pieces(folder: Path, suffix: str, later_s: int) -> tuple[Path, Path, Path]:
    """Three clips of 4, 5 and 3 seconds, the second of another size, the third as of a clock that says ``later_s``."""
    return (
        piece(folder / f"a.{suffix}", scenes(RED, GREEN, each=50), tone(4.0, 400)),
        piece(folder / f"b.{suffix}", scenes(BLUE, RED, each=63, size=(192, 128)), tone(5.0, 800)),
        piece(folder / f"c.{suffix}", scenes(GREEN, BLUE, each=38), tone(3.0, 1200), start_s=later_s),
    )


@pytest.mark.parametrize("later_s", [0, 5000])
@pytest.mark.parametrize("suffix", ["ts", "mpg"])
def test_pictures_and_sound_of_all_pieces(files: Path, suffix: str, later_s: int) -> None:
    path = joined(files / f"joined.{suffix}", *pieces(files, suffix, later_s))
    (whole,) = parts(path)
    assert whole.properties.duration_s == pytest.approx(12.1, abs=0.3)
    assert colours([whole]) == ["red", "green", "blue", "red", "green", "blue"]
    assert [pitch for _, pitch in pitches([whole])] == [400, 800, 1200]
    starts = [s.locator.start_s for s in whole.segments if s.modality is Modality.IMAGE]
    assert starts == sorted(starts)


@pytest.mark.parametrize("suffix", ["ts", "mpg"])
def test_later_parts_are_reached(files: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_SHORT_BYTES", 0)
    path = joined(files / f"joined.{suffix}", *pieces(files, suffix, 5000))
    found = parts(path, 7.0)
    assert len(found) >= 2 and found[0].properties.duration_s == pytest.approx(12.1, abs=1.5)
    assert colours(found) == ["red", "green", "blue", "red", "green", "blue"]
    heard = pitches(found)
    assert [pitch for _, pitch in heard] == [400, 800, 1200]
    assert [seconds for seconds, _ in heard] == pytest.approx([4.0, 5.0, 3.0], abs=0.8)


def test_the_picture_of_a_moment_in_a_later_piece(files: Path) -> None:
    path = joined(files / "joined.ts", *pieces(files, "ts", 5000))
    assert dominant(render(path, Locator(start_s=5.0), 96)) == "blue"
    assert dominant(render(path, Locator(start_s=9.8), 96)) == "green"


def dominant(jpeg: bytes) -> str:
    import io

    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    return ("red", "green", "blue")[int(np.argmax(np.median(pixels, axis=(0, 1))))]


Write = Callable[[Path, np.ndarray], Path]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp3", "mp3"), ("a.opus", "libopus"), ("a.aac", "aac"), ("a.ac3", "ac3"), ("a.flac", "flac")]
)
def test_joined_recordings(files: Path, name: str, codec: str) -> None:
    both = [recording(files / f"{n}{name}", tone(n + 3.0, 400 * n, 48_000), codec, 48_000) for n in (1, 2)]
    path = joined(files / name, *both)
    (whole,) = parts(path)
    assert [pitch for _, pitch in pitches([whole])] == [400, 800]
    assert whole.properties.duration_s == pytest.approx(9.0, abs=0.2)
    assert [pitch for _, pitch in pitches(parts(path, 6.0))] == [400, 800]


def test_a_file_of_one_piece_stays_as_it_is(files: Path) -> None:
    path = piece(files / "a.ts", scenes(RED, GREEN, each=100), tone(8.0, 400), start_s=100)
    found = parts(path, 6.5)
    assert colours(found) == ["red", "green"]
    assert found[0].properties.duration_s == pytest.approx(8.0, abs=0.2)
