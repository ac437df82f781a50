from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bowerbird.core import settings
from bowerbird.core.errors import EnvironmentFailure, UsageError
from bowerbird.core.settings import Settings, SettingsFile

CHANGED = Settings(
    folders=("/photos", b"/caf\xe9".decode("utf-8", "surrogateescape")),  # a name that is not UTF-8
    excludes=("*.bak",),
    cores=2,
    models=("minilm-l6-v2",),
    read_pictures=False,
    pause_on_battery=True,
    only_when_idle=True,
    remember_questions=False,
    theme="dark",
)
"""Every setting, with a value that is not its default."""


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "settings.toml") == Settings()


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_loaded_as_it_was_saved(tmp_path: Path, name: str) -> None:
    settings.save(tmp_path / "settings.toml", CHANGED)
    loaded = getattr(settings.load(tmp_path / "settings.toml"), name)
    assert loaded == getattr(CHANGED, name) != getattr(Settings(), name)


def test_a_change_is_saved_and_one_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    file.change(lambda now: replace(now, cores=3))
    with pytest.raises(UsageError):
        file.change(_refuse)
    assert file.now == settings.load(tmp_path / "settings.toml") == Settings(cores=3)


def test_changes_from_several_threads_are_all_kept(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    names = [f"/{number}" for number in range(20)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: file.change(lambda now: replace(now, folders=(*now.folders, name))), names))
    assert sorted(settings.load(tmp_path / "settings.toml").folders) == sorted(names)


@pytest.mark.parametrize("wrong", ["cores = [", 'cores = "many"', 'excludes = "one"'])
def test_a_wrong_file_is_reported_and_not_overwritten(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(wrong)
    with pytest.raises(EnvironmentFailure, match=r"settings\.toml"):
        settings.load(path)
    assert path.read_text() == wrong


def test_what_a_later_version_added_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("cores = 3\ntelepathy = true\n")
    assert settings.load(tmp_path / "settings.toml") == Settings(cores=3)


def test_the_starter_pack_of_an_earlier_version_is_joined_by_the_model_that_reads(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('models = ["minilm-l6-v2", "clip"]\n')
    earlier = settings.load(path)
    assert earlier.models == ("minilm-l6-v2", "clip", "ppocr-v6") and earlier.read_pictures
    settings.save(path, replace(earlier, models=("clip",)))
    assert settings.load(path).models == ("clip",), "whoever dropped it is left alone"


def _refuse(_: Settings) -> Settings:
    raise UsageError("no")


@pytest.mark.parametrize("left", [b"", b"\n", bytes(4096)])
def test_an_emptied_file_stands_for_the_last_good_one_and_says_so(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "settings.toml"
    settings.save(path, CHANGED)
    path.write_bytes(left)
    file = SettingsFile(path)
    assert file.now == CHANGED
    assert "settings.toml was empty" in file.notice
    file.change(lambda now: replace(now, cores=3))
    again = SettingsFile(path)
    assert (again.now, again.notice) == (replace(CHANGED, cores=3), "")


def test_what_the_user_wrote_is_kept_as_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('folders = ["/mine"]')
    SettingsFile(path)
    path.write_text("")
    assert SettingsFile(path).now.folders == ("/mine",)


def test_a_deleted_file_means_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    settings.save(path, CHANGED)
    path.unlink()
    assert SettingsFile(path).now == Settings()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_the_files_are_for_the_user_alone_even_after_a_crash_left_a_draft(tmp_path: Path) -> None:
    (tmp_path / "settings.toml.new").write_text("half a dra")
    settings.save(tmp_path / "settings.toml", CHANGED)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"settings.toml": 0o600, "settings.toml.bak": 0o600}
