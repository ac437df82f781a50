"""The owner among callers that are slow, wrong, or gone."""

from __future__ import annotations

import socket
import stat
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

import pytest

from bowerbird.core.errors import EnvironmentFailure, OwnerAway
from bowerbird.core.owner.client import RemoteLibrary, come_forward
from bowerbird.core.owner.protocol import ERROR, HELLO, PROGRESS, RESULT, VERSION, Endpoint
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths
from tests.core.owner.fakes import REPORT, FakeLibrary, connect, greet, owner
from tests.makers import eventually

Call = Callable[[RemoteLibrary], object]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a pipe is not a file")


def segments(directory: Path) -> int:
    """What a new caller is told, which shows that the owner still answers."""
    remote = RemoteLibrary(directory)
    try:
        return remote.status().segments
    finally:
        remote.close()


def test_a_wrong_key_is_refused_and_others_are_served(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary
) -> None:
    address = Endpoint.read(LibraryPaths(tmp_path).endpoint_file).address
    with pytest.raises(AuthenticationError):
        Client(address, authkey=b"wrong")
    assert library.calls == []
    assert segments(tmp_path) == 7


@posix_only
def test_a_caller_that_says_nothing_keeps_nobody_waiting(tmp_path: Path, server: OwnerServer) -> None:
    with ThreadPoolExecutor(1) as thread, socket.socket(socket.AF_UNIX) as silent:
        silent.connect(Endpoint.read(LibraryPaths(tmp_path).endpoint_file).address)
        assert thread.submit(segments, tmp_path).result(timeout=30) == 7


@posix_only
@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.0", b"\xff" * 5000, b"\0\0\0\5hello"])
def test_who_greets_wrongly_or_not_at_all_is_hung_up_on(
    tmp_path: Path, server: OwnerServer, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr("bowerbird.core.owner.protocol._GREETING_S", 0.2)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(30)
        caller.connect(Endpoint.read(LibraryPaths(tmp_path).endpoint_file).address)
        caller.sendall(said)
        with suppress(ConnectionResetError):
            while caller.recv(4096):
                pass
    monkeypatch.undo()
    assert segments(tmp_path) == 7


@posix_only
def test_a_caller_that_hangs_up_before_it_is_known_harms_nobody(tmp_path: Path, server: OwnerServer) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(Endpoint.read(LibraryPaths(tmp_path).endpoint_file).address)
    assert segments(tmp_path) == 7


@pytest.mark.parametrize("call", [("status", ()), ("index", ((),))], ids=["answering", "reporting"])
def test_a_caller_that_hangs_up_in_the_middle_of_a_call_harms_nobody(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary, call: tuple[str, tuple[object, ...]]
) -> None:
    library.hold()
    caller = connect(tmp_path)
    greet(caller)
    caller.send(call)
    assert library.held.wait(30)
    caller.close()
    library.release()
    assert segments(tmp_path) == 7
    assert [name for name, *_ in library.calls] == [call[0], "status"]


def test_one_callers_long_call_keeps_no_other_waiting(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary
) -> None:
    library.hold()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(segments, tmp_path)
        assert library.held.wait(30)
        with connect(tmp_path) as other:
            greet(other)
            other.send(("index", ((),)))
            reports = [other.recv() for _ in range(3)]
            assert [kind for kind, _ in reports] == [PROGRESS] * 3 and not waiting.done()
            library.release()
            assert other.recv() == (RESULT, REPORT)
        assert waiting.result(30) == 7


@pytest.mark.parametrize("name", ["erase", "close", "__init__", "_answer", "calls", ""])
def test_what_is_not_in_the_table_cannot_be_called(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary, name: str
) -> None:
    with connect(tmp_path) as caller:
        greet(caller)
        caller.send((name, ()))
        kind, error = caller.recv()
        assert (kind, str(error)) == (ERROR, f"Bowerbird knows no call {name}.")
        assert isinstance(error, EnvironmentFailure)
        caller.send(("activate", ()))
        assert caller.recv() == (RESULT, True)
    assert library.calls == [("activate",)]


@posix_only
def test_only_this_user_may_read_the_key_or_reach_the_socket(tmp_path: Path, server: OwnerServer) -> None:
    paths = LibraryPaths(tmp_path)
    address = Path(Endpoint.read(paths.endpoint_file).address)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (paths.endpoint_file, address)] == [0o600, 0o600]


@posix_only
def test_a_library_whose_path_is_too_long_for_a_socket_is_reached_all_the_same(
    tmp_path: Path, library: FakeLibrary
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = OwnerServer(LibraryPaths(deep), library)
    server.start()
    address = Path(Endpoint.read(LibraryPaths(deep).endpoint_file).address)
    assert deep not in address.parents
    assert segments(deep) == 7
    kept = LibraryPaths(deep).endpoint_file.read_bytes()
    server.stop()
    assert not address.parent.exists()
    address.parent.mkdir()
    address.touch()
    LibraryPaths(deep).endpoint_file.write_bytes(kept)  # as if it had been killed
    server = OwnerServer(LibraryPaths(deep), library)
    server.start()
    assert not address.parent.exists()
    server.stop()


def test_a_socket_left_by_a_crash_is_no_obstacle(tmp_path: Path, library: FakeLibrary) -> None:
    LibraryPaths(tmp_path).socket.touch()
    server = OwnerServer(LibraryPaths(tmp_path), library)
    server.start()
    assert segments(tmp_path) == 7
    server.stop()


def test_after_the_stop_nobody_is_answered(tmp_path: Path, server: OwnerServer) -> None:
    server.stop()
    assert not LibraryPaths(tmp_path).endpoint_file.exists()
    with pytest.raises(EnvironmentFailure, match=r"has .* open and does not answer\. Try again\.$"):
        RemoteLibrary(tmp_path)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "no JSON",
        "[]",
        "7",
        "{}",
        '{"address": "/nowhere", "key": "00"}',
        '{"address": "/nowhere", "key": "not hex"}',
    ],
)
def test_an_endpoint_that_leads_nowhere_is_one_line(tmp_path: Path, endpoint: str) -> None:
    LibraryPaths(tmp_path).endpoint_file.write_text(endpoint)
    with pytest.raises(EnvironmentFailure, match="does not answer"):
        RemoteLibrary(tmp_path)


def test_an_endpoint_with_another_key_is_one_line(tmp_path: Path, server: OwnerServer) -> None:
    file = LibraryPaths(tmp_path).endpoint_file
    Endpoint(Endpoint.read(file).address, "00" * 32).write(file)
    with pytest.raises(EnvironmentFailure, match="does not answer"):
        RemoteLibrary(tmp_path)


def test_an_owner_that_ends_in_the_middle_of_a_call_is_one_line(tmp_path: Path, library: FakeLibrary) -> None:
    def hang_up(caller: Connection, name: str, arguments: tuple[Any, ...]) -> None:
        caller.send((RESULT, VERSION)) if name == HELLO else caller.close()

    with owner(tmp_path, hang_up):
        remote = RemoteLibrary(tmp_path)
        with pytest.raises(EnvironmentFailure, match=r"^The other Bowerbird was closed meanwhile\. Try again\.$"):
            remote.status()
        remote.close()


def test_a_window_is_asked_to_come_forward(tmp_path: Path, server: OwnerServer, library: FakeLibrary) -> None:
    assert come_forward(tmp_path)
    assert library.calls == [("activate",)]
    server.stop()
    assert not come_forward(tmp_path), "no window, no owner"


def test_calls_in_progress_are_answered_before_the_stop(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary
) -> None:
    library.hold()
    remote = RemoteLibrary(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(remote.status)
        assert library.held.wait(30)
        stopping = threads.submit(server.stop)
        eventually(lambda: not LibraryPaths(tmp_path).endpoint_file.exists())
        assert not stopping.done()
        library.release()
        assert waiting.result(30).segments == 7
        stopping.result(30)
    with pytest.raises(OwnerAway):
        remote.status()
    assert [name for name, *_ in library.calls] == ["status"], "after the stop no call is taken"
    remote.close()


@pytest.mark.parametrize("call", [lambda remote: remote.index([], lambda _: None), lambda remote: remote.status()])
def test_a_call_that_the_owner_does_not_answer_any_more_is_made_again_to_the_next(
    tmp_path: Path, server: OwnerServer, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setattr("bowerbird.core.owner.server._LAST_ANSWERS_S", 0.1)
    library.hold()
    next_library = FakeLibrary()
    next_server = OwnerServer(LibraryPaths(tmp_path), next_library)
    remote = RemoteLibrary(tmp_path, reopen=lambda: RemoteLibrary(tmp_path))
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(call, remote)
        assert library.held.wait(30)
        server.stop()
        next_server.start()
        library.raises = ValueError("a library whose parts are closed")
        library.release()
        assert waiting.result(30) == call(remote)
    assert len(library.calls) == 1 and len(next_library.calls) == 2
    remote.close()
    next_server.stop()


@posix_only
def test_an_owner_that_does_not_greet_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bowerbird.core.owner.protocol._GREETING_S", 0.2)
    paths = LibraryPaths(tmp_path)
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(paths.socket))
        frozen.listen()
        Endpoint(str(paths.socket), "00").write(paths.endpoint_file)
        with pytest.raises(OwnerAway, match="does not answer"):
            RemoteLibrary(tmp_path)


@posix_only
def test_no_thread_waits_for_callers_after_the_stop(tmp_path: Path, server: OwnerServer) -> None:
    server.stop()
    eventually(lambda: not any(thread.name == "owner" for thread in threading.enumerate()))


def test_many_callers_leave_no_threads_behind(tmp_path: Path, server: OwnerServer, callers: Callable[[], int]) -> None:
    for _ in range(10):
        segments(tmp_path)
    eventually(lambda: callers() == 0)


@pytest.fixture
def callers() -> Callable[[], int]:
    """How many threads of this process answer a caller."""
    return lambda: sum(thread.name == "caller" for thread in threading.enumerate())
