from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.errors import FileVanished
from bowerbird.core.files.identity import facts_of, fingerprint, is_offline
from bowerbird.core.files.walk import Excludes, Walk
from bowerbird.core.settings import DEFAULT_EXCLUDES


def names(walk: Walk, folder: Path) -> set[str]:
    return {str(facts.path.relative_to(folder)) for facts in walk}


def test_excludes_match_names_and_paths(files: Path) -> None:
    for name in ("a.txt", ".hidden", "node_modules/x.js", "keep/b.txt", "keep/old/c.txt", "keep/d.tmp"):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).touch()
    excludes = Excludes((*DEFAULT_EXCLUDES, "keep/old"))
    assert names(Walk(files, excludes), files) == {"a.txt", "keep/b.txt"}
    assert names(Walk(files, excludes, files / "keep"), files) == {"keep/b.txt"}
    assert excludes.match(Path("keep/old/c.txt")) and not excludes.match(Path("old/c.txt"))


def test_links_loops_and_pipes_are_left_alone(files: Path) -> None:
    (files / "a.txt").touch()
    (files / "loop").symlink_to(files)
    (files / "link.txt").symlink_to(files / "a.txt")
    os.mkfifo(files / "pipe")
    assert names(Walk(files, Excludes(())), files) == {"a.txt"}
    assert facts_of(files / "pipe") is None


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of somebody who is not root, and this test run as them: root may read everything."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        yield Path(name)
        if os.getuid() == 0:
            os.seteuid(0)


def test_an_unreadable_folder_is_a_problem_not_an_end(nobody: Path) -> None:
    (nobody / "closed").mkdir(mode=0)
    (nobody / "a.txt").touch()
    walk = Walk(nobody, Excludes(()))
    assert names(walk, nobody) == {"a.txt"}
    assert [path.name for path, _ in walk.problems] == ["closed"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits")
@pytest.mark.parametrize(("length", "known"), [(3525, True), (4095, True), (4096, False), (5200, False)])
def test_what_has_too_long_a_path_is_a_problem_not_a_riddle(
    files: Path, monkeypatch: pytest.MonkeyPatch, length: int, known: bool
) -> None:
    path = files
    monkeypatch.chdir(files)
    while (left := length - len(str(path)) - 1) > 0:
        name = "d" * (left if left <= 200 else min(200, left - 2))
        path /= name
        if len(str(path)) == length:
            Path(name).write_text("deep")
        else:
            Path(name).mkdir()
            monkeypatch.chdir(name)
    walk = Walk(files, Excludes(()))
    assert [facts.path for facts in walk] == ([path] if known else [])
    assert all("longer than the system allows" in reason for _, reason in walk.problems)
    assert bool(walk.problems) is not known
    if known:
        assert len(fingerprint(path)) == 16


def test_fingerprints_follow_content(files: Path) -> None:
    (files / "a").write_bytes(b"x" * 3_000_000)
    (files / "b").write_bytes(b"x" * 3_000_000)
    (files / "c").write_bytes(b"x" * 2_999_999 + b"y")
    assert fingerprint(files / "a") == fingerprint(files / "b") != fingerprint(files / "c")
    with pytest.raises(FileVanished):
        fingerprint(files / "d")


def test_a_folder_is_offline_when_it_is_missing(files: Path) -> None:
    assert not is_offline(files)
    assert is_offline(files / "missing")


def test_a_folder_is_offline_when_its_disk_does_not_answer(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = errno.EIO

    def failing(*_: object, **__: object) -> os.stat_result:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "stat", failing)
    assert is_offline(files)
    number = errno.EACCES
    assert not is_offline(files)
