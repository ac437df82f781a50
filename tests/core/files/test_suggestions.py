from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.files import suggestions
from bowerbird.core.types import Kind


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with pictures and documents; videos are not there, and music lies among the pictures."""
    places = {"pictures": "Pictures", "documents": "Documents", "videos": "Videos", "music": "Pictures"}
    for name, folder in places.items():
        monkeypatch.setattr(f"platformdirs.user_{name}_path", lambda folder=folder: tmp_path / folder)
    for name in ("Pictures/a.jpg", "Pictures/b.png", "Pictures/notes/c.txt", "Pictures/unknown.xyz", "Documents/d.tmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_usual_folders_that_exist_are_suggested_once_with_what_is_in_them(home: Path) -> None:
    assert suggestions.suggest(("*.tmp",)) == (
        (home / "Pictures", {Kind.PHOTO: 2, Kind.DOCUMENT: 1}),
        (home / "Documents", {}),
    )


def test_counting_stops_before_it_takes_long(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "_MAX_S", -1.0)
    assert sum(suggestions.suggest(())[0][1].values()) <= 1
    monkeypatch.setattr(suggestions, "_MAX_S", 60.0)
    monkeypatch.setattr(suggestions, "_MAX_FILES", 2)
    assert sum(suggestions.suggest(())[0][1].values()) <= 2
