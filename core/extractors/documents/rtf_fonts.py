"""Writes what an RTF says in the code page of a font as Unicode, since kreuzberg, as of 4.10, knows one code page."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from dataclasses import dataclass, field

_FONT = re.compile(rb"\\f(\d{1,5})\b[^{};]{0,200}?\\fcharset(\d{1,3})")
_MAX_TABLE = 1 << 18  # bytes; two thousand fonts. All of a long document would take seconds
_DEFAULT = re.compile(rb"\\deff(\d{1,5})")
# Code pages by the number of a character set (Rich Text Format 1.9.1, "Font Table").
_PAGES = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
# Those of whole documents that are not of Windows, by what their headers begin with.
_OLD = re.compile(rb"\\rtf\d?\s*\\(mac|pca?)\b")
_OLD_PAGES = {b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}
_TOKEN = re.compile(
    rb"(?P<brace>[{}])|\\f(?P<font>\d{1,5}) ?|\\(?P<plain>plain)\b ?|\\uc(?P<spare>\d{1,2}) ?"
    rb"|\\u(?P<unicode>-?\d{1,6} ?)(?P<plainly>[^\\{}\r\n]*)"
    rb"|(?P<bytes>(?:\\'[0-9a-fA-F]{2})+)(?P<next>[^\\{}\r\n])?|\\[^a-z']"
)


def recoded(data: bytes) -> bytes:
    """The same document without bytes in the code pages of fonts."""
    at = data.find(rb"\fonttbl")
    table = _FONT.findall(data, at, at + _MAX_TABLE) if at >= 0 else ()
    fonts = {int(number): _PAGES[int(page)] for number, page in table if int(page) in _PAGES}
    old = _OLD.search(data[:200])
    if not fonts and not old:
        return data
    default = _DEFAULT.search(data)
    reader = _Reader(fonts, int(default[1]) if default else 0, _OLD_PAGES[old[1]] if old else None)
    return _TOKEN.sub(reader.read, data)


@dataclass(slots=True)
class _Reader:
    """Which font is in use as the document goes on; a group ends with the font it began with."""

    fonts: dict[int, str]
    default: int
    page: str | None
    """That of fonts which have none."""
    font: int = 0
    outer: list[tuple[int, int]] = field(default_factory=list)
    """Font and spare bytes of the groups around."""
    fallback: int = 0
    """Bytes that stand for the last character in Unicode, for programs that know none."""
    spare: int = 1
    """How many these are."""

    def __post_init__(self) -> None:
        self.font = self.default

    def read(self, token: re.Match[bytes]) -> bytes:
        """What stands in place of a token."""
        if token["bytes"]:
            return self._characters(token)
        self.fallback = 0
        if token["brace"] == b"{":
            self.outer.append((self.font, self.spare))
        elif token["brace"] and self.outer:
            self.font, self.spare = self.outer.pop()
        elif token["font"] or token["plain"]:
            self.font = int(token["font"] or self.default)
        elif token["spare"]:
            self.spare = int(token["spare"])
        elif token["unicode"]:
            self.fallback = max(0, self.spare - len(token["plainly"]))
        return token[0]

    def _characters(self, token: re.Match[bytes]) -> bytes:
        page, raw = self.fonts.get(self.font, self.page), bytes.fromhex(token["bytes"].replace(b"\\'", b"").decode())
        kept, raw = raw[: self.fallback], raw[self.fallback :]
        self.fallback = 0
        if page is None or not raw:
            return token[0]
        decoder = getincrementaldecoder(page)("replace")
        text, after = decoder.decode(raw), token["next"] or b""
        if decoder.getstate()[0]:  # the second half of a character may be a letter
            text, after = text + decoder.decode(after, final=True), b""
        return b"".join((*(b"\\'%02x" % byte for byte in kept), *map(self._escaped, text), after))

    def _escaped(self, character: str) -> bytes:
        return b"\\u%d%s" % (ord(character), b"?" * self.spare or b" ")
