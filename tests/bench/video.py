"""How well clips are found by a frame or an excerpt of them, and which formats are read."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bowerbird.core.answers import Hit
from bowerbird.core.conditions import Is
from bowerbird.core.library import Library
from bowerbird.core.questions import Example, Query
from bowerbird.core.types import Kind, Locator
from tests.bench.report import Figure

_FRAMES = 3  # a clip
_WIDE, _QUALITY = 320, 60
_BLANK = 8.0  # standard deviation of grey: less shows nothing to find it by
_ALIKE = 12.0  # mean difference of grey at 32 x 32, of 255: a person takes them for the same picture
_LOOKS = 12  # places of a moment that are compared
_EXCERPT_S = 3.0
_CLIPS = Is("kind", frozenset({Kind.CLIP}))


@dataclass(frozen=True)
class _Cut:
    """A frame of a clip."""

    source: Path
    at_s: float
    picture: Image.Image


def measure(data: Path, work: Path) -> list[Figure]:
    """Everything in video and iscc_samples; then frames and excerpts of every clip that has pictures."""
    library = Library.open(work / "video")
    report = library.index([data / "video", data / "iscc_samples"], lambda progress: None)
    for failure in report.failures:
        print(f"   {failure.path.name}: {failure.reason}")
    hits = library.browse(Query(limit=1000)).hits
    print(f"   read: {dict(Counter(f'{hit.kind} {hit.path.suffix}' for hit in hits))}")
    clips = sorted(hit.path for hit in hits if hit.kind is Kind.CLIP)
    seen, told = sum(report.files[state] for state in ("indexed", "skipped")), len(report.failures)
    found = [
        Figure(
            "files indexed, skipped by kind, or failed with a reason",
            seen + told,
            "files",
            f"of {report.files['seen']}",
            "all",
        ),
        *_frames(library, clips, work),
        *_excerpts(library, clips, work),
    ]
    library.close()
    return found


# frames


def _frames(library: Library, clips: list[Path], work: Path) -> list[Figure]:
    cuts = [cut for clip in clips for cut in _cuts(clip)]
    first = moment = 0
    for number, cut in enumerate(cuts):
        example = work / f"frame-{number}.jpg"
        cut.picture.resize((_WIDE, _WIDE * cut.picture.height // cut.picture.width)).save(example, quality=_QUALITY)
        hits = library.search(Query(like=(Example(example),), where=_CLIPS, limit=5)).hits
        alike = bool(hits) and _looks_like(hits[0], cut.picture)
        moment += alike
        first += bool(hits) and (hits[0].path == cut.source or alike)
        if not alike:
            place = (
                [hit.path.name for hit in hits].index(cut.source.name) if cut.source in [h.path for h in hits] else None
            )
            print(f"   missed: {cut.source.name} at {cut.at_s:.2f}, found {hits[0].path.name if hits else None} "
                  f"{hits[0].moment if hits else None}, itself at {place}")  # fmt: skip
    over = f"{len(cuts)} frames of {len(clips)} clips"
    return [
        Figure("a frame finds its clip, or the same content", 100 * first / len(cuts), "%", over, ""),
        Figure("and a moment that looks the same", 100 * moment / len(cuts), "%", over, ">= 95"),
    ]


def _cuts(clip: Path) -> Iterator[_Cut]:
    frames = list(_decoded(clip))
    chance = random.Random(clip.name)
    telling = [(at_s, picture) for at_s, picture in frames if _grey(picture).std() > _BLANK]
    for at_s, picture in sorted(chance.sample(telling, min(_FRAMES, len(telling))), key=lambda one: one[0]):
        yield _Cut(clip, at_s, picture)


def _decoded(clip: Path, start_s: float = 0.0, end_s: float = 1e9) -> Iterator[tuple[float, Image.Image]]:
    with av.open(str(clip), metadata_errors="replace") as file:
        zero_s = (file.start_time or 0) / 1e6
        for frame in file.decode(video=0):
            at_s = (frame.time or 0.0) - max(0.0, zero_s)
            if at_s > end_s:
                return
            if at_s >= start_s - 0.05:
                yield at_s, frame.to_image()


def _grey(picture: Image.Image) -> NDArray[np.float32]:
    return np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BOX), np.float32)


def _looks_like(hit: Hit, picture: Image.Image) -> bool:
    """Whether some frame of the hit's moment looks as the picture does."""
    moment = hit.moment or Locator(start_s=0.0, end_s=1e9)
    frames = [other for _, other in _decoded(hit.path, moment.start_s or 0.0, moment.end_s or 1e9)]
    some = frames[:: max(1, len(frames) // _LOOKS)]
    return any(float(np.abs(_grey(other) - _grey(picture)).mean()) < _ALIKE for other in some)


# excerpts


def _excerpts(library: Library, clips: list[Path], work: Path) -> list[Figure]:
    """Three seconds of each clip, smaller, in another codec and container."""
    right = total = 0
    for clip in clips:
        excerpt = work / f"{clip.stem}-excerpt.avi"
        frames = [picture for _, picture in _decoded(clip)]
        rate = _rate(clip)
        count = min(len(frames), round(_EXCERPT_S * rate))
        start = random.Random(clip.name).randrange(len(frames) - count + 1)
        if count < 2:
            continue
        _encode(excerpt, frames[start : start + count], round(rate))
        hits = library.search(Query(like=(Example(excerpt),), where=_CLIPS, limit=1)).hits
        good = bool(hits) and (hits[0].path == clip or _looks_like(hits[0], frames[start]))
        right, total = right + good, total + 1
        if not good:
            print(f"   missed: excerpt of {clip.name}, found {hits[0].path.name if hits else None}")
    return [Figure("an excerpt finds its clip, or the same content", 100 * right / total, "%", f"{total} excerpts", "")]


def _rate(clip: Path) -> float:
    with av.open(str(clip), metadata_errors="replace") as file:
        return float(file.streams.video[0].average_rate or 25)


def _encode(path: Path, frames: list[Image.Image], rate: int) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=max(1, rate))
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 256, 192, "yuv420p", 600_000
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_image(frame.convert("RGB").resize((256, 192)))))
        file.mux(stream.encode(None))
