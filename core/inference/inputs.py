"""Turns extracted segments into model inputs, and divides windows of sound into spans."""

from __future__ import annotations

from typing import Any

from bowerbird.core.catalog.picture_texts import IN_PICTURE
from bowerbird.core.extractors.about import ABOUT, WHEREABOUTS
from bowerbird.core.types import Locator, Modality, Segment
from bowerbird.core.words import all_words

_SPAN_S = 5.0  # a bark, a sentence: long enough to tell one sound from another, short enough to point at it
_MIN_WORDS = 2
"""A line of speech, a text in a picture or a caption with fewer words is not encoded: the vector of "Oh" is near to
everything."""


def model_input(segment: Segment) -> Any:
    """The item that models of the segment's modality take; None if there is nothing to encode.

    Text, pixels, samples, or for a scene its frames and samples.
    """
    if segment.modality is Modality.SOUND:
        return segment.samples
    if segment.modality is Modality.IMAGE:
        return segment.pixels
    if segment.modality is Modality.SCENE:
        return segment.frames, segment.samples
    return segment.text if is_encoded(segment.text, segment.locator) else None


def is_encoded(text: str, at: Locator) -> bool:
    """Whether a text is worth a vector; the names of a place are none."""
    may_be_brief = at.start_s is not None or at.section in (ABOUT, IN_PICTURE)
    enough = _MIN_WORDS if may_be_brief else 0
    return bool(text.strip()) and at.section != WHEREABOUTS and len(all_words(text)) >= enough


def spans(length_s: float) -> tuple[tuple[float, float], ...]:
    """Divides a window of sound of this length into equal spans of about five seconds: starts and ends in seconds.

    Each span becomes a segment with a vector of its own.
    """
    number = max(1, round(length_s / _SPAN_S))
    return tuple((length_s * step / number, length_s * (step + 1) / number) for step in range(number))


def within(window: Segment, start_s: float, end_s: float) -> Locator:
    """Where a span of a window of sound, in seconds from the window's start, lies in its file."""
    offset_s = window.locator.start_s or 0.0
    return Locator(None, window.locator.section, round(offset_s + start_s, 3), round(offset_s + end_s, 3))
