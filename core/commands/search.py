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

from bowerbird.core.commands import output
from bowerbird.core.commands.definitions import DEFAULT_LIMIT
from bowerbird.core.commands.output import Output
from bowerbird.core.errors import BowerbirdError, UsageError
from bowerbird.core.owner.protocol import LibraryCalls
from bowerbird.core.paths import absolute
from bowerbird.core.search.query import example, parse, parse_date, parse_kind
from bowerbird.core.types import Query


def search(library: LibraryCalls, arguments: argparse.Namespace) -> Iterator[Output]:
    """One answer; of a batch, one a line, each as soon as it is there.

    Raises:
        UsageError: nothing is searched for, a filter makes no sense, or the batch cannot be read.
        FileError: an example cannot be read.
    """
    if arguments.batch:
        return _search_batch(library, arguments.batch)
    return iter([_search_one(library, _query(arguments))])


def _search_one(library: LibraryCalls, query: Query) -> Output:
    if query.text or query.like or query.phrases:
        return output.describe_results(library.search(query))
    if query == Query(apart=query.apart, limit=query.limit):
        raise UsageError("Say what to search for, or give an example with --like.")
    return output.describe_results(library.browse(query))


def _query(arguments: argparse.Namespace) -> Query:
    query = _filtered(parse(arguments.text), arguments.kind, arguments.under)
    return replace(
        query,
        like=tuple(arguments.like),
        after=parse_date(arguments.after) if arguments.after else query.after,
        before=parse_date(arguments.before) if arguments.before else query.before,
        apart=arguments.apart,
        limit=arguments.limit,
    )


def _filtered(typed: Query, kinds: Sequence[str], under: Sequence[Path]) -> Query:
    """What was typed, with the filters given beside it: those in the text count too."""
    return replace(typed, kinds=typed.kinds | {parse_kind(kind) for kind in kinds}, under=(*typed.under, *under))


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
        return output.describe_results(library.search(_query_of_line(line))).value
    except BowerbirdError as error:
        return {"error": str(error), "hits": []}


def _query_of_line(line: str) -> Query:
    try:
        fields = json.loads(line)
        query = _filtered(
            parse(fields.get("text") or ""),
            _listed(fields.get("kind")),
            [absolute(path) for path in _listed(fields.get("under"))],
        )
        like = tuple(example(path) for path in _listed(fields.get("like")))
        limit = int(fields.get("limit") or DEFAULT_LIMIT)
        return replace(query, like=like, apart=bool(fields.get("apart")), limit=limit)
    except (ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"This line is no query: {error}.") from error


def _listed(value: Any) -> list[str]:
    return [] if not value else [value] if isinstance(value, str) else list(value)
