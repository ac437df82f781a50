"""Pictures with more pixels than fit into memory, and those that Pillow does not know."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import pyvips
from PIL import Image

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures import formats
from bowerbird.core.types import Extraction, Locator
from tests.makers import extract, render

HALVES = (220, 30, 40), (30, 60, 210)


def halves(width: int, height: int) -> pyvips.Image:
    """Red to the left, blue to the right, eight bits."""
    colours = [pyvips.Image.black(width // 2, height).new_from_image(colour).cast("uchar") for colour in HALVES]
    return colours[0].join(colours[1], "horizontal").copy(interpretation="srgb")


def sides(extraction: Extraction) -> list[tuple[int, ...]]:
    """A pixel left and one right, of the thumbnail."""
    image = Image.open(io.BytesIO(extraction.thumbnail)).convert("RGB")
    return [image.getpixel((x, image.height // 2)) for x in (image.width // 4, image.width * 3 // 4)]  # type: ignore[misc]


def assert_halves(extraction: Extraction) -> None:
    for seen, colour in zip(sides(extraction), HALVES, strict=True):
        assert np.abs(np.subtract(seen, colour)).max() <= 12, (seen, colour)


WRITERS = {
    "png": lambda image, path: image.pngsave(path, compression=1),
    "palette.png": lambda image, path: image.pngsave(path, compression=1, palette=True, bitdepth=2),
    "interlaced.png": lambda image, path: image.pngsave(path, compression=1, interlace=True),
    "alpha.png": lambda image, path: image.bandjoin(255).pngsave(path, compression=1),
    "deep.png": lambda image, path: (image.cast("ushort") * 257).copy(interpretation="rgb16").pngsave(path),
    "tif": lambda image, path: image.tiffsave(path, compression="lzw"),
    "tiled.tif": lambda image, path: image.tiffsave(path, compression="deflate", tile=True, bigtiff=True),
    "cmyk.tif": lambda image, path: (255 - image).bandjoin(0).copy(interpretation="cmyk").tiffsave(path),
    "webp": lambda image, path: image.webpsave(path, effort=0, Q=90),
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_is_streamed_looks_as_what_is_decoded_whole(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.{suffix}"
    WRITERS[suffix](halves(2400, 1000), str(path))
    whole = extract(path)
    monkeypatch.setattr(formats, "_STREAMED_FROM", 1_000_000)
    streamed = extract(path)
    assert_halves(whole) if "cmyk" not in suffix else None
    assert (streamed.properties.width, streamed.properties.height) == (2400, 1000)
    assert np.abs(np.subtract(sides(streamed), sides(whole))).max() <= 3
    assert Image.open(io.BytesIO(render(path, None, 1200))).size == (1200, 500)


PEAK = """
import sys
from fractions import Fraction
from pathlib import Path
from bowerbird.core.extractors import load_libraries
from tests.makers import extract
load_libraries()
def size(): return [int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM")][0]
before = size()
extraction = extract(Path(sys.argv[1]))
print(size() - before, len(extraction.thumbnail), extraction.properties.width)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("kind", ["panorama.png", "scan.tif"])
def test_a_gigapixel_takes_little_memory(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "panorama.png":
        (pyvips.Image.black(30_000, 9_000) + 100).cast("uchar").pngsave(str(path), compression=1)
    else:
        Image.new("1", (33_000, 12_000), 1).save(path, compression="group4")
    command = [sys.executable, "-c", PEAK, str(path)]
    grown, thumbnail, width = map(int, subprocess.check_output(command, text=True).split())
    assert thumbnail and width >= 30_000
    assert grown < 200 << 10  # kB; decoded whole it takes 270,000 and more


def test_further_pages_may_be_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [Image.new("RGB", (1500, 1000), colour) for colour in HALVES]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    monkeypatch.setattr(formats, "_STREAMED_FROM", 1_000_000)
    segments = extract(tmp_path / "a.tif").segments
    assert [segment.locator.page for segment in segments] == [None, 2]
    assert segments[1].pixels is not None and tuple(segments[1].pixels[9, 9]) == HALVES[1]
    assert Image.open(io.BytesIO(render(tmp_path / "a.tif", Locator(page=2), 300))).getpixel((9, 9))[2] > 190


def test_pages_that_are_left_out_are_told(tmp_path: Path) -> None:
    pages = [Image.new("L", (20, 20), shade) for shade in range(18)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    extraction = extract(tmp_path / "a.tif")
    assert len(extraction.segments) == 16 and extraction.omissions == ("The first 16 of 18 pages were read.",)


def test_a_large_picture_that_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.effect_noise((1200, 1000), 80).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[: len(data) // 2])
    monkeypatch.setattr(formats, "_STREAMED_FROM", 1_000_000)
    with pytest.raises(FileError, match="is cut short"):
        extract(tmp_path / "a.png")


def test_a_large_jpeg_2000_is_decoded_small(tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((3000, 2000)).save(tmp_path / "a.jp2")
    extraction = extract(tmp_path / "a.jp2")
    assert (extraction.properties.width, extraction.properties.height) == (3000, 2000)
    shades = np.asarray(Image.open(io.BytesIO(extraction.thumbnail)).convert("L")).mean(axis=1)
    assert shades[0] < 12 and shades[-1] > 243


def test_a_tall_drawing_is_as_large_as_it_must_be(tmp_path: Path) -> None:
    shape = '<rect width="100" height="200000" fill="#dc1e28"/>'
    (tmp_path / "a.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="200000">{shape}</svg>'
    )
    assert tuple(extract(tmp_path / "a.svg").segments[0].pixels[9, 2]) == (220, 30, 40)  # type: ignore[index]


LIGHT = np.linspace(0, 1, 300, dtype=np.float32).reshape(1, 300, 1) * np.ones((200, 1, 3), np.float32)


def encoded(name: str, path: Path, light: np.ndarray) -> None:
    codec = av.CodecContext.create(name, "w")
    codec.height, codec.width, codec.pix_fmt, codec.time_base = *light.shape[:2], "gbrpf32le", Fraction(1, 25)  # type: ignore[attr-defined,misc]
    frame = av.VideoFrame.from_ndarray(light, "gbrpf32le")
    path.write_bytes(b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None))))  # type: ignore[attr-defined]


def pfm(path: Path, light: np.ndarray) -> None:
    height, width = light.shape[:2]
    path.write_bytes(f"PF\n{width} {height}\n-1.0\n".encode() + light[::-1].astype("<f4").tobytes())


FLOATS = {
    "tif": lambda path, light: pyvips.Image.new_from_array(light, interpretation="scrgb").tiffsave(str(path)),
    "hdr": lambda path, light: encoded("hdr", path, light),
    "exr": lambda path, light: encoded("exr", path, light),
    "pfm": pfm,
}


@pytest.mark.parametrize("scale", [1.0, 0.001, 5000.0])
@pytest.mark.parametrize("suffix", FLOATS)
def test_pictures_of_floats_are_tone_mapped(tmp_path: Path, suffix: str, scale: float) -> None:
    """However strong the light, dark is dark, light is light, and what lies between differs."""
    FLOATS[suffix](tmp_path / f"a.{suffix}", LIGHT * scale)
    extraction = extract(tmp_path / f"a.{suffix}")
    row = np.asarray(Image.open(io.BytesIO(extraction.thumbnail)).convert("L"))[100].astype(int)
    assert row[2] < 60 and row[-3] > 200 and 90 < row[len(row) // 2] < 225
    assert (np.diff(row[::10]) >= -2).all()


def test_what_is_no_number_hides_nothing(tmp_path: Path) -> None:
    light = LIGHT.copy()
    light[:20, :20], light[:20, 20:40], light[:20, 40:60] = np.nan, np.inf, -np.inf
    for suffix in ("tif", "exr", "pfm"):
        FLOATS[suffix](tmp_path / f"a.{suffix}", light)
        row = np.asarray(Image.open(io.BytesIO(extract(tmp_path / f"a.{suffix}").thumbnail)).convert("L"))[100]
        assert row[2] < 60 and row[-3] > 200, suffix
    one = light[..., 0]
    Image.fromarray(one).save(tmp_path / "b.tif")
    row = np.asarray(Image.open(io.BytesIO(extract(tmp_path / "b.tif").thumbnail)).convert("L"))[100]
    assert row[2] < 10 and row[-3] > 245


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_sensors_of_any_depth_are_as_bright(tmp_path: Path, bits: int) -> None:
    ramp = np.tile(np.linspace(0, (1 << bits) - 1, 300), (200, 1)).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    row = np.asarray(Image.open(io.BytesIO(extract(tmp_path / "a.tif").thumbnail)).convert("L"))[100]
    assert row[0] < 5 and abs(int(row[150]) - 128) < 5 and row[-1] > 250


@pytest.mark.parametrize(
    "head", [b"\x76\x2f\x31\x01", b"#?RADIANCE\n", b"PF\n9 9\n-1\n", b"II+\0", struct.pack("<4sI", b"II*\0", 8)]
)
def test_damaged_ones_have_a_reason(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(head + bytes(range(200)))
    with pytest.raises(FileError) as caught:
        extract(tmp_path / "a.tif")
    assert str(caught.value).endswith(".")
