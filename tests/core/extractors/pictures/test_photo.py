"""Photos made here, each with one thing that a camera, a phone or a broken disk does to them."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from bowerbird.core.errors import FileError, FileVanished
from bowerbird.core.extractors.base import Limits
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Pixels, Properties
from tests.makers import extract, page, render

RED, GREEN, BLUE, WHITE = (220, 30, 40), (30, 160, 60), (40, 60, 210), (255, 255, 255)


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Red at the upper left, green right of it, blue below, white at the lower right."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def read(path: Path, **limits: int) -> Extraction:
    return extract(path, Limits(**limits))


def pixels_of(extraction: Extraction) -> Pixels:
    pixels = extraction.segments[0].pixels
    assert pixels is not None and pixels.dtype == np.uint8
    return pixels


def corners(pixels: Pixels) -> list[tuple[int, ...]]:
    """Upper left, upper right, lower left, lower right."""
    height, width = pixels.shape[:2]
    spots = [(y * height // 8, x * width // 8) for y in (1, -1) for x in (1, -1)]
    return [tuple(int(value) for value in pixels[spot]) for spot in spots]


def assert_upright(extraction: Extraction) -> None:
    assert_colours(corners(pixels_of(extraction)), [RED, GREEN, BLUE, WHITE])
    assert_colours(corners(np.asarray(Image.open(io.BytesIO(extraction.thumbnail)))), [RED, GREEN, BLUE, WHITE])


def assert_colours(seen: list[tuple[int, ...]], expected: list[tuple[int, ...]], off: int = 12) -> None:
    assert all(
        abs(a - b) <= off
        for pixel, colour in zip(seen, expected, strict=True)
        for a, b in zip(pixel, colour, strict=True)
    ), seen


UNTURN = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", [0, *UNTURN, 9])
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int) -> None:
    turn = UNTURN.get(orientation)
    stored = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", quality=95, exif=exif)
    extraction = read(tmp_path / "a.jpg")
    assert_upright(extraction)
    assert (extraction.properties.width, extraction.properties.height) == (400, 300)


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [("png", "RGB"), ("png", "P"), ("gif", "P"), ("bmp", "RGB"), ("tiff", "RGB"), ("tiff", "CMYK"), ("webp", "RGB"),
     ("avif", "RGB"), ("heic", "RGB"), ("jpg", "CMYK"), ("ppm", "RGB"), ("tga", "RGB"), ("jp2", "RGB"), ("sgi", "RGB"),
     ("ico", "RGB"), ("pcx", "RGB"), ("dds", "RGB"), ("icns", "RGB"), ("qoi", "RGB")],
)  # fmt: skip
def test_formats_and_modes(tmp_path: Path, suffix: str, mode: str) -> None:
    path = tmp_path / f"a.{suffix}"
    image = quarters(256, 256)
    if suffix == "heic":
        import pillow_heif

        pillow_heif.from_pillow(image).save(path, quality=90)
    else:
        (image.quantize(8) if mode == "P" else image.convert(mode)).save(path)
    extraction = extract(path)
    assert extraction.kind is Kind.PHOTO
    assert_upright(extraction)


def test_segment_is_as_models_want_it(tmp_path: Path) -> None:
    quarters(640, 480).save(tmp_path / "a.jpg")
    (segment,) = read(tmp_path / "a.jpg", image_side=200).segments
    assert segment.modality is Modality.IMAGE and segment.locator == Locator()
    assert pixels_of(read(tmp_path / "a.jpg", image_side=200)).shape == (200, 267, 3)
    assert pixels_of(read(tmp_path / "a.jpg")).flags.writeable


@pytest.mark.parametrize(
    ("size", "shape"), [((20, 10), (256, 512, 3)), ((1, 1), (256, 256, 3)), ((3000, 100), (256, 1024, 3))]
)
def test_small_and_long_pictures(tmp_path: Path, size: tuple[int, int], shape: tuple[int, ...]) -> None:
    quarters(*size).save(tmp_path / "a.png")
    extraction = read(tmp_path / "a.png")
    assert pixels_of(extraction).shape == shape
    thumbnail = Image.open(io.BytesIO(extraction.thumbnail))
    assert max(thumbnail.size) == max(min(max(size), 400), 1)


def test_a_large_jpeg_is_drafted_and_still_right(tmp_path: Path) -> None:
    quarters(3200, 2400).save(tmp_path / "a.jpg", quality=90)
    extraction = read(tmp_path / "a.jpg")
    assert pixels_of(extraction).shape == (256, 341, 3)
    assert_upright(extraction)
    assert Image.open(io.BytesIO(extraction.thumbnail)).size == (400, 300)


def test_transparency_is_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.save(tmp_path / "a.png")
    assert corners(pixels_of(read(tmp_path / "a.png")))[0] == WHITE
    palette = Image.new("P", (100, 100), 0)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.save(tmp_path / "b.png", transparency=0)
    assert corners(pixels_of(read(tmp_path / "b.png")))[0] == WHITE


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(np.full((300, 300), 0x8000, np.uint16)).save(tmp_path / f"a.{suffix}")
    assert corners(pixels_of(read(tmp_path / f"a.{suffix}")))[0] == (127, 127, 127)


def test_floats_use_their_own_range(tmp_path: Path) -> None:
    ramp = np.linspace(-3, 7, 300, dtype=np.float32)
    Image.fromarray(np.tile(ramp, (300, 1))).save(tmp_path / "a.tiff")
    pixels = pixels_of(read(tmp_path / "a.tiff"))
    assert pixels[0, 0, 0] < 5 and pixels[0, -1, 0] > 250


def test_another_profile_becomes_srgb(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    quarters().save(tmp_path / "a.jpg", icc_profile=srgb, quality=95)
    assert_upright(read(tmp_path / "a.jpg"))
    swapped = srgb.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    quarters().save(tmp_path / "b.jpg", icc_profile=swapped, quality=95)
    red, _, blue, white = corners(pixels_of(read(tmp_path / "b.jpg")))
    assert red[2] > red[0] + 50 and blue[0] > blue[2] + 50 and white == WHITE


def test_a_broken_profile_costs_nothing(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png", icc_profile=b"no profile at all")
    assert_upright(read(tmp_path / "a.png"))


def test_what_the_camera_wrote(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon PowerShot S40"
    exif[0x010E], exif[0x013B] = "The harbour at dusk", "Ada Byron"
    exif[0x8769] = {0x9003: "2003:12:14 12:01:44", 0x920A: 6.8, 0x829D: 1.9, 0x829A: 0.002, 0x8827: 100}
    exif[0x8825] = {1: "S", 2: (33.0, 51.0, 30.0), 3: "W", 4: (70.0, 30.0, 0.0)}
    quarters().save(tmp_path / "a.jpg", exif=exif)
    exif = Image.open(tmp_path / "a.jpg").getexif()
    for suffix in ("jpg", "png", "webp", "tiff"):
        quarters().save(tmp_path / f"a.{suffix}", exif=exif)
        properties = read(tmp_path / f"a.{suffix}").properties
        assert properties.taken_at == datetime(2003, 12, 14, 12, 1, 44)
        assert properties.camera == "Canon PowerShot S40"
        assert properties.exposure == "6.8 mm, f/1.9, 1/500 s, ISO 100"
        assert properties.description == "The harbour at dusk" and properties.author == "Ada Byron"
        assert properties.latitude == pytest.approx(-33.8583, abs=1e-3) and properties.longitude == pytest.approx(-70.5)


def test_senseless_exif_is_left_out(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "OLYMPUS DIGITAL CAMERA         "
    exif[0x8769] = {0x9003: "0000:00:00 00:00:00", 0x829D: 0.0}
    exif[0x8825] = {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    quarters().save(tmp_path / "a.jpg", exif=exif)
    properties = read(tmp_path / "a.jpg").properties
    assert properties == Properties(width=400, height=300)


def test_thumbnails_carry_no_secrets(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    quarters().save(tmp_path / "a.jpg", exif=exif, comment=b"secret")
    thumbnail = read(tmp_path / "a.jpg").thumbnail
    assert b"Exif" not in thumbnail and b"secret" not in thumbnail


def test_pages_of_a_scan_are_segments(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (200, 300), colour) for colour in (RED, GREEN, BLUE)]
    pages[0].save(tmp_path / "fax.tif", save_all=True, append_images=pages[1:])
    extraction = read(tmp_path / "fax.tif")
    assert [segment.locator.page for segment in extraction.segments] == [None, 2, 3]
    third = Image.open(io.BytesIO(render(tmp_path / "fax.tif", Locator(page=3), 100)))
    assert_colours([third.getpixel((30, 50))], [BLUE])  # type: ignore[list-item]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_picture_to_be_read_is_upright_and_as_large_as_asked_for(tmp_path: Path, orientation: int) -> None:
    turned = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    image = quarters(1200, 900)
    if (turn := turned[orientation]) is not None:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "a.jpg", exif=exif)
    pixels = page(tmp_path / "a.jpg", 1, 270_000)
    assert pixels is not None and pixels.shape == (450, 600, 3)
    assert_colours(corners(pixels), [RED, GREEN, BLUE, WHITE])
    whole = page(tmp_path / "a.jpg", 1, 9_000_000)
    assert whole is not None and whole.shape == (900, 1200, 3), "nothing is enlarged"
    assert page(tmp_path / "a.jpg", 2, 270_000) is None


def test_long_screenshots_and_pages_of_scans_are_to_be_read_too(tmp_path: Path) -> None:
    quarters(300, 5000).save(tmp_path / "long.png")
    pixels = page(tmp_path / "long.png", 1, 1_000_000)
    assert pixels is not None and pixels.shape == (4082, 245, 3)
    pages = [Image.new("1", (200, 300), colour) for colour in (1, 0)]
    pages[0].save(tmp_path / "fax.tif", save_all=True, append_images=pages[1:])
    second = page(tmp_path / "fax.tif", 2, 270_000)
    assert second is not None and second.shape == (300, 200, 3) and not second.any()
    assert page(tmp_path / "fax.tif", 3, 270_000) is None


def test_an_animation_is_its_first_frame(tmp_path: Path) -> None:
    frames = [quarters(), Image.new("RGB", (400, 300), GREEN)]
    for suffix in ("gif", "png", "webp"):
        frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
        extraction = read(tmp_path / f"a.{suffix}")
        assert len(extraction.segments) == 1
        assert_upright(extraction)


def test_drawings(tmp_path: Path) -> None:
    shape = '<rect width="40" height="30" fill="#dc1e28"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">{shape}</svg>'
    (tmp_path / "a.svg").write_text(drawing)
    (tmp_path / "b.svgz").write_bytes(gzip.compress(drawing.encode()))
    (tmp_path / "c.dat").write_text('<?xml version="1.0"?>\n<!-- drawn -->\n' + drawing)
    for name in ("a.svg", "b.svgz", "c.dat"):
        extraction = read(tmp_path / name)
        assert extraction.kind is Kind.PHOTO
        assert_colours(corners(pixels_of(extraction))[:1], [RED])


def test_a_drawing_shows_nothing_but_itself(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10), RED).save(tmp_path / "private.png")
    link = (tmp_path / "private.png").as_uri(), str(tmp_path / "private.png")
    pictures = "".join(f'<image href="{href}" xlink:href="{href}" width="40" height="30"/>' for href in link)
    (tmp_path / "a.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30">'
        f"{pictures}</svg>"
    )
    assert corners(pixels_of(read(tmp_path / "a.svg")))[0] == WHITE


def test_a_drawing_that_explodes_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    (tmp_path / "a.svg").write_text(
        f'<!DOCTYPE svg [{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&e11;</text></svg>'
    )
    with pytest.raises(FileError, match="drawing"):
        read(tmp_path / "a.svg")


def test_raw_files_show_their_development(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(dng(64, 48))
    extraction = read(tmp_path / "a.dng")
    assert pixels_of(extraction).shape[0] == 256
    assert extraction.properties.camera == "Bower Bird"


def test_the_name_may_lie(tmp_path: Path) -> None:
    quarters().save(tmp_path / "really.png")
    (tmp_path / "really.png").rename(tmp_path / "a.jpg")
    quarters().save(tmp_path / "photo.jpg")
    (tmp_path / "photo.jpg").rename(tmp_path / "letter.docx")
    for name in ("a.jpg", "letter.docx"):
        assert_upright(extract(tmp_path / name))


def png(width: int, height: int) -> bytes:
    """A valid PNG of one row, whose header promises more."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height", "sentence"),
    [
        (100_000, 100_000, "10,000,000,000 pixels are more than Bowerbird opens .* is 5,000 million"),
        (40_000, 25_000, "The picture is cut short."),
    ],
)
def test_of_a_header_that_promises_much_nothing_is_believed(
    tmp_path: Path, width: int, height: int, sentence: str
) -> None:
    (tmp_path / "a.png").write_bytes(png(width, height))
    with pytest.raises(FileError, match=sentence):
        read(tmp_path / "a.png")


def whole_jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).save(out, "JPEG")
    return out.getvalue()


def cut(path: Path, form: str, share: float) -> Path:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, form)
    path.write_bytes(out.getvalue()[: int(len(out.getvalue()) * share)])
    return path


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_of_a_picture_that_is_cut_short_what_there_is_is_read(tmp_path: Path, form: str, share: float) -> None:
    extraction = extract(cut(tmp_path / "a.jpg", form, share))
    assert extraction.omissions == ("The file is cut short: the end of the picture is missing.",)
    (segment,) = extraction.segments
    assert segment.pixels is not None and extraction.thumbnail
    assert segment.pixels[:40].std() > 20, "the picture, as far as it goes"
    assert segment.pixels[-10:].std() < 1
    assert not ImageFile.LOAD_TRUNCATED_IMAGES, "for others it is an error, as before"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP"])
def test_a_picture_that_is_cut_short_is_shown(tmp_path: Path, form: str) -> None:
    path = cut(tmp_path / f"a.{form.lower()}", form, 0.6)
    assert extract(path).omissions
    assert render(path, None, 100)
    assert page(path, 1, 10_000) is not None


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.jpg", b"", "The file is empty."),
        ("cut.jpg", whole_jpeg()[: whole_jpeg().index(b"\xff\xda") + 14], "The picture is cut short."),
        ("noise.jpg", bytes(range(256)) * 40, "This is not a picture, although its name says so"),
        ("prose.jpg", b"This is only a text, whatever its name says.\n", "This is not a picture"),
        ("bad.dng", b"II*\0 nothing of a raw file", "damaged|not a picture"),
        ("bad.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect</svg>", "The drawing is damaged"),
    ],
)
def test_reasons_that_people_understand(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=sentence):
        extract(tmp_path / name)


def test_a_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(FileVanished):
        read(tmp_path / "gone.jpg")


def test_render_is_never_larger_than_asked_nor_than_the_photo(tmp_path: Path) -> None:
    quarters(1600, 1200).save(tmp_path / "a.jpg")
    assert Image.open(io.BytesIO(render(tmp_path / "a.jpg", None, 800))).size == (800, 600)
    assert Image.open(io.BytesIO(render(tmp_path / "a.jpg", None, 5000))).size == (1600, 1200)


def dng(width: int, height: int) -> bytes:
    """The smallest raw photo there is: a grey field behind a Bayer filter (Adobe DNG 1.4), without a preview."""
    data = struct.pack("<H", 30_000) * (width * height)
    model, make = b"Bird\0", b"Bower\0"
    unit, matrix = struct.pack("<II", 1, 1), struct.pack("<18i", *(v for n in range(9) for v in (int(n % 4 == 0), 1)))
    tags: list[tuple[int, int, int, bytes]] = [
        (254, 4, 1, struct.pack("<I", 0)), (256, 4, 1, struct.pack("<I", width)),
        (257, 4, 1, struct.pack("<I", height)),
        (258, 3, 1, struct.pack("<H", 16)), (259, 3, 1, struct.pack("<H", 1)), (262, 3, 1, struct.pack("<H", 32803)),
        (271, 2, len(make), make), (272, 2, len(model), model), (273, 4, 1, b"STRP"),
        (277, 3, 1, struct.pack("<H", 1)), (278, 4, 1, struct.pack("<I", height)),
        (279, 4, 1, struct.pack("<I", len(data))), (33421, 3, 2, struct.pack("<HH", 2, 2)),
        (33422, 1, 4, bytes((0, 1, 1, 2))), (50706, 1, 4, bytes((1, 4, 0, 0))), (50708, 2, len(model), model),
        (50717, 4, 1, struct.pack("<I", 65535)), (50721, 10, 9, matrix), (50728, 5, 3, unit * 3),
        (50778, 3, 1, struct.pack("<H", 21)),
    ]  # fmt: skip
    place = 8 + 2 + 12 * len(tags) + 4
    directory, beyond = struct.pack("<H", len(tags)), b""
    strip = place + sum(len(value) + len(value) % 2 for _, _, _, value in tags if len(value) > 4)
    for number, kind, count, value in tags:
        value = struct.pack("<I", strip) if value == b"STRP" else value
        if len(value) > 4:
            directory += struct.pack("<HHII", number, kind, count, place + len(beyond))
            beyond += value + bytes(len(value) % 2)
        else:
            directory += struct.pack("<HHI", number, kind, count) + value.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + beyond + data
