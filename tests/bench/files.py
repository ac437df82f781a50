"""Files to measure with: the test data over and over, each copy changed a little so that it is another content."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

_CRANFIELD_EVERY = 3  # of a mixed lot: how often a plain text comes, and how often a document of any format
_DOCUMENT_EVERY = 10


def photos(data: Path, folder: Path, copies: int) -> list[Path]:
    """The Flickr photos ``copies`` times over."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted((data / "flickr8k/Images").glob("*.jpg"))
    return [_copy(photo, folder, number) for photo in found for number in range(copies)]


def mixed(data: Path, folder: Path, number: int) -> None:
    """``number`` files: mostly photos, plain texts, documents in every format, broken ones; 500 a folder."""
    pictures = cycle(_all(data, "flickr8k/Images", "imagenet_sample", "coco_mini", "photo_formats"))
    texts = cycle(sorted((folder.parent / "cranfield").glob("*.txt")))
    others = cycle(_all(data, "documents", "broken", "iscc_samples"))
    for at in range(number):
        source = others if at % _DOCUMENT_EVERY == 0 else texts if at % _CRANFIELD_EVERY == 0 else pictures
        place = folder / f"{at // 500:03}"
        place.mkdir(parents=True, exist_ok=True)
        _copy(next(source), place, at)


def _all(data: Path, *folders: str) -> list[Path]:
    return [path for name in folders for path in sorted((data / name).rglob("*")) if path.is_file()]


def _copy(source: Path, folder: Path, number: int) -> Path:
    """A copy with a few bytes after its end, which readers of most formats do not mind."""
    target = folder / f"{source.stem[:80]}-{number}{source.suffix}"
    content = source.read_bytes()
    more = f"\nCopy {number}.\n".encode() if source.suffix == ".txt" else number.to_bytes(4, "little")
    target.write_bytes(content + (more if content else b""))
    return target
