"""One owner per library: the first process opens it, every other talks to the first through a local socket."""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from bowerbird.core.errors import BowerbirdError, EnvironmentFailure, LibraryBusy
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.state import Check, Failure, IndexReport, ModelState, Progress, Status
from bowerbird.core.types import Query, Results

if TYPE_CHECKING:
    from bowerbird.core.library import Library

log = logging.getLogger(__name__)

_CALLS = frozenset(
    {
        "activate",
        "browse",
        "doctor",
        "failures",
        "get_model",
        "index",
        "models",
        "remove_folder",
        "remove_model",
        "retry",
        "search",
        "status",
        "use_model",
        "verify_model",
    }
)
_LONGEST_SOCKET = 100  # bytes; the kernel takes 107 on Linux, 103 on macOS


class Ownership:
    """The lock of a library, and the socket on which its owner answers."""

    def __init__(self, paths: LibraryPaths, library: Library) -> None:
        """Nothing is taken yet."""
        self._paths, self._library = paths, library
        self._lock = FileLock(paths.lock)
        self._listener: Listener | None = None

    def take(self) -> None:
        """Become the owner.

        Raises:
            LibraryBusy: another process is.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusy(f"Another Bowerbird has {self._paths.root} open.") from None

    def serve(self) -> None:
        """Answer other processes of this user from now on."""
        key = secrets.token_bytes(32)
        address = _address(self._paths)
        before = os.umask(0o177)  # the socket must never be open to others, not even for a moment
        try:
            self._listener = Listener(address, authkey=key)
            self._paths.door.write_text(json.dumps({"address": address, "key": key.hex()}))
        finally:
            os.umask(before)
        threading.Thread(target=self._accept, args=(self._listener,), name="owner", daemon=True).start()

    def stop_serving(self) -> None:
        """Answer no more."""
        self._paths.door.unlink(missing_ok=True)
        if self._listener:
            self._listener.close()

    def release(self) -> None:
        """Leave the library to others. The lock's file stays: deleting it could give two processes a lock each."""
        self._lock.release()

    def _accept(self, listener: Listener) -> None:
        while True:
            try:
                caller = listener.accept()
            except (AuthenticationError, EOFError, ConnectionError):
                continue
            except OSError:
                return
            threading.Thread(target=self._answer, args=(caller,), name="caller", daemon=True).start()

    def _answer(self, caller: Connection) -> None:
        with caller:
            try:
                while True:
                    name, arguments = caller.recv()
                    caller.send(self._call(caller, name, arguments))
            except (EOFError, ConnectionError):
                return

    def _call(self, caller: Connection, name: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
        if name not in _CALLS:
            return "error", EnvironmentFailure(f"The other Bowerbird does not know {name}; it may be an older version.")
        if name in ("index", "get_model"):
            arguments = (*arguments, lambda *progress: caller.send(("progress", progress)))
        try:
            return "result", getattr(self._library, name)(*arguments)
        except BowerbirdError as error:
            return "error", error
        except Exception:
            log.exception("answering %s", name)
            return "error", EnvironmentFailure("The other Bowerbird made a mistake; its log has the details.")


def come_forward(directory: Path) -> bool:
    """Ask the window that owns a library to come to the front; False if no window does."""
    try:
        remote = RemoteLibrary(directory)
        try:
            return remote.activate()
        finally:
            remote.close()
    except EnvironmentFailure:
        return False


class RemoteLibrary:
    """A library that another process of this user owns. One call at a time."""

    def __init__(self, directory: Path) -> None:
        """Connect.

        Raises:
            EnvironmentFailure: the owner does not answer.
        """
        try:
            door = json.loads(LibraryPaths(directory).door.read_text())
            self._owner = Client(door["address"], authkey=bytes.fromhex(door["key"]))
        except (OSError, ValueError, EOFError, AuthenticationError) as error:
            raise EnvironmentFailure(
                f"Another Bowerbird has {directory} open and does not answer. Try again."
            ) from error

    def close(self) -> None:
        """Hang up."""
        self._owner.close()

    def index(self, folders: Sequence[Path], on_progress: Callable[[Progress], None]) -> IndexReport:
        """See ``Library.index``."""
        report: IndexReport = self._ask("index", tuple(folders), on_progress=on_progress)
        return report

    def search(self, query: Query) -> Results:
        """See ``Library.search``."""
        results: Results = self._ask("search", query)
        return results

    def browse(self, query: Query) -> Results:
        """See ``Library.browse``."""
        results: Results = self._ask("browse", query)
        return results

    def status(self) -> Status:
        """See ``Library.status``."""
        status: Status = self._ask("status")
        return status

    def failures(self) -> tuple[Failure, ...]:
        """See ``Library.failures``."""
        failures: tuple[Failure, ...] = self._ask("failures")
        return failures

    def retry(self, paths: Sequence[Path] = ()) -> int:
        """See ``Library.retry``."""
        number: int = self._ask("retry", tuple(paths))
        return number

    def remove_folder(self, folder: Path) -> None:
        """See ``Library.remove_folder``."""
        self._ask("remove_folder", folder)

    def models(self) -> tuple[ModelState, ...]:
        """See ``Library.models``."""
        models: tuple[ModelState, ...] = self._ask("models")
        return models

    def get_model(
        self, name: str, origin: Path | None = None, on_bytes: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        """See ``Library.get_model``."""
        self._ask("get_model", name, origin, on_progress=on_bytes)

    def use_model(self, name: str) -> None:
        """See ``Library.use_model``."""
        self._ask("use_model", name)

    def remove_model(self, name: str) -> None:
        """See ``Library.remove_model``."""
        self._ask("remove_model", name)

    def verify_model(self, name: str = "") -> tuple[Check, ...]:
        """See ``Library.verify_model``."""
        found: tuple[Check, ...] = self._ask("verify_model", name)
        return found

    def doctor(self) -> tuple[Check, ...]:
        """See ``Library.doctor``."""
        found: tuple[Check, ...] = self._ask("doctor")
        return found

    def activate(self) -> bool:
        """See ``Library.activate``."""
        shown: bool = self._ask("activate")
        return shown

    def _ask(self, name: str, *arguments: Any, on_progress: Callable[..., None] | None = None) -> Any:
        try:
            self._owner.send((name, arguments))
            while True:
                what, value = self._owner.recv()
                if what == "result":
                    return value
                if what == "error":
                    raise value
                if on_progress:
                    on_progress(*value)
        except (EOFError, ConnectionError) as error:
            raise EnvironmentFailure("The other Bowerbird was closed meanwhile. Try again.") from error


def _address(paths: LibraryPaths) -> str:
    if sys.platform == "win32":
        return rf"\\.\pipe\bowerbird-{secrets.token_hex(8)}"
    path = paths.socket
    if len(os.fsencode(path)) > _LONGEST_SOCKET:
        path = Path(tempfile.gettempdir()) / f"bowerbird-{secrets.token_hex(8)}.sock"
    path.unlink(missing_ok=True)
    return str(path)
