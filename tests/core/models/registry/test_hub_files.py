"""Files of a hub's repository whose hash nobody could know beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry import sources
from bowerbird.core.models.registry.entries import Entry, ModelFile
from bowerbird.core.models.registry.sources import Sources, hash_of

_WHOLE = b"weights, all of them"


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """Weights that somebody is still copying into the library's models folder, which is ``tmp_path``."""
    file = tmp_path / "hub-model" / "model.safetensors"
    file.parent.mkdir()
    file.write_bytes(_WHOLE[:7])
    return file


def _entry(digest: str = "") -> Entry:
    file = ModelFile("model.safetensors", sha256=digest)
    return Entry("hub-model", "sentences", "Hub Model", "", "", {"weights": file}, (), {}, repo="a/b")


def test_what_was_first_seen_can_be_forgotten(half: Path, tmp_path: Path) -> None:
    Sources(tmp_path).files(_entry())
    half.write_bytes(_WHOLE)
    record = tmp_path / "checked.json"
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="is not the file it should be") as caught:
            Sources(tmp_path).files(_entry())
    assert "To get it again: bowerbird models get hub-model" in str(caught.value)
    record.unlink()
    assert Sources(tmp_path).files(_entry()) == {"weights": half}


def test_a_file_first_seen_is_hashed_once(half: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[Path] = []
    monkeypatch.setattr(sources, "hash_of", lambda path: hashed.append(path) or hash_of(path))
    for _ in range(2):
        Sources(tmp_path).files(_entry())
    assert hashed == [half]


def test_a_known_hash_holds_whatever_was_seen_first(half: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.write_bytes(_WHOLE)
    Sources(tmp_path).files(_entry())
    with pytest.raises(ModelUnavailable, match=r"To get it again: bowerbird"):
        Sources(tmp_path).files(_entry(hash_of(whole)))
    half.write_bytes(_WHOLE)
    assert Sources(tmp_path).files(_entry(hash_of(whole)))
