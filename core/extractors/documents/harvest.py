"""Finds the texts in formats of Microsoft's whose structure is otherwise passed over: Works, Publisher, OneNote.

Works 2000 and later and Publisher keep text in chunks of one kind; OneNote (MS-ONESTORE) keeps each text with its
length before it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents import ole
from bowerbird.core.extractors.segments import Part
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

_STREAMS = ("CONTENTS", "Quill/QuillSub/CONTENTS")
SUFFIXES = frozenset({".wps", ".pub", ".one"})
_CHUNK = re.compile(rb"\x18\0TEXT..\x01\0\0\0TEXT(.{4})(.{4})", re.DOTALL)
_LENGTH = re.compile(rb"(?=([\x06-\xff][\0-\xff]\0\0))", re.DOTALL)
_MAX_NOTES = 64 << 20  # bytes of a notebook that are searched
_NO_TEXT = "There is no text in this document that Bowerbird can read."
# What every page of a notebook holds besides: names of styles and fonts.
_STYLES = re.compile(r"(?:Page(?:Title|DateTime)|Calibri(?: Light)?|Segoe UI|h[1-6]|cite|blockquote|code|p)\0?|<.*")


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The texts, and of Works and Publisher what the document says of itself.

    Raises:
        FileError: it is damaged, or holds no text in a form that is known.
    """
    if form == ".one":
        said = dict.fromkeys(_notes(source.read(_MAX_NOTES)))
        parts: list[Part] = [(Locator(), f"{text}\n") for text in said if not _STYLES.fullmatch(text)]
        properties = Properties()
    else:
        parts, properties = [(Locator(), text) for text in _chunks(source)], ole.properties(source)
    if not parts:
        raise FileError(_NO_TEXT)
    return segments.document(parts, limits, properties)


def _chunks(source: Source) -> Iterator[str]:
    try:
        with ole.opened(source) as container:
            for name in filter(container.exists, _STREAMS):
                data = container.openstream(name).read()
                for match in _CHUNK.finditer(data):
                    start, length = (int.from_bytes(number, "little") for number in match.groups())
                    yield data[start : start + length].decode("utf-16-le", "replace").replace("\r", "\n")
    except (OSError, struct.error) as error:
        raise FileError(DAMAGED) from error


def _notes(data: bytes) -> Iterator[str]:
    for match in _LENGTH.finditer(data):
        start, length = match.start() + 4, int.from_bytes(match[1], "little")
        for encoding in ("ascii", "utf-16-le"):
            try:
                text = data[start : start + length].decode(encoding).rstrip("\0")
            except UnicodeDecodeError:
                continue
            if len(text) > 2 and _is_written(text):
                yield text.strip()
                break


def _is_written(text: str) -> bool:
    """Whether bytes that were taken for text are that: printable, and in few scripts at once."""
    if not all(c.isprintable() or c in "\t\n\r\v" for c in text) or not any(map(str.isalpha, text)):
        return False
    return len({ord(c) >> 8 if ord(c) < 0x2E80 else "ideograph" for c in text}) <= max(3, len(text) // 10)
