"""Opens the catalog; a damaged one is set aside, and the library rebuilt from the watched folders."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import StoreDamaged

log = logging.getLogger(__name__)


def open_or_rebuild(path: Path) -> tuple[Catalog, str]:
    """The catalog at ``path``, an empty one if it was damaged; and a sentence for the user about that, or empty.

    Raises:
        EnvironmentFailure: it was written by a later version, or cannot be opened at all.
    """
    try:
        return _opened(path), ""
    except (StoreDamaged, sqlite3.DatabaseError) as error:
        log.warning("the catalog is damaged", exc_info=error)
        kept = _set_aside(path)
        notice = f"The catalog was damaged. It is being rebuilt from your folders; the old one is {kept}."
        return Catalog(path), notice


def _opened(path: Path) -> Catalog:
    catalog = Catalog(path)
    if complaint := catalog.check():
        catalog.close()
        raise StoreDamaged(complaint)
    return catalog


def _set_aside(path: Path) -> Path:
    kept = path.with_suffix(f".damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    path.rename(kept)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return kept
