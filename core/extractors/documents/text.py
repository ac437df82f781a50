"""Reads plain text: notes, Markdown, tables, source code, subtitles. What is long is read a part at a time.

Which files are text by their name stands in ``suffixes.TEXT``; every other file whose first bytes are text is read
here too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import suffixes
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.encodings import decode, encoding_of, is_binary, order_of, read_as
from bowerbird.core.extractors.segments import from_parts, label, segments
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Properties

SUFFIXES = suffixes.TEXT

LEFT_OUT = "The first {:,} characters are read."
_HEAD = 1 << 16  # bytes that tell the encoding of a whole file
_LAST_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]*\Z")  # beyond ASCII, perhaps cut in two
_MARKUP = frozenset({".dfxp", ".opf", ".xml", ".rss", ".smi", ".ttml", ".xsl", ".xslt"})
_JSON = frozenset({".json", ".jsonl", ".properties"})  # with the same escapes
_SUBTITLES = frozenset({".srt", ".vtt", ".sbv"})
_STYLED_SUBTITLES = frozenset({".ass", ".ssa"})
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_TIMES = re.compile(r"^(?:\d+\s*\n)?(?:\d+:)?\d+:\d+[.,]\d+(?: --> .*|,(?:\d+:)?\d+:\d+[.,]\d+)\n?", re.MULTILINE)
_SPOKEN = re.compile(r"^(?:Dialogue|Comment):(?:[^,\n]*,){9}(.*)$", re.MULTILINE)  # SubStation Alpha
_NO_CUES = re.compile(r"^(?:NOTE|STYLE|REGION)\b.*?(?:\n[ \t]*\n|\Z)", re.MULTILINE | re.DOTALL)  # of WebVTT
_CUE_NAME = re.compile(r"^.*\n(?=[\d:]+[.,]\d+ --> )", re.MULTILINE)
_CUE_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<[\d:.]+>|\{\\[^{}\n]*\}")
_STYLE = re.compile(r"\{[^{}\n]*\}")
_STYLED_BREAK = re.compile(r"\\[Nnh]")
_TAG = re.compile(r"<[^<>]{1,2000}>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# Escapes of JSON (RFC 8259, 7): characters beyond the first plane are two halves.
_ESCAPE = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)")
_ESCAPED = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": "\n"}
_HEADING = re.compile(r"^(?:#{1,6}\s+(.+?)\s*#*|(.+)\n(?:={3,}|-{3,}))$", re.MULTILINE)


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The text in segments; a locator for each section of Markdown.

    Args:
        source: the file.
        form: the suffix to read it as.
        limits: which part of a text without sections is read; of others, characters beyond ``max_characters`` are not.

    Raises:
        FileError: the file holds binary data.
    """
    if is_plain(form):
        return _part(source, form, limits)
    data = source.read(limits.max_characters * 2)
    content = decode(data, cut=len(data) == limits.max_characters * 2)
    omissions = (LEFT_OUT.format(limits.max_characters),) if len(content) > limits.max_characters else ()
    content = content[: limits.max_characters]
    if form in _SUBTITLES:
        content = _cues(content, form)
    elif form in _STYLED_SUBTITLES:
        content = _STYLED_BREAK.sub(" ", _STYLE.sub("", "\n".join(_SPOKEN.findall(content)))) or content
    elif form in _MARKUP:
        content = re.sub(r"\n\s*\n+", "\n\n", html.unescape(_TAG.sub(" ", _CDATA.sub(r" \1 ", content))))
    if form not in _MARKDOWN:
        return Extraction(Kind.DOCUMENT, tuple(segments(content)), omissions=omissions)
    sections = from_parts(_sections(content), limits.max_characters)
    return Extraction(Kind.DOCUMENT, sections, Properties(title=_title(content)), omissions=omissions)


def _cues(content: str, form: str) -> str:
    """What is said, without times and marks of style."""
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    if form == ".vtt":
        content = _NO_CUES.sub("", content.partition("\n\n")[2] if content.startswith("WEBVTT") else content)
        content = _CUE_NAME.sub("", content)
    return html.unescape(_CUE_TAG.sub("", _TIMES.sub("", content))).strip()


def is_plain(form: str) -> bool:
    """Whether a text of this form is read in parts, which stand side by side."""
    return form not in _MARKUP | _SUBTITLES | _STYLED_SUBTITLES | _MARKDOWN


def _part(source: Source, form: str, limits: Limits) -> Extraction:
    start, most = int(limits.start_at), limits.part_bytes
    if limits.end_at is not None:
        most = max(0, min(most, limits.end_at - start))
    with source.open() as file:
        head = file.read(_HEAD)
        file.seek(start)
        data = file.read(most)
    encoding = _encoding(head, data, start)
    more = len(data) == limits.part_bytes and start + len(data) != limits.end_at
    if more:
        data = data[: _end_of_line(data, encoding or "")]
    content = read_as(data, encoding)
    if content is None or (is_binary(content) and not start):
        raise FileError("The file holds binary data, not text.")
    if form in _JSON:
        content = _ESCAPE.sub(_unescaped, content)
    next_at = float(start + len(data)) if more else None
    return Extraction(Kind.DOCUMENT, tuple(segments(content)), next_at=next_at)


def _encoding(head: bytes, data: bytes, start: int) -> str | None:
    """That of the whole file, if its beginning tells; else that of the part."""
    if head.isascii():  # further on, a crash may have left zeros in a log
        return encoding_of(data, cut=True) or ("utf-8" if start else None)
    encoding = encoding_of(head, cut=len(head) == _HEAD)
    return order_of(encoding, head) if encoding and start else encoding


def _end_of_line(data: bytes, encoding: str) -> int:
    """Where the last whole line of the data ends, or the last whole word if there is but one line."""
    wide = encoding.startswith(("utf-16", "utf-32"))
    if not wide:
        last = _LAST_CHARACTER.search(data, max(0, len(data) - 4)) if encoding == "utf-8" else None
        return (data.rfind(b"\n") + 1) or (data.rfind(b" ") + 1) or (last.start() if last else len(data))
    unit = int(encoding[4:6]) // 8
    line_end = "\n".encode(order_of(encoding, data))
    end = data.rfind(line_end)
    while end % unit and end > 0:
        end = data.rfind(line_end, 0, end + unit - 1)
    return end + unit if end > 0 else len(data) - len(data) % unit


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
