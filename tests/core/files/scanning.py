"""What tests of the scanner do to files, and ask of the catalog."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.changes import Change, FileChange
from bowerbird.core.files.scanner import Scanner
from bowerbird.core.types import FileState


def write(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def scan(scanner: Scanner, folder: Path, top: Path | None = None) -> int:
    """Runs a scan to its end; the number of steps it took."""
    return sum(1 for _ in scanner.scan(folder, top))


def read_all(catalog: Catalog) -> list[Path]:
    """The queued files in their order, as if each had been read now."""
    paths = catalog.jobs.due(10_000, ())
    for path in paths:
        catalog.files.finish(path, FileState.INDEXED)
    return paths


def known(catalog: Catalog, folder: Path) -> set[Path]:
    return set(catalog.files.below(folder))


def apply(scanner: Scanner, *paths: Path, gone: bool = False) -> list[tuple[Path, Path]]:
    return scanner.apply([FileChange(path, Change.GONE if gone else Change.PRESENT) for path in paths])
