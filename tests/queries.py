"""Queries as they are typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bowerbird.core.conditions import Condition
from bowerbird.core.questions import Query
from bowerbird.core.search.query import parse


def typed(text: str, **more: Any) -> Query:
    """The query of a text that makes sense, with further fields."""
    asked = parse(text)
    assert not asked.problems
    return replace(asked.query, **more)


def where(text: str) -> Condition:
    """Its filters."""
    return typed(text).where
