"""Pictures that are drawn here: photos of other people are not shipped. Measured on photos in the README."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from bowerbird.core.extractors.pictures.picture import layout
from bowerbird.core.layouts import NEAR, SIDE, are_alike, coarse


def scene(seed: int, *, moved: int = 0) -> Image.Image:
    """A sky, hills and things before them, of which one may have moved."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:480, 0:640] / 480
    waves = sum(
        random.uniform(10, 40) * np.sin(random.uniform(-9, 9) * x + random.uniform(-9, 9) * y + random.uniform(0, 6))
        for _ in range(6)
    )
    noise = random.normal(0, 3, (480, 640, 3))
    image = Image.fromarray((np.clip(waves, -90, 90)[:, :, None] + 120 + noise).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for thing in range(5):
        left, top, size = random.integers(0, 520), random.integers(0, 380), random.integers(40, 120)
        left += moved if thing == 4 else 0
        draw.ellipse((left, top, left + size, top + size), fill=tuple(random.integers(0, 255, 3).tolist()))
    return image


def saved(image: Image.Image, form: str, **options: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, form, **options)
    return Image.open(file)


def grey(image: Image.Image) -> np.ndarray:
    return np.frombuffer(layout(image, None), np.uint8).reshape(1, SIDE, SIDE)


def is_same(one: Image.Image, other: Image.Image) -> bool:
    a, b = grey(one), grey(other)
    rows = [row.astype(float) / max(1.0, float(np.linalg.norm(row))) for row in (coarse(a)[0], coarse(b)[0])]
    return bool(rows[0] @ rows[1] >= NEAR) and bool(are_alike(a, b)[0])


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "saved worse": lambda image: saved(image, "JPEG", quality=30),
    "another format": lambda image: saved(image, "PNG"),
    "smaller": lambda image: image.resize((160, 120)),
    "larger": lambda image: image.resize((1280, 960)),
    "cut at all edges": lambda image: image.crop((10, 8, 630, 472)),
    "cut at one edge": lambda image: image.crop((32, 0, 640, 480)),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.85),
    "grey": lambda image: image.convert("L"),
    "smaller, cut and saved worse": lambda image: saved(
        image.crop((16, 0, 640, 468)).resize((320, 240)), "JPEG", quality=50
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_picture_is_the_same_however_it_was_saved(change: str) -> None:
    same = [is_same(scene(seed), CHANGES[change](scene(seed))) for seed in range(3)]
    assert all(same)


def test_other_pictures_are_others() -> None:
    greys = np.concatenate([grey(scene(seed)) for seed in range(16)])
    some, others = np.triu_indices(len(greys), 1)
    assert not are_alike(greys[some], greys[others]).any()


@pytest.mark.parametrize("seed", range(4))
def test_a_scene_in_which_something_moved_is_another_picture(seed: int) -> None:
    assert not is_same(scene(seed), scene(seed, moved=90))


def page(seed: int) -> Image.Image:
    """A program's window with other lines in it: bars of other lengths, as words are from afar."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (640, 400), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 110, 400), fill=(40, 44, 52))
    draw.rectangle((0, 0, 640, 25), fill=(70, 80, 200))
    for line in range(18):
        draw.rectangle((130, 40 + 19 * line, 130 + random.integers(60, 480), 52 + 19 * line), fill=(120, 120, 120))
    return image


def test_the_same_window_with_another_text_is_another_picture() -> None:
    greys = np.concatenate([grey(page(seed)) for seed in range(12)])
    some, others = np.triu_indices(len(greys), 1)
    assert not are_alike(greys[some], greys[others]).any()


def test_plain_pictures_are_like_none() -> None:
    plain = np.full((2, SIDE, SIDE), 200, np.uint8)
    assert not coarse(plain).any() and not are_alike(plain[:1], plain[1:]).any()
