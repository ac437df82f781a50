"""The catalog's tables, as numbered migrations: an upgrade runs those it has not run yet, each in one transaction.

They are in ``migrations/``, a file each; one that was released is never changed.
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files

from bowerbird.core.errors import EnvironmentFailure

_SCRIPTS = sorted(
    (each for each in (files(__package__) / "migrations").iterdir() if each.name.endswith(".sql")),
    key=lambda each: each.name,
)
MIGRATIONS = tuple(each.read_text("utf-8") for each in _SCRIPTS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to this version's.

    Raises:
        EnvironmentFailure: the catalog was written by a later version.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise EnvironmentFailure("This library was written by a later Bowerbird. Update Bowerbird to open it.")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
