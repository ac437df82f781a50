"""Saved searches and the last questions, kept as ``saved.toml`` in the library folder.

Not in the catalog, which may be set aside and made anew from the user's files: these are made by the user alone.
"""

from __future__ import annotations

import logging
import threading
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from bowerbird.core import kept_files
from bowerbird.core.errors import EnvironmentFailure, UsageError

log = logging.getLogger(__name__)

_MOST_RECENT = 30  # questions
_LONGEST = 2_000  # characters of a question that is remembered: a longer one was pasted
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question with words and filters as they are typed, and the name that the user has given it."""

    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What is in the file."""

    searches: tuple[SavedSearch, ...] = ()
    """In the order in which they were first saved."""
    recent: tuple[str, ...] = ()
    """Questions, the newest first."""

    def with_search(self, name: str, question: str) -> Saved:
        """With one more, or with another question under a name that is there.

        Raises:
            UsageError: the name or the question is empty, or the name is too long or of several lines.
        """
        name, question = name.strip(), " ".join(question.split())
        if not name or not question:
            raise UsageError("A saved search needs a name and a question.")
        if len(name) > _LONGEST_NAME or not _is_a_line(name):
            raise UsageError(f"A name is one line of at most {_LONGEST_NAME} characters.")
        new = SavedSearch(name, question)
        if any(_is_called(each, name) for each in self.searches):
            return replace(self, searches=tuple(new if _is_called(each, name) else each for each in self.searches))
        return replace(self, searches=(*self.searches, new))

    def without_search(self, name: str) -> Saved:
        """Without that of this name.

        Raises:
            UsageError: there is none.
        """
        return replace(self, searches=tuple(each for each in self.searches if each != self.search(name)))

    def search(self, name: str) -> SavedSearch:
        """That of this name, in whatever capitals.

        Raises:
            UsageError: there is none.
        """
        found = next((each for each in self.searches if _is_called(each, name)), None)
        if found is None:
            raise UsageError(f'No search is saved as "{name}". See bowerbird saved.')
        return found

    def with_question(self, question: str) -> Saved:
        """With this as the newest question; one that it was begun with is not kept beside it."""
        question = " ".join(question.split())
        if not question or len(question) > _LONGEST:
            return self
        older = [each for each in self.recent if each.lower() != question.lower()]
        if older and question.lower().startswith(older[0].lower()):
            del older[0]
        return replace(self, recent=(question, *older)[:_MOST_RECENT])


class SavedFile:
    """The saved searches and last questions of an open library. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Read ``path``. If that cannot be done, there is nothing saved, and nothing is written until it is mended."""
        self._path, self._lock = path, threading.Lock()
        self.notice = ""
        """What the user should know about the file, if anything."""
        self.now, self._trouble = _load(path)
        if self._trouble:
            self.notice = self._trouble
        elif kept_files.is_emptied(path):
            beside = kept_files.last_good(path).name
            self.notice = f"{path} was empty. The saved searches in {beside} beside it are used instead."
        elif path.exists():
            kept_files.keep(path, path.read_bytes())

    def question(self, name: str) -> str:
        """What is saved under a name.

        Raises:
            UsageError: nothing is.
            EnvironmentFailure: the file was not understood.
        """
        if self._trouble:
            raise EnvironmentFailure(self._trouble)
        return self.now.search(name).question

    def change(self, update: Callable[[Saved], Saved]) -> None:
        """Save ``update(now)`` and make it current, one change at a time; if it raises, nothing changes.

        Raises:
            EnvironmentFailure: the file was not understood, or cannot be written.
        """
        with self._lock:
            if self._trouble:
                raise EnvironmentFailure(self._trouble)
            saved = update(self.now)
            if saved == self.now:
                return
            try:
                kept_files.write(self._path, tomli_w.dumps(_table(saved)).encode("utf-8", "surrogateescape"))
            except OSError as error:
                raise EnvironmentFailure(f"{self._path} cannot be written: {error.strerror}.") from error
            self.now, self.notice = saved, ""

    def remember(self, question: str) -> None:
        """Keep a question as the newest. Nobody has asked for that, so that a failure is no error."""
        try:
            self.change(lambda now: now.with_question(question))
        except EnvironmentFailure as error:
            log.warning("a question is not remembered: %s", error)


def _is_a_line(name: str) -> bool:
    """Whether something is to be seen, in one line. Joiners, which emoji and Persian have between letters, are fine."""
    categories = {unicodedata.category(character) for character in name}
    return not categories & {"Cc", "Cs", "Zl", "Zp"} and not categories <= {"Cf", "Zs"}


def _is_called(search: SavedSearch, name: str) -> bool:
    return search.name.lower() == name.strip().lower()


def _load(path: Path) -> tuple[Saved, str]:
    """What is in the file, and what is wrong with it, if anything."""
    if not path.exists():
        return Saved(), ""
    try:
        table = tomllib.loads(kept_files.read(path).decode("utf-8", "surrogateescape"))
        searches = tuple(SavedSearch(str(each["name"]), str(each["question"])) for each in table.get("searches", ()))
        return Saved(searches, tuple(map(str, _list(table.get("recent", []))))), ""
    except (OSError, ValueError, TypeError, KeyError) as error:
        return Saved(), f"The saved searches in {path} cannot be read ({error}). Correct or delete that file."


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _table(saved: Saved) -> dict[str, Any]:
    return {"recent": saved.recent, "searches": [asdict(each) for each in saved.searches]}
