"""Model hosts that outlive the library they were started for: the next one gets them with their models loaded.

Starting a host and loading the starter pack takes seconds; most tests of a library are about neither. What they lend is
a real host process with real models. A host that was asked something which nobody waits for any more is not lent again,
nor one with a model that failed, which it would remember; and only the three that were used last are kept: models take
memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bowerbird.core.inference.host import Setup
from bowerbird.core.inference.process import HostProcess, PendingRequest

_KEPT = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """What makes two hosts alike: the setup but for its folder, and the files that this folder's links lead to."""

    setup: Setup
    files: frozenset[tuple[Path, int]]
    """With the times of their last change."""

    @classmethod
    def of(cls, setup: Setup) -> Needs:
        whole = (path.resolve() for path in setup.models.iterdir() if path.suffix not in (".json", ".lock"))
        files = (file for path in whole for file in (path.rglob("*") if path.is_dir() else (path,)))
        return cls(replace(setup, models=Path()), frozenset((file, file.stat().st_mtime_ns) for file in files))


class LentHosts:
    """Starts hosts as ``HostSupervisor`` wants them started, or lends one of the same setup that is free."""

    def __init__(self) -> None:
        self.keep_retired = True
        """Whether hosts that a library has retired are lent on, rather than really ended."""
        self._lock = threading.Lock()
        self._free: list[tuple[Needs, HostProcess]] = []  # in the order in which they were given back
        self._lent: dict[HostProcess, LentHost] = {}

    def start(self, setup: Setup, on_end: Callable[[HostProcess], None]) -> HostProcess:
        needs = Needs.of(setup)
        with self._lock:
            host = self._take(needs) or HostProcess(setup, self._ended)
            lent = self._lent[host] = LentHost(self, host, needs, on_end)
        return lent  # type: ignore[return-value]  # it has all of a HostProcess that a supervisor uses

    def _take(self, needs: Needs) -> HostProcess | None:
        for pair in self._free:
            if pair[0] == needs:
                self._free.remove(pair)
                return pair[1]
        return None

    def give_back(self, lent: LentHost) -> None:
        with self._lock:
            if self._lent.get(lent.host) is not lent:  # it has ended, or was given back before
                return
            del self._lent[lent.host]
            if lent.busy or lent.failed:
                lent.host.kill()
            else:
                self._free.append((lent.needs, lent.host))
            for _, host in self._free[:-_KEPT]:
                host.kill()
            del self._free[:-_KEPT]

    def _ended(self, host: HostProcess) -> None:
        with self._lock:
            lent = self._lent.pop(host, None)
            self._free = [pair for pair in self._free if pair[1] is not host]
        if lent:
            lent.ended()

    def close(self) -> None:
        """End those that are free: whoever asks next starts one."""
        with self._lock:
            free, self._free = self._free, []
        for _, host in free:
            host.kill()


class LentHost:
    """A host, as long as one supervisor has it."""

    def __init__(
        self, hosts: LentHosts, host: HostProcess, needs: Needs, on_end: Callable[[HostProcess], None]
    ) -> None:
        self.host, self.needs, self.on_end = host, needs, on_end
        self.failed = False
        """Whether a model of it did not answer."""
        self._hosts, self._requests = hosts, list[PendingRequest]()
        self._over = threading.Event()

    @property
    def pid(self) -> int | None:
        return self.host.pid

    @property
    def busy(self) -> bool:
        """Whether the host still works on something, perhaps for nobody."""
        return bool(self.host._unanswered)

    def send(self, request: PendingRequest) -> None:
        self._requests.append(request)
        request.answer.add_done_callback(self._note)
        self.host.send(request)

    def _note(self, answer: Future[Any]) -> None:
        if not answer.cancelled() and (answer.exception() or getattr(answer.result(), "problem", "")):
            self.failed = True

    def finish(self) -> None:
        """For its library a retired host ends, once it has answered."""
        if self._hosts.keep_retired:
            threading.Thread(target=self._end_when_done, daemon=True).start()
        else:
            self.host.finish()

    def _end_when_done(self) -> None:
        while self.busy and not self._over.is_set():
            time.sleep(0.005)
        if not self._over.is_set():
            self.kill()

    def kill(self) -> None:
        self._hosts.give_back(self)
        self.ended()

    def ended(self) -> None:
        self._over.set()
        self.on_end(self)  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        self._over.wait(seconds)

    def unanswered(self) -> list[PendingRequest]:
        return [request for request in self._requests if not request.answer.done()]
