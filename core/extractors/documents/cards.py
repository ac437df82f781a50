"""Reads contacts and calendars: a section for each person, event or task.

The formats are vCard (2.1; RFC 2426 and 6350), iCalendar (RFC 5545), and LDIF (RFC 2849) of address books.
"""

from __future__ import annotations

import binascii
import quopri
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import encodings
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import from_parts, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = frozenset({".vcf", ".ics", ".ldif"})
_MAX_BYTES = 64 << 20
_SOFT_BREAK = re.compile(
    rb"^([^:\n]{0,200}QUOTED-PRINTABLE[^:\n]{0,200}:(?:[^\n]*=\r?\n)+)", re.IGNORECASE | re.MULTILINE
)
_FOLD = re.compile(rb"\r?\n[ \t]")
_LINE = re.compile(rb"""(?:[\w-]+\.)?([\w-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)""", re.DOTALL)
_CHARSET = re.compile(rb"CHARSET=\"?([\w.:-]+)", re.IGNORECASE)
_PERSON = re.compile(rb"""CN=(?:"([^"]*)"|([^;:]*))""", re.IGNORECASE)
_BINARY = re.compile(rb"ENCODING=(?:B|BASE64)\b|;BASE64\b|VALUE=BINARY", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)|;")
_ITEMS = frozenset({"VCARD", "VEVENT", "VTODO", "VJOURNAL"})
_SILENT = frozenset(
    "BEGIN END VERSION PRODID UID REV DTSTAMP PHOTO LOGO SOUND KEY JPEGPHOTO USERPASSWORD OBJECTCLASS".split()
)
_NAMES = ("FN", "SUMMARY", "N", "CN", "ORG")  # of an item, the first that it has


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    value: str


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """What is said of each person, event or task, a line for each property; nothing of pictures.

    Raises:
        FileError: the file holds binary data.
    """
    data = source.read(_MAX_BYTES)
    omissions = (f"The first {_MAX_BYTES >> 20} MB are read.",) if source.size > len(data) else ()
    items = list(_items(data))
    named = [item for item in items if item[0]]
    properties = Properties(title=label(named[0][0]), taken_at=_date(named[0][1])) if len(named) == 1 else Properties()
    parts = ((Locator(section=label(name)), _text(lines)) for name, lines in items)
    return Extraction(Kind.DOCUMENT, from_parts(parts, limits.max_characters), properties, omissions=omissions)


def card_text(data: bytes) -> str:
    """The same of an attachment, as one text.

    Raises:
        FileError: it holds binary data.
    """
    return "".join(_text(lines) for _, lines in _items(data))


def _text(lines: list[_Line]) -> str:
    return "".join(f"{line.name}: {line.value}\n" for line in lines) + "\n"


def _items(data: bytes) -> Iterator[tuple[str, list[_Line]]]:
    """The people and events of a file with their names, and the lines between them without."""
    lines: list[_Line] = []
    for line in _lines(data):
        if line.name in ("BEGIN", "END") and line.value.upper() in _ITEMS:
            if lines:
                yield (_name(lines) if line.name == "END" else ""), lines
            lines = []
        elif line.name == "DN" and lines:  # the next one of an address book
            yield _name(lines), lines
            lines = []
        elif line.name not in _SILENT and line.value.strip():
            lines.append(line)
    if lines:
        yield _name(lines), lines


def _name(lines: list[_Line]) -> str:
    values = {line.name: line.value for line in reversed(lines)}
    return next((values[name] for name in _NAMES if name in values), "")


def _lines(data: bytes) -> Iterator[_Line]:
    """The lines, unfolded as bytes: a fold may cut a character in two."""
    if b"\0" in data:  # UTF-16, or no text
        data = encodings.decode(data).encode()
    data = _FOLD.sub(b"", _SOFT_BREAK.sub(_joined, data.removeprefix(b"\xef\xbb\xbf")))
    encoding = encodings.encoding_of(data)
    if encoding is None or encodings.is_binary(encodings.decode_as(data, encoding) or ""):
        raise FileError("The file holds binary data, not text.")
    for raw in re.split(rb"\r\n|\r|\n", data):
        if (line := _LINE.fullmatch(raw)) and not _BINARY.search(line[2]) and not line[3].startswith(b"data:"):
            yield _line(line, encoding)
        elif not line and raw.strip():
            yield _Line("NOTE", encodings.decode_as(raw, encoding) or "")


def _joined(lines: re.Match[bytes]) -> bytes:
    return re.sub(rb"=\r?\n", b"", lines[1])


def _line(match: re.Match[bytes], encoding: str) -> _Line:
    name, parameters, value = match[1].decode().upper(), match[2], match[3]
    if b"QUOTED-PRINTABLE" in parameters.upper():
        value, encoding = quopri.decodestring(value), "utf-8"
    if value.startswith(b":") and not parameters:  # of LDIF, in base64
        with suppress(binascii.Error):
            value, encoding = b64decode(value[1:]), "utf-8"
    if charset := _CHARSET.search(parameters):
        encoding = encodings.codec(charset[1].decode()) or encoding
    text = _decoded(value, encoding)
    if person := _PERSON.search(parameters):
        text = f"{_decoded(person[1] or person[2] or b'', encoding)} {text}"
    return _Line(name, _ESCAPE.sub(lambda escape: _unescaped(escape, name), text))


def _decoded(value: bytes, encoding: str) -> str:
    text = encodings.decode_as(value, encoding) or ""
    if "\ufffd" in text:  # it is not in the encoding it is said to be in
        with suppress(FileError):
            return encodings.decode(value)
    return text


def _unescaped(escape: re.Match[str], name: str) -> str:
    if escape[1]:
        return "\n" if escape[1] in "nN" else escape[1]
    return "; " if name in ("N", "ADR", "ORG") else ";"


def _date(lines: list[_Line]) -> datetime | None:
    with suppress(ValueError, StopIteration):
        value = next(line.value for line in lines if line.name in ("DTSTART", "DUE"))
        return datetime.fromisoformat(value.strip()[:15])
    return None
