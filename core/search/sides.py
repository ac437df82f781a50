"""Divides what is typed at the ORs between words: each side is searched by itself."""

from __future__ import annotations

from itertools import product

from bowerbird.core.conditions import EVERYTHING, AllOf, AnyOf, Condition, Is, Not, all_of, any_of, demanded
from bowerbird.core.questions import Side

TEXT = "text"
"""The name of a condition that is none: a word to rank by."""
_MOST_SIDES = 16


def sides_of(tree: Condition) -> list[Side] | None:
    """The sides of the ORs between words, all combinations of them; None if there are too many."""
    if isinstance(tree, Is) and tree.name == TEXT:
        return [Side(tree.value)]
    if isinstance(tree, Is | Not) or not any(each.name in (TEXT, "phrase") for each in demanded(tree)):
        return [Side("", tree)]
    parts = [sides_of(part) for part in tree.of]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if isinstance(tree, AnyOf):
        sides = [side for part in found for side in part]
        return sides if len(sides) <= _MOST_SIDES else None
    sides = [Side()]
    for part in found:
        if len(sides) * len(part) > _MOST_SIDES:
            return None
        sides = [_both(*pair) for pair in product(sides, part)]
    return sides


def _both(one: Side, other: Side) -> Side:
    return Side(" ".join(filter(None, (one.text, other.text))), all_of(one.where, other.where))


def typed_in(tree: Condition) -> list[str]:
    """The words to rank by."""
    return [each.value for each in demanded(tree) if each.name == TEXT]


def restrictions_of(tree: Condition) -> Condition:
    """What is left of it where words let everything through."""
    if isinstance(tree, Is | Not):
        return EVERYTHING if isinstance(tree, Is) and tree.name == TEXT else tree
    join = all_of if isinstance(tree, AllOf) else any_of
    return join(*map(restrictions_of, tree.of))
