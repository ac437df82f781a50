"""Model hosts that outlive the library they were started for: the next one gets them with their models loaded.

Starting a host and loading the starter pack takes seconds; most tests of a library are about neither. What they lend is
a real host process with real models. A host that was asked something which nobody waits for any more is not lent again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from bowerbird.core.inference.host import Setup
from bowerbird.core.inference.process import HostProcess, PendingRequest


class LentHosts:
    """Starts hosts as ``HostSupervisor`` wants them started, or lends one of the same setup that is free."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[Setup, list[HostProcess]] = {}
        self._lent: dict[HostProcess, LentHost] = {}

    def start(self, setup: Setup, on_end: Callable[[HostProcess], None]) -> HostProcess:
        setup = replace(setup, models=setup.models.resolve())
        with self._lock:
            free = self._free.get(setup, [])
            host = free.pop() if free else None
            if host is None:
                host = HostProcess(setup, self._ended)
            lent = self._lent[host] = LentHost(self, host, setup, on_end)
        return lent  # type: ignore[return-value]  # it has all of a HostProcess that a supervisor uses

    def give_back(self, lent: LentHost) -> None:
        with self._lock:
            self._lent.pop(lent.host, None)
            if lent.busy:
                lent.host.kill()
            else:
                self._free.setdefault(lent.setup, []).append(lent.host)

    def _ended(self, host: HostProcess) -> None:
        with self._lock:
            lent = self._lent.pop(host, None)
            for free in self._free.values():
                if host in free:
                    free.remove(host)
        if lent:
            lent.on_end(lent)  # type: ignore[arg-type]

    def close(self) -> None:
        for free in list(self._free.values()):
            for host in list(free):
                host.kill()


class LentHost:
    """A host, as long as one supervisor has it."""

    def __init__(
        self, hosts: LentHosts, host: HostProcess, setup: Setup, on_end: Callable[[HostProcess], None]
    ) -> None:
        self.host, self.setup, self.on_end = host, setup, on_end
        self._hosts, self._requests = hosts, list[PendingRequest]()

    @property
    def pid(self) -> int | None:
        return self.host.pid

    @property
    def busy(self) -> bool:
        """Whether the host still works on something, perhaps for nobody."""
        return bool(self.host._unanswered)

    def send(self, request: PendingRequest) -> None:
        self._requests.append(request)
        self.host.send(request)

    def finish(self) -> None:
        """A retired host really ends: its models are not those in use any more."""
        self.host.finish()

    def kill(self) -> None:
        self._hosts.give_back(self)
        self.on_end(self)  # type: ignore[arg-type]

    def wait(self, seconds: float) -> None:
        self.host.wait(seconds)

    def unanswered(self) -> list[PendingRequest]:
        return [request for request in self._requests if not request.answer.done()]
