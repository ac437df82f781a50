"""Reads office and e-book formats through kreuzberg, with everything off that reaches beyond the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import sniff
from bowerbird.core.extractors.base import DAMAGED, LOCKED, Limits
from bowerbird.core.extractors.documents import ole, ole_texts, ooxml, rtf, rtf_fonts
from bowerbird.core.extractors.documents.property_values import keywords, line, moment, names, prose
from bowerbird.core.extractors.segments import document, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

if TYPE_CHECKING:
    from kreuzberg import ExtractionConfig

_OFFICE, _MS = "application/vnd.openxmlformats-officedocument.", "application/vnd.ms-"
_TYPES = {
    ".doc": "application/msword",
    ".dot": "application/msword",
    ".xlsb": f"{_MS}excel.sheet.binary.macroEnabled.12",
    ".xls": f"{_MS}excel",
    ".xlt": f"{_MS}excel",
    ".ppt": f"{_MS}powerpoint",
    ".pot": f"{_MS}powerpoint",
    ".pps": f"{_MS}powerpoint",
    ".rtf": "application/rtf",
    ".msg": f"{_MS}outlook",
    ".hwpx": "application/haansofthwpx",
}
SUFFIXES = frozenset(_TYPES)
_PAGE_MARK = "\n\x1e{page_num}\x1e\n"
_PAGE_MARKS = re.compile(r"\n?\x1e(\d+)\x1e\n?")
_COMPLETE = 0.9  # share of the text that a document's structure must hold to be used
# kreuzberg leaves links and emphasis in "plain" text as Markdown has them.
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_STRONG = re.compile(r"(?<!\w)(\*\*|__|\*|~~)(\S(?:[^*_~\n]*\S)?)\1(?!\w)")


def extract(source: Source, form: str, limits: Limits) -> Extraction:
    """The text, by page or slide, else by sheet or chapter, where the format has them.

    Raises:
        FileError: it cannot be read.
    """
    try:
        data = rtf_fonts.recoded(rtf.in_seven_bits(source.read())) if form == ".rtf" else source.read()
        result = read(rtf.simplified(data) if form == ".rtf" else data, _TYPES[form])
    except FileError:
        if sniff.is_encrypted_office(source):
            raise FileError(LOCKED) from None
        raise
    parts = [(Locator(), result.content)] if form == ".msg" else _parts(result)
    parts = [(locator, _without_markup(text)) for locator, text in parts]
    if form == ".rtf":
        said = "".join(text for _, text in parts)
        parts += ((Locator(), f"{text}\n\n") for text in rtf.text_boxes(data) if text not in said)
        parts += ((Locator(section="Comments"), f"{note}\n") for note in rtf.notes(data))
    if form in ole_texts.FORMS:
        parts += ole_texts.beside(source, form, "".join(text for _, text in parts))
    return document(parts, limits, _properties(form, result.metadata, _own_properties(source, form, data)))


def _own_properties(source: Source, form: str, data: bytes) -> Properties:
    """What the document says of itself and kreuzberg may not tell."""
    if form == ".rtf":
        return rtf.properties(data)
    return ooxml.properties_of(source) if form == ".xlsb" else ole.properties(source)


def read(data: bytes, mime_type: str) -> Any:
    """A document as kreuzberg reads it: its ``ExtractionResult``.

    Raises:
        FileError: the document is damaged or locked.
    """
    import kreuzberg

    try:
        return kreuzberg.extract_bytes_sync(data, mime_type, config=_config())
    except (kreuzberg.KreuzbergError, RuntimeError, ValueError) as error:
        message = str(error).lower()
        raise FileError(LOCKED if "password" in message or "encrypt" in message else DAMAGED) from error


@cache
def _config() -> ExtractionConfig:
    import kreuzberg

    return kreuzberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,  # type: ignore[call-arg]  # missing in kreuzberg's stubs
        enable_quality_processing=False,
        output_format="plain",
        include_document_structure=True,
        pages=kreuzberg.PageConfig(extract_pages=True, insert_page_markers=True, marker_format=_PAGE_MARK),
    )


def _parts(result: Any) -> list[tuple[Locator, str]]:
    if "\x1e" in result.content:
        return _by_slide(result.content)
    pages = [page for page in result.pages or () if page["content"].strip()]
    if len(pages) > 1:
        return [(Locator(page=page["page_number"]), page["content"]) for page in pages]
    parts = list(_by_structure((result.document or {}).get("nodes", ())))
    complete = sum(_visible(text) for _, text in parts) >= _COMPLETE * _visible(result.content)
    return parts if complete else [(Locator(), result.content)]


def _visible(text: str) -> int:
    """How many characters are no space."""
    return sum(map(len, text.split()))


def _without_markup(text: str) -> str:
    return _STRONG.sub(r"\2", _LINK.sub(r"\1", text))


def _by_slide(content: str) -> list[tuple[Locator, str]]:
    before, *numbered = _PAGE_MARKS.split(content)
    slides = zip(numbered[::2], numbered[1::2], strict=True)
    return [(Locator(), before), *((Locator(page=int(number)), text) for number, text in slides)]


def _by_structure(nodes: Any) -> Iterator[tuple[Locator, str]]:
    locator, texts = Locator(), list[str]()
    for content in (node["content"] for node in nodes):
        if content["node_type"] in ("heading", "slide"):
            yield locator, "\n\n".join(texts)
            locator, texts = _locator(content), []
        if text := _text(content):
            texts.append(text)
    yield locator, "\n\n".join(texts)


def _locator(content: dict[str, Any]) -> Locator:
    if content["node_type"] == "slide":
        return Locator(page=content["number"])
    return Locator(section=label(_without_markup(content["text"])))


def _text(content: dict[str, Any]) -> str:
    if content["node_type"] != "table":
        return content.get("text") or (content.get("title") or "" if content["node_type"] == "slide" else "")
    rows: dict[int, list[str]] = {}
    for cell in content["grid"]["cells"]:
        rows.setdefault(cell["row"], []).append(cell["content"])
    return "\n".join("\t".join(cells).strip() for _, cells in sorted(rows.items()))


def _properties(form: str, metadata: dict[str, Any], own: Properties) -> Properties:
    """What kreuzberg tells of a document, and where it does not, what was found by other ways."""
    authors = metadata.get("authors") or [metadata.get("author")]
    subject = line(metadata.get("subject")) or own.subject
    return Properties(
        title=line(metadata.get("title")) or own.title or (subject if form == ".msg" else ""),
        author=names(authors if isinstance(authors, list) else [authors]) or own.author,
        sender=line(metadata.get("from_email")),
        subject=subject,
        description=prose(metadata.get("description") or metadata.get("annotation")) or own.description,
        keywords=keywords([*_listed(metadata.get("keywords")), *_listed(metadata.get("genres"))]) or own.keywords,
        taken_at=moment(metadata.get("modified_at")) or moment(metadata.get("created_at")) or own.taken_at,
        pages=_number(metadata.get("page_count")) or _number(metadata.get("slide_count")) or own.pages,
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
