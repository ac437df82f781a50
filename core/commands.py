"""What each command does once the library is open: ask it, and print the answer as text or JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bowerbird.core.answers import Hit, Results
from bowerbird.core.errors import BowerbirdError, EnvironmentFailure, LibraryBusy, UsageError
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.paths import absolute
from bowerbird.core.search.query import example, parse, parse_date, parse_kind
from bowerbird.core.state import Check, ModelState, Progress
from bowerbird.core.types import Locator, Query
from bowerbird.core.words import clock

AnyLibrary = Library | RemoteLibrary
Command = Callable[[AnyLibrary, argparse.Namespace], None]


_BUSY_S = 10.0  # a command that is just closing lets go within this time


def run(arguments: argparse.Namespace) -> None:
    """Open the library and run the command."""
    with _opened(arguments.library) as library:
        COMMANDS[arguments.command](library, arguments)


@contextmanager
def _opened(directory: Path) -> Iterator[AnyLibrary]:
    """The library itself, or, if another process owns it, that one's."""
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            library: AnyLibrary = _open(directory)
            break
        except EnvironmentFailure as error:
            # The owner may just be opening, or closing: neither is worth an error.
            if time.monotonic() > until or not isinstance(error.__cause__, LibraryBusy):
                raise
            time.sleep(0.1)
    try:
        yield library
    finally:
        library.close()


def _open(directory: Path) -> AnyLibrary:
    library = Library(directory)
    try:
        library.open()
        return library
    except LibraryBusy as busy:
        try:
            return RemoteLibrary(directory)
        except EnvironmentFailure as error:
            raise error from busy


def _index(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    report = library.index(arguments.folders, _show_progress)
    failures = [{"path": str(one.path), "reason": one.reason} for one in report.failures]
    if arguments.json:
        _print_json(
            {"files": dict(report.files), "segments": report.segments, "took_s": round(report.took_s, 3),
             "failures": failures}
        )  # fmt: skip
        return
    counts = ", ".join(f"{number:,} {name}" for name, number in report.files.items() if number)
    print(f"{counts or 'no files'}; {report.took_s:.1f} s")
    if failures:
        print(f"{len(failures):,} could not be read: see bowerbird failures")


def _show_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        left = f", {progress.left_s:.0f} s left" if progress.left_s else ""
        long = "".join(f"; {_printable(Path(one.path.name))} up to {clock(one.done_s)}" for one in progress.long[:1])
        built = f"; a new model has read {progress.built[0]:,} of {progress.built[1]:,}" if progress.built else ""
        said = f"{progress.done:,} of {progress.total:,}{left}{long}{built}"
        print(f"\r{said}\x1b[K", end="", file=sys.stderr, flush=True)


def _search(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    if arguments.batch:
        for query in _batch(arguments.batch):
            _print_json(_answer(library, query))
        return
    query = _query(arguments)
    if not (query.text or query.like or query.phrases):
        if query == Query(limit=query.limit):
            raise UsageError("Say what to search for, or give an example with --like.")
        results = library.browse(query)
    else:
        results = library.search(query)
    if arguments.json:
        _print_json(_as_json(results))
    else:
        _print_hits(results)


def _query(arguments: argparse.Namespace) -> Query:
    typed = parse(arguments.text)
    return replace(
        typed,
        like=tuple(arguments.like),
        kinds=typed.kinds | {parse_kind(kind) for kind in arguments.kind},
        under=(*typed.under, *arguments.under),
        after=parse_date(arguments.after) if arguments.after else typed.after,
        before=parse_date(arguments.before) if arguments.before else typed.before,
        limit=arguments.limit,
    )


def _batch(file: Path) -> Iterator[Query | BowerbirdError]:
    try:
        lines: Iterable[str] = sys.stdin if str(file) == "-" else file.open(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    for line in lines:
        if line.strip():
            yield _one_of_batch(line)


def _one_of_batch(line: str) -> Query | BowerbirdError:
    try:
        asked = json.loads(line)
        kinds = asked.get("kind") or []
        return replace(
            parse(asked.get("text") or ""),
            like=tuple(example(path) for path in _listed(asked.get("like"))),
            kinds=frozenset(parse_kind(kind) for kind in _listed(kinds)),
            under=tuple(absolute(path) for path in _listed(asked.get("under"))),
            limit=int(asked.get("limit") or 20),
        )
    except (ValueError, AttributeError, TypeError) as error:
        return UsageError(f"This line is no query: {error}.")
    except UsageError as error:
        return error


def _listed(value: Any) -> list[str]:
    return [] if not value else [value] if isinstance(value, str) else list(value)


def _answer(library: AnyLibrary, query: Query | BowerbirdError) -> dict[str, Any]:
    """One line of a batch: a query that fails is a line that says so, and the next is answered all the same."""
    if isinstance(query, BowerbirdError):
        return {"error": str(query), "hits": []}
    try:
        return _as_json(library.search(query))
    except BowerbirdError as error:
        return {"error": str(error), "hits": []}


def _as_json(results: Results) -> dict[str, Any]:
    took = results.took
    return {
        "took_ms": {name: round(getattr(took, name), 3) for name in ("total", "encode", "retrieve", "rank")},
        "hits": [_hit_json(hit) for hit in results.hits],
        **({"notice": results.notice} if results.notice else {}),
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "path": str(hit.path),
        "kind": hit.kind,
        "score": round(hit.score, 6),
        "why": "; ".join(reason.text for reason in hit.reasons),
        "moment": _moment_json(hit.moment),
        "snippet": hit.snippet,
    }


def _moment_json(moment: Locator | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    if moment.start_s is not None:
        return {"start_s": moment.start_s, "end_s": moment.end_s}
    if moment.page is not None:
        return {"page": moment.page}
    return None


def _print_hits(results: Results) -> None:
    if results.notice:
        print(results.notice, file=sys.stderr)
    for hit in results.hits:
        print(f"{hit.score:.2f}  {_printable(hit.path)}{_place(hit.moment)}")
        print(f"      {'; '.join(reason.text for reason in hit.reasons)}")
        if hit.snippet:
            print(f"      {hit.snippet}")


def _place(moment: Locator | None) -> str:
    if moment and moment.page:
        return f", page {moment.page}"
    return f", {clock(moment.start_s)}" if moment and moment.start_s is not None else ""


def _status(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    status = library.status()
    found = {
        "library": str(status.directory),
        "files": {str(kind): number for kind, number in status.counts.items()},
        "folders": [{"path": str(one.path), "state": one.state, "files": one.files} for one in status.folders],
        "waiting": status.progress.total - status.progress.done,
        "segments": status.segments,
        "failed": status.failures,
        "skipped": status.skipped,
        "spaces": [space.id for space in status.spaces],
        "notices": list(status.notices),
    }
    _print_table(found, arguments)


def _failures(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    found = library.failures()
    if arguments.json:
        _print_json([{"path": str(one.path), "reason": one.reason} for one in found])
        return
    for one in found:
        print(f"{_printable(one.path)}\n      {one.reason}")


def _retry(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    number = library.retry()
    library.index((), _show_progress)
    left = len(library.failures())
    _print_table({"retried": number, "failed": left}, arguments)


def _folders(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    found = [
        {"path": str(one.path), "state": str(one.state), "files": one.files, "waiting": one.pending}
        for one in library.status().folders
    ]
    if arguments.json:
        _print_json(found)
        return
    for one in found:
        print(f"{one['path']}  {one['state']}, {one['files']:,} files")


def _remove(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    library.remove_folder(arguments.folder)
    _print_table({"removed": str(arguments.folder)}, arguments)


def _models(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    action, name = arguments.action, arguments.id
    if action == "verify":
        _print_checks(library.verify_model(name or ""), arguments)
    elif action == "list":
        _list_models(library, arguments)
    elif not name:
        raise UsageError(f"Say which model: bowerbird models {action} ID")
    elif action == "get":
        library.get_model(name, arguments.origin, _show_bytes)
        _print_table({"got": name}, arguments)
    elif action == "use":
        library.use_model(name)
        library.index((), _show_progress)  # what is there is put into its spaces now
        if problem := next(one.trouble for one in library.models() if one.id == name):
            raise EnvironmentFailure(f"{name} is used, but has not read everything that is here: {problem}")
        _print_table({"used": name}, arguments)
    else:
        library.remove_model(name)
        _print_table({"removed": name}, arguments)


def _list_models(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    found = library.models()
    if arguments.json:
        _print_json([_model_json(one) for one in found])
        return
    for one in found:
        size = f"{one.size_bytes / 1e6:,.0f} MB, " if one.size_bytes else ""
        print(f"{one.id}  {size}{one.licence}, {_model_state(one)}\n      {one.purpose}")
        measured = f"{one.ms:,.0f} ms an item on this computer" if one.ms else ""
        best = "recommended for this computer" if one.recommended else ""
        if said := "; ".join(filter(None, (best, measured, one.quality))):
            print(f"      {said}")


def _model_json(model: ModelState) -> dict[str, Any]:
    names = ("id", "title", "installed", "used", "built", "recommended", "ms", "licence", "quality", "size_bytes",
             "problem", "remedy")  # fmt: skip
    return {name: getattr(model, name) for name in names} | {"modalities": list(model.modalities)}


def _model_state(model: ModelState) -> str:
    if model.problem:
        return model.trouble
    if model.built:
        return f"in use, {model.built[0]:,} of {model.built[1]:,} done"
    if model.used:
        return "in use"
    return f"here, not in use: bowerbird models use {model.id}" if model.installed else f"not here: {model.how_to_get}"


def _show_bytes(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        of = f" of {whole / 1e6:,.0f}" if whole else ""
        print(f"\r{done / 1e6:,.0f}{of} MB\x1b[K", end="", file=sys.stderr, flush=True)


def _doctor(library: AnyLibrary, arguments: argparse.Namespace) -> None:
    _print_checks(library.doctor(), arguments)


def _print_checks(found: Sequence[Check], arguments: argparse.Namespace) -> None:
    if arguments.json:
        _print_json([{"name": one.name, "ok": one.ok, "detail": one.detail} for one in found])
    else:
        for one in found:
            print(f"{'ok  ' if one.ok else 'FAIL'}  {one.name}: {one.detail}")
    if not all(one.ok for one in found):
        raise EnvironmentFailure("Something is wrong; see above.")


# printing


def _print_table(values: dict[str, Any], arguments: argparse.Namespace) -> None:
    if arguments.json:
        _print_json(values)
        return
    for name, value in values.items():
        print(f"{name}: {value if not isinstance(value, list) else ', '.join(map(str, value))}")


def _print_json(value: Any) -> None:
    print(json.dumps(value), flush=True)


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()


COMMANDS: Mapping[str, Command] = {
    "index": _index,
    "search": _search,
    "status": _status,
    "failures": _failures,
    "retry": _retry,
    "folders": _folders,
    "remove": _remove,
    "models": _models,
    "doctor": _doctor,
}
