"""What a file says of itself in its headers, as a text: captions and names are found like what a person reads in it."""

from __future__ import annotations

from bowerbird.core.places import place_at
from bowerbird.core.types import Extraction, Locator, Modality, Properties, Segment

ABOUT = "\x1fabout"
WHEREABOUTS = "\x1fplace"
UNSEEN = frozenset({ABOUT, WHEREABOUTS})
"""The sections of the locators of these texts, which stand nowhere in the file that a reader would see. No heading is
called so: control characters are no part of one."""
_LENGTH = 4_000  # characters: a caption is seldom longer, and the models read less


def about(extraction: Extraction) -> Segment | None:
    """A TEXT segment of all that the properties say and the file's own text does not; None if that is nothing."""
    said = "\n".join(segment.text for segment in extraction.segments if segment.modality is Modality.TEXT).casefold()
    lines = [line for line in _lines(extraction.properties) if line and line.casefold() not in said]
    if not lines:
        return None
    place = place_at(extraction.properties.latitude, extraction.properties.longitude)
    text = "\n".join((*lines, *([place.label] if place else ())))
    return Segment(Modality.TEXT, Locator(section=ABOUT), text[:_LENGTH])


def whereabouts(properties: Properties) -> Segment | None:
    """A TEXT segment of the names of the place where it was taken; None if that is not known.

    It is one of its own, beside the one name that stands with a caption, and has no vector: so many would drown what
    the caption means, and mean nothing together.
    """
    place = place_at(properties.latitude, properties.longitude)
    return Segment(Modality.TEXT, Locator(section=WHEREABOUTS), place.words[:_LENGTH]) if place else None


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
