"""Bowerbird's entry. It imports next to nothing: every process that Bowerbird starts imports this module too."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Run a command, or open the window. Returns the exit code."""
    from bowerbird.core.cli import main as run

    return run(sys.argv[1:], _open_window)


def _open_window(directory: Path) -> int:
    from bowerbird.gui.app import run

    return run(directory)


if __name__ == "__main__":
    sys.exit(main())
