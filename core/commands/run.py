"""Runs a command on an open library and prints its answers: to stdout, as text or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from bowerbird.core.commands import output, progress
from bowerbird.core.commands.duplicates import duplicates
from bowerbird.core.commands.models import checked, models
from bowerbird.core.commands.opening import opened
from bowerbird.core.commands.output import Output
from bowerbird.core.commands.saved import recent, saved
from bowerbird.core.commands.search import search
from bowerbird.core.owner.protocol import LibraryCalls

Run = Callable[[LibraryCalls, argparse.Namespace], Iterable[Output]]


def run(arguments: argparse.Namespace) -> None:
    """Open the library, run the command, and print each answer as it comes.

    Raises:
        BowerbirdError: the library cannot be opened, or the command failed.
    """
    with opened(arguments.library) as library:
        try:
            for answer in COMMANDS[arguments.command](library, arguments):
                _print(answer, as_json=arguments.json)
        finally:
            progress.clear()


def _print(answer: Output, *, as_json: bool) -> None:
    progress.clear()
    if answer.notice and not as_json:
        print(output.printable(answer.notice), file=sys.stderr)
    for line in [json.dumps(answer.value)] if as_json else answer.lines:
        print(line)
    sys.stdout.flush()


def _index(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    yield output.describe_index_report(library.index(arguments.folders, progress.show_indexing))


def _status(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    yield output.describe_status(library.status())


def _failures(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    yield output.describe_failures(library.failures())


def _retry(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    retried = library.retry()
    library.index((), progress.show_indexing)
    yield output.labelled(retried=retried, failed=len(library.failures()))


def _folders(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    yield output.describe_folders(library.status().folders)


def _remove(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    library.remove_folder(arguments.folder)
    yield output.labelled(removed=str(arguments.folder))


def _doctor(library: LibraryCalls, _: argparse.Namespace) -> Iterator[Output]:
    yield from checked(library.doctor())


COMMANDS: Mapping[str, Run] = {
    "index": _index,
    "search": search,
    "duplicates": duplicates,
    "saved": saved,
    "recent": recent,
    "status": _status,
    "failures": _failures,
    "retry": _retry,
    "folders": _folders,
    "remove": _remove,
    "models": models,
    "doctor": _doctor,
}
