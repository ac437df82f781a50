"""Which host a request is sent to, and what becomes of it when that host ends. The hosts are fakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.host import Reply, Setup
from bowerbird.core.inference.process import HostProcess, PendingRequest
from bowerbird.core.inference.supervisor import HostSupervisor


class _Host:
    """Keeps what it is sent until the test answers it or lets the host end."""

    def __init__(self, setup: Setup, on_end: Callable[[HostProcess], None]) -> None:
        self.setup, self._on_end = setup, on_end
        self.requests: list[PendingRequest] = []
        self.finishing = False
        self.pid: int | None = None

    def send(self, request: PendingRequest) -> None:
        self.requests.append(request)

    def answer(self, value: str) -> None:
        self.requests.pop(0).resolve(Reply(0, value))

    def finish(self) -> None:
        self.finishing = True

    def kill(self) -> None:
        self.end()

    def wait(self, seconds: float) -> None:
        self.end()

    def end(self, *, over: PendingRequest | None = None) -> None:
        """``over``: the request it ended over."""
        if over is not None:
            over.deaths += 1
        self._on_end(self)

    def unanswered(self) -> list[PendingRequest]:
        return self.requests


class _Hosts(list[_Host]):
    """All that were started, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = 1

    def supervisor(self) -> HostSupervisor:
        return HostSupervisor(lambda: Setup(Path(), (), self.threads), self._start)  # type: ignore[arg-type]

    def _start(self, setup: Setup, on_end: Callable[[HostProcess], None]) -> _Host:
        self.append(_Host(setup, on_end))
        return self[-1]


@pytest.fixture
def hosts() -> _Hosts:
    return _Hosts()


@pytest.fixture
def supervisor(hosts: _Hosts) -> HostSupervisor:
    return hosts.supervisor()


def test_a_host_starts_with_the_first_request_and_gets_the_next(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    assert not hosts
    answers = [supervisor.ask("query", text) for text in ("first", "second")]
    (host,) = hosts
    assert [request.arguments for request in host.requests] == [("first",), ("second",)]
    host.answer("1")
    host.answer("2")
    assert [answer.result(0) for answer in answers] == ["1", "2"]


def test_what_comes_after_retiring_goes_to_a_new_host_with_the_settings_of_then(
    supervisor: HostSupervisor, hosts: _Hosts
) -> None:
    earlier = supervisor.ask("query", "earlier")
    supervisor.retire()
    hosts.threads = 2
    supervisor.ask("query", "later")
    old, new = hosts
    assert old.finishing
    assert not new.finishing
    assert (old.setup.threads, new.setup.threads) == (1, 2)
    old.answer("yes")
    assert earlier.result(0) == "yes"


def test_a_retired_host_that_ends_leaves_the_current_one(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    supervisor.ask("query", "earlier")
    supervisor.retire()
    supervisor.ask("query", "later")
    old, new = hosts
    old.answer("done")
    old.end()
    supervisor.ask("query", "last")
    assert len(hosts) == 2
    assert [request.arguments for request in new.requests] == [("later",), ("last",)]


def test_what_a_dead_host_left_is_asked_of_the_next_in_order(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    answers = [supervisor.ask("documents", number) for number in range(3)]
    hosts[0].answer("0")
    hosts[0].end()
    assert [request.arguments for request in hosts[1].requests] == [(1,), (2,)]
    hosts[1].answer("1")
    hosts[1].answer("2")
    assert [answer.result(0) for answer in answers] == ["0", "1", "2"]


def test_a_request_that_two_hosts_ended_over_fails_and_the_others_do_not(
    supervisor: HostSupervisor, hosts: _Hosts
) -> None:
    guilty, innocent = supervisor.ask("documents", "guilty"), supervisor.ask("documents", "innocent")
    hosts[0].end(over=hosts[0].requests[0])
    assert not guilty.done(), "it is tried once more"
    hosts[1].end(over=hosts[1].requests[0])
    with pytest.raises(ModelUnavailable, match="ended twice"):
        guilty.result(0)
    hosts[2].answer("yes")
    assert innocent.result(0) == "yes"


def test_a_host_that_ends_idle_is_replaced_when_something_is_asked(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    supervisor.ask("query", "once")
    hosts[0].answer("1")
    hosts[0].end()
    assert len(hosts) == 1
    supervisor.ask("query", "twice")
    assert len(hosts) == 2


def test_closing_ends_all_hosts_and_cancels_what_is_open(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    answers = [supervisor.ask("query", "of a retired host")]
    supervisor.retire()
    answers.append(supervisor.ask("query", "of the current host"))
    supervisor.close()
    assert all(answer.cancelled() for answer in answers)
    assert len(hosts) == 2


def test_waiting_for_retired_hosts_lets_the_current_one_be(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    supervisor.ask("query", "earlier")
    hosts[0].answer("done")
    supervisor.retire()
    current = supervisor.ask("query", "later")
    supervisor.wait_for_retired()
    assert not current.done()
    assert len(hosts) == 2


def test_process_ids_are_of_hosts_that_run(supervisor: HostSupervisor, hosts: _Hosts) -> None:
    supervisor.ask("query", "earlier")
    assert supervisor.pids() == frozenset(), "it is being started"
    hosts[0].pid = 7
    assert supervisor.pids() == {7}
    hosts[0].answer("done")
    hosts[0].end()
    assert supervisor.pids() == frozenset()
