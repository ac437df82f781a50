"""The examples of a question: which files, or which parts of them, and how each counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bowerbird.core.questions import Example
from bowerbird.gui.question import FIRST_LIMIT, Question


class Asker(Protocol):
    """Has a question, and asks another."""

    question: Question

    def ask(self, question: Question) -> None:
        """Search for something else."""


class ExampleSet:
    """Changes the examples of the question that is asked."""

    def __init__(self, asker: Asker) -> None:
        """``asker`` is the session."""
        self._asker = asker

    def add(self, paths: tuple[Path, ...]) -> None:
        """Search by these files as well."""
        self._ask((*self._asker.question.like, *(Example(path) for path in paths)))

    def remove(self, example: Example) -> None:
        """Search by this file, or this part of it, no longer."""
        self._ask(tuple(other for other in self._asker.question.like if other != example))

    def change(self, example: Example, changed: Example) -> None:
        """Search by another part of a file, or count it otherwise."""
        self._ask(tuple(changed if other == example else other for other in self._asker.question.like))

    def find_similar(self, path: Path, start_s: float | None = None, end_s: float | None = None) -> None:
        """Search by this file alone, or by a part of a recording or clip, in seconds."""
        self._asker.ask(Question(like=(Example(path, start_s, end_s),), apart=self._asker.question.apart))

    def _ask(self, like: tuple[Example, ...]) -> None:
        self._asker.ask(replace(self._asker.question, like=tuple(dict.fromkeys(like)), limit=FIRST_LIMIT))
