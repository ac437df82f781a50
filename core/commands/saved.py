"""``bowerbird saved`` and ``bowerbird recent``: the saved searches, and the last questions."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from bowerbird.core.commands import output
from bowerbird.core.commands.output import Output
from bowerbird.core.commands.search import answer
from bowerbird.core.errors import UsageError
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.search.query import parse


def saved(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """Do the action that was typed.

    Raises:
        UsageError: it needs a name or a question, or no search is saved under this name.
        EnvironmentFailure: the saved searches cannot be read or written.
    """
    action, name = arguments.action, arguments.name
    if action == "list":
        yield _noted(output.describe_saved(library.saved_searches()), library)
    elif not name or (action == "add" and not arguments.question):
        raise UsageError(f"Say which: bowerbird saved {action} NAME{' QUESTION' if action == 'add' else ''}")
    elif action == "add":
        library.save_search(name, arguments.question)
        yield output.labelled(saved=name)
    elif action == "remove":
        library.remove_saved(name)
        yield output.labelled(removed=name)
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
        yield output.labelled(cleared="the last questions")
    else:
        yield _noted(output.describe_recent(library.recent_questions()), library)


def _noted(listed: Output, library: LibraryCalls) -> Output:
    """With what there is to say of the library: nothing may be listed because the file is damaged."""
    return replace(listed, notice=" ".join(library.status().notices))
