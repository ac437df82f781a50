"""Reads what kreuzberg, as of 4.10, passes over in RTF: keywords and comments of the document, and reviewers' notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from bowerbird.core.extractors.documents.property_values import keywords, line, names, prose
from bowerbird.core.types import Properties

_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_TOKEN = re.compile(
    rb"\\'(?P<hex>[0-9a-fA-F]{2})|\\u(?P<unicode>-?\d{1,6}) ?(?:\\'[0-9a-fA-F]{2}|[^\\{}])?"
    rb"|\\(?P<word>[a-z]{1,32})-?\d{0,10} ?|\\(?P<sign>[\\{}~*-])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)"
)
_BREAKS = frozenset({b"par", b"line", b"tab", b"cell", b"row"})
_SILENT = frozenset({b"atndate", b"atnref", b"atnparent", b"atnicn", b"fonttbl", b"pict"})
_INFO = "title author subject doccomm keywords category".split()
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_FIXED = re.compile(rb"\\\\|\\[~_]")
_SIGNS = {rb"\~": rb"\'20", rb"\_": rb"\'2d"}
_HALVES = re.compile(rb"\\u(-?\d{4,5}) ?(?:\\'[0-9a-fA-F]{2}|[^\\{}\r\n])?\\u(-?\d{4,5})(?!\d)")
_MAX_GROUP = 1 << 20  # bytes


def properties(data: bytes) -> Properties:
    """Title, author, subject, keywords and category, and what is said of the document."""
    said = {name: next(_groups(data, name.encode()), "") for name in _INFO}
    return Properties(
        title=line(said["title"]),
        author=names([said["author"]]),
        subject=line(said["subject"]),
        description=prose(said["doccomm"]),
        keywords=keywords([said["keywords"], said["category"]]),
    )


def notes(data: bytes) -> Iterator[str]:
    """The notes of reviewers, each with its author."""
    authors = _groups(data, rb"\*\atnauthor")
    for text in _groups(data, rb"\*\annotation"):
        author = next(authors, "").strip()
        yield f"{author}: {text.strip()}" if author else text.strip()


def text_boxes(data: bytes) -> Iterator[str]:
    """The texts in shapes."""
    return (text.strip() for text in _groups(data, rb"\shptxt"))


def in_seven_bits(data: bytes) -> bytes:
    """With what should not be there, characters beyond ASCII as they are, written as escapes."""
    if data.isascii() or rb"\bin" in data:
        return data
    with suppress(UnicodeDecodeError):
        wide = (f"\\u{ord(c)}?" if c > "\x7f" else c for c in data.decode("utf-8"))
        return "".join(wide).encode()
    return _BEYOND_ASCII.sub(lambda byte: b"\\'%02x" % byte[0][0], data)


def simplified(data: bytes) -> bytes:
    """With what kreuzberg misreads written otherwise: fixed spaces and hyphens, and halves of a character."""
    return _HALVES.sub(_whole, _FIXED.sub(lambda sign: _SIGNS.get(sign[0], sign[0]), data))


def _whole(halves: re.Match[bytes]) -> bytes:
    high, low = (int(half) % 0x10000 for half in halves.groups())
    if not 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return halves[0]
    return b"\\u%d" % (0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _groups(data: bytes, name: bytes) -> Iterator[str]:
    """The texts of the groups of this name: its control word, or that after a star."""
    start, encoding = b"{" + (name if name.startswith(b"\\") else b"\\" + name), _encoding(data)
    at = data.find(start)
    while at >= 0:
        at += len(start)
        if not data[at : at + 1].isalpha():
            text, length = _plain(data[at : at + _MAX_GROUP], encoding)
            at += length
            yield text
        at = data.find(start, at)


def _encoding(data: bytes) -> str:
    page = _CODE_PAGE.search(data[:2000])
    return f"cp{page[1].decode()}" if page else "cp1252"


def _plain(data: bytes, encoding: str) -> tuple[str, int]:
    """The text up to the end of the group that has begun before, and how many bytes that takes."""
    out, depth, silent, end = list[str](), 1, 0, 0
    for token in _TOKEN.finditer(data):
        end = token.end()
        if brace := token["brace"]:
            depth += 1 if brace == b"{" else -1
            silent = 0 if depth < silent else silent
            if not depth:
                break
        elif token["word"] in _SILENT:
            silent = silent or depth
        elif not silent:
            out.append(_shown(token, encoding))
    text = "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, end


def _shown(token: re.Match[bytes], encoding: str) -> str:
    if token["unicode"]:
        with suppress(ValueError):
            return chr(int(token["unicode"]) % 0x10000)
    if token["sign"] in (b"\\", b"{", b"}"):
        return str(token["sign"].decode())
    raw = bytes.fromhex(token["hex"].decode()) if token["hex"] else token["text"] or b""
    if not raw:
        return " " if token["word"] in _BREAKS or token["sign"] == b"~" else ""
    try:
        return raw.decode(encoding, "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")
