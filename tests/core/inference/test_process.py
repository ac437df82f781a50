"""A host's process as its owner sees it. The process is real; what runs in it answers without models."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bowerbird.core.inference import process
from bowerbird.core.inference.host import Setup
from bowerbird.core.inference.process import MAX_DEATHS, HostProcess, PendingRequest
from tests.core.inference import hosts

_SETUP = Setup(Path(), (), 1)


class _Owner:
    """Starts a host, and knows when it has ended."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self.host = HostProcess(_SETUP, lambda _: self._ended.set())

    def requests(self, *calls: str) -> list[PendingRequest]:
        """Sends a request for each of these calls."""
        requests = [PendingRequest(call, (number,)) for number, call in enumerate(calls)]
        for request in requests:
            self.host.send(request)
        return requests

    def left(self) -> list[PendingRequest]:
        assert self._ended.wait(60)
        return self.host.unanswered()


def test_requests_are_answered_before_it_finishes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "serve", hosts.echo)
    owner = _Owner()
    requests = owner.requests("query", "documents")
    owner.host.finish()
    assert owner.left() == []
    assert [request.answer.result(0) for request in requests] == [0, 1]
    assert [record.getMessage() for record in caplog.records] == ["asked query", "asked documents"]


def test_the_oldest_request_of_each_call_is_blamed_for_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "serve", hosts.crash)
    owner = _Owner()
    requests = owner.requests("documents", "documents", "query", "listen", "listen")
    assert owner.left() == requests
    assert [request.deaths for request in requests] == [1, 0, 1, 1, 0]


def test_nobody_is_blamed_for_an_end_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "serve", hosts.leave)
    owner = _Owner()
    requests = owner.requests("query", "query")
    assert owner.left() == requests
    assert [request.deaths for request in requests] == [0, 0]


def test_a_killed_host_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "serve", hosts.echo)
    owner = _Owner()
    owner.host.kill()
    assert owner.left() == []


def test_a_process_that_cannot_start_is_not_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pipe() -> None:
        sent.wait(10)
        raise OSError("too many open files")

    sent = threading.Event()
    monkeypatch.setattr(process._SPAWN, "Process", lambda **_: no_pipe())
    owner = _Owner()
    requests = owner.requests("query", "query")
    sent.set()
    assert owner.left() == requests
    assert [request.deaths for request in requests] == [MAX_DEATHS, MAX_DEATHS]
