"""What a query demands of files: filters, joined by and, or and not. ``catalog/filters`` has their SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Is:
    """One filter with its value, both as the table in ``catalog/filters/table.py`` has them."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Not:
    """Lets through every file that ``of`` does not."""

    of: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Lets through what passes each; without any, every file."""

    of: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Lets through what passes one at least."""

    of: tuple[Condition, ...]


Condition = Is | Not | AllOf | AnyOf
EVERYTHING = AllOf()


def all_of(*conditions: Condition) -> Condition:
    """What passes each of these, without needless nesting."""
    parts: list[Condition] = []
    for condition in conditions:
        parts += condition.of if isinstance(condition, AllOf) else [condition]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def any_of(*conditions: Condition) -> Condition:
    """What passes one of these; everything, if one of them is."""
    if EVERYTHING in conditions:
        return EVERYTHING
    distinct = tuple(dict.fromkeys(conditions))
    return distinct[0] if len(distinct) == 1 else AnyOf(distinct)


def demanded(condition: Condition) -> Iterator[Is]:
    """The filters that are not under a negation, in order."""
    if isinstance(condition, Is):
        yield condition
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.of:
            yield from demanded(part)


def filters_of(condition: Condition) -> Iterator[Is]:
    """All filters, in order."""
    if isinstance(condition, Is):
        yield condition
    else:
        for part in (condition.of,) if isinstance(condition, Not) else condition.of:
            yield from filters_of(part)


def replaced(condition: Condition, change: Callable[[Is], Condition]) -> Condition:
    """The same with ``change`` of each filter in its place."""
    if isinstance(condition, Is):
        return change(condition)
    if isinstance(condition, Not):
        return Not(replaced(condition.of, change))
    join = all_of if isinstance(condition, AllOf) else any_of
    return join(*(replaced(part, change) for part in condition.of))


def only(condition: Condition, wanted: Callable[[Is], bool]) -> Condition:
    """What is left of it if negations, and all other filters than those wanted, let everything through."""
    return _thinned(condition, wanted, negations=False)


def without(condition: Condition, unwanted: Callable[[Is], bool]) -> Condition:
    """The same, but that these filters let everything through where they are not under a negation."""
    return _thinned(condition, lambda each: not unwanted(each), negations=True)


def _thinned(condition: Condition, kept: Callable[[Is], bool], *, negations: bool) -> Condition:
    """The same with everything in place of the filters, and perhaps the negations, that are not kept."""
    if isinstance(condition, Not):
        return condition if negations else EVERYTHING
    if isinstance(condition, Is):
        return condition if kept(condition) else EVERYTHING
    join = all_of if isinstance(condition, AllOf) else any_of
    return join(*(_thinned(part, kept, negations=negations) for part in condition.of))
