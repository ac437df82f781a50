"""Proves that photos and captions take no part in fitting, though they may have come by under other names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NEAR = 10
"""Bits of 128 in which the hashes of a photo and its copy, scaled or compressed anew, may differ. Those of unrelated
photos differ in about half; one in a hundred million pairs, were bits independent, in so few."""
_SIDE = 8


@dataclass(frozen=True, slots=True)
class KeptApart:
    """What must not take part."""

    digests: frozenset[str]
    """SHA-256 of files."""
    hashes: NDArray[np.bool_]
    """Perceptual hashes, shape (photos, 128)."""
    captions: frozenset[str]
    """As ``plain`` has them."""

    @classmethod
    def of(cls, photos: Collection[Path], captions: Iterable[str]) -> KeptApart:
        """These photos and captions."""
        hashes = np.stack([perceptual_hash(photo) for photo in photos])
        return cls(frozenset(map(digest, photos)), hashes, frozenset(map(plain, captions)))

    def distance(self, photo: Path) -> int:
        """In how many bits a photo's hash differs from the nearest of these; 0 if the files are the same."""
        if digest(photo) in self.digests:
            return 0
        return int((self.hashes != perceptual_hash(photo)).sum(axis=1).min())

    def has_caption(self, caption: str) -> bool:
        """Whether it is one of these, whatever its case, spaces and punctuation."""
        return plain(caption) in self.captions


def digest(file: Path) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def plain(caption: str) -> str:
    """Its letters and digits, in words."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in caption.casefold()).split())


def perceptual_hash(photo: Path) -> NDArray[np.bool_]:
    """Whether each of 8 x 8 places is lighter than its neighbour to the right, and below: shape (128,).

    The difference hash (Krawetz, "Kind of like that", 2013), in both directions.
    """
    from PIL import Image

    with Image.open(photo) as image:
        small = image.convert("L").resize((_SIDE + 1, _SIDE + 1), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    across, down = grey[:-1, :-1] > grey[:-1, 1:], grey[:-1, :-1] > grey[1:, :-1]
    return np.concatenate([across.ravel(), down.ravel()])
