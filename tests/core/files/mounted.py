"""A library whose folders lie on disks that come and go, with real mounts. To be run in a mount namespace of its own.

    unshare --mount python -m tests.core.files.mounted SCRATCH

``SCRATCH`` is an empty folder. Fails with the assertion that does not hold.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bowerbird.core import settings as settings_file
from bowerbird.core.files.disk_threads import OnBlock
from bowerbird.core.files.identity import fingerprint
from bowerbird.core.indexing import identify
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.questions import Query
from bowerbird.core.settings import Settings
from bowerbird.core.state import Folder, FolderState
from tests.makers import eventually

_SOON_S = 30.0


def mount(disk: Path, mount_point: Path) -> None:
    """Have a folder stand for a disk."""
    mount_point.mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", disk, mount_point], check=True)


def unmount(mount_point: Path) -> None:
    """Take it away, as if it were pulled."""
    subprocess.run(["umount", "--lazy", mount_point], check=True)


class House:
    """A folder with a disk inside, a folder that is a disk, and a library that watches both, without any model."""

    def __init__(self, scratch: Path) -> None:
        self.folder, self.outer = scratch / "folder", scratch / "outer"
        self.inner = self.folder / "inner disk"
        self.disks = [scratch / "blue", scratch / "red"]
        for path in (self.folder, self.outer, *self.disks, self.disks[0] / "deep"):
            path.mkdir()
        for path in (
            self.folder / "a.txt",
            self.disks[0] / "b.txt",
            self.disks[0] / "deep/c.txt",
            self.disks[1] / "d.txt",
        ):
            path.write_text(f"This is the harbour of {path.name}.")
        (self.outer / ".not mounted").touch()
        mount(self.disks[0], self.inner)
        mount(self.disks[1], self.outer)
        self.read: list[str] = []
        identify.fingerprint = self._fingerprint  # type: ignore[attr-defined]
        self.library = _library(scratch / "library")
        for folder in (self.folder, self.outer):
            self.library.add_folder(folder)

    def _fingerprint(self, path: Path, on_block: OnBlock, size: int | None = None) -> bytes:
        self.read.append(path.name)
        return fingerprint(path, on_block, size)

    def told(self) -> tuple[Folder, ...]:
        """The two folders, as the window is told of them."""
        return self.library.status().folders

    def found(self) -> set[str]:
        """Names of what a search finds."""
        return {hit.path.name for hit in self.library.search(Query("harbour")).hits}

    def have_read(self, *names: str) -> bool:
        """Whether these and no others were read since the last time that this was so."""
        if sorted(self.read) != sorted(names) or not self.library._inbox.idle.is_set():
            return False
        self.read.clear()
        return True


def _library(root: Path) -> Library:
    make_private(root)
    settings_file.save(LibraryPaths(root).settings, Settings(models=()))
    library = Library.open(root)
    library.start()
    return library


def main() -> None:
    """Mount and unmount, and look at what the library makes of it."""
    house = House(Path(sys.argv[1]))
    with closing(house.library):
        ready = (Folder(house.folder, FolderState.READY, 3), Folder(house.outer, FolderState.READY, 1))
        soon(lambda: house.told() == ready and house.have_read("a.txt", "b.txt", "c.txt", "d.txt"))
        _an_inner_disk_goes_and_returns(house, ready)
        _a_mount_point_goes_with_its_disk(house, ready)
        _a_watched_disk_goes_and_returns(house, ready)


def _an_inner_disk_goes_and_returns(house: House, ready: tuple[Folder, ...]) -> None:
    unmount(house.inner)
    away = Folder(house.folder, FolderState.PARTLY_OFFLINE, 3, 0, (house.inner,))
    soon(lambda: house.told() == (away, ready[1]))
    assert house.found() == {"a.txt", "b.txt", "c.txt", "d.txt"}
    (house.disks[0] / "b.txt").unlink()  # on another computer
    (house.disks[0] / "e.txt").write_text("Another harbour.")
    mount(house.disks[0], house.inner)
    soon(lambda: house.told() == ready and house.have_read("e.txt"))
    assert house.found() == {"a.txt", "c.txt", "d.txt", "e.txt"}
    (house.inner / "deep/f.txt").write_text("A third harbour, noticed by itself.")
    soon(lambda: house.have_read("f.txt"))
    (house.inner / "deep/f.txt").unlink()
    soon(lambda: house.told() == ready)


def _a_mount_point_goes_with_its_disk(house: House, ready: tuple[Folder, ...]) -> None:
    unmount(house.inner)
    house.inner.rmdir()
    away = Folder(house.folder, FolderState.PARTLY_OFFLINE, 3, 0, (house.inner,))
    soon(lambda: house.told() == (away, ready[1]))
    mount(house.disks[0], house.inner)
    soon(lambda: house.told() == ready and house.have_read())


def _a_watched_disk_goes_and_returns(house: House, ready: tuple[Folder, ...]) -> None:
    unmount(house.outer)
    assert os.listdir(house.outer) == [".not mounted"]  # noqa: PTH208  # by name
    soon(lambda: house.told() == (ready[0], Folder(house.outer, FolderState.OFFLINE, 1, 0, (house.outer,))))
    assert "d.txt" in house.found()
    mount(house.disks[1], house.outer)
    soon(lambda: house.told() == ready and house.have_read())
    (house.outer / "g.txt").write_text("A harbour that is noticed by itself.")
    soon(lambda: house.have_read("g.txt"))


def soon(is_so: Callable[[], bool]) -> None:
    """Wait until it is."""
    eventually(is_so, _SOON_S)


if __name__ == "__main__":
    main()
