"""Disks that fill up at random bytes while files are indexed: with room again, all must be as after one clean run."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.core import settings
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from tests import makers
from tests.bench.crash import astray_in, rows_of, vectors_of
from tests.torture.kills import Machine

_PATIENCE_S = 1800.0
_FULL_S = 8.0  # for so long a disk is left without room
_LEAST = 1 << 20  # bytes: with less a library is not even begun
_ROOMY = 1 << 30


@dataclass(slots=True)
class Verdict:
    """How the libraries came out. All but the first three should be zero or empty."""

    disks: int = 0
    filled: int = 0
    """Disks that had no room left before everything was indexed."""
    full_at: list[str] = field(default_factory=list)
    """The sizes of the disks, and how many files were indexed on them before they got room."""
    differing: int = 0
    """Files and segments that are not as after a clean run."""
    vectors_differing: int = 0
    astray: int = 0
    """Vectors that the store lacks or has too many."""
    rebuilt: list[str] = field(default_factory=list)
    """What was taken for damage."""
    stuck: int = 0
    """Runs that did not end by themselves once there was room."""


class SmallDisk:
    """A file system in memory, at the folder of a library. Needs the right to mount."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))

    def grow(self) -> None:
        """Give it room for everything."""
        _run("mount", "-o", f"remount,size={_ROOMY}", str(self._folder))

    def free(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self._folder).free

    def close(self) -> None:
        """Take it away with all that is on it."""
        _run("umount", "--lazy", str(self._folder))
        self._folder.rmdir()


def run(work: Path, disks: int, seed: int) -> Verdict:
    """Index some files on a good disk, then on small ones of random sizes, which get room when they are full.

    Args:
        work: an empty folder.
        disks: how many.
        seed: for their sizes.
    """
    chance, verdict = random.Random(seed), Verdict()
    files = _files(work / "files", chance)
    clean = _machine(work / "clean", files)
    clean.index()
    need = sum(path.stat().st_size for path in clean.library.rglob("*") if "models" not in path.parts)
    for number in range(disks):
        size = chance.randrange(_LEAST, need)
        disk = SmallDisk(work / f"disk {number}", size)
        try:
            _fill_and_grow(disk, _machine(work / f"disk {number}", files, clean), clean, verdict, size)
        finally:
            disk.close()
    return verdict


def _files(folder: Path, chance: random.Random) -> Path:
    """Enough that the stores need several megabytes."""
    folder.mkdir()
    for number in range(60):
        words = " ".join(f"{chance.choice(_WORDS)} {chance.randrange(10_000)}" for _ in range(900))
        makers.text(folder / f"note {number}.txt", words)
    for number in range(20):
        makers.photo(folder / f"shapes {number}.jpg", number)
    return folder


_WORDS = "heron lawn krill colony dough strudel lorry kitchen lighthouse regatta albatross clause pelican".split()


def _machine(library: Path, files: Path, clean: Machine | None = None) -> Machine:
    machine = Machine(library, [files])
    settings.save(
        LibraryPaths(library).settings, Settings(models=("minilm-l6-v2", "efficientnet-lite0"), read_pictures=False)
    )
    if clean:  # networks are not what is to fill the disk
        (library / "models").symlink_to(clean.library / "models")
    return machine


def _fill_and_grow(disk: SmallDisk, machine: Machine, clean: Machine, verdict: Verdict, size: int) -> None:
    process = machine.start()
    ends = time.monotonic() + _PATIENCE_S
    while process.poll() is None and disk.free() and time.monotonic() < ends:
        time.sleep(0.05)
    verdict.disks += 1
    verdict.filled += not disk.free()
    time.sleep(_FULL_S if process.poll() is None else 0.0)
    indexed = len(_indexed(machine.library))
    verdict.full_at.append(f"{size:,} bytes: {indexed} files, {'running' if process.poll() is None else 'ended'}")
    disk.grow()
    try:
        ended = process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        verdict.stuck += 1
        process.kill()
        ended = process.wait()
    if ended:  # a command that says that the disk is full, and ends, is begun again by its user
        machine.index()
    _compare(clean, machine, verdict)


def _indexed(library: Path) -> list[object]:
    try:
        return [key for key, row in rows_of(library).items() if len(key) == 1 and row[0] == "indexed"]
    except Exception:  # noqa: BLE001  # there may be no catalog yet, or only a part of it
        return []


def _compare(clean: Machine, machine: Machine, verdict: Verdict) -> None:
    one, two = rows_of(clean.library), rows_of(machine.library)
    verdict.differing += sum(one.get(key) != two.get(key) for key in one.keys() | two.keys())
    verdict.vectors_differing += len(vectors_of(clean.library).keys() ^ vectors_of(machine.library).keys())
    verdict.astray += astray_in(machine.library)
    verdict.rebuilt += [path.name for path in machine.library.glob("*damaged*")]
    log = LibraryPaths(machine.library).log
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    verdict.rebuilt += [line for line in lines if "StoreDamaged" in line]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
