"""Clients and owners of different versions: one clear line on the newer side at least, and nothing lost."""

from __future__ import annotations

import pickle
from dataclasses import fields, is_dataclass
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core import answers, conditions, questions, state, types
from bowerbird.core.catalog.filters import dates, values
from bowerbird.core.commands import opening
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.library import Library
from bowerbird.core.owner.client import RemoteLibrary, come_forward
from bowerbird.core.owner.lock import OwnerLock
from bowerbird.core.owner.protocol import ERROR, HELLO, RESULT, VERSION
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.questions import Query
from tests.core.owner.fakes import FakeLibrary, answer_as_before_hello, connect, greet, owner

CLIENTS_LINE = "Another version of Bowerbird has the library open. Close its window or command, then try again."
OWNERS_LINE = (
    "Another version of Bowerbird has the library open. Close its window or command, then start this one again."
)
FIRST_CALLS = [
    ("activate", ()),
    ("browse", (Query(),)),
    ("doctor", ()),
    ("failures", ()),
    ("get_model", ("clip", None)),
    ("index", ((Path("/a"),),)),
    ("models", ()),
    ("remove_folder", (Path("/a"),)),
    ("remove_model", ("clip",)),
    ("retry", ((),)),
    ("search", (Query("a dog"),)),
    ("status", ()),
    ("use_model", ("clip",)),
    ("verify_model", ("",)),
]
"""Every call of clients until commit 5820043: they began with the call itself."""


def assert_one_line(caller: Connection) -> None:
    kind, error = caller.recv()
    assert kind == ERROR and type(error) is EnvironmentFailure and str(error) == OWNERS_LINE
    with pytest.raises(EOFError):
        caller.recv()


# an older client, a newer owner


@pytest.mark.parametrize("call", FIRST_CALLS, ids=[name for name, _ in FIRST_CALLS])
def test_a_client_older_than_the_greeting_shows_one_line_and_does_nothing(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary, call: tuple[str, tuple[object, ...]]
) -> None:
    with connect(tmp_path) as caller:
        caller.send(call)
        assert_one_line(caller)
    assert library.calls == []
    with connect(tmp_path) as caller:
        greet(caller)
        caller.send(("activate", ()))
        assert caller.recv() == (RESULT, True)


@pytest.mark.parametrize(
    "message",
    [
        b"cbowerbird.core.types\nNoLongerHere\n.",
        b"cbowerbird.core.nowhere\nQuery\n.",
        b"cbowerbird.core.types\nQuery\n(K\x01K\x02K\x03K\x04K\x05K\x06K\x07K\x08K\x09K\x0aK\x0bK\x0ctR.",
        b"no pickle",
        pickle.dumps(7),
        pickle.dumps(("status",)),
        pickle.dumps((HELLO, (VERSION + 1,))),
        pickle.dumps((HELLO, ())),
    ],
    ids=["class", "module", "fields", "no pickle", "number", "no arguments", "newer", "no version"],
)
def test_a_first_message_of_another_version_is_answered_with_one_line(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary, message: bytes
) -> None:
    with connect(tmp_path) as caller:
        caller.send_bytes(message)
        assert_one_line(caller)
    assert library.calls == []


def test_an_older_client_leaves_a_real_library_as_it_was(tmp_path: Path, files: Path) -> None:
    directory = tmp_path / "library"
    library = Library.open(directory)
    try:
        library.add_folder(files)
        before = library.settings(), library.status().folders[0].path
        for call in (("remove_folder", (files,)), ("status", ())):
            with connect(directory) as caller:
                caller.send(call)
                assert_one_line(caller)
        assert (library.settings(), library.status().folders[0].path) == before
        remote = RemoteLibrary(directory)
        assert [folder.path for folder in remote.status().folders] == [files]
        remote.close()
    finally:
        library.close()


# a newer client, an older owner


def test_an_owner_older_than_the_greeting_is_one_line_and_goes_on(tmp_path: Path) -> None:
    with owner(tmp_path, answer_as_before_hello) as names:
        for _ in range(2):
            with pytest.raises(EnvironmentFailure) as raised:
                RemoteLibrary(tmp_path)
            assert str(raised.value) == CLIENTS_LINE
        assert not come_forward(tmp_path)
        with connect(tmp_path) as old_client:
            old_client.send(("status", ()))
            assert old_client.recv() == (RESULT, "a status")
    assert names == [HELLO] * 3 + ["status"]


def test_a_command_says_so_in_one_line(tmp_path: Path) -> None:
    lock = OwnerLock(LibraryPaths(tmp_path))
    lock.take()
    try:
        with (
            owner(tmp_path, answer_as_before_hello),
            pytest.raises(EnvironmentFailure) as raised,
            opening.opened(tmp_path),
        ):
            pass
        assert str(raised.value) == CLIENTS_LINE
    finally:
        lock.release()


class Unreadable:
    """Cannot be had back from its pickle, like an object of a class that this version does not have."""

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (Path, "no_longer_here")


@pytest.mark.parametrize(
    "greeting",
    [(RESULT, VERSION + 1), (RESULT, None), (ERROR, EnvironmentFailure("Update this one.")), (RESULT, Unreadable())],
    ids=["newer", "none", "error", "unreadable"],
)
def test_an_owner_that_greets_otherwise_is_one_line(tmp_path: Path, greeting: tuple[str, object]) -> None:
    with owner(tmp_path, lambda caller, *_: caller.send(greeting)), pytest.raises(EnvironmentFailure) as raised:
        RemoteLibrary(tmp_path)
    assert str(raised.value) == CLIENTS_LINE


def test_an_answer_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Versions are equal, but somebody forgot to raise theirs."""

    def answer(caller: Connection, name: str, arguments: tuple[Any, ...]) -> None:
        caller.send((RESULT, VERSION) if name == HELLO else (RESULT, Unreadable()))

    with owner(tmp_path, answer):
        remote = RemoteLibrary(tmp_path)
        with pytest.raises(EnvironmentFailure) as raised:
            remote.status()
        remote.close()
    assert str(raised.value) == CLIENTS_LINE


def test_a_class_that_travels_and_changes_raises_the_version() -> None:
    """A pickle of another field more or less is read without an error, and each value may stand in another's place."""
    travel = {
        name: each
        for module in (answers, state, types, questions, conditions, dates, values)
        for name, each in vars(module).items()
    }
    names = [
        f"{name}.{field.name}" for name, each in sorted(travel.items()) if is_dataclass(each) for field in fields(each)
    ]
    digest = sha256(" ".join(names).encode()).hexdigest()[:12]
    assert (VERSION, digest) == (7, "e377e5ba0883"), "raise VERSION, and write down the new digest"
