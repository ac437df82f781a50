"""Keeps a model host at hand: started when something is asked, and again when it ended over its work."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.host import Reply, Setup
from bowerbird.core.inference.process import MAX_DEATHS, HostProcess, PendingRequest

_PATIENCE_S = 30.0
StartHost = Callable[[Setup, Callable[[HostProcess], None]], HostProcess]


class HostSupervisor:
    """Sends requests to the current host. What a host leaves unanswered is asked of the next. Safe from any thread.

    At most one host is current; others may still be finishing what they were asked before they were retired.
    """

    def __init__(self, setup: Callable[[], Setup], start: StartHost = HostProcess) -> None:
        """``setup`` says what the next host is started with; ``start`` is given that and what to call at its end."""
        self._setup, self._start = setup, start
        self._lock = threading.Lock()
        self._current: HostProcess | None = None
        self._hosts: set[HostProcess] = set()

    def pids(self) -> frozenset[int]:
        """Process ids of the hosts that have been started and have not ended."""
        with self._lock:
            hosts = tuple(self._hosts)
        return frozenset(pid for host in hosts if (pid := host.pid) is not None)

    @property
    def running(self) -> bool:
        """Whether there is a host that would answer without being started first."""
        return self._current is not None

    def ask(self, call: str, *arguments: Any) -> Future[Any]:
        """The answer to come to a call of ``Dispatcher``.

        It fails with ``BowerbirdError`` if the call does, with ``ModelUnavailable`` if two hosts end over it, and is
        cancelled by ``close``.
        """
        request = PendingRequest(call, arguments)
        self._send(request)
        return request.answer

    def retire(self) -> None:
        """Let the current host finish what it was asked and end, which frees its memory. Does not wait."""
        with self._lock:
            host, self._current = self._current, None
        if host is not None:
            host.finish()

    def wait_for_retired(self) -> None:
        """Wait until the retired hosts have ended and closed the models' files, but at most 30 seconds for each."""
        with self._lock:
            retired = self._hosts - {self._current}
        for host in retired:
            host.wait(_PATIENCE_S)

    def close(self) -> None:
        """End every host at once; what is not answered is cancelled."""
        atexit.unregister(self.close)
        with self._lock:
            hosts, self._hosts, self._current = tuple(self._hosts), set(), None
        for host in hosts:
            host.kill()

    def _send(self, request: PendingRequest) -> None:
        with self._lock:
            if self._current is None:
                self._current = self._started()
            self._current.send(request)

    def _started(self) -> HostProcess:
        if not self._hosts:
            atexit.register(self.close)  # multiprocessing waits at exit for a process that nobody ended
        host = self._start(self._setup(), self._on_end)
        self._hosts.add(host)
        return host

    def _on_end(self, host: HostProcess) -> None:
        """A host ended, by itself or because something ended it."""
        with self._lock:
            closed = host not in self._hosts
            self._hosts.discard(host)
            if self._current is host:
                self._current = None
        for request in host.unanswered():  # only now: from here on nothing is sent to this host
            if closed:
                request.answer.cancel()
            elif request.deaths >= MAX_DEATHS:
                request.resolve(Reply(0, error=ModelUnavailable("The models' process ended twice on one request.")))
            else:
                self._send(request)
