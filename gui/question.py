"""What the user asks for: the text as typed, the examples, and the filters set with the mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bowerbird.core.search.query import parse
from bowerbird.core.types import Example, Kind, Query

FIRST_LIMIT = 120
_MAX_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, with its name. ``before`` is the first day after it."""

    name: str
    after: date | None = None
    before: date | None = None


ANY_TIME = Period("Any time")


def periods(today: date) -> tuple[Period, ...]:
    """The periods offered in a menu."""
    return (
        ANY_TIME,
        Period("Today", today),
        Period("This week", today - timedelta(days=today.weekday())),
        Period("This month", today.replace(day=1)),
        Period("This year", date(today.year, 1, 1)),
        Period("Last year", date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    )


def between(first: date, last: date) -> Period:
    """The days from one to the other in either order, both included."""
    first, last = min(first, last), max(first, last)
    return Period(f"{first.isoformat()} – {last.isoformat()}", first, last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Question:
    """One state of the query box and the filters. Frozen; derive another with ``dataclasses.replace``."""

    text: str = ""
    like: tuple[Example, ...] = ()
    kind: Kind | None = None
    folder: Path | None = None
    period: Period = ANY_TIME
    apart: bool = False
    """Whether the files of one shot are results of their own."""
    limit: int = FIRST_LIMIT

    @property
    def empty(self) -> bool:
        """True if there is neither text nor an example."""
        return not self.text.strip() and not self.like

    @property
    def filtered(self) -> bool:
        """True if a filter is set with the mouse."""
        return self.kind is not None or self.folder is not None or self.period != ANY_TIME

    def unfiltered(self) -> Question:
        """The same text and examples, without filters."""
        return Question(text=self.text, like=self.like, apart=self.apart)

    def with_higher_limit(self) -> Question:
        """The same question for three times as many results, up to a maximum."""
        return replace(self, limit=min(_MAX_LIMIT, self.limit * 3))

    def query(self) -> Query:
        """The query for the library. Typed filters take precedence over those set with the mouse.

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
            apart=self.apart,
            limit=self.limit,
        )
