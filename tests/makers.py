"""Makes the files that tests need, reads them in the tests' own process, and waits for what they expect."""

from __future__ import annotations

import io
import os
import sqlite3
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import numpy as np
from PIL import Image, ImageDraw

from bowerbird.core.extractors import extractor_for
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Pixels


def photo(path: Path, seed: int = 0, size: tuple[int, int] = (320, 240), **save: object) -> Path:
    """A picture of coloured shapes, the same for the same seed."""
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(chance.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = (int(chance.integers(0, length)) for length in size)
        radius = int(chance.integers(10, 60))
        shape = draw.ellipse if chance.random() < 0.5 else draw.rectangle
        shape((x - radius, y - radius, x + radius, y + radius), fill=tuple(chance.integers(0, 256, 3).tolist()))
    image.save(path, **save)  # type: ignore[arg-type]
    return path


def text(path: Path, content: str) -> Path:
    """A text file."""
    path.write_text(content, "utf-8")
    return path


def docx(path: Path, *paragraphs: str) -> Path:
    """A Word document of plain paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in paragraphs)
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}" Target="word/document.xml"/>'
            "</Relationships>",
        )
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>')
    return path


def pdf(path: Path, *pages: str) -> Path:
    """A PDF with a line of text a page, written out by hand (ISO 32000-1, 7.5)."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, line in enumerate(pages):
        drawn = f"BT /F1 18 Tf 60 720 Td ({line}) Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    path.write_bytes(_pdf(objects))
    return path


def _pdf(objects: list[str]) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def extract(path: Path, limits: Limits | None = None) -> Extraction:
    """What a decoder child makes of a file."""
    with Source.at(path) as source:
        return extractor_for(source).extract(source, limits or Limits())


def page(path: Path, number: int, max_area: int) -> Pixels | None:
    """The pixels of a page that a decoder child makes, to be read."""
    with Source.at(path) as source:
        return extractor_for(source).page(source, number, max_area)


def render(path: Path, locator: Locator | None, max_side: int) -> bytes:
    """The JPEG that a decoder child makes of a file."""
    with Source.at(path) as source:
        return extractor_for(source).render(source, locator, max_side)


def eventually(is_so: Callable[[], object], within_s: float = 60.0) -> None:
    """Wait until a condition holds, for far longer than it should take, because test machines are slow.

    Ask for one look at the world in each condition: what two looks see may lie a process's life apart.
    """
    until = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError(f"not so within {within_s:g} s")
        time.sleep(0.02)


def raise_full(*_: object, **__: object) -> NoReturn:
    """Raise what SQLite raises on a full disk: a database of three pages is as good as one."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA max_page_count = 3")
        database.execute("CREATE TABLE full(disk)")
        database.execute("INSERT INTO full VALUES (zeroblob(100000))")
    raise AssertionError("there was room")


def break_disk(path: Path) -> None:
    """Have reading a file fail from now on for those in this process who have it open: as if for writing only."""
    deaf = os.open(path, os.O_WRONLY)
    for link in Path("/proc/self/fd").iterdir():
        if link.resolve() == path.resolve() and int(link.name) != deaf:
            os.dup2(deaf, int(link.name))
    os.close(deaf)
