"""A watcher where Linux allows only so many watches: a program for a user namespace, whose limits are its own.

    unshare --user --map-root-user python -m tests.core.files.limited_watching FOLDER NAME LIMIT

Sets the limit ``user.NAME``, saves a file into every folder in ``FOLDER``, and prints in JSON how many of them were
reported (themselves, or by their folder), and the sentences for the user.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bowerbird.core.files.changes import FileChange
from bowerbird.core.files.watcher import Watcher
from tests.makers import eventually


def main() -> None:
    """See above."""
    root, name, limit = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    Path("/proc/sys/user", name).write_text(limit)
    reported: set[Path] = set()

    def note(changes: Sequence[FileChange]) -> None:
        reported.update(change.path for change in changes)

    watcher = Watcher(note, settle_s=0.05, check_s=0.1, poll_s=0.3)
    watcher.watch(root)
    if int(limit) > len(list(root.iterdir())):  # but not for two watches of each, as when all are watched anew
        next(root.iterdir()).rename(root / "moved")
        eventually(
            lambda: (
                not watcher._renewal_due and not watcher._in_doubt and not watcher._retired and not watcher._unsettled
            )
        )
        reported.clear()
    else:
        eventually(lambda: watcher.problems)
    problems = watcher.problems
    files = [folder / "file.txt" for folder in root.iterdir()]
    for file in files:
        file.write_text("x")

    def noticed() -> list[Path]:
        return [file for file in files if {file, *file.parents} & reported]

    try:
        eventually(lambda: len(noticed()) == len(files))
    finally:
        watcher.close()
        json.dump([len(noticed()), problems], sys.stdout)


if __name__ == "__main__":
    main()
