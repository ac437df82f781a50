"""Which frame stands for an animation, and what is seen of drawings without a background."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bowerbird.core.types import Extraction
from tests.makers import extract, photo, render
from tests.media_makers import clip

FORMATS = ["gif", "png", "webp", "avif"]


def contrast(jpeg: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"), float).std())


def seen(extraction: Extraction) -> float:
    """The lower contrast of the thumbnail and of what models are given."""
    (segment,) = extraction.segments
    assert segment.pixels is not None
    return min(contrast(extraction.thumbnail), float(segment.pixels.mean(axis=2).std()))


def picture(folder: Path) -> Image.Image:
    return Image.open(photo(folder / "picture.png", 3)).convert("RGB")


def animation(path: Path, frames: list[Image.Image]) -> Path:
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    return path


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("backdrop", ["black", "white"])
def test_what_fades_in_is_shown_when_it_is_there(files: Path, suffix: str, backdrop: str) -> None:
    whole = picture(files)
    plain = Image.new("RGB", whole.size, backdrop)
    frames = [Image.blend(plain, whole, step / 5) for step in range(6)]
    path = animation(files / f"a.{suffix}", frames)
    assert seen(extract(path)) > 0.8 * float(np.asarray(whole.convert("L"), float).std())
    assert contrast(render(path, None, 300)) > 30


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_an_empty_first_frame_is_passed_over(files: Path, suffix: str) -> None:
    whole = picture(files).convert("RGBA")
    path = animation(files / f"a.{suffix}", [Image.new("RGBA", whole.size), whole, whole.rotate(90)])
    assert seen(extract(path)) > 20


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_that_shows_nothing_anywhere_is_read_all_the_same(files: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (64, 48), (shade, shade, shade)) for shade in (0, 2, 1)]
    assert extract(animation(files / f"a.{suffix}", frames)).thumbnail


def logo(ink: tuple[int, ...], size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Thick strokes on nothing."""
    image = Image.new("RGBA", size)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 360, 90), fill=ink)
    draw.ellipse((150, 100, 250, 180), fill=ink)
    return image


INKS = [(255, 255, 255, 255), (235, 240, 238, 255), (255, 255, 120, 255), (0, 0, 0, 255), (200, 30, 30, 255)]


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "gif"])
def test_a_drawing_on_nothing_is_seen(files: Path, suffix: str, ink: tuple[int, ...]) -> None:
    logo(ink).save(files / f"a.{suffix}")
    assert seen(extract(files / f"a.{suffix}")) > 20


@pytest.mark.parametrize("mode", ["LA", "PA", "P"])
def test_white_on_nothing_in_any_mode(files: Path, mode: str) -> None:
    image = logo((255, 255, 255, 255))
    if mode == "P":
        image.quantize(4).save(files / "a.png")
    else:
        image.convert("LA").save(files / "a.png")
    assert seen(extract(files / "a.png")) > 20


@pytest.mark.parametrize("ink", ["white", "black", "#c02020"])
def test_an_svg_without_a_background_is_seen(files: Path, ink: str) -> None:
    shape = f'<circle cx="50" cy="50" r="30" fill="{ink}"/>'
    (files / "a.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{shape}</svg>')
    assert seen(extract(files / "a.svg")) > 20


def test_round_corners_of_a_light_picture_stay_white(files: Path) -> None:
    image = Image.new("RGBA", (300, 300), (250, 250, 250, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.save(files / "a.png")
    assert np.asarray(Image.open(io.BytesIO(extract(files / "a.png").thumbnail))).min() > 240


def test_a_clip_that_begins_black_is_shown_when_it_is_light(files: Path) -> None:
    whole = np.asarray(picture(files))
    frames = [np.zeros_like(whole)] * 25 + [whole] * 25
    path = clip(files / "a.mp4", frames)
    assert contrast(extract(path).thumbnail) > 30
    assert contrast(render(path, None, 300)) > 30
