from __future__ import annotations

from bowerbird.core.conditions import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Is,
    Not,
    all_of,
    any_of,
    demanded,
    filters_of,
    only,
    replaced,
    without,
)

A, B, C = (Is(name, 1) for name in "abc")


def test_nesting_is_no_deeper_than_it_has_to_be() -> None:
    assert all_of(A) == any_of(A) == any_of(A, A) == A
    assert all_of(A, all_of(B, C)) == AllOf((A, B, C))
    assert all_of() == all_of(EVERYTHING, EVERYTHING) == EVERYTHING == any_of(A, EVERYTHING)
    assert all_of(A, EVERYTHING) == A


def test_filters_with_and_without_those_under_a_negation() -> None:
    tree = all_of(A, Not(any_of(B, C)), any_of(C, Not(A)))
    assert list(filters_of(tree)) == [A, B, C, C, A]
    assert list(demanded(tree)) == [A, C]


def test_parts_of_a_tree() -> None:
    tree = AllOf((A, Not(B), AnyOf((B, C))))
    assert only(tree, lambda each: each == A) == A
    assert only(tree, lambda each: each in (B, C)) == AnyOf((B, C))
    assert without(tree, lambda each: each == A) == AllOf((Not(B), AnyOf((B, C))))
    assert without(tree, lambda each: each == B) == AllOf((A, Not(B)))
    assert replaced(tree, lambda each: C if each == B else each) == AllOf((A, Not(C), C))
