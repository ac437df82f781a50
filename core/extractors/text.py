"""Reads plain text: notes, Markdown, tables, source code, subtitles.

Which files are text by their name stands in ``suffixes.TEXT``; every other file whose first bytes are text is read
here too.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import suffixes
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import from_parts, label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = suffixes.TEXT

_MARKUP = frozenset({".xml", ".rss", ".xsl", ".xslt"})
_SUBTITLES = frozenset({".srt", ".vtt"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_TIMES = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d+:\d+[.,]\d+ --> .*\n?", re.MULTILINE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|(.+)\n(?:={3,}|-{3,}))$", re.MULTILINE)
_HEAD = 8192  # bytes, or characters, that tell text from data
_SAMPLE = 1 << 16  # bytes by which an encoding is guessed
_BINARY_SHARE = 0.02  # of control characters: from there on it is data
_UTF16_SHARE = 0.3  # of zeros among every other byte
_ACCENTS_SHARE = 0.3  # of bytes beyond ASCII: with more it is hardly a Western language
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëíîïñòóôõöøùúûüœŒŸ€“”‘’„‚–—…«»°§£©®¡¿·•™´\xa0")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The text in segments; a locator for each section of Markdown.

    Args:
        source: the file.
        form: the suffix to read it as.
        limits: characters beyond ``max_characters`` are left out.

    Raises:
        FileError: the file holds binary data.
    """
    data = source.read(limits.max_characters * 2)
    content = decode(data, cut=len(data) == limits.max_characters * 2)[: limits.max_characters]
    if form in _SUBTITLES:
        content = _TIMES.sub("", content).removeprefix("WEBVTT").strip()
    elif form in _MARKUP:
        content = re.sub(r"\n\s*\n+", "\n\n", html.unescape(_TAG.sub(" ", content)))
    if form not in _MARKDOWN:
        return Extraction(Kind.DOCUMENT, tuple(segments(content)))
    sections = from_parts(_sections(content), limits.max_characters)
    return Extraction(Kind.DOCUMENT, sections, Properties(title=_title(content)))


def decode(data: bytes, *, cut: bool = False) -> str:
    """Text in an unknown encoding: by its byte order mark, as UTF-8, as UTF-16, as Windows-1252, or guessed.

    ``cut``: the data may end within a character.

    Raises:
        FileError: it is no text in any encoding.
    """
    text = _decode_any(data, cut)
    if text is None or _is_binary(text):
        raise FileError("The file holds binary data, not text.")
    return text


def _decode_any(data: bytes, cut: bool) -> str | None:
    for byte_order_mark, encoding in _BOMS:
        if data.startswith(byte_order_mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:_HEAD]:
        return _as_utf16(data)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, not cut)
    except UnicodeDecodeError:
        return _as_western(data) or _guess(data)


def _as_utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: in most texts every other byte is zero."""
    head = data[:_HEAD]
    for zeros, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros.count(0) > len(zeros) * _UTF16_SHARE:
            return data.decode(encoding, "replace")
    return None


def _as_western(data: bytes) -> str | None:
    """Windows-1252, which holds Latin-1, where nothing speaks against it: guessing is poor at few accents."""
    head = data[:_SAMPLE]
    high = bytes(byte for byte in head if byte > 127)
    few = len(high) <= _ACCENTS_SHARE * len(head)
    return data.decode("cp1252", "replace") if few and set(high.decode("cp1252", "replace")) <= _WESTERN else None


def _guess(data: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
    return data.decode(best.encoding, "replace") if best else None


def _is_binary(text: str) -> bool:
    head = text[:_HEAD]
    controls = sum(1 for c in head if c < " " and c not in "\n\r\t\f\v\b\x1b")
    return controls > len(head) * _BINARY_SHARE


def _sections(content: str) -> Iterator[tuple[Locator, str]]:
    start, locator = 0, Locator()
    for heading in _HEADING.finditer(content):
        yield locator, content[start : heading.start()]
        start, locator = heading.start(), Locator(section=label(heading[1] or heading[2]))
    yield locator, content[start:]


def _title(content: str) -> str:
    heading = _HEADING.search(content)
    return label(heading[1] or heading[2]) if heading else ""
