"""A real catalog and a scanner over a real folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.files.mounts import Volume, current_mounts
from bowerbird.core.files.scanner import Scanner


@pytest.fixture
def catalog(tmp_path: Path, files: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    opened.folders.add(files)
    yield opened
    opened.close()


@pytest.fixture
def mounts() -> dict[Path, Volume]:
    """What is mounted, as the scanner sees it: tests take disks away and put others in their place."""
    return dict(current_mounts())


@pytest.fixture
def scanner(catalog: Catalog, mounts: dict[Path, Volume]) -> Scanner:
    return Scanner(catalog, ("*.tmp", "skipped"), lambda: mounts)
