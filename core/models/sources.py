"""Where a model's files come from: installed wheels, taken as data. No file is opened before its hash is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.catalogue import Entry, ModelFile

_BLOCK = 1 << 20


class Sources:
    """Finds and checks files. A check is remembered by path, size and time, so that each file is hashed once."""

    def __init__(self, models: Path) -> None:
        """``models`` is the library's models folder, where checks are remembered."""
        self._record = models / "checked.json"
        self._checked: dict[str, str] = _read(self._record)

    def installed(self, entry: Entry) -> bool:
        """Whether all files of a model are there; they are not checked yet."""
        return all(_find(file) for file in entry.files.values())

    def files(self, entry: Entry) -> Mapping[str, Path]:
        """The model's files by role, each checked.

        Raises:
            ModelUnavailable: one is missing, or is not what it should be.
        """
        return {role: self._checked_path(entry, file) for role, file in entry.files.items()}

    def _checked_path(self, entry: Entry, file: ModelFile) -> Path:
        path = _find(file)
        if path is None:
            raise ModelUnavailable(f"The model {entry.title} is not installed: the package {file.wheel} is missing.")
        mark = _mark(path)
        if self._checked.get(str(path)) != mark + file.sha256:
            if hash_of(path) != file.sha256:
                raise ModelUnavailable(
                    f"The model {entry.title} was not loaded: {path.name} is not the file it should be "
                    f"(its SHA-256 differs). Reinstall the package {file.wheel}."
                )
            self._checked[str(path)] = mark + file.sha256
            _write(self._record, self._checked)
        return path


def _find(file: ModelFile) -> Path | None:
    """The file of an installed wheel, through its metadata alone: the wheel's code is never imported."""
    try:
        path = Path(str(metadata.distribution(file.wheel).locate_file(file.path)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _mark(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size}-{found.st_mtime_ns}-"


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


def _write(record: Path, checked: Mapping[str, str]) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    draft = record.with_suffix(".new")
    draft.write_text(json.dumps(checked, indent=1), "utf-8")
    draft.replace(record)
