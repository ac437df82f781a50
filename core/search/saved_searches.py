"""Saved searches with how much each finds now."""

from __future__ import annotations

from dataclasses import replace

from bowerbird.core.conditions import EVERYTHING
from bowerbird.core.errors import BowerbirdError, UsageError
from bowerbird.core.saved import SavedFile, SavedSearch
from bowerbird.core.search.query import parse, ranks
from bowerbird.core.search.searcher import Searcher
from bowerbird.core.state import SavedSearchState


class SavedSearches:
    """What the user has saved, counted anew whenever somebody asks: nothing is kept that could be out of date."""

    def __init__(self, file: SavedFile, searcher: Searcher) -> None:
        """``file`` keeps them, ``searcher`` counts."""
        self._file, self._searcher = file, searcher

    def states(self) -> tuple[SavedSearchState, ...]:
        """All, in the order in which they were saved."""
        return tuple(self._state(each) for each in self._file.now.searches)

    def _state(self, search: SavedSearch) -> SavedSearchState:
        """One that cannot be counted is listed all the same."""
        try:
            files, more = self._searcher.count(parse(search.question).query)
        except BowerbirdError:
            return SavedSearchState(search.name, search.question, None)
        return SavedSearchState(search.name, search.question, files, more)

    def add(self, name: str, question: str) -> None:
        """Save a question, in place of any that has this name.

        Raises:
            UsageError: it asks for nothing, or the name is none.
            EnvironmentFailure: it cannot be kept.
        """
        typed = parse(question)
        if question.strip() and not ranks(typed.query) and typed.query.where == EVERYTHING:
            raise UsageError(typed.problems[0].sentence if typed.problems else "This question asks for nothing.")
        self._file.change(lambda now: now.with_search(name, question))

    def remove(self, name: str) -> None:
        """Forget the search with this name.

        Raises:
            UsageError: there is none.
            EnvironmentFailure: that cannot be kept.
        """
        self._file.change(lambda now: now.without_search(name))

    def forget_questions(self) -> None:
        """Forget the last questions.

        Raises:
            EnvironmentFailure: the file cannot be written.
        """
        self._file.change(lambda now: replace(now, recent=()))
