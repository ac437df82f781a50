"""``bowerbird saved`` and ``bowerbird recent``: the saved searches, and the last questions."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace

from bowerbird.core.commands.output import INDENT, Output, labelled, printable
from bowerbird.core.commands.search import answer
from bowerbird.core.errors import UsageError
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.search.query import parse
from bowerbird.core.state import SavedSearchState


def saved(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """Do the action that was typed.

    Raises:
        UsageError: it needs a name or a question, or no search is saved under this name.
        EnvironmentFailure: the saved searches cannot be read or written.
    """
    action, name = arguments.action, arguments.name
    if action == "list":
        yield _noted(_describe_saved(library.saved_searches()), library)
    elif not name or (action == "add" and not arguments.question):
        raise UsageError(f"Say which: bowerbird saved {action} NAME{' QUESTION' if action == 'add' else ''}")
    elif action == "add":
        library.save_search(name, arguments.question)
        yield labelled(saved=name)
    elif action == "remove":
        library.remove_saved(name)
        yield labelled(removed=name)
    else:
        typed = parse(library.saved_question(name))
        yield answer(library, replace(typed, query=replace(typed.query, limit=arguments.limit)))


def recent(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """List the last questions, or forget them.

    Raises:
        EnvironmentFailure: their file cannot be written.
    """
    if arguments.action == "clear":
        library.forget_questions()
        yield labelled(cleared="the last questions")
    else:
        yield _noted(_describe_recent(library.recent_questions()), library)


def _describe_saved(searches: Sequence[SavedSearchState]) -> Output:
    """The saved searches; how many files each finds now."""
    return Output([asdict(each) for each in searches], tuple(line for each in searches for line in _saved_lines(each)))


def _saved_lines(search: SavedSearchState) -> Iterable[str]:
    yield f"{printable(search.name)}  {_found(search)}"
    yield f"{INDENT}{printable(search.question)}"


def _found(search: SavedSearchState) -> str:
    if search.files is None:
        return "could not be counted"
    return f"{search.files:,}{' or more' if search.more else ''} file{'s' if search.files != 1 else ''}"


def _describe_recent(questions: Sequence[str]) -> Output:
    """The last questions, a line each."""
    return Output(list(questions), tuple(printable(question) for question in questions))


def _noted(listed: Output, library: LibraryCalls) -> Output:
    """With what there is to say of the library: nothing may be listed because the file is damaged."""
    return replace(listed, notice=" ".join(library.status().notices))
