"""Processes killed at random instants while files are indexed: in the end all must be as after one clean run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.crash import astray_in, rows_of, vectors_of
from tests.makers import eventually

_PATIENCE_S = 600.0


@dataclass(slots=True)
class Verdict:
    """How the library came out. All but the first should be zero."""

    kills: int = 0
    differing: int = 0
    """Files and segments that are not as after a clean run."""
    vectors_differing: int = 0
    """Vectors that only one of the runs has."""
    astray: int = 0
    """Vectors that the store lacks or has too many."""
    orphans: int = 0
    """Processes that outlived the one that started them by ten seconds."""
    sockets: int = 0
    """Sockets left in the temporary folder."""


class Machine:
    """Runs ``bowerbird index`` on one library, with a temporary folder of its own."""

    def __init__(self, library: Path, sources: list[Path]) -> None:
        self.library, self.temporary = library, library.with_suffix(".tmp")
        self._sources = sources
        library.mkdir(parents=True, exist_ok=True)
        self.temporary.mkdir()

    def start(self) -> psutil.Popen:
        """Begin to index."""
        command = [sys.executable, "-m", "bowerbird.gui", "--library", str(self.library), "--json", "index"]
        return psutil.Popen(
            [*command, *map(str, self._sources)],
            env=os.environ | {"TMPDIR": str(self.temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def index(self) -> None:
        """Index to the end."""
        assert self.start().wait(_PATIENCE_S) == 0


def run(sources: list[Path], work: Path, kills: int, seed: int) -> Verdict:
    """Index ``sources`` once undisturbed, and once with kills; compare.

    Args:
        sources: folders of files.
        work: an empty folder for two libraries.
        kills: how many.
        seed: for their instants and victims.
    """
    chance, verdict = random.Random(seed), Verdict()
    clean, killed = Machine(work / "clean", sources), Machine(work / "killed", sources)
    started = time.monotonic()
    clean.index()
    longest_s = max(3.0, (time.monotonic() - started) / 4)
    shutil.copytree(clean.library / "models", killed.library / "models")
    while verdict.kills < kills:
        verdict.orphans += _run_and_kill(killed, chance, longest_s)
        verdict.kills += 1
        if chance.random() < 0.2:  # else the last kills meet nothing to do
            for path in killed.library.glob("catalog.*"):
                path.unlink()
    killed.index()
    _compare(clean, killed, verdict)
    return verdict


def _run_and_kill(machine: Machine, chance: random.Random, longest_s: float) -> int:
    """Kill the owner, or one of its children, after which the owner goes on; how many processes were left."""
    process = machine.start()
    time.sleep(chance.uniform(0.2, longest_s))
    family = [process, *_children(process)]
    victim = process if chance.random() < 0.4 else chance.choice(family)
    _kill(victim)
    if victim is not process:
        time.sleep(chance.uniform(0.0, longest_s))
        family = [*{*family, *_children(process)}]
        _kill(process)
    process.wait(_PATIENCE_S)
    try:
        eventually(lambda: not any(_lives(member) for member in family), 10.0)
    except AssertionError:
        left = [member for member in family if _lives(member)]
        for member in left:
            _kill(member)
        return len(left)
    return 0


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _compare(clean: Machine, killed: Machine, verdict: Verdict) -> None:
    one, two = rows_of(clean.library), rows_of(killed.library)
    verdict.differing = sum(one.get(key) != two.get(key) for key in one.keys() | two.keys())
    verdict.vectors_differing = len(vectors_of(clean.library).keys() ^ vectors_of(killed.library).keys())
    verdict.astray = astray_in(killed.library)
    verdict.sockets = sum(1 for path in killed.temporary.rglob("*") if path.is_socket())
