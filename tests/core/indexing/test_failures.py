"""The failure policy: what the user is told, how long it is waited, and what is never shown."""

from __future__ import annotations

import sqlite3

import pytest

from bowerbird.core.errors import StoreDamaged
from bowerbird.core.indexing import failures as failures_module
from bowerbird.core.indexing.failures import WriteFailures


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StoreDamaged("The disk is full. Make some room."), "The disk is full. Make some room."),
        (sqlite3.OperationalError("database or disk is full"), "database or disk is full. Bowerbird tries again"),
        (sqlite3.DatabaseError("malformed"), "The catalog is damaged. Start Bowerbird again"),
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


def test_a_mistake_of_ours_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    failures = WriteFailures()
    failures.guard(lambda: _raise(IndexError("ours")))
    assert failures.message == ""
    assert not failures.waiting
    assert not failures.take_failed()
    (record,) = caplog.records
    assert record.exc_info and "ours" in str(record.exc_info[1])
