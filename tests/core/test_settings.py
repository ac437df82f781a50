from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core import settings
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.settings import Settings


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert settings.load(path) == Settings()
    strange = b"/caf\xe9".decode("utf-8", "surrogateescape")
    wanted = Settings(
        folders=("/photos", strange),
        excludes=("*.bak",),
        cores=2,
        pause_on_battery=True,
        only_when_idle=True,
        theme="dark",
    )
    settings.save(path, wanted)
    assert settings.load(path) == wanted


@pytest.mark.parametrize("wrong", ["cores = [", 'cores = "many"', 'excludes = "one"'])
def test_a_wrong_file_is_told_not_overwritten(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(wrong)
    with pytest.raises(EnvironmentFailure, match=r"settings\.toml"):
        settings.load(path)
    assert path.read_text() == wrong


def test_what_a_later_version_added_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("cores = 3\ntelepathy = true\n")
    assert settings.load(tmp_path / "settings.toml") == Settings(cores=3)
