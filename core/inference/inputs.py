"""What models are given of an extraction: a segment as model input, and the spans of a window of sound."""

from __future__ import annotations

from typing import Any

from bowerbird.core.types import Locator, Modality, Segment
from bowerbird.core.words import all_words

_SPAN_S = 5.0  # a bark, a sentence: long enough to tell one sound from another, short enough to point at it
_TELLING = 2
"""Words that a line of speech must have to mean something: the vector of "Oh" is near to everybody's."""


def model_input(segment: Segment) -> Any:
    """What a model is given of a segment; None if there is nothing to give."""
    if segment.modality is Modality.SOUND:
        return segment.samples
    if segment.modality is Modality.IMAGE:
        return segment.pixels
    if segment.modality is Modality.SCENE:
        return segment.frames, segment.samples
    spoken = segment.locator.start_s is not None
    if not segment.text.strip() or (spoken and len(all_words(segment.text)) < _TELLING):
        return None
    return segment.text


def spans(length_s: float) -> tuple[tuple[float, float], ...]:
    """A window of sound in equal spans of about five seconds, a segment and a vector each."""
    number = max(1, round(length_s / _SPAN_S))
    return tuple((length_s * at / number, length_s * (at + 1) / number) for at in range(number))


def within(window: Segment, start_s: float, end_s: float) -> Locator:
    """Where a span of a window of sound lies in its file."""
    begins = window.locator.start_s or 0.0
    return Locator(start_s=round(begins + start_s, 3), end_s=round(begins + end_s, 3))
