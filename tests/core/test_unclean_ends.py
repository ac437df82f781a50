"""What a library does after it was closed well, and after it was not: one without models, whose stores are real."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.core import settings
from bowerbird.core.catalog.writer import Catalog
from bowerbird.core.cli import main
from bowerbird.core.errors import StoreDamaged
from bowerbird.core.library import Library
from bowerbird.core.paths import LibraryPaths
from bowerbird.core.settings import Settings
from bowerbird.core.vectors.file import StoreFile
from tests import makers


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands add their library's log to this process: only while the test runs."""
    root = logging.getLogger()
    before = list(root.handlers)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


@pytest.fixture
def paths(tmp_path: Path, files: Path, lent_processes: None) -> LibraryPaths:
    """A library that has read one file, and was closed well."""
    paths = LibraryPaths(tmp_path / "library")
    paths.root.mkdir()
    settings.save(paths.settings, Settings(models=()))
    makers.text(files / "heron.txt", "A heron stands on the lawn.")
    library = Library.open(paths.root)
    library.index([files], lambda _: None)
    library.close()
    return paths


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names the stores that are looked through from now on."""
    names: list[str] = []

    def noting(name: str, check: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            names.append(name)
            check(*arguments)

        return call

    monkeypatch.setattr(Catalog, "check", noting("catalog", Catalog.check))
    monkeypatch.setattr(StoreFile, "check", noting("vector store", StoreFile.check))
    return names


def _open_and_close(paths: LibraryPaths) -> None:
    library = Library.open(paths.root)
    library.status()
    library.close()


def test_stores_that_were_closed_well_are_not_looked_through(paths: LibraryPaths, checked: list[str]) -> None:
    for _ in range(2):
        _open_and_close(paths)
    assert checked == []


def test_after_a_kill_they_are_once(paths: LibraryPaths, checked: list[str]) -> None:
    script = f"""
import os, signal
from pathlib import Path
from bowerbird.core.library import Library
if __name__ == "__main__":
    Library.open(Path({str(paths.root)!r})).index([], lambda _: None)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    for _ in range(2):
        _open_and_close(paths)
    assert sorted(checked) == ["catalog", "vector store"]


def test_after_damage_was_met_they_are_looked_through_next(paths: LibraryPaths, checked: list[str]) -> None:
    def meet_damage() -> None:
        raise StoreDamaged("The catalog is damaged.")

    library = Library.open(paths.root)
    library._inbox.post(meet_damage)
    library.close()
    _open_and_close(paths)
    assert sorted(checked) == ["catalog", "vector store"]


def test_the_next_command_tells_what_the_last_one_rebuilt(
    paths: LibraryPaths, files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["--library", str(paths.root), *arguments], lambda _: 0)
        return code, *capfd.readouterr()

    paths.catalog.write_bytes(b"this is no database" * 500)
    assert run("index")[0] == 0
    code, out, err = run("search", "heron")
    assert code == 0 and str(files / "heron.txt") in out
    assert "The catalog was damaged. It is being rebuilt from your folders" in err
    code, out, err = run("search", "heron")
    assert code == 0 and str(files / "heron.txt") in out and "damaged" not in err


@pytest.mark.parametrize(("command", "field"), [("search heron", "notice"), ("status", "notices")])
def test_in_json_too(paths: LibraryPaths, capfd: pytest.CaptureFixture[str], command: str, field: str) -> None:
    paths.catalog.write_bytes(b"this is no database" * 500)
    for told in (True, False):
        assert main(["--library", str(paths.root), "--json", *command.split()], lambda _: 0) == 0
        answer = json.loads(capfd.readouterr().out)
        assert ("The catalog was damaged." in str(answer.get(field))) is told


def test_a_mistake_of_ours_is_a_line_and_a_traceback_in_the_log(
    paths: LibraryPaths, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "status", lambda _: 1 / 0)
    assert main(["--library", str(paths.root), "status"], lambda _: 0) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line == "bowerbird: Bowerbird made a mistake; bowerbird.log in its library has the details."
    assert "ZeroDivisionError" in paths.log.read_text()


def test_a_disk_error_of_the_catalog_is_a_sentence(
    paths: LibraryPaths, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "status", makers.raise_full)
    assert main(["--library", str(paths.root), "status"], lambda _: 0) == 1
    assert "the disk is full. Make some room." in capfd.readouterr().err
