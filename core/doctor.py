"""Checks of a library for ``bowerbird doctor``: is everything it needs there and sound?"""

from __future__ import annotations

import shutil
import sqlite3
import sys

from bowerbird.core.catalog.connection import connect
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.faults import failure_of
from bowerbird.core.inference.client import Inference
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import Check

_LOW_DISK = 1 << 30  # bytes: below this the next rounds of indexing may not fit


def checks(paths: LibraryPaths, inference: Inference, store_problem: str, pool: ExtractPool) -> tuple[Check, ...]:
    """One check each of the catalog, vector store, disk, decoders and accelerator, and one of each model in use.

    ``store_problem`` is what is wrong with the vector store, or empty.
    """
    return (
        _catalog(paths),
        Check("Vector store", not store_problem, store_problem or "sound"),
        _disk(paths),
        decoder_check(pool),
        *(Check("Models", False, problem) for problem in inference.problems()),
        *inference.tests.run_all(),
        _accelerator(),
    )


def _catalog(paths: LibraryPaths) -> Check:
    connection = connect(paths.catalog)
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        return Check("Catalog", verdict == "ok", "sound" if verdict == "ok" else str(verdict))
    except sqlite3.Error as error:
        return Check("Catalog", False, str(failure_of(error, "It") or error))
    finally:
        connection.close()


def _disk(paths: LibraryPaths) -> Check:
    free = shutil.disk_usage(paths.root).free
    return Check("Disk", free > _LOW_DISK, f"{free / 1e9:.1f} GB free where the library lies")


def decoder_check(pool: ExtractPool) -> Check:
    """Whether decoders start, and behind all walls: only Linux has them, so that elsewhere none is expected."""
    try:
        missing = pool.try_walls().result()
    except EnvironmentFailure as error:
        return Check("Decoders", False, str(error))
    return Check("Decoders", not missing or sys.platform != "linux", " ".join(missing) or "behind all their walls")


def _accelerator() -> Check:
    from bowerbird.core.models.devices import accelerator, device_name

    device = accelerator()
    return Check("Runtime", True, f"torch on {device_name(device)}" if device else "ONNX Runtime on the CPU")
