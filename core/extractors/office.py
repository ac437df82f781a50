"""Office, e-book and web formats, through kreuzberg, with everything off that reaches beyond the file."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.segments import segments
from bowerbird.core.types import Extraction, Kind, Locator, Properties, Segment

if TYPE_CHECKING:
    from kreuzberg import ExtractionConfig

SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in "doc docm docx dot dotm dotx epub fb2 htm html hwp hwpx ipynb key msg numbers "
    "one pages pot potm potx pps ppsm ppsx ppt pptm pptx rtf vsdx wps xhtml xls xlsb xlsm xlsx xlt xltx xps".split()
)
_CLOSED = frozenset({".key", ".numbers", ".pages", ".one", ".hwp"})  # text in these that is not found is there all the same
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def extract(path: Path, limits: Limits) -> Extraction:
    """The text; of slides, by slide.

    Raises:
        FileError: it cannot be read.
    """
    import kreuzberg

    try:
        result = kreuzberg.extract_file_sync(path, config=_config())
    except (kreuzberg.KreuzbergError, RuntimeError, ValueError) as error:
        raise FileError(_sentence(path, str(error))) from error
    found = _segments(result, limits)
    if not found and path.suffix.lower() in _CLOSED:
        raise FileError("There is no text in this document that Bowerbird can read.")
    return Extraction(Kind.DOCUMENT, found, _properties(result.metadata))


def plain_html(source: str) -> str:
    """The text of an HTML page."""
    import kreuzberg

    try:
        return str(kreuzberg.extract_bytes_sync(source.encode(), "text/html", config=_config()).content)
    except kreuzberg.KreuzbergError:
        return source


@cache
def _config() -> ExtractionConfig:
    import kreuzberg

    return kreuzberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        output_format="plain",
        pages=kreuzberg.PageConfig(extract_pages=True),
    )


def _segments(result: Any, limits: Limits) -> tuple[Segment, ...]:
    pages = [page for page in result.pages or () if page["content"].strip()]
    if len(pages) > 1:
        return tuple(one for page in pages for one in segments(page["content"], Locator(page=page["page_number"])))
    return tuple(segments(result.content[: limits.max_characters].replace("\0", "")))


def _properties(told: dict[str, Any]) -> Properties:
    authors = told.get("authors") or told.get("author") or ""
    return Properties(
        title=str(told.get("title") or "").strip(),
        author=", ".join(authors) if isinstance(authors, list) else str(authors),
        taken_at=_date(told.get("modified_at") or told.get("created_at")),
        pages=told.get("page_count") or None,
    )


def _date(value: object) -> datetime | None:
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    return None


def _sentence(path: Path, said: str) -> str:
    low = said.lower()
    if "password" in low or "encrypt" in low or _wrapped(path):
        return "The document is locked with a password."
    if "unsupported" in low or "unknown extension" in low or "validation" in low:
        return "Bowerbird cannot read this format yet; the file is found by its name."
    return "The document is damaged, or not what its name says."


def _wrapped(path: Path) -> bool:
    """Whether an office file is encrypted: then it is an OLE container around the archive it should be (MS-OFFCRYPTO)."""
    with path.open("rb") as file:
        return path.suffix.lower().endswith(("x", "m", "b")) and file.read(len(_OLE)) == _OLE
