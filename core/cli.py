"""The command line. Results go to stdout, progress to stderr; exit 0 done, 1 the environment failed, 2 usage."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from bowerbird.core.commands.parser import parse_arguments
from bowerbird.core.errors import BowerbirdError, EnvironmentFailure, UsageError
from bowerbird.core.faults import failure_of
from bowerbird.core.paths import LibraryPaths, make_private

log = logging.getLogger(__name__)

_LOG_BYTES = 2_000_000
_MISTAKE = "Bowerbird made a mistake; bowerbird.log in its library has the details."


def main(argv: Sequence[str], open_window: Callable[[Path], int]) -> int:
    """Run one command; with none, open the window. Returns the exit code."""
    _speak_utf8()
    try:
        arguments = parse_arguments(argv)
    except UsageError as error:
        return _fail(error, 2)
    _log_to(arguments.library)
    try:
        if arguments.command is None:
            return open_window(arguments.library)
        from bowerbird.core.commands.run import run  # the window shows sooner without it

        run(arguments)
    except UsageError as error:
        return _fail(error, 2)
    except BowerbirdError as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # of our mistakes the log has the traceback
        log.exception("the command failed")
        print(f"bowerbird: {failure_of(error, 'The library') or _MISTAKE}", file=sys.stderr)
        return 1
    return 0


def _fail(error: BowerbirdError, code: int) -> int:
    from bowerbird.core.commands.output import printable

    print(f"bowerbird: {printable(str(error))}", file=sys.stderr)
    return code


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _log_to(directory: Path) -> None:
    """Log into the library, if it can be written; where it cannot, opening it will say so."""
    try:
        make_private(directory)
        target = RotatingFileHandler(LibraryPaths(directory).log, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    except (OSError, EnvironmentFailure):
        return
    logging.raiseExceptions = False  # on a full disk the log is the last thing to complain about
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(target)
    logging.getLogger("bowerbird").setLevel(logging.INFO)
