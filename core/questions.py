"""What is asked of a library: words, examples, filters, and an order. What answers is in answers.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bowerbird.core.conditions import EVERYTHING, Condition


class Order(StrEnum):
    """How hits are sorted."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    LARGEST = "largest"
    FOLDER = "folder"


class Liking(StrEnum):
    """How an example counts."""

    LIKE = "like"
    A_LITTLE = "a little"
    """Half as much."""
    NOT_LIKE = "not"
    """What is like it comes last."""


Box = tuple[float, float, float, float]
"""A part of an upright picture: its left edge, upper edge, width and height, as shares (0…1) of the whole."""


@dataclass(frozen=True, slots=True)
class Example:
    """A file to search by: all of it, or a part."""

    path: Path
    start_s: float | None = None
    end_s: float | None = None
    """Of a recording or clip, what is between these times in seconds."""
    liking: Liking = Liking.LIKE
    box: Box | None = None
    """What of a photo, or of a page, is meant."""
    page: int | None = None
    """Of a document, the page, counted from 1."""


@dataclass(frozen=True, slots=True)
class Near:
    """A point in degrees, north and east positive, and how many kilometres around it count."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Side:
    """Words, and the filters that go with them."""

    text: str = ""
    where: Condition = EVERYTHING


@dataclass(frozen=True, slots=True)
class Query:
    """A search: text and examples combine, and the filters restrict."""

    text: str = ""
    like: tuple[Example, ...] = ()
    where: Condition = EVERYTHING
    """The filters, quoted phrases and excluded words. Typed ones are parsed in core/search/query.py."""
    either: tuple[Side, ...] = ()
    """Where words stand on both sides of an OR: the sides, each with all that goes with it. ``text`` and ``where`` then
    have those of all: the words to be marked, and what every hit passes."""
    apart: bool = False
    """Whether the files of one shot are hits of their own; else they are one hit with its parts."""
    order: Order = Order.BEST
    """In which those that match well are listed, and before which the others."""
    limit: int = 50
    """Most hits."""
