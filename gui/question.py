"""What the user asks for: the text as typed, the examples, and the filters set with the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from bowerbird.core.catalog.filters.dates import Days
from bowerbird.core.conditions import Condition, Is
from bowerbird.core.questions import Example, Order
from bowerbird.core.search.query import Typed, TypedFilter, names_demanded, narrowed, parse, unfinished
from bowerbird.core.types import Kind

FIRST_LIMIT = 120
_MAX_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, with its name. ``before`` is the first day after it."""

    name: str
    after: date | None = None
    before: date | None = None

    def as_typed(self) -> str:
        """As a value of the filter ``date:``; of those offered in the menu, by their names, which move on with time."""
        if self.after and self.before and "–" in self.name:
            return f"{self.after}..{self.before - timedelta(days=1)}"
        return f'"{self.name.lower()}"'


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
    order: Order = Order.BEST
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
        return Question(text=self.text, like=self.like, apart=self.apart, order=self.order)

    def without(self, *filters: TypedFilter) -> Question:
        """The same question with these taken out of its text."""
        text = self.text
        for each in filters:
            before, _, after = text.partition(each.text)
            text = " ".join(filter(None, (before.strip(), after.strip())))
        return replace(self, text=text)

    def with_higher_limit(self) -> Question:
        """The same question for three times as many results, up to a maximum."""
        return replace(self, limit=min(_MAX_LIMIT, self.limit * 3))

    def as_typed(self) -> str:
        """The text with the filters that are set with the mouse, as one would type them."""
        filters = [text for _, text in self._chosen_beside(parse(self.text))]
        text = self.text.strip()
        if filters and " OR " in text:
            text = f"({text})"
        return " ".join(filter(None, (text, *filters)))

    def typed(self) -> Typed:
        """The query for the library, and what of the text makes no sense; places that are typed are looked up.

        The last word may still be the beginning of one. Typed filters take precedence over those set with the mouse;
        those behind a minus go with them.
        """
        typed = parse(self.text)
        query = narrowed(
            unfinished(typed.query, self.text), *(condition for condition, _ in self._chosen_beside(typed))
        )
        more = replace(query, like=self.like, apart=self.apart, order=self.order, limit=self.limit)
        return replace(typed, query=more)

    def _chosen_beside(self, typed: Typed) -> Iterator[tuple[Condition, str]]:
        """The filters set with the mouse that none is typed in place of, and how one would type them."""
        names = names_demanded(typed.query)
        if self.kind and "kind" not in names:
            yield Is("kind", frozenset({self.kind})), f"kind:{self.kind}"
        if self.folder and not names & {"under", "in"}:
            yield Is("under", self.folder), f'under:"{self.folder}"'
        if self.period != ANY_TIME and not names & {"date", "after", "before"}:
            yield Is("date", Days(self.period.after, self.period.before)), f"date:{self.period.as_typed()}"
