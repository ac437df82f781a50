"""The questions that were asked, to go back to and forward again, as in a browser."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.gui.question import FIRST_LIMIT, Question

_MOST = 200


class History:
    """A list of questions and a place in it. What is typed without a pause is one question."""

    def __init__(self) -> None:
        """At an empty question."""
        self._questions = [Question()]
        self._at = 0
        self._typing = False

    def visit(self, question: Question, *, typing: bool) -> None:
        """Note what is asked now; what lay ahead is forgotten. ``typing``: it takes the place of what was typed."""
        question = replace(question, limit=FIRST_LIMIT)
        if question == self._questions[self._at]:
            return
        kept = self._questions[: self._at if typing and self._typing else self._at + 1]
        self._questions = [*kept, question][-_MOST:]
        self._at, self._typing = len(self._questions) - 1, typing

    def settle(self) -> None:
        """What is typed from now on is another question."""
        self._typing = False

    def step(self, by: int) -> Question:
        """The question before (-1) or after (1) the one that is asked; at an end, that one."""
        self._at = min(len(self._questions) - 1, max(0, self._at + by))
        self._typing = False
        return self._questions[self._at]
