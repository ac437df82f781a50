"""What the README promises: nothing is looked up, nothing is sent, nothing is written elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests import makers, media_makers
from tests.namespaces import namespaces
from tests.privacy.machine import HOME, Report

pytestmark = pytest.mark.slow  # a new library, its networks exported

_PROJECT = Path(__file__).parents[2]


def _run(scratch: Path, *command: str) -> Report:
    """What a program does on a machine of its own."""
    (scratch / "disk").mkdir()
    (scratch / "report").touch()
    machine = [sys.executable, "-m", "tests.privacy.machine", str(scratch / "disk"), str(scratch / "report")]
    subprocess.run([*namespaces("net", "mount"), *machine, *command], check=True, cwd=_PROJECT, timeout=560)
    return Report(**json.loads((scratch / "report").read_text()))


_INDISCREET = """
import pathlib, socket
pathlib.Path.home().joinpath("trace").write_text("here")
address = socket.gethostbyname("events.example.com")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", (address, 9))
"""


def test_the_machine_notices_whatever_a_program_gives_away(tmp_path: Path) -> None:
    report = _run(tmp_path, sys.executable, "-B", "-c", _INDISCREET)
    assert report == Report(0, ["events.example.com"], 2, [f"{HOME}/trace"])  # one packet, and that nobody is there
    assert not (HOME / "trace").exists()


def test_nothing_is_looked_up_sent_or_written_elsewhere(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "lighthouse.txt").write_text("The keeper of the lighthouse wrote down every ship that passed.")
    makers.photo(files / "photo.jpg", 1)
    makers.photo(files / "other.jpg", 2)
    media_makers.wav(files / "tone.wav", media_makers.tone(2.0))
    media_makers.clip(files / "clip.mp4", media_makers.scenes((200, 30, 30), (30, 30, 200)))
    library = HOME / "library"
    report = _run(tmp_path, sys.executable, "-m", "tests.privacy.whole_app", str(library), str(files))
    assert report.status == 0
    assert report.lookups == []
    assert report.packets == 0
    inside = [path for path in report.written if path.startswith(f"{library}/")]
    assert f"{library}/catalog.sqlite3" in inside
    assert [path for path in report.written if path not in inside and not _announced(path)] == []


def _announced(path: str) -> bool:
    """Whether the README's list of what is written outside names a file, or a folder on the way to it."""
    section = (_PROJECT / "README.md").read_text("utf-8").split("Outside the library", 1)[1].split("\n\n")[1]
    patterns = re.findall(r"^- `([^`]+)`", section, re.M)
    return any(fnmatch(part, pattern) for part in Path(path).parts for pattern in patterns)
