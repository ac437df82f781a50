"""Reads the texts of drawings in DXF (AutoCAD's "DXF Reference"), in its plain form: pairs of a code and a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset({".dxf"})
_WRITTEN = frozenset({"TEXT", "MTEXT", "ATTRIB", "ATTDEF", "DIMENSION", "MULTILEADER", "ACAD_TABLE"})
_NAMED = frozenset({"LAYER", "BLOCK"})
_FORMATTING = re.compile(r"\\[ACcFfHhLlOoKkQTWp][^;\\]*;|\\[LlOoKk]|[{}]")
_CHARACTER = re.compile(r"\\U\+([0-9A-Fa-f]{4})|%%(\d{3})")
_SIGNS = {"%%c": "⌀", "%%d": "°", "%%p": "±", "%%C": "⌀", "%%D": "°", "%%P": "±", "\\P": "\n", "^J": "\n"}


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The texts, and the names of layers and blocks, a line each.

    Raises:
        FileError: it is in DXF's binary form.
    """
    head = source.read(64)
    if b"\0" in head:
        raise FileError("This drawing is in a binary form that Bowerbird does not read.")
    return segments.document(_texts(source), limits, Properties())


def _texts(source: Source) -> Iterator[Part]:
    entity, said = "", set[str]()
    for code, value in _pairs(source):
        if code == b"0":
            entity = value.decode("ascii", "replace")
        elif (code in (b"1", b"3") and entity in _WRITTEN) or (code == b"2" and entity in _NAMED):
            text = _plain(decode(value))
            if text.strip() and text not in said and not text.startswith("*"):
                said.add(text)
                yield Locator(), f"{text}\n"


def _pairs(source: Source) -> Iterator[tuple[bytes, bytes]]:
    with source.open() as file:
        while code := file.readline(1 << 16):
            yield code.strip(), file.readline(1 << 16).strip()


def _plain(text: str) -> str:
    for sign, shown in _SIGNS.items():
        text = text.replace(sign, shown)
    text = _CHARACTER.sub(lambda match: chr(int(match[1], 16) if match[1] else int(match[2])), text)
    return _FORMATTING.sub("", text)
