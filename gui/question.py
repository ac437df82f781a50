"""What the user asks for: the text as typed, the examples, and the filters set with the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bowerbird.core.catalog.filters.dates import Days
from bowerbird.core.conditions import Condition, Is
from bowerbird.core.search.query import Typed, names_demanded, narrowed, parse
from bowerbird.core.types import Example, Kind

FIRST_LIMIT = 120
_MAX_LIMIT = 20_000


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

    def typed(self) -> Typed:
        """The query for the library, and what of the text makes no sense; places that are typed are looked up.

        Typed filters take precedence over those set with the mouse; those behind a minus go with them.
        """
        typed = parse(self.text)
        names = names_demanded(typed.query)
        chosen = [condition for those, condition in self._chosen() if not those & names]
        query = narrowed(typed.query, *chosen)
        return replace(typed, query=replace(query, like=self.like, apart=self.apart, limit=self.limit))

    def _chosen(self) -> Iterator[tuple[frozenset[str], Condition]]:
        """The filters set with the mouse, each with the names of those that replace it when they are typed."""
        if self.kind:
            yield frozenset({"kind"}), Is("kind", frozenset({self.kind}))
        if self.folder:
            yield frozenset({"under", "in"}), Is("under", self.folder)
        if self.period != ANY_TIME:
            yield frozenset({"date", "after", "before"}), Is("date", Days(self.period.after, self.period.before))
