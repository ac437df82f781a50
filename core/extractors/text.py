"""Reads plain text: notes, Markdown, tables, source code, subtitles.

Which files are text by their name stands in ``suffixes.TEXT``; every other file whose first bytes are text is read
here too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bowerbird.core.extractors import suffixes
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.segments import from_parts, label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = suffixes.TEXT

_MARKUP = frozenset({".opf", ".xml", ".rss", ".xsl", ".xslt"})
_JSON = frozenset({".json", ".jsonl"})
_SUBTITLES = frozenset({".srt", ".vtt"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_TIMES = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d+:\d+[.,]\d+ --> .*\n?", re.MULTILINE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
# Escapes of JSON (RFC 8259, 7): characters beyond the first plane are two halves.
_ESCAPE = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)")
_ESCAPED = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": "\n"}
_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|(.+)\n(?:={3,}|-{3,}))$", re.MULTILINE)


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
    elif form in _JSON:
        content = _ESCAPE.sub(_unescaped, content)
    if form not in _MARKDOWN:
        return Extraction(Kind.DOCUMENT, tuple(segments(content)))
    sections = from_parts(_sections(content), limits.max_characters)
    return Extraction(Kind.DOCUMENT, sections, Properties(title=_title(content)))


def _unescaped(escape: re.Match[str]) -> str:
    high, low, code, letter = escape.groups()
    if letter:
        return _ESCAPED.get(letter, letter)
    return chr(int(code, 16)) if code else bytes.fromhex(high + low).decode("utf-16-be")


def _sections(content: str) -> Iterator[tuple[Locator, str]]:
    start, locator = 0, Locator()
    for heading in _HEADING.finditer(content):
        yield locator, content[start : heading.start()]
        start, locator = heading.start(), Locator(section=label(heading[1] or heading[2]))
    yield locator, content[start:]


def _title(content: str) -> str:
    heading = _HEADING.search(content)
    return label(heading[1] or heading[2]) if heading else ""
