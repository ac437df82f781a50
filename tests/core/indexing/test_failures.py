"""The failure policy: what the user is told, how long it is waited, and what is never shown."""

from __future__ import annotations

import errno

import pytest

from bowerbird.core.errors import StoreDamaged, StoreFailure
from bowerbird.core.indexing import failures as failures_module
from bowerbird.core.indexing.failures import WriteFailures
from tests import makers


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StoreFailure("The vector store does not answer."), "The vector store does not answer."),
        (OSError(errno.ENOSPC, "No space left"), "The library cannot take anything new: the disk is full."),
        (MemoryError(), "the computer is short of memory"),
    ],
)
def test_a_store_failure_is_told_and_waited_out(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(failures_module.time, "monotonic", lambda: now[0])
    failures = WriteFailures()
    assert not failures.waiting
    failures.guard(lambda: _raise(error))
    assert message in failures.message
    assert failures.waiting
    now[0] += 14.9
    assert failures.waiting
    now[0] += 0.2
    assert not failures.waiting
    assert failures.take_failed()
    assert not failures.take_failed()


@pytest.mark.parametrize("damaged", [True, False])
def test_damage_is_remembered_until_the_library_is_closed(damaged: bool) -> None:
    failures = WriteFailures()
    failures.guard(lambda: _raise((StoreDamaged if damaged else StoreFailure)("The catalog cannot be used.")))
    failures.end()
    assert failures.damaged is damaged
    assert failures.message == ""


def test_whoever_shows_the_message_hears_of_every_change() -> None:
    heard: list[str] = []
    failures = WriteFailures(lambda: heard.append(failures.message))
    failures.guard(makers.raise_full)
    failures.end()
    failures.end()
    assert len(heard) == 2 and "full" in heard[0] and heard[1] == ""


def test_what_ends_is_only_what_a_store_refused() -> None:
    failures = WriteFailures()
    failures.guard(makers.raise_full)
    failures.message = "A model will not load."
    failures.end()
    assert failures.message == "A model will not load."


def test_a_mistake_of_ours_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    failures = WriteFailures()
    failures.guard(lambda: _raise(IndexError("ours")))
    assert failures.message == ""
    assert not failures.waiting
    assert not failures.take_failed()
    (record,) = caplog.records
    assert record.exc_info and "ours" in str(record.exc_info[1])
