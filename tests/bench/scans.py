"""Pages as scanners deliver them, with known text: how many of its words are read, and in their order, and how fast."""

from __future__ import annotations

import io
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bowerbird.core.models.families.ocr import Ocr
from tests.bench.report import Figure

_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_SIZE = (1456, 2059)  # pixels of A4 in which pages are read: 176 dots an inch
_MARGIN, _GUTTER = 120, 70
_LANGUAGES = ("en", "de", "es")
_PAGES = 3  # of each sort


def measure(model: Ocr, data: Path) -> Iterator[Figure]:
    """Words found and words found in their order, of each sort of page; then the seconds of a page."""
    rounds = list[float]()
    for name, spoil, columns, points in _SORTS:
        pages = [_page(_text(data, number), points, columns, number) for number in range(_PAGES)]
        shares = [_read(model, page, spoil, rounds) for page in pages]
        over = f"{_PAGES} pages in {', '.join(_LANGUAGES)}"
        yield Figure(f"words read, {name}", 100 * median(found for found, _ in shares), "%", over)
        yield Figure(f"words in their order, {name}", 100 * median(ordered for _, ordered in shares), "%", over)
    yield Figure("a scanned page", median(rounds), "CPU s", f"median of {len(rounds)}")


def _read(
    model: Ocr, page: tuple[list[str], Image.Image], spoil: Callable[[Image.Image], Image.Image], rounds: list[float]
) -> tuple[float, float]:
    words, image = page
    started = time.process_time()
    lines = model.read(np.asarray(spoil(image)))
    rounds.append(time.process_time() - started)
    found = _words(" ".join(line.text for line in lines))
    common = sum((Counter(words) & Counter(found)).values())
    blocks = SequenceMatcher(None, words, found, autojunk=False).get_matching_blocks()
    return common / len(words), sum(block.size for block in blocks) / len(words)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _text(data: Path, number: int) -> str:
    """Paragraphs of Wikipedia in one of the languages."""
    corpus = data / "text_retrieval/xquad_public" / _LANGUAGES[number % len(_LANGUAGES)] / "corpus.jsonl"
    lines = corpus.read_text("utf-8").splitlines()[number * 7 : number * 7 + 6]
    return "\n".join(json.loads(line)["text"] for line in lines)


def _page(text: str, points: int, columns: int, number: int) -> tuple[list[str], Image.Image]:
    """The words of the part of a text that has room, and the page."""
    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    face = ImageFont.truetype(str(_FOLDER / _FONTS[number % len(_FONTS)]), round(points * 176 / 72))
    width = (_SIZE[0] - 2 * _MARGIN - (columns - 1) * _GUTTER) // columns
    height = round(face.size * 1.35)
    rows = (_SIZE[1] - 2 * _MARGIN) // height
    lines = _wrapped(text, face, width)[: rows * columns]
    for at, line in enumerate(lines):
        column, row = divmod(at, rows)
        draw.text((_MARGIN + column * (width + _GUTTER), _MARGIN + row * height), line, "black", face)
    return _words(" ".join(lines)), image


def _wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = list[str]()
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and face.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines += [line, ""]
    return lines


def _clean(page: Image.Image) -> Image.Image:
    return page


def _tilted(page: Image.Image) -> Image.Image:
    return page.rotate(1.7, Image.Resampling.BICUBIC, fillcolor="white")


def _grey(page: Image.Image) -> Image.Image:
    """Grey, uneven paper, and ink that has faded, as a bad JPEG."""
    ink = np.asarray(page.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / 255
    shade = np.linspace(120, 210, page.width)[None, :, None] + np.random.default_rng(0).normal(0, 9, ink.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(60 + ink * (shade - 60), 0, 255).astype(np.uint8)).save(out, "JPEG", quality=35)
    return Image.open(out).convert("RGB")


def _fax(page: Image.Image) -> Image.Image:
    """Black and white, at a hundred dots an inch."""
    small = page.resize((page.width * 100 // 176, page.height * 100 // 176), Image.Resampling.BILINEAR)
    return small.convert("1", dither=Image.Dither.NONE).convert("RGB")


_SORTS: Sequence[tuple[str, Callable[[Image.Image], Image.Image], int, int]] = (
    ("clean, 11 points", _clean, 1, 11),
    ("clean, 7 points", _clean, 1, 7),
    ("tilted", _tilted, 1, 11),
    ("two columns", _clean, 2, 10),
    ("two columns, tilted", _tilted, 2, 10),
    ("three columns, 8 points", _clean, 3, 8),
    ("grey paper, bad JPEG", _grey, 1, 11),
    ("fax", _fax, 1, 11),
)
