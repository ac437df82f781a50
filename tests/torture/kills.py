"""Processes killed at random instants while files are indexed: in the end all must be as after one clean run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.crash import astray_in, rows_of, vectors_of
from tests.makers import eventually

_PATIENCE_S = 1800.0


@dataclass(slots=True)
class Verdict:
    """How the library came out. All but the first two should be zero."""

    kills: int = 0
    victims: dict[str, int] = field(default_factory=dict)
    """What was killed, and how often."""
    differing: int = 0
    """Files and segments that are not as after a clean run."""
    vectors_differing: int = 0
    """Vectors that only one of the runs has."""
    astray: int = 0
    """Vectors that the store lacks or has too many."""
    orphans: int = 0
    """Processes that outlived the one that started them by ten seconds."""
    sockets: int = 0
    """Sockets left in the library and the temporary folder."""
    forsaken: int = 0
    """Clients that failed, or did not end, when the owner that they talked to was killed."""


class Machine:
    """Runs ``bowerbird index`` on one library, with a temporary folder of its own."""

    def __init__(self, library: Path, sources: list[Path]) -> None:
        self.library, self.temporary = library, library.with_suffix(".tmp")
        self._sources = sources
        library.mkdir(parents=True, exist_ok=True)
        self.temporary.mkdir()

    def start(self) -> psutil.Popen:
        """Begin to index."""
        return self.command("index", *map(str, self._sources))

    def command(self, *words: str) -> psutil.Popen:
        """Begin with a command."""
        return psutil.Popen(
            [sys.executable, "-m", "bowerbird.gui", "--library", str(self.library), "--json", *words],
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
        _run_and_kill(killed, chance, longest_s, verdict)
        verdict.kills += 1
        if chance.random() < 0.2:  # else the last kills meet nothing to do
            for path in killed.library.glob("catalog.*"):
                path.unlink()
    killed.index()
    _compare(clean, killed, verdict)
    return verdict


def _run_and_kill(machine: Machine, chance: random.Random, longest_s: float, verdict: Verdict) -> None:
    """Kill one of the processes, or all; if the owner outlives that, it goes on for a while, and is killed too."""
    owner = machine.start()
    time.sleep(chance.uniform(0.2, longest_s))
    family = {owner, *_children(owner)}
    by_role = {"tree": list(family), "client": [owner]}
    for member in family:
        by_role.setdefault(_role(member, owner), []).append(member)
    role = chance.choice(sorted(by_role.keys() - {"other"}))
    if role == "client":
        family |= _kill_before_a_client(machine, owner, verdict)
    else:
        for victim in by_role[role] if role == "tree" else [chance.choice(by_role[role])]:
            _kill(victim)
        time.sleep(chance.uniform(0.0, longest_s) if role not in ("tree", "owner") else 0.0)
    verdict.victims[role] = verdict.victims.get(role, 0) + 1
    family |= {*_children(owner)}
    _kill(owner)
    owner.wait(_PATIENCE_S)
    verdict.orphans += _end_orphans(family)


def _role(process: psutil.Process, owner: psutil.Process) -> str:
    """What a process is there for."""
    try:
        line = " ".join((process.name(), *process.cmdline()))
        if process == owner:
            return "owner"
        if "milvus" in line:
            return "store"
        if "spawn_main" not in line:
            return "other"  # that which cleans up after the others, among them
        return "decoder" if os.getsid(process.pid) == process.pid else "model host"
    except (psutil.NoSuchProcess, ProcessLookupError):
        return "other"


def _kill_before_a_client(machine: Machine, owner: psutil.Process, verdict: Verdict) -> set[psutil.Process]:
    """Kill an owner that a client talks to: the client takes over. What was running then."""
    client = machine.command("index")
    with suppress(psutil.NoSuchProcess, AssertionError):
        eventually(lambda: bool(client.net_connections("unix")) or not client.is_running(), 20.0)
    family = {client, *_children(owner)}
    _kill(owner)
    try:
        verdict.forsaken += client.wait(_PATIENCE_S) != 0
    except psutil.TimeoutExpired:
        verdict.forsaken += 1
        family |= {*_children(client)}
        _kill(client)
    return family


def _end_orphans(family: Collection[psutil.Process]) -> int:
    """How many outlive their owner by ten seconds; then they are killed."""
    with suppress(AssertionError):
        eventually(lambda: not any(_lives(member) for member in family), 10.0)
    left = [member for member in family if _lives(member)]
    for member in left:
        _kill(member)
    return len(left)


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
    places = (killed.temporary, killed.library)
    verdict.sockets = sum(path.is_socket() for place in places for path in place.rglob("*"))
