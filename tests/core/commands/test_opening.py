"""Commands find the library whoever owns it, also while its owner starts or ends."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.commands import opening
from bowerbird.core.errors import OwnerAway
from bowerbird.core.library import Library
from bowerbird.core.owner.lock import OwnerLock
from bowerbird.core.owner.protocol import HELLO, RESULT, VERSION
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths
from tests.core.owner.fakes import FakeLibrary, owner

_AT_ONCE = 3


@pytest.fixture
def lock(tmp_path: Path) -> OwnerLock:
    """The lock of a library, taken by somebody else."""
    lock = OwnerLock(LibraryPaths(tmp_path))
    lock.take()
    return lock


def test_an_owner_that_is_starting_is_waited_for(tmp_path: Path, lock: OwnerLock) -> None:
    server = OwnerServer(LibraryPaths(tmp_path), FakeLibrary())
    starting = threading.Timer(0.5, server.start)
    starting.start()
    with opening.opened(tmp_path) as library:
        assert library.status().segments == 7
    starting.join()
    server.stop()


def test_an_owner_that_is_ending_is_waited_for(tmp_path: Path, lock: OwnerLock) -> None:
    ending = threading.Timer(0.5, lock.release)
    ending.start()
    with opening.opened(tmp_path) as library:
        assert isinstance(library, Library)
    ending.join()


def test_an_owner_that_never_answers_is_one_sentence(
    tmp_path: Path, lock: OwnerLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.2)
    with pytest.raises(OwnerAway, match=r"has .* open and does not answer\. Try again\.$"), opening.opened(tmp_path):
        pass


def test_a_command_whose_owner_ends_owns_the_library_itself(tmp_path: Path, lock: OwnerLock) -> None:
    def end(caller: Connection, name: str, arguments: tuple[Any, ...]) -> None:
        if name == HELLO:
            caller.send((RESULT, VERSION))
        else:
            lock.release()
            caller.close()

    with owner(tmp_path, end) as names, opening.opened(tmp_path) as library:
        assert library.status().directory == library.status().directory == tmp_path
    assert names == [HELLO, "status"], "from then on the owner is not asked any more"


def test_commands_at_once_all_answer(tmp_path: Path) -> None:
    """One of them owns the library and ends, and then another does."""
    LibraryPaths(tmp_path).settings.write_text("models = []\n")
    command = [sys.executable, "-m", "bowerbird.gui", "--library", str(tmp_path), "--json", "status"]
    commands = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(_AT_ONCE)
    ]
    said = [process.communicate(timeout=300) for process in commands]
    assert [(process.returncode, errors) for process, (_, errors) in zip(commands, said, strict=True)] == (
        [(0, "")] * _AT_ONCE
    )
    assert all(json.loads(output)["library"] == str(tmp_path) for output, _ in said)
