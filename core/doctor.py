"""The self-test behind ``bowerbird doctor``."""

from __future__ import annotations

import shutil
import sqlite3

from bowerbird.core.catalog.writer import connect
from bowerbird.core.inference.client import Inference
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import Check

_LITTLE = 1 << 30


def checks(paths: LibraryPaths, inference: Inference, store_notice: str) -> tuple[Check, ...]:
    """Stores, disk, models and accelerator, a line each."""
    return (
        _catalog(paths),
        Check("Vector store", not store_notice, store_notice or "sound"),
        _disk(paths),
        *(Check("Models", False, problem) for problem in inference.problems()),
        *inference.self_test(),
        _accelerator(),
    )


def _catalog(paths: LibraryPaths) -> Check:
    connection = connect(paths.catalog)
    try:
        (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        return Check("Catalog", answer == "ok", "sound" if answer == "ok" else str(answer))
    except sqlite3.DatabaseError as error:
        return Check("Catalog", False, f"damaged: {error}")
    finally:
        connection.close()


def _disk(paths: LibraryPaths) -> Check:
    free = shutil.disk_usage(paths.root).free
    return Check("Disk", free > _LITTLE, f"{free / 1e9:.1f} GB free where the library lies")


def _accelerator() -> Check:
    from bowerbird.core.models.devices import accelerator, device_name

    found = accelerator()
    return Check("Runtime", True, f"torch on {device_name(found)}" if found else "ONNX Runtime on the CPU")
