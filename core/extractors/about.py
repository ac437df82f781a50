"""What a file says of itself in its headers, as a text: captions and names are found like what a person reads in it."""

from __future__ import annotations

from bowerbird.core.types import Extraction, Locator, Modality, Properties, Segment

ABOUT = "about"
"""The section of the locator of this text, which stands nowhere in the file that a reader would see."""
_LENGTH = 4_000  # characters: a caption is seldom longer, and the models read less


def about(extraction: Extraction) -> Segment | None:
    """A TEXT segment of all that the properties say and the file's own text does not; None if that is nothing."""
    said = "\n".join(segment.text for segment in extraction.segments if segment.modality is Modality.TEXT).casefold()
    lines = [line for line in _lines(extraction.properties) if line and line.casefold() not in said]
    return Segment(Modality.TEXT, Locator(section=ABOUT), "\n".join(lines)[:_LENGTH]) if lines else None


def _lines(own: Properties) -> tuple[str, ...]:
    """The most telling first: the models read the beginning, and hits show it."""
    return (
        own.title,
        own.description,
        own.subject,
        ", ".join(own.people),
        ", ".join(own.keywords),
        own.author,
        own.sender,
        own.album,
    )
