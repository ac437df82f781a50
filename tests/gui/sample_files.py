"""Writes sample files, free to use: a few pictures, a few documents, and some that cannot be read."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

_LETTER = (
    "Moving the kennel\n\nWe hired the old green lorry from the farm next door. The dog rode on the truck the whole "
    "way and would not come down until we had unloaded the last of the boxes in the yard.",
    "The garden\n\nThe roses came through the winter. Anna has planted beans along the south wall, and the well is "
    "deep enough again to water everything in the evening.",
)
_RECIPE = """# Apple cake

Peel four apples and cut them into thin slices. Beat three eggs with the sugar until the mixture is pale.
Fold in the flour and the melted butter, pour the batter over the apples, and bake for forty minutes.

Serve it warm, with cream.
"""
_NOTES = """Notes from the meeting about the new library building.

The architect showed two designs. The first has a glass roof over the reading room; the second keeps the old brick
walls and adds a tower for the archive. The budget allows one of them, and the council votes in March.
"""
_RENT = "Rental agreement\n\nThe tenant pays the rent on the first of each month. The deposit is two months' rent.\n"


def write_pdf(path: Path, pages: tuple[str, ...]) -> Path:
    """A plain PDF with these pages of text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        drawing = _page_drawing(text)
        objects.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    path.write_bytes(_assembled(objects))
    return path


def _page_drawing(text: str) -> str:
    lines = [line for paragraph in text.split("\n") for line in (_wrapped(paragraph) or [""])]
    operators = "".join(f"({line.translate({40: None, 41: None})}) Tj T*\n" for line in lines)
    return f"BT /F1 13 Tf 18 TL 72 760 Td\n{operators}ET"


def _wrapped(text: str, width: int = 72) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _assembled(objects: list[str]) -> bytes:
    body, places = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1", "replace")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
    return body + end.encode() + f"startxref\n{len(body)}\n%%EOF\n".encode()


def write_documents(folder: Path) -> None:
    """Four documents that say different things."""
    folder.mkdir(parents=True, exist_ok=True)
    write_pdf(folder / "Family letters.pdf", _LETTER)
    (folder / "Apple cake.md").write_text(_RECIPE)
    (folder / "Library meeting.txt").write_text(_NOTES)
    (folder / "Rent.txt").write_text(_RENT)


def write_unreadable(folder: Path) -> None:
    """Files whose reading fails."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Old scan.pdf").write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 4)
    (folder / "IMG_0007.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"cut off")
    (folder / "Garden.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)


def landscape(seed: int, size: tuple[int, int] = (900, 600)) -> Image.Image:
    """Hills under a sky, different for each seed."""
    chance = random.Random(seed)
    wide, tall = size
    top, bottom = _colour(chance, 150, 230), _colour(chance, 200, 255)
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for row in range(tall):
        share = row / tall
        draw.line((0, row, wide, row), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    sun = chance.randint(wide // 6, wide * 5 // 6)
    draw.ellipse((sun - 45, 60, sun + 45, 150), fill=(255, 236, 170))
    for layer in range(4):
        base = tall * (45 + 14 * layer) // 100
        ridge = [(x, base + chance.randint(-40, 40)) for x in range(0, wide + 90, 90)]
        shade = tuple(max(0, part - 45 * layer) for part in (110, 170, 120))
        draw.polygon([(0, tall), *ridge, (wide, tall)], fill=shade)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def write_photos(folder: Path, count: int = 6) -> None:
    """Landscapes of several shapes, and two real photographs where scikit-learn brings them."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = ((900, 600), (600, 800), (1000, 560), (700, 700))
    for number in range(count):
        landscape(number, shapes[number % 4]).save(folder / f"IMG_{2200 + number}.jpg", quality=88)
    for name, pixels in _real_photographs():
        picture = Image.fromarray(pixels)
        picture.save(folder / name, quality=90)
        crop = (40, 20, picture.width - 60, picture.height - 30)
        picture.crop(crop).save(folder / f"{Path(name).stem} copy.jpg", quality=70)


def _real_photographs() -> list[tuple[str, object]]:
    try:
        from sklearn.datasets import load_sample_images
    except ImportError:
        return []
    samples = load_sample_images()
    names = [Path(name).name for name in samples.filenames]
    titles = {"china.jpg": "Summer palace.jpg", "flower.jpg": "Dahlia.jpg"}
    return [(titles.get(name, name), pixels) for name, pixels in zip(names, samples.images, strict=True)]


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return chance.randint(low, high), chance.randint(low, high), chance.randint(low, high)
