"""Answers other processes of this user, in the process that owns the library."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
import tempfile
import threading
from contextlib import suppress
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
)
from bowerbird.core.paths import LibraryPaths

log = logging.getLogger(__name__)

_LONGEST_SOCKET = 100  # bytes; the kernel takes 107 on Linux, 103 on macOS
_OTHER_VERSION = (
    "Another version of Bowerbird has the library open. Close its window or command, then start this one again."
)

_PREFIX = "bowerbird-"
_GREETING_S = 20.0  # a loaded computer takes a while to start a command
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

    def start(self) -> None:
        """Answer other processes of this user from now on.

        Raises:
            OSError: the library folder cannot be written.
        """
        _remove_left(self._paths)
        address = _address(self._paths)
        self._listener = Listener(address)  # in a folder that is this user's alone
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
        """Answer no more."""
        with self._announcing:
            self._stopped.set()
        if self._listener:  # once: the next owner of the library has a socket in the same place
            self._listener.close()
            self._listener = None
            _remove_left(self._paths)

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
            threading.Thread(target=self._serve, args=(caller,), name="caller", daemon=True).start()

    def _serve(self, caller: Connection) -> None:
        with caller:
            deadline = threading.Timer(_GREETING_S, _hang_up, (caller,))
            deadline.daemon = True
            deadline.start()
            try:
                # Here, not in the listener: a caller that says nothing would keep it from all others.
                deliver_challenge(caller, self._key)
                answer_challenge(caller, self._key)
                greeting = _greeting(caller)
                deadline.cancel()
                caller.send(greeting)
                while greeting[0] == RESULT:
                    caller.send(self._answer(caller, *caller.recv()))
            except (AuthenticationError, EOFError, OSError):  # of which one is a message of an impossible length
                return
            finally:
                deadline.cancel()

    def _answer(self, caller: Connection, name: str, arguments: tuple[Any, ...]) -> Answer:
        if name not in self._calls:
            return ERROR, EnvironmentFailure(f"Bowerbird knows no call {name}.")
        if name in REPORTING:
            arguments = (*arguments, lambda *progress: caller.send((PROGRESS, progress)))
        try:
            return RESULT, self._calls[name](*arguments)
        except BowerbirdError as error:
            return ERROR, error
        except Exception as error:
            log.exception("answering %s", name)
            mistake = EnvironmentFailure("The other Bowerbird made a mistake; its log has the details.")
            return ERROR, failure_of(error, "The library") or mistake


def _hang_up(caller: Connection) -> None:
    """End a conversation from another thread. A pipe of Windows cannot be ended so; its caller goes on waiting."""
    if sys.platform != "win32":
        with suppress(OSError), socket.socket(fileno=os.dup(caller.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)


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
