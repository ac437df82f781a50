"""What is being asked: the text as typed, the examples, and the filters set with the mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bowerbird.core.search.query import parse
from bowerbird.core.types import Example, Kind, Query

FIRST_LIMIT = 120
_MOST = 4000


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, with its name. ``before`` is the first day no longer in it."""

    name: str
    after: date | None = None
    before: date | None = None


ANY_TIME = Period("Any time")


def periods(today: date) -> tuple[Period, ...]:
    """The stretches one can choose."""
    return (
        ANY_TIME,
        Period("Today", today),
        Period("This week", today - timedelta(days=today.weekday())),
        Period("This month", today.replace(day=1)),
        Period("This year", date(today.year, 1, 1)),
        Period("Last year", date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    )


def between(first: date, last: date) -> Period:
    """The days from one to the other, both included."""
    first, last = min(first, last), max(first, last)
    return Period(f"{first.isoformat()} – {last.isoformat()}", first, last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Question:
    """Frozen; make another with ``dataclasses.replace``."""

    text: str = ""
    like: tuple[Example, ...] = ()
    kind: Kind | None = None
    folder: Path | None = None
    period: Period = ANY_TIME
    limit: int = FIRST_LIMIT

    @property
    def empty(self) -> bool:
        """Whether nothing is typed and no example given."""
        return not self.text.strip() and not self.like

    @property
    def filtered(self) -> bool:
        """Whether a filter is set."""
        return self.kind is not None or self.folder is not None or self.period != ANY_TIME

    def unfiltered(self) -> Question:
        """The same text and examples, everywhere."""
        return Question(text=self.text, like=self.like)

    def wider(self) -> Question:
        """The same question, for more answers."""
        return replace(self, limit=min(_MOST, self.limit * 3))

    def query(self) -> Query:
        """What core is asked. Typed filters win over those set with the mouse.

        Raises:
            UsageError: a typed filter makes no sense.
        """
        typed = parse(self.text)
        return replace(
            typed,
            like=self.like,
            kinds=typed.kinds or (frozenset({self.kind}) if self.kind else frozenset()),
            under=typed.under or ((self.folder,) if self.folder else ()),
            after=typed.after or self.period.after,
            before=typed.before or self.period.before,
            limit=self.limit,
        )
