"""The command line. Results go to stdout, progress to stderr; exit 0 done, 1 the environment failed, 2 usage."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bowerbird.core.errors import BowerbirdError, UsageError
from bowerbird.core.paths import LibraryPaths, absolute, default_library
from bowerbird.core.search.query import example

_LOG_BYTES = 2_000_000


def main(argv: Sequence[str], open_window: Callable[[Path], int]) -> int:
    """Run one command; with none, open the window. Returns the exit code."""
    _speak_utf8()
    arguments = _parser().parse_args(argv)
    _log_to(arguments.library)
    try:
        if arguments.command is None:
            return open_window(arguments.library)
        from bowerbird.core.commands import run  # the window shows sooner without it

        run(arguments)
        return 0
    except UsageError as error:
        print(f"bowerbird: {error}", file=sys.stderr)
        return 2
    except BowerbirdError as error:
        print(f"bowerbird: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bowerbird", description="Find files by what is in them.")
    parser.add_argument(
        "--library", type=absolute, default=default_library(), help="the folder Bowerbird keeps its data in"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    index = commands.add_parser("index", help="watch these folders too, bring the index up to date, exit")
    index.add_argument("folders", nargs="*", type=absolute, metavar="FOLDER")
    _add_search(commands.add_parser("search", help="find files by text and by example"))
    commands.add_parser("status", help="what the library holds")
    commands.add_parser("failures", help="files that could not be read, and why")
    commands.add_parser("retry", help="read the failed files again")
    commands.add_parser("folders", help="the watched folders")
    commands.add_parser("remove", help="forget a watched folder").add_argument("folder", type=absolute)
    models = commands.add_parser("models", help="the models: list, get, use, remove, verify")
    models.add_argument("action", nargs="?", choices=("list", "get", "use", "remove", "verify"), default="list")
    models.add_argument("id", nargs="?", default="")
    models.add_argument("--from", dest="origin", type=absolute, metavar="PATH", help="get: a folder or file to copy")
    commands.add_parser("doctor", help="test models, stores and disk")
    return parser


def _add_search(search: argparse.ArgumentParser) -> None:
    search.add_argument("text", nargs="?", default="")
    search.add_argument(
        "--like", action="append", type=example, default=[], metavar="FILE",
        help="an example file; FILE#t=12,17.5 is a part of a recording or clip, in seconds",
    )  # fmt: skip
    search.add_argument("--kind", action="append", default=[], help="photo, document, recording or clip")
    search.add_argument("--under", action="append", type=absolute, default=[], metavar="DIR")
    search.add_argument("--after", metavar="DATE", help="from this day on: 2024, 2024-05 or 2024-05-31")
    search.add_argument("--before", metavar="DATE")
    search.add_argument("--limit", type=int, default=20)
    search.add_argument("--batch", type=Path, metavar="FILE", help="queries as JSON lines; - is stdin")


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _log_to(directory: Path) -> None:
    """Log into the library, if it can be written; where it cannot, opening it will say so."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        target = RotatingFileHandler(LibraryPaths(directory).log, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return
    logging.raiseExceptions = False  # on a full disk the log is the last thing to complain about
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(target)
    logging.getLogger("bowerbird").setLevel(logging.INFO)
