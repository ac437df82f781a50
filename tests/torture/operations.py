"""Random operations on files while the library watches: at the end it must know exactly what is there.

Files and folders are created, changed, copied, moved, linked and deleted in two watched folders, under odd names and
with odd dates, and in secret; folders that are excluded appear and go. Where this process may mount, so does a drive
inside one of the folders. Nothing may be embedded twice, and nothing forgotten because the drive is away.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bowerbird.core import settings as settings_file
from bowerbird.core.catalog import jobs
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths, make_private
from bowerbird.core.settings import Settings
from bowerbird.core.types import Modality
from tests.makers import eventually

_NAMES = ("letter", "Brief", "a b", "näher", "na\u0308her", "two\nlines", "quote'\"", "写真", "-dash", "x" * 200)
_DATES_S = (
    0,
    1,
    1_700_000_000,
    -11_644_473_600,
    4_102_444_800,
    -62_135_596_800,
    253_402_300_799,
)  # 1601, 2100, 1, 9999
_LEFT_OUT = ("node_modules", ".git", "trip.photoslibrary")
_NOTICED_S = 10.0
_PAUSES_S = (0.0, 0.0, 0.0, 0.01, 0.05, 0.4)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the library came out. All but the first two should be zero."""

    operations: int
    files: int
    lost: int
    """Files that are there and not known, or known by another content."""
    invented: int
    """Files that are known and not there."""
    embedded_twice: int
    forgotten: int
    """Files on the drive that were known when it went, and no more when it was back."""
    unnoticed: int
    """How often it was not told that the drive had gone."""
    stuck: int
    """Jobs left over."""


class Drive:
    """A drive that comes and goes: a folder that is mounted elsewhere, in this process's own mount namespace."""

    def __init__(self, folder: Path, mount_point: Path) -> None:
        """Away, and watched by no library yet."""
        self.mount_point, self._folder = mount_point, folder
        self.library: Library | None = None
        self.there = False
        self.forgotten = self.unnoticed = 0
        self._before: set[bytes] = set()
        folder.mkdir(parents=True)

    def plug(self) -> None:
        """Put it in; or take it out, and now and then wait until that is noticed."""
        if self.there:
            self._before = self._known()
            subprocess.run(["umount", "--lazy", self.mount_point], check=True)
            if len(self._before) % 2 and not self._is_noticed():
                self.unnoticed += 1
        else:
            self.forgotten += len(self._before - self._known())
            self.mount_point.mkdir(exist_ok=True)
            subprocess.run(["mount", "--bind", self._folder, self.mount_point], check=True)
        self.there = not self.there

    def _known(self) -> set[bytes]:
        """Which of the files on it the library has taken note of."""
        if self.library is None:
            return set()
        rows = self.library._connections.get().execute("SELECT path FROM files")
        on_it = (self.mount_point / path.relative_to(self._folder) for path in self._folder.rglob("*.txt"))
        return {path for (path,) in rows} & {os.fsencode(path) for path in on_it}

    def _is_noticed(self) -> bool:
        assert self.library is not None
        folders = self.library.status
        with suppress(AssertionError):
            eventually(lambda: any(self.mount_point in folder.away for folder in folders().folders), _NOTICED_S)
            return True
        return False


class Disk:
    """Two folders, and what may be done to them."""

    def __init__(self, root: Path, chance: random.Random, drive: Drive | None = None) -> None:
        self._drive = drive
        self.folders = [root / "one", root / "two"]
        for folder in self.folders:
            folder.mkdir(parents=True)
            (folder / "always.txt").write_text(
                f"This stays in {folder.name}."
            )  # an empty folder is a disk that is away
        self._chance, self._numbers = chance, iter(range(1_000_000))
        self._operations: Sequence[Callable[[], object]] = (
            *[self._create] * 5, *[self._change] * 2, self._append, self._replace, self._copy, self._move,
            self._move_folder, self._hard_link, self._symbolic_link, *[self._delete] * 2, self._delete_folder,
            self._date, self._leave_out, self._permit, self._edit_in_secret, *[self._grow] * 2,
            *([self._plug] * 2 if drive else []),
        )  # fmt: skip

    def operate(self) -> None:
        """One operation by chance."""
        self._chance.choice(self._operations)()

    def truth(self) -> dict[bytes, bytes]:
        """The fingerprint of each regular file that is to be known, by path."""
        found = {}
        for folder in self.folders:
            for directory, folders, names in os.walk(folder):
                folders[:] = [name for name in folders if name not in _LEFT_OUT]
                for path in (Path(directory, name) for name in names):
                    if not path.is_symlink():
                        found[os.fsencode(path)] = blake2b(path.read_bytes(), digest_size=16).digest()
        return found

    def _text(self) -> str:
        """One that nobody has written before."""
        return f"Note {next(self._numbers)} by {self._chance.random()} about {self._chance.choice(_NAMES)}."

    def _place(self) -> Path:
        """A path in a folder that may be new."""
        drive = [self._drive.mount_point] if self._drive and self._drive.there else []
        folder = self._chance.choice([*self.folders, *drive])
        for _ in range(self._chance.randrange(3)):
            folder /= f"folder {self._chance.randrange(4)}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self._chance.choice(_NAMES)} {self._chance.randrange(50)}.txt"

    def _files(self) -> list[Path]:
        return [
            path
            for path in sorted(path for folder in self.folders for path in folder.rglob("*.txt"))
            if path.is_file() and not path.is_symlink() and path.name not in ("always.txt", "diary.txt")
        ]

    def _file(self) -> Path:
        return self._chance.choice(self._files() or [self._create()])

    def _create(self) -> Path:
        path = self._place()
        path.unlink(missing_ok=True)
        path.write_text(self._text())
        return path

    def _change(self) -> None:
        self._file().write_text(self._text())

    def _append(self) -> None:
        with self._file().open("a") as file:
            file.write(self._text())

    def _grow(self) -> None:
        """As chats and logs do: the same file again and again, whether or not it was read meanwhile."""
        with (self._chance.choice(self.folders) / "diary.txt").open("a") as diary:
            diary.write(f"{self._text()}\n\n")

    def _replace(self) -> None:
        """As editors save."""
        path = self._file()
        draft = path.with_suffix(".tmp")
        draft.write_text(self._text())
        draft.replace(path)

    def _copy(self) -> None:
        source, target = self._file(), self._place()
        if not target.exists():
            shutil.copy2(source, target)

    def _move(self) -> None:
        shutil.move(self._file(), self._place())

    def _inner_folders(self) -> list[Path]:
        return sorted(path for folder in self.folders for path in folder.rglob("folder *") if path.is_dir())

    def _move_folder(self) -> None:
        if inner := self._inner_folders():
            target = self._chance.choice(self.folders) / f"moved {next(self._numbers)}"
            shutil.move(self._chance.choice(inner), target)

    def _delete_folder(self) -> None:
        if inner := self._inner_folders():
            shutil.rmtree(self._chance.choice(inner))

    def _hard_link(self) -> None:
        source, target = self._file(), self._place()
        if not target.exists():
            try:
                target.hardlink_to(source)
            except OSError as error:
                if error.errno != errno.EXDEV:  # there is none from disk to disk
                    raise

    def _symbolic_link(self) -> None:
        target = self._place().with_suffix(".link.txt")
        if not target.is_symlink():
            target.symlink_to(self._file())

    def _delete(self) -> None:
        self._file().unlink()

    def _date(self) -> None:
        path, seconds = self._file(), self._chance.choice(_DATES_S)
        os.utime(path, (seconds, seconds))

    def _permit(self) -> None:
        """To others, or not: which changes its ctime alone."""
        path = self._file()
        path.chmod(path.stat().st_mode ^ 0o044)

    def _edit_in_secret(self) -> None:
        """Other words, but size and date are the same."""
        path = self._file()
        before = path.stat()
        path.write_text(self._text().ljust(before.st_size)[: before.st_size])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def _plug(self) -> None:
        """The drive in, or out."""
        assert self._drive is not None
        self._drive.plug()

    def _leave_out(self) -> None:
        folder = self._chance.choice(self.folders) / self._chance.choice(_LEFT_OUT)
        if folder.exists():
            shutil.rmtree(folder)
        else:
            draft = folder.with_name(f".draft {next(self._numbers)}")
            draft.mkdir()
            (draft / "inside.txt").write_text(self._text())
            draft.rename(folder)


@patch.multiple(jobs, PAUSES_S=(0.0, 0.2, 0.5, 1.0, 2.0), REST_S=1.0)  # as if all took a minute instead of an hour
def run(root: Path, library_folder: Path, operations: int, seed: int, *, may_mount: bool = False) -> Verdict:
    """Operate on a disk while a library watches it, and compare in the end.

    Args:
        root: an empty folder for the files.
        library_folder: the folder of the library, made if need be; exported models in it are used.
        operations: how many.
        seed: for the choice of them.
        may_mount: whether a drive may be mounted: this process has a mount namespace of its own.
    """
    chance = random.Random(seed)
    drive = Drive(root / "drive", root / "one" / "drive") if may_mount else None
    disk = Disk(root, chance, drive)
    make_private(library_folder)
    settings_file.save(LibraryPaths(library_folder).settings, Settings(models=("minilm-l6-v2",)))
    library = Library.open(library_folder)
    try:
        embedded = _count_embedded(library)
        if drive:
            drive.library = library
        library.start()
        for folder in disk.folders:
            library.add_folder(folder)
        for _ in range(operations):
            disk.operate()
            if pause := chance.choice(_PAUSES_S):
                time.sleep(pause)
        if drive and not drive.there:
            drive.plug()
        _settle(library, disk)
        return _verdict(library, disk, operations, embedded, drive)
    finally:
        if drive and drive.there:
            drive.plug()
        library.close()


def _count_embedded(library: Library) -> Counter[str]:
    """How often each text is given to the models from now on."""
    embedded: Counter[str] = Counter()
    encode = library._inference.encode_documents

    def counted(modality: Modality, items: Sequence[Any], *rest: Any) -> Any:
        embedded.update(items)
        return encode(modality, items, *rest)

    library._inference.encode_documents = counted  # type: ignore[method-assign]
    return embedded


def _known(library: Library) -> dict[bytes, bytes]:
    rows = library._connections.get().execute(
        "SELECT f.path, c.fingerprint FROM files f JOIN contents c ON c.id = f.content_id WHERE f.state = 'indexed'"
    )
    return dict(rows)


def _settle(library: Library, disk: Disk, within_s: float = 120.0) -> None:
    """Wait until all is known; if it never is, the verdict says what is not."""
    try:
        eventually(lambda: library._inbox.idle.is_set() and _known(library) == disk.truth(), within_s)
    except AssertionError:
        return


def _verdict(library: Library, disk: Disk, operations: int, embedded: Counter[str], drive: Drive | None) -> Verdict:
    known, truth = _known(library), disk.truth()
    (jobs,) = library._connections.get().execute("SELECT count(*) FROM jobs").fetchone()
    return Verdict(
        operations,
        len(truth),
        lost=sum(known.get(path) != content for path, content in truth.items()),
        invented=len(known.keys() - truth.keys()),
        embedded_twice=sum(count > 1 for count in embedded.values()),
        forgotten=drive.forgotten if drive else 0,
        unnoticed=drive.unnoticed if drive else 0,
        stuck=jobs,
    )
