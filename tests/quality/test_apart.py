"""What is judged by is known again among what is fitted to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.quality.apart import NEAR, KeptApart


def _photo(path: Path, seed: int, size: tuple[int, int] = (320, 240), quality: int = 95) -> Path:
    """A picture of soft blots, the same for a seed whatever its size."""
    blots = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    Image.fromarray(blots).resize((640, 480), Image.Resampling.BICUBIC).resize(size).save(path, quality=quality)
    return path


@pytest.fixture
def apart(tmp_path: Path) -> KeptApart:
    photos = [_photo(tmp_path / f"{seed}.jpg", seed) for seed in range(20)]
    return KeptApart.of(photos, ["A dog runs on the beach ."])


def test_the_same_file_is_known_under_another_name(apart: KeptApart, tmp_path: Path) -> None:
    assert apart.distance((tmp_path / "3.jpg").rename(tmp_path / "renamed.jpg")) == 0


@pytest.mark.parametrize(("size", "quality"), [((320, 240), 40), ((160, 120), 90), ((640, 480), 90)])
def test_a_copy_compressed_or_scaled_is_known(
    apart: KeptApart, tmp_path: Path, size: tuple[int, int], quality: int
) -> None:
    assert apart.distance(_photo(tmp_path / "copy.jpg", 3, size, quality)) <= NEAR


def test_other_photos_are_far(apart: KeptApart, tmp_path: Path) -> None:
    assert min(apart.distance(_photo(tmp_path / "other.jpg", seed)) for seed in range(100, 200)) > NEAR


@pytest.mark.parametrize(
    ("caption", "known"),
    [("a dog runs on the beach", True), ("A dog runs.", False), ("A cat runs on the beach .", False)],
)
def test_captions_are_known_whatever_their_punctuation(apart: KeptApart, caption: str, known: bool) -> None:
    assert apart.has_caption(caption) is known
