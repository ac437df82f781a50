"""``python -m bowerbird.gui``."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_entry_point_imports_nothing_heavy() -> None:
    probe = "import sys, bowerbird.gui.__main__; print(sorted({'PySide6','numpy','torch'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
