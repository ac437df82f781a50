"""Reads Jupyter notebooks (nbformat 3 and 4): kreuzberg, as of 4.10, takes their UTF-8 for Latin-1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bowerbird.core.errors import FileError
from bowerbird.core.extractors import segments
from bowerbird.core.extractors.base import DAMAGED, Limits
from bowerbird.core.extractors.documents.property_values import line, names
from bowerbird.core.extractors.encodings import decode
from bowerbird.core.extractors.segments import Part, label
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Locator, Properties

SUFFIXES = frozenset({".ipynb"})


def extract(source: Source, _form: str, limits: Limits) -> Extraction:
    """The sources of the cells and what they print, a locator for each heading.

    Raises:
        FileError: it is damaged.
    """
    try:
        notebook = json.loads(decode(source.read()))
        return segments.document(list(_parts(notebook)), limits, _properties(notebook))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(DAMAGED) from error


def _parts(notebook: Any) -> Iterator[Part]:
    locator = Locator()
    sheets = notebook.get("worksheets") or [notebook]
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", [])):
        text = _text(cell.get("source") or cell.get("input"))
        if cell.get("cell_type") == "heading" or (cell.get("cell_type") == "markdown" and text.startswith("#")):
            locator = Locator(section=label(text.partition("\n")[0].lstrip("# ")))
        yield locator, f"{text}\n\n"
        for output in cell.get("outputs") or []:
            data = output.get("data") or {}
            failed = ": ".join(filter(None, (_text(output.get("ename")), _text(output.get("evalue")))))
            printed = _text(output.get("text") or data.get("text/markdown") or data.get("text/plain")) or failed
            yield locator, f"{printed}\n\n" if printed else ""


def _text(lines: Any) -> str:
    return "".join(lines) if isinstance(lines, list) else str(lines or "")


def _properties(notebook: Any) -> Properties:
    said = notebook.get("metadata") or {}
    authors = said.get("authors") or []
    return Properties(
        title=line(said.get("title") or said.get("name")),
        author=names(author.get("name") if isinstance(author, dict) else author for author in authors),
    )
