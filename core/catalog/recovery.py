"""Opens the catalog; a damaged one is set aside, and the library rebuilt from the watched folders."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.notices import Notices

log = logging.getLogger(__name__)

_ROOM = 4 << 20  # bytes that a new catalog needs at least


def open_or_rebuild(path: Path, notices: Notices, *, check: bool) -> tuple[Catalog, bool]:
    """The catalog at ``path``, and whether it is a new one, since the old one was damaged.

    Args:
        path: of the catalog's file, which is made if there is none.
        notices: take what the user is told of damage.
        check: whether to have SQLite look through all of it.

    Raises:
        EnvironmentFailure: it was written by a later version, or cannot be opened, or not be set aside. It stays as it
            is, whatever SQLite says of it, unless it says that it is damaged.
    """
    try:
        return _opened(path, check=check), False
    except StoreDamaged as error:
        log.warning("%s", error, exc_info=True)
    kept = _set_aside(path)
    notices.add(f"The catalog was damaged. It is being rebuilt from your folders; the old one is {kept}.")
    return Catalog(path), True


def _opened(path: Path, *, check: bool) -> Catalog:
    catalog = Catalog(path)
    if check:
        try:
            catalog.check()
        except BaseException:
            catalog.close()
            raise
    return catalog


def _set_aside(path: Path) -> Path:
    """Rename the catalog, and before it what lies beside it: a write-ahead log has the latest of what it holds.

    Usually there is none left: SQLite has written it into the catalog when that was closed again.

    Raises:
        StoreFailure: it cannot be renamed, or there would be no room for another.
    """
    kept = path.with_suffix(f".damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        if shutil.disk_usage(path.parent).free < _ROOM:
            raise StoreFailure(f"The catalog {path} is damaged, and there is no room for another. Make some room.")
        for suffix in ("-wal", "-shm", ""):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + suffix))
    except OSError as error:
        raise StoreFailure(f"The catalog {path} is damaged, and cannot be set aside: {error.strerror}.") from error
    return kept
