"""A catalog of texts in known languages, without models."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.catalog.records import NewContent
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.types import FileFacts, FileState, Kind, Modality, Properties, Segment

FOLDER = Path("/texts")


def put(catalog: Catalog, name: str, text: str, language: str = "") -> int:
    """Keep a file with this text, as if it had been read; its content's id."""
    facts = FileFacts(FOLDER / name, len(text), 1)
    segments = [Segment(Modality.TEXT, text=text)]
    content = NewContent(name.encode(), Kind.DOCUMENT, Properties(), segments, [()], {}, frozenset())
    with catalog.transaction():
        catalog.folders.add(FOLDER)
        catalog.files.put(FOLDER, facts, Kind.DOCUMENT)
        content_id = catalog.contents.put(content)
        catalog.files.finish(facts.path, FileState.INDEXED, content_id=content_id)
        if language:
            catalog.languages.put([(content_id, language)])
    return content_id
