"""How well text in pictures is read: character errors beside rapidocr's own, what the small look misses, and the cost.

rapidocr itself, which has the same networks, is measured where it can be imported with all that it depends on. Chinese
and Japanese are measured where a font for them is found.
"""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.indexing.picture_texts import MAX_AREA
from bowerbird.core.models.families.ocr import Ocr
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.types import Pixels
from tests.bench import scans
from tests.bench.report import Figure
from tests.bench.speech import edits

T = TypeVar("T")
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_CJK = ("cvttf-notosanscjk-regular", "*.otf")  # a package that holds nothing but the font
_ENGLISH = (
    "Mortgage deed for the house at 17 Ponsonby Terrace",
    "The quick brown fox jumps over the lazy dog.",
    "Invoice No. 2024-0031, due on 14 May 2025",
    "Total amount: $1,234.56 (including 19% VAT)",
    "Please bring your passport and two photographs.",
)
_LANGUAGES = {
    "German": ("Größe und Gewicht müssen übereinstimmen.", "Rechnung über 1.234,56 € für Herrn Müller"),
    "French": ("Le garçon a mangé une crêpe près de l'hôtel.", "Reçu pour la réparation d'une fenêtre"),
    "Spanish": ("¿Dónde está la estación más cercana?", "Mañana será otro día, señor Núñez"),
    "Polish": ("Zażółć gęślą jaźń", "Świadectwo ukończenia szkoły podstawowej"),
    "Czech": ("Příliš žluťoučký kůň úpěl ďábelské ódy", "Potvrzení o výši příjmů"),
    "Turkish": ("Pijamalı hasta yağız şoföre çabucak güvendi", "İstanbul'da güneşli bir gün"),
    "Vietnamese": ("Cộng hòa xã hội chủ nghĩa Việt Nam", "Hóa đơn tiền điện tháng mười"),
    "Greek": ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία", "Καλημέρα κόσμε"),
    "Russian": ("Съешь же ещё этих мягких французских булок", "Счёт за электричество"),
    "Chinese": ("大别山项目合同编号二零二四", "请携带护照和两张照片"),
    "Japanese": ("東京タワーの入場券は千円です", "請求書の支払期限は五月です"),
}
_ANGLES = (0, 5, 15, 30, 90, 180, 270)
_READABLE = 3  # letters and digits of a line, for a photo to count as one with text
_SURE = 0.8


def measure(data: Path, work: Path) -> list[Figure]:
    """Rendered text first, then photos, then the scans among the documents."""
    model, reference = _model(work), _reference()
    errors = _errors(model, reference, data)
    return [*errors, *scans.measure(model, data), *_gate(model, data), *_noise(model), _memory()]


def _model(work: Path) -> Ocr:
    entry, sources = load()["ppocr-v6"], Sources(work)
    work.mkdir(parents=True, exist_ok=True)
    return Ocr(LoadContext(entry, sources.files(entry), work, 1, sources.digest(entry)))


def _reference() -> Callable[[Pixels], str] | None:
    """rapidocr, with the settings it comes with, on one core."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        print(f"   rapidocr is not measured beside it: {error}")
        return None
    threads = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    engine = RapidOCR(params=threads | {"Global.log_level": "error"})
    return lambda picture: " ".join(engine(np.ascontiguousarray(picture[:, :, ::-1])).txts or ())


# character errors


def _errors(model: Ocr, reference: Callable[[Pixels], str] | None, data: Path) -> list[Figure]:
    found = []
    for name, pages in _sets(data):
        ours = _rate(pages, lambda picture: " ".join(line.text for line in model.read(picture)))
        found.append(Figure(f"character errors, {name}", 100 * ours, "%", f"{len(pages)} pictures"))
        if reference:
            found.append(Figure(f"character errors, {name}, rapidocr", 100 * _rate(pages, reference), "%", ""))
    return found


def _rate(pages: Sequence[tuple[str, Pixels]], read: Callable[[Pixels], str]) -> float:
    """Without spaces: between columns and around signs they are a matter of taste."""
    pairs = [(re.sub(r"\s", "", text), re.sub(r"\s", "", read(picture))) for text, picture in pages]
    return sum(edits(text, made) for text, made in pairs) / sum(len(text) for text, _ in pairs)


def _sets(data: Path) -> Iterator[tuple[str, list[tuple[str, Pixels]]]]:
    """Names of sets of pictures, each with what is written in it."""
    english = " ".join(_ENGLISH)
    yield "English by size", [(english, _page(_ENGLISH, size)) for size in (10, 12, 16, 24, 48, 96)]
    fonts = sorted(path.name for path in _DEJAVU.glob("*.ttf") if "Math" not in path.name)
    yield "English by font", [(english, _page(_ENGLISH, 24, font=_DEJAVU / name)) for name in fonts[::3]]
    yield "English by angle", [(english, _turned(_page(_ENGLISH, 24), angle)) for angle in _ANGLES]
    photos = sorted((data / "flickr8k/Images").glob("*.jpg"))[20:26]
    yield "white on photos", [(english, _on_photo(_ENGLISH, photo)) for photo in photos]
    yield "faint, blurred or noisy", [(english, spoiled) for spoiled in _spoiled(_page(_ENGLISH, 24))]
    for language, lines in _LANGUAGES.items():
        font = _cjk_font() if language in ("Chinese", "Japanese") else _DEJAVU / "DejaVuSans.ttf"
        if font:
            yield language, [(" ".join(lines), _page(lines, size, font=font)) for size in (16, 32)]


def _cjk_font() -> Path | None:
    try:
        files = metadata.files(_CJK[0]) or []
    except metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in files if file.match(_CJK[1]))
    return next((path for path in paths if path.is_file()), None)


def _page(lines: Sequence[str], size: int, font: Path = _DEJAVU / "DejaVuSans.ttf") -> Pixels:
    face = ImageFont.truetype(str(font), size)
    width = round(max(face.getlength(line) for line in lines)) + 4 * size
    image = Image.new("RGB", (width, round(1.6 * size * len(lines)) + 4 * size), "white")
    _write(image, lines, face, "black")
    return np.asarray(image)


def _write(image: Image.Image, lines: Sequence[str], face: ImageFont.FreeTypeFont, colour: str) -> None:
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((2 * face.size, (2 + 1.6 * row) * face.size), line, font=face, fill=colour)


def _turned(page: Pixels, angle: int) -> Pixels:
    turned = Image.fromarray(page).rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    return np.asarray(turned)


def _on_photo(lines: Sequence[str], photo: Path) -> Pixels:
    image = Image.open(photo).convert("RGB").resize((1280, 960))
    _write(image, lines, ImageFont.truetype(str(_DEJAVU / "DejaVuSans-Bold.ttf"), 36), "white")
    return np.asarray(image)


def _spoiled(page: Pixels) -> list[Pixels]:
    noise = np.random.default_rng(0).normal(0, 40, page.shape)
    blurred = Image.fromarray(page).filter(ImageFilter.GaussianBlur(1.5))
    faint = (page // 5 + 120).astype(np.uint8)
    return [faint, np.asarray(blurred), np.clip(page + noise, 0, 255).astype(np.uint8), 255 - page]


# what the small look costs, and what it misses


def _gate(model: Ocr, data: Path) -> list[Figure]:
    photos = sorted((data / "flickr8k/Images").glob("*.jpg"))[::4][:50] + sorted((data / "coco_mini").rglob("*.jpg"))
    decoders = ExtractPool(1)
    rows = [_looked_at(model, _decoded(decoders, photo)) for photo in photos]
    scans = [_looked_at(model, _decoded(decoders, path)) for path in sorted((data / "documents").rglob("*.pdf"))]
    decoders.close()
    with_text, without = [row for row in rows if row[0]], [row for row in rows if not row[0]]
    pages = [row for row in scans if row[0]]
    return [
        Figure("photos with text that the small look sees", _share(with_text), "%", f"{len(with_text)} photos"),
        Figure("photos without that it lets through", _share(without), "%", f"{len(without)} photos"),
        Figure("pages with text that it sees", _share(pages), "%", f"{len(pages)} first pages of PDFs"),
        Figure("the small look", float(np.mean([row[2] for row in rows])), "CPU s", "a photo"),
        Figure("all of a photo", float(np.mean([row[3] for row in rows])), "CPU s", "without the small look"),
        Figure("all of a page", float(np.mean([row[3] for row in pages] or [0])), "CPU s", "without the small look"),
    ]


def _share(rows: Sequence[tuple[bool, bool, float, float]]) -> float:
    return 100 * float(np.mean([seen for _, seen, _, _ in rows] or [0]))


def _looked_at(model: Ocr, picture: Pixels | None) -> tuple[bool, bool, float, float]:
    """Whether text can be read in it, whether the small look sees some, and the CPU seconds of both."""
    if picture is None:
        return False, False, 0.0, 0.0
    seen, small_s = _timed(lambda: model.may_have_text(picture))
    lines, whole_s = _timed(lambda: model.read_all(picture))
    readable = any(sum(map(str.isalnum, one.text)) >= _READABLE and one.confidence >= _SURE for one in lines)
    return readable, seen, small_s, whole_s


def _decoded(decoders: ExtractPool, path: Path) -> Pixels | None:
    try:
        segments = decoders.page(path, 1, MAX_AREA).result().segments
    except (FileError, FileSkipped):
        return None  # among the documents are some that nobody can read
    return segments[0].pixels if segments else None


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    return call(), time.process_time() - started


def _noise(model: Ocr) -> list[Figure]:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), np.uint8)
    lines, seconds = _timed(lambda: model.read_all(noise))
    return [
        Figure("lines read in noise", len(lines), "", "3 megapixels", "= 0"),
        Figure("noise, read all the same", seconds, "CPU s", "without the small look"),
    ]


def _memory() -> Figure:
    most = cast("int", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return Figure("memory at the most", most / 1024, "MB", "of this process, rapidocr included where it is measured")
