"""The entry point. Nothing heavy is imported here: every child process that is spawned imports this module."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or the window if none is given."""
    from bowerbird.core.cli import main as run

    return run(sys.argv[1:] if argv is None else argv, open_window)


def open_window(directory: Path) -> int:
    """Show the window of this library until it is closed."""
    from bowerbird.gui.app import run

    return run(directory)


if __name__ == "__main__":
    sys.exit(main())
