"""The tortures in short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.torture import damage, mutations, operations


def test_after_many_operations_the_library_knows_what_is_there(
    files: Path, library_folder: Path, lent_processes: None
) -> None:
    verdict = operations.run(files, library_folder, operations=200, seed=7)
    assert verdict == replace(verdict, lost=0, invented=0, embedded_twice=0, forgotten=0, unnoticed=0, stuck=0)
    assert verdict.files > 20


def test_damaged_stores_are_made_anew_and_no_others(tmp_path: Path) -> None:
    verdict = damage.run(tmp_path, number=1, seed=5)
    assert verdict == replace(verdict, lost=[], believed=[], refused=[], untold=[])
    assert verdict.rebuilt > 8 and verdict.sound >= 2


def test_damaged_files_end_in_a_sentence(tmp_path: Path, data: Path) -> None:
    verdict = mutations.run(data, tmp_path, number=150, seed=3)
    assert verdict.hung == verdict.unexplained == []
    assert verdict.read and verdict.refused
