"""Plain text: notes, Markdown, tables, source code, subtitles."""

from __future__ import annotations

import re
from pathlib import Path

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import segments
from bowerbird.core.types import Extraction, Kind, Locator, Properties, Segment

_CODE = (
    "ada asm awk bas bat bash c cc cfg clj cljs cmake coffee conf cpp cs css cu cxx d dart diff el elm erl ex exs f f90 fish "
    "for fs fsx gd go gradle graphql groovy h hh hpp hrl hs hxx ini java jl js json jsonl jsx kt kts less lisp lua m mjs ml "
    "mli mm nim nix pas patch php pl pm proto ps1 py pyi pyx r rb rkt rs sass scala scm scss sh sql sv svelte swift tcl tf "
    "toml ts tsx v vb vhd vim vue xsl xslt yaml yml zig zsh"
)
_PROSE = "adoc asc asciidoc bib csv ics lrc log markdown md mdown nfo org pod rst rss srt tex text tsv txt vcf vtt wiki xml"
SUFFIXES = frozenset(f".{suffix}" for suffix in f"{_CODE} {_PROSE}".split())

_MARKUP = frozenset({".xml", ".rss", ".xsl", ".xslt"})
_SUBTITLES = frozenset({".srt", ".vtt"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_TIMES = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d+:\d+[.,]\d+ --> .*\n?", re.MULTILINE)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|(.+)\n(?:={3,}|-{3,}))$", re.MULTILINE)
_BINARY_SHARE = 0.02
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def extract(path: Path, limits: Limits) -> Extraction:
    """The text in segments; Markdown by section.

    Raises:
        FileError: the file holds binary data.
    """
    with path.open("rb") as file:
        content = decoded(file.read(limits.max_characters * 2))[: limits.max_characters]
    suffix = path.suffix.lower()
    if suffix in _SUBTITLES:
        content = _TIMES.sub("", content).removeprefix("WEBVTT").strip()
    elif suffix in _MARKUP:
        content = re.sub(r"\n\s*\n+", "\n\n", _TAG.sub(" ", content))
    found = _by_section(content) if suffix in _MARKDOWN else tuple(segments(content))
    return Extraction(Kind.DOCUMENT, found, Properties(title=_title(content) if suffix in _MARKDOWN else ""))


def decoded(data: bytes) -> str:
    """Text of whatever encoding it is in: by its mark, as UTF-8, or by what it looks like.

    Raises:
        FileError: it is no text in any encoding.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _guessed(data)
    if _binary(text):
        raise FileError("The file holds binary data, not text.")
    return text


def _guessed(data: bytes) -> str:
    import charset_normalizer

    if data[:4096].count(0) > len(data[:4096]) * _BINARY_SHARE and not _looks_utf16(data):
        raise FileError("The file holds binary data, not text.")
    best = charset_normalizer.from_bytes(data[: 1 << 16]).best()
    if best is None:
        raise FileError("The file holds binary data, not text.")
    return data.decode(best.encoding, "replace")


def _looks_utf16(data: bytes) -> bool:
    head = data[:4096]
    return max(head[::2].count(0), head[1::2].count(0)) > len(head) * 0.3


def _binary(text: str) -> bool:
    head = text[:8192]
    odd = sum(1 for c in head if c < " " and c not in "\n\r\t\f\v\b\x1b")
    return odd > len(head) * _BINARY_SHARE


def _by_section(content: str) -> tuple[Segment, ...]:
    found: list[Segment] = []
    start, section = 0, ""
    for heading in _HEADING.finditer(content):
        found += segments(content[start : heading.start()], Locator(section=section))
        start, section = heading.start(), (heading[1] or heading[2]).strip()[:120]
    return (*found, *segments(content[start:], Locator(section=section)))


def _title(content: str) -> str:
    heading = _HEADING.search(content)
    return (heading[1] or heading[2]).strip()[:200] if heading else ""
