"""``bowerbird search``: one query from the command line, or many as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from bowerbird.core.catalog.filters.values import first_day
from bowerbird.core.catalog.filters.values import kinds as kinds_named
from bowerbird.core.commands import output
from bowerbird.core.commands.definitions import DEFAULT_LIMIT
from bowerbird.core.commands.output import Output
from bowerbird.core.conditions import EVERYTHING, Is, any_of
from bowerbird.core.errors import BowerbirdError, UsageError
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.paths import absolute
from bowerbird.core.questions import Liking, Order
from bowerbird.core.search.fragments import example
from bowerbird.core.search.query import Typed, narrowed, parse, ranks

_LIKINGS = {"like": Liking.LIKE, "like_a_little": Liking.A_LITTLE, "not_like": Liking.NOT_LIKE}


def search(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """One answer; of a batch, one a line, each as soon as it is there.

    Raises:
        UsageError: nothing is searched for, an option makes no sense, or the batch cannot be read.
        FileError: an example cannot be read.
    """
    if arguments.batch:
        return _search_batch(library, arguments.batch)
    return iter([_answer_and_remember(library, arguments)])


def _answer_and_remember(library: LibraryCalls, arguments: argparse.Namespace) -> Output:
    """Questions of people are offered again. What asks for JSON is a program."""
    answered = answer(library, _typed(arguments))
    if arguments.text and not arguments.json:
        library.remember_question(arguments.text)
    return answered


def answer(library: LibraryCalls, typed: Typed) -> Output:
    """What answers the query; the newest files, if it has nothing but filters."""
    query = typed.query
    if not query.like and query.where == EVERYTHING and not query.text:
        raise UsageError(
            typed.problems[0].sentence if typed.problems else "Say what to search for, or give an example with --like."
        )
    results = library.search(query) if ranks(query) else library.browse(query)
    return output.describe_results(results, typed.problems)


def _typed(arguments: argparse.Namespace) -> Typed:
    after = [Is("after", first_day(arguments.after))] if arguments.after else []
    before = [Is("before", first_day(arguments.before))] if arguments.before else []
    typed = _with_options(parse(arguments.text), arguments.kind, arguments.under, *after, *before)
    like = (*arguments.like, *arguments.like_a_little, *arguments.not_like)
    more = replace(typed.query, like=like, apart=arguments.apart, order=Order(arguments.sort), limit=arguments.limit)
    return replace(typed, query=more)


def _with_options(typed: Typed, kind: Sequence[str], under: Sequence[Path], *more: Is) -> Typed:
    """What was typed, with the filters given beside it: those in the text count too."""
    kinds = [Is("kind", kinds_named(",".join(kind)))] if kind else []
    folders = [any_of(*(Is("under", folder) for folder in under))] if under else []
    return replace(typed, query=narrowed(typed.query, *kinds, *folders, *more))


def _search_batch(library: LibraryCalls, file: Path) -> Iterator[Output]:
    with _lines(file) as lines:
        for line in lines:
            if line.strip():
                value = _answer_line(library, line)
                yield Output(value, (json.dumps(value),))


def _lines(file: Path) -> TextIO | nullcontext[TextIO]:
    if str(file) == "-":
        return nullcontext(sys.stdin)
    try:
        return file.open(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error


def _answer_line(library: LibraryCalls, line: str) -> Any:
    """A query that fails is a line that says so, and the next is answered all the same."""
    try:
        return answer(library, _typed_line(line)).value
    except BowerbirdError as error:
        return {"error": str(error), "hits": []}


def _typed_line(line: str) -> Typed:
    try:
        fields = json.loads(line)
        under = [absolute(path) for path in _listed(fields.get("under"))]
        typed = _with_options(parse(fields.get("text") or ""), _listed(fields.get("kind")), under)
        like = tuple(example(path, liking) for key, liking in _LIKINGS.items() for path in _listed(fields.get(key)))
        limit = int(fields.get("limit") or DEFAULT_LIMIT)
        order, apart = Order(fields.get("sort") or Order.BEST), bool(fields.get("apart"))
        return replace(typed, query=replace(typed.query, like=like, apart=apart, order=order, limit=limit))
    except (ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"This line is no query: {error}.") from error


def _listed(value: Any) -> list[str]:
    return [] if not value else [value] if isinstance(value, str) else list(value)
