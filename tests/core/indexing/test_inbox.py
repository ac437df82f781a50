"""Calls from other threads run in order on one thread, whatever they raise; idle is never set over one that waits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from dataclasses import dataclass, field

import pytest

from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.indexing.failures import WriteFailures
from bowerbird.core.indexing.inbox import Inbox
from tests import makers


@dataclass
class Steps:
    """Notes what the thread does."""

    inbox: Inbox | None = None
    log: list[str] = field(default_factory=list)
    hurried: bool = False
    fails_to_open: bool = False

    def open(self) -> None:
        self.log.append(f"open on {threading.current_thread().name}")
        if self.fails_to_open:
            raise StoreDamaged("The store is damaged.")

    def step(self) -> None:
        if self.inbox and self.inbox.empty:
            self.inbox.settle()

    def close(self) -> None:
        self.log.append("close")


@pytest.fixture
def failures() -> WriteFailures:
    return WriteFailures()


@pytest.fixture
def inbox(failures: WriteFailures) -> Iterator[Inbox]:
    inbox = Inbox(failures)
    yield inbox
    inbox.stop()


def test_calls_wait_for_the_start_and_run_in_order(inbox: Inbox) -> None:
    numbers: list[int] = []
    for number in range(100):
        inbox.post(lambda number=number: numbers.append(number))
    assert numbers == []
    steps = Steps(inbox)
    inbox.start(steps)
    assert inbox.ask(lambda: threading.current_thread().name).result(60) == "indexer"
    assert numbers == list(range(100))
    assert steps.log == ["open on indexer"]
    assert inbox.ready.is_set()
    inbox.stop()
    assert steps.log[-1] == "close"


def test_whoever_asks_gets_the_exception_and_the_thread_goes_on(inbox: Inbox, failures: WriteFailures) -> None:
    inbox.start(Steps(inbox))
    refused = inbox.ask(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refused.result(60)
    inbox.post(lambda: [][0])  # nobody hears of this one but the log
    assert inbox.ask(lambda: 7).result(60) == 7
    assert failures.message == ""


def _refuse() -> None:
    raise StoreFailure("The store refuses: its disk is full.")


@pytest.mark.parametrize("fail", [_refuse, makers.raise_full])
def test_a_store_that_fails_concerns_the_thread_too(
    inbox: Inbox, failures: WriteFailures, fail: Callable[[], None]
) -> None:
    inbox.start(Steps(inbox))
    answer = inbox.ask(fail)
    with pytest.raises((StoreFailure, sqlite3.OperationalError)):
        answer.result(60)
    inbox.ask(lambda: None).result(60)
    assert "disk is full" in failures.message
    assert failures.waiting


def test_ready_is_set_even_if_nothing_opens(inbox: Inbox, failures: WriteFailures) -> None:
    inbox.start(Steps(inbox, fails_to_open=True))
    assert inbox.ready.wait(60)
    assert failures.message == "The store is damaged."


def test_a_cancelled_question_is_not_asked(inbox: Inbox) -> None:
    asked: list[int] = []
    question = inbox.ask(lambda: asked.append(1))
    assert question.cancel()
    inbox.start(Steps(inbox))
    inbox.ask(lambda: None).result(60)
    assert asked == []


def test_idle_is_never_set_over_a_call_that_waits(inbox: Inbox) -> None:
    inbox.start(Steps(inbox))
    for _ in range(200):
        done = inbox.ask(lambda: None)
        if inbox.idle.is_set():  # only ever after the call ran
            assert done.done() or wait([done], 10).done
    assert inbox.idle.wait(60)


def test_settling_is_news_once(inbox: Inbox) -> None:
    assert inbox.settle()
    assert not inbox.settle()
    inbox.unsettle()
    assert inbox.settle()
    inbox.post(lambda: None)
    assert not inbox.idle.is_set()
    assert not inbox.settle()
