"""Unwraps ``winmail.dat``: what Outlook packs a mail's text and attachments into for other Outlooks.

The format is TNEF (MS-OXTNEF) around MAPI properties (MS-OXCDATA), with text in compressed RTF (MS-OXRTFCP).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import NamedTuple

from bowerbird.core.extractors import encodings
from bowerbird.core.extractors.documents.mail_headers import Mail, text

SIGNATURE = bytes.fromhex("789f3e22")
TYPE = "application/ms-tnef"
_HEADER = struct.Struct("<BII")  # level, attribute, length; a checksum of two bytes is behind the data
_SUBJECT, _BODY, _CODE_PAGE, _PROPERTIES = 0x8004, 0x800C, 0x9007, 0x9003
_NEXT_ATTACHED, _TITLE, _DATA, _ATTACHED_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_CODE_PAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_P_NAMES, _P_DATA = (0x3707, 0x3704, 0x3001), 0x3701  # the long name, the short one, the one that is shown
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _STRING, _UNICODE, _BINARY = 0x0D, 0x1E, 0x1F, 0x102
_SEVERAL = 0x1000
_MAIL = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage, before a mail within the mail
_MAX_ATTACHED = 2_000
_MAX_RTF = 64 << 20  # bytes
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


class _Property(NamedTuple):
    """The first value of a MAPI property."""

    kind: int
    data: bytes

    def string(self, encoding: str) -> str:
        wide = self.kind == _UNICODE
        return (self.data.decode("utf-16-le", "replace") if wide else text(self.data, encoding)).rstrip("\0")


@dataclass(slots=True)
class _Wrapped:
    """What one attachment says of itself."""

    title: bytes = b""
    data: bytes = b""
    properties: dict[int, _Property] = field(default_factory=dict)


def mail(data: bytes) -> Mail:
    """The mail in ``winmail.dat``: its subject, its text and what is attached, as far as it is not damaged."""
    found, attached, own = dict[int, bytes](), list[_Wrapped](), dict[int, _Property]()
    for attribute, value in _attributes(data):
        if attribute == _NEXT_ATTACHED and len(attached) < _MAX_ATTACHED:
            attached.append(_Wrapped())
        elif attribute == _PROPERTIES:
            own |= _properties(value)
        elif attribute in (_TITLE, _DATA, _ATTACHED_PROPERTIES):
            _add(attached, attribute, value)
        else:
            found.setdefault(attribute, value)
    encoding = _encoding(found, own)
    message: Mail = Message()
    message["Content-Type"] = "multipart/mixed"
    if subject := own[_P_SUBJECT].string(encoding) if _P_SUBJECT in own else _line(found.get(_SUBJECT, b""), encoding):
        message["Subject"] = " ".join(subject.split())
    message.set_payload([*_bodies(found, own, encoding), *(_part(each, encoding) for each in attached)])
    return message


def _add(attached: list[_Wrapped], attribute: int, value: bytes) -> None:
    if not attached:
        return
    last = attached[-1]
    if attribute == _TITLE:
        last.title = value
    elif attribute == _DATA:
        last.data = value
    else:
        last.properties |= _properties(value)


def _bodies(found: dict[int, bytes], own: dict[int, _Property], encoding: str) -> Iterator[Mail]:
    """The text in the first form that is there: as it was typed, a page, rich text."""
    plain = own[_P_BODY].string(encoding) if _P_BODY in own else _line(found.get(_BODY, b""), encoding)
    if plain.strip():
        yield _leaf("text/plain; charset=utf-8", plain.encode("utf-8", "replace"))
    elif _P_HTML in own:
        page = own[_P_HTML]
        declared = "utf-8" if page.kind == _UNICODE else encoding
        data = page.string(encoding).encode("utf-8", "replace") if page.kind == _UNICODE else page.data
        yield _leaf(f"text/html; charset={declared}", data)
    elif _P_RTF in own:
        yield _leaf("application/rtf", rich_text(own[_P_RTF].data))


def _part(wrapped: _Wrapped, encoding: str) -> Mail:
    names = (wrapped.properties[key].string(encoding) for key in _P_NAMES if key in wrapped.properties)
    name = next(filter(str.strip, names), "") or _line(wrapped.title, encoding)
    data = wrapped.data
    if inner := wrapped.properties.get(_P_DATA):
        data = inner.data or data
    if data.startswith(_MAIL):
        return _leaf(TYPE, data[len(_MAIL) :])
    part = _leaf("application/octet-stream", data)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def _leaf(kind: str, data: bytes) -> Mail:
    part: Mail = Message()
    part["Content-Type"] = kind
    part.set_payload(data)
    return part


def _line(data: bytes, encoding: str) -> str:
    return text(data.rstrip(b"\0"), encoding)


def _encoding(found: dict[int, bytes], own: dict[int, _Property]) -> str:
    """That of texts which are not in Unicode."""
    for data in (own[_P_CODE_PAGE].data if _P_CODE_PAGE in own else b"", found.get(_CODE_PAGE, b"")):
        page = int.from_bytes(data[:4], "little")
        names = ("utf-8",) if page == 65001 else (f"cp{page}", f"windows-{page}")
        if page and (name := next((name for name in names if encodings.codec(name)), "")):
            return name
    return ""


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes with their data, up to where the file is cut."""
    at = len(SIGNATURE) + 2
    while at + _HEADER.size <= len(data):
        _, attribute, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        yield attribute & 0xFFFF, data[at : at + length]
        at += length + 2


def _properties(data: bytes) -> dict[int, _Property]:
    found = dict[int, _Property]()
    reader = _Reader(data)
    try:
        for _ in range(min(reader.number(), len(data) // 4)):
            kind, key = reader.short(), reader.short()
            if key >= 0x8000:
                reader.name()
            values = reader.values(kind)
            if values:
                found.setdefault(key, _Property(kind & ~_SEVERAL, values[0]))
    except (struct.error, KeyError):
        pass  # cut, or of no known kind: what comes before is sound
    return found


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 0

    def short(self) -> int:
        self.at += 2
        return int(struct.unpack_from("<H", self.data, self.at - 2)[0])

    def number(self) -> int:
        self.at += 4
        return int(struct.unpack_from("<I", self.data, self.at - 4)[0])

    def name(self) -> None:
        """Pass over the name of a property that has no number of its own."""
        self.at += 16
        if by_name := self.number():
            length = self.number()
        self.at += length + -length % 4 if by_name else 4

    def values(self, kind: int) -> list[bytes]:
        varies = kind & ~_SEVERAL in (_OBJECT, _STRING, _UNICODE, _BINARY)
        count = self.number() if varies or kind & _SEVERAL else 1
        return [self.value(kind & ~_SEVERAL, varies) for _ in range(min(count, len(self.data) // 4))]

    def value(self, kind: int, varies: bool) -> bytes:
        length = self.number() if varies else _SIZES[kind]
        start, self.at = self.at, self.at + length + -length % 4
        if self.at - 3 > len(self.data):
            raise struct.error("cut")
        return self.data[start : start + length]


def rich_text(data: bytes) -> bytes:
    """RTF that was compressed (MS-OXRTFCP), as far as it is sound."""
    if data[8:12] == b"MELA":
        return data[16:]
    if data[8:12] != b"LZFu":
        return b""
    window, out = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0")), bytearray()
    to, at = len(_DICTIONARY), 16
    while at < len(data) and len(out) < _MAX_RTF:
        flags, at = data[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                run, at = data[at : at + 1], at + 1
            else:
                reference, at = int.from_bytes(data[at : at + 2], "big"), at + 2
                if reference >> 4 == to or at > len(data):
                    return bytes(out)
                run = _copied(window, to, reference >> 4, (reference & 15) + 2)
            for byte in run:
                window[to] = byte
                to = (to + 1) % _WINDOW
            out += run
    return bytes(out)


def _copied(window: bytearray, to: int, start: int, length: int) -> bytes:
    """A run of the window, which may reach into what it writes itself."""
    distance = (to - start) % _WINDOW
    return bytes(window[(start + step % distance) % _WINDOW] for step in range(length))
