"""Answers other processes of this user, in the process that owns the library."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

from bowerbird.core.errors import BowerbirdError, EnvironmentFailure
from bowerbird.core.faults import Fault, failure_of, fault_of
from bowerbird.core.owner.protocol import (
    ERROR,
    HELLO,
    PROGRESS,
    REPORTING,
    RESULT,
    VERSION,
    Endpoint,
    LibraryCalls,
    call_table,
    greeting_deadline,
)
from bowerbird.core.paths import LibraryPaths

log = logging.getLogger(__name__)

_LONGEST_SOCKET = 100  # bytes; the kernel takes 107 on Linux, 103 on macOS
_OTHER_VERSION = (
    "Another version of Bowerbird has the library open. Close its window or command, then start this one again."
)

_PREFIX = "bowerbird-"
_CALLERS_AT_ONCE = 128  # who connects when so many wait to be accepted is refused
_LAST_ANSWERS_S = 5.0
_PAUSE_S = 0.1
_ROOM_S = 5.0

Answer = tuple[str, Any]


class OwnerServer:
    """Listens on a local socket; a thread for each caller."""

    def __init__(self, paths: LibraryPaths, library: LibraryCalls) -> None:
        """Nobody is answered yet."""
        self._paths, self._calls = paths, call_table(library)
        self._key = secrets.token_bytes(32)
        self._listener: Listener | None = None
        self._stopped = threading.Event()
        self._announcing = threading.Lock()
        self._closed = threading.Event()
        self._answering = 0
        self._answered = threading.Condition()

    def start(self) -> None:
        """Answer other processes of this user from now on.

        Raises:
            OSError: the library folder cannot be written.
        """
        _remove_left(self._paths)
        address = _address(self._paths)
        self._listener = Listener(address, backlog=_CALLERS_AT_ONCE)  # in a folder that is this user's alone
        if sys.platform != "win32":
            Path(address).chmod(0o600)
        self._announce(Endpoint(address, self._key.hex()))
        threading.Thread(target=self._accept, args=(self._listener,), name="owner", daemon=True).start()

    def _announce(self, endpoint: Endpoint) -> None:
        """Say where to call. On a full disk that is done once there is room; until then nobody calls."""
        with self._announcing:
            if self._stopped.is_set():
                return
            try:
                endpoint.write(self._paths.endpoint_file)
            except OSError as error:
                if fault_of(error) is not Fault.FULL:
                    raise
                log.warning("no other process can call yet: %s", error)
                later = threading.Timer(_ROOM_S, self._announce, (endpoint,))
                later.daemon = True
                later.start()

    def stop(self) -> None:
        """Take no more calls, and let those end that are being answered, unless they take long.

        Whoever is left without an answer sees the connection end, and asks the next owner.
        """
        with self._announcing:
            self._stopped.set()
        if self._listener:  # once: the next owner of the library has a socket in the same place
            _wake(str(self._listener.address))
            self._listener.close()
            self._listener = None
            _remove_left(self._paths)
        with self._answered:
            self._answered.wait_for(lambda: not self._answering, _LAST_ANSWERS_S)
        self._closed.set()

    def _accept(self, listener: Listener) -> None:
        while True:
            try:
                caller = listener.accept()
            except ConnectionError:  # it has hung up already
                continue
            except OSError as error:
                if self._stopped.wait(_PAUSE_S):
                    return
                log.warning("no caller can be accepted: %s", error)  # descriptors may be free again later
                continue
            if self._stopped.is_set():
                caller.close()
                return
            threading.Thread(target=self._serve, args=(caller,), name="caller", daemon=True).start()

    def _serve(self, caller: Connection) -> None:
        # An ``OSError`` of these is a message of an impossible length.
        with caller, suppress(AuthenticationError, EOFError, OSError):
            with greeting_deadline(caller):
                # Here, not in the listener: a caller that says nothing would keep it from all others.
                deliver_challenge(caller, self._key)
                answer_challenge(caller, self._key)
                greeting = _greeting(caller)
            caller.send(greeting)
            while greeting[0] == RESULT:
                name, arguments = caller.recv()
                with self._until_answered(name):
                    self._send(caller, self._answer(caller, name, arguments))

    @contextmanager
    def _until_answered(self, name: str) -> Iterator[None]:
        """Keep ``stop`` waiting for the answer to a call, unless it may take hours.

        Raises:
            ConnectionError: the owner has stopped, and takes no call any more.
        """
        counted = name not in REPORTING
        with self._answered:
            if self._stopped.is_set():
                raise ConnectionError
            self._answering += counted
        try:
            yield
        finally:
            with self._answered:
                self._answering -= counted
                self._answered.notify_all()

    def _send(self, caller: Connection, answer: Answer) -> None:
        """Unless the owner has closed meanwhile: then the answer is about a library without its parts.

        Raises:
            ConnectionError: it has, or the caller is gone.
        """
        if self._closed.is_set():
            raise ConnectionError
        caller.send(answer)

    def _answer(self, caller: Connection, name: str, arguments: tuple[Any, ...]) -> Answer:
        if name not in self._calls:
            return ERROR, EnvironmentFailure(f"Bowerbird knows no call {name}.")
        if name in REPORTING:
            arguments = (*arguments, lambda *progress: self._send(caller, (PROGRESS, progress)))
        try:
            return RESULT, self._calls[name](*arguments)
        except BowerbirdError as error:
            return ERROR, error
        except ConnectionError:  # the caller is gone
            raise
        except Exception as error:
            log.exception("answering %s", name)
            mistake = EnvironmentFailure("The other Bowerbird made a mistake; its log has the details.")
            return ERROR, failure_of(error, "The library") or mistake


def _wake(address: str) -> None:
    """Let the thread end that waits for callers at an address: closing what it listens on does not wake it."""
    if sys.platform != "win32":
        with suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.setblocking(False)  # if very many wait to be accepted, the thread is not waiting
            caller.connect(address)


def _greeting(caller: Connection) -> Answer:
    """The answer to a caller's first call. A client older than ``HELLO`` begins with another, and shows the error."""
    try:
        call = caller.recv()
    except (EOFError, ConnectionError):
        raise
    except Exception:  # noqa: BLE001 # objects of classes as another version had them may raise anything
        call = None
    return (RESULT, VERSION) if call == (HELLO, (VERSION,)) else (ERROR, EnvironmentFailure(_OTHER_VERSION))


def _address(paths: LibraryPaths) -> str:
    """Where to listen: a socket in the library or, if its path is too long for one, in a folder made for it."""
    if sys.platform == "win32":
        return rf"\\.\pipe\bowerbird-{secrets.token_hex(8)}"
    if len(os.fsencode(paths.socket)) <= _LONGEST_SOCKET:
        return str(paths.socket)
    return str(Path(tempfile.mkdtemp(prefix=_PREFIX)) / paths.socket.name)


def _remove_left(paths: LibraryPaths) -> None:
    """Remove the endpoint of an owner that has ended, also of one that was killed, with its socket."""
    paths.socket.unlink(missing_ok=True)
    with suppress(OSError, ValueError):
        left = Path(Endpoint.read(paths.endpoint_file).address)
        if left.parent.name.startswith(_PREFIX) and left.name == paths.socket.name:
            left.unlink(missing_ok=True)
            left.parent.rmdir()
    paths.endpoint_file.unlink(missing_ok=True)
