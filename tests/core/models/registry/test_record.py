"""Several processes may add to a record at once, and none loses what another has added."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from bowerbird.core.models.registry.record import JsonRecord

_EACH = 20


def _add_many(path: Path, name: str) -> None:
    for number in range(_EACH):
        JsonRecord(path).add({f"{name}{number}": number})


def test_processes_that_add_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "record.json"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_add_many, args=(path, name)) for name in "ab"]
    for process in processes:
        process.start()
    _add_many(path, "c")
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert len(JsonRecord(path).read()) == 3 * _EACH


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00"])
def test_a_damaged_record_counts_as_empty_and_can_be_added_to(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text, "utf-8")
    record = JsonRecord(path)
    assert record.read() == {}
    record.add({"a": 1})
    assert record.read() == {"a": 1}
