"""Plain text: notes, Markdown, tables, source code, subtitles."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from pathlib import Path

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import label, of_parts, segments
from bowerbird.core.types import Extraction, Kind, Locator, Properties

_CODE = (
    "ada asm awk bas bat bash c cc cfg clj cljs cmake coffee conf cpp cs css cu cxx d dart diff el elm erl ex exs f "
    "f90 fish for fs fsx gd go gradle graphql groovy h hh hpp hrl hs hxx ini java jl js json jsonl jsx kt kts less "
    "lisp lua m mjs ml mli mm nim nix pas patch php pl pm proto ps1 py pyi pyx r rb rkt rs sass scala scm scss sh sql "
    "sv svelte swift tcl tf toml ts tsx v vb vhd vim vue xsl xslt yaml yml zig zsh"
)
_PROSE = (
    "adoc asc asciidoc bib csv ics lrc log markdown md mdown nfo org pod rst rss srt tex text tsv txt vcf vtt wiki xml"
)
SUFFIXES = frozenset(f".{suffix}" for suffix in f"{_CODE} {_PROSE}".split())

_MARKUP = frozenset({".xml", ".rss", ".xsl", ".xslt"})
_SUBTITLES = frozenset({".srt", ".vtt"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_TIMES = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d+:\d+[.,]\d+ --> .*\n?", re.MULTILINE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|(.+)\n(?:={3,}|-{3,}))$", re.MULTILINE)
_HEAD = 8192  # bytes, or characters, that tell text from data
_BINARY_SHARE = 0.02
_UTF16_SHARE = 0.3
_ACCENTS_SHARE = 0.3
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëíîïñòóôõöøùúûüœŒŸ€“”‘’„‚–—…«»°§£©®¡¿·•™´\xa0")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def extract(path: Path, form: str, limits: Limits) -> Extraction:
    """The text in segments; Markdown by section.

    Raises:
        FileError: the file holds binary data.
    """
    with path.open("rb") as file:
        data = file.read(limits.max_characters * 2)
    content = decoded(data, cut=len(data) == limits.max_characters * 2)[: limits.max_characters]
    if form in _SUBTITLES:
        content = _TIMES.sub("", content).removeprefix("WEBVTT").strip()
    elif form in _MARKUP:
        content = re.sub(r"\n\s*\n+", "\n\n", html.unescape(_TAG.sub(" ", content)))
    if form not in _MARKDOWN:
        return Extraction(Kind.DOCUMENT, tuple(segments(content)))
    found = of_parts(_sections(content), limits.max_characters)
    return Extraction(Kind.DOCUMENT, found, Properties(title=_title(content)))


def decoded(data: bytes, *, cut: bool = False) -> str:
    """Text of whatever encoding it is in: by its mark, as UTF-8, or by what it looks like.

    ``cut``: the data end somewhere, perhaps within a character.

    Raises:
        FileError: it is no text in any encoding.
    """
    text = _decoded(data, cut)
    if text is None or _binary(text):
        raise FileError("The file holds binary data, not text.")
    return text


def _decoded(data: bytes, cut: bool) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:_HEAD]:
        return _as_utf16(data)
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, not cut)
    except UnicodeDecodeError:
        return _as_western(data) or _guessed(data)


def _as_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in most texts every other byte is zero."""
    head = data[:_HEAD]
    for zeros, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros.count(0) > len(zeros) * _UTF16_SHARE:
            return data.decode(encoding, "replace")
    return None


def _as_western(data: bytes) -> str | None:
    """Windows-1252 and Latin-1, where nothing speaks against them: guessing is poor at few accents in many letters."""
    head = data[: 1 << 16]
    high = bytes(byte for byte in head if byte > 127)
    few = len(high) <= _ACCENTS_SHARE * len(head)
    return data.decode("cp1252", "replace") if few and set(high.decode("cp1252", "replace")) <= _WESTERN else None


def _guessed(data: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[: 1 << 16]).best()
    return data.decode(best.encoding, "replace") if best else None


def _binary(text: str) -> bool:
    head = text[:_HEAD]
    odd = sum(1 for c in head if c < " " and c not in "\n\r\t\f\v\b\x1b")
    return odd > len(head) * _BINARY_SHARE


def _sections(content: str) -> Iterator[tuple[Locator, str]]:
    start, where = 0, Locator()
    for heading in _HEADING.finditer(content):
        yield where, content[start : heading.start()]
        start, where = heading.start(), Locator(section=label(heading[1] or heading[2]))
    yield where, content[start:]


def _title(content: str) -> str:
    heading = _HEADING.search(content)
    return label(heading[1] or heading[2]) if heading else ""
