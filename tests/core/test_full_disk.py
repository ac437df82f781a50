"""A library on a disk without a byte of room: it is searched all the same, and goes on once there is room again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_CAN_MOUNT = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("unshare") is not None
_MEGABYTES = 12

pytestmark = pytest.mark.skipif(not _CAN_MOUNT, reason="only root of Linux may make a small disk")


def _on_small_disk(tmp_path: Path) -> dict[str, object]:
    """Run the script below on a disk of its own, which no other process sees."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size={_MEGABYTES}m tmpfs "$1" && exec "$2" -m tests.core.test_full_disk "$1"'
    run = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", disk, sys.executable],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": str(disk)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode and "unshare:" in run.stderr:
        pytest.skip(f"no small disk can be made here: {run.stderr.strip()}")
    assert run.returncode == 0, run.stderr
    answers: dict[str, object] = json.loads(run.stdout.splitlines()[-1])
    return answers


def test_on_a_full_disk_the_library_is_searched_and_later_goes_on(tmp_path: Path) -> None:
    answers = _on_small_disk(tmp_path)
    assert answers["free"] == 0
    assert answers["hits"] == ["heron.txt"]
    assert answers["indexed"] == ["heron.txt"]
    assert "the disk is full. Make some room." in str(answers["notices"])
    assert answers["afterwards"] == ["heron.txt", "new.txt"]
    assert answers["notices afterwards"] == []
    assert sorted(path.name for path in (tmp_path / "disk").iterdir()) == [], "it was a disk of its own"


def main(disk: Path) -> None:
    """What happens on the small disk."""
    from bowerbird.core import settings
    from bowerbird.core.indexing import failures
    from bowerbird.core.library import Library
    from bowerbird.core.questions import Query
    from bowerbird.core.settings import Settings
    from tests.makers import eventually, text

    failures._RETRY_S = 1.0
    library, files = disk / "library", disk / "files"
    files.mkdir()
    library.mkdir()
    settings.save(library / "settings.toml", Settings(models=()))
    text(files / "heron.txt", "A heron stands on the lawn.")

    def hits(opened: Library) -> list[str]:
        return sorted(hit.path.name for hit in opened.search(Query("heron")).hits)

    def notices(opened: Library) -> list[str]:
        return [notice for notice in opened.status().notices if "models" not in notice]

    opened = Library.open(library)
    opened.index([files], lambda _: None)
    opened.close()
    text(files / "new.txt", "Another heron. " * 10)
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            free = shutil.disk_usage(disk).free
    opened = Library.open(library)
    answers: dict[str, object] = {"free": free, "hits": hits(opened)}
    opened.start()
    eventually(lambda: notices(opened))
    answers |= {"notices": notices(opened), "indexed": hits(opened)}
    (disk / "ballast").unlink()
    eventually(lambda: len(hits(opened)) == 2 and not notices(opened))
    answers |= {"afterwards": hits(opened), "notices afterwards": notices(opened)}
    opened.close()
    print(json.dumps(answers))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
