"""The registry that ships, and what is refused."""

from __future__ import annotations

import tomllib

import pytest
import tomli_w

from bowerbird.core.models import FAMILIES
from bowerbird.core.models.registry import entries

_FILE = {"wheel": "w", "version": "1", "path": "w/w.bin", "size": 1, "sha256": "0" * 64}
_SPACE = {
    "id": "s@1",
    "dimension": 2,
    "modality": "text",
    "text_model": "m",
    "background": [0.0, 0.1],
    "example_background": [0.0, 0.1],
}
_REQUIRED = {"family": "sentences", "title": "T", "purpose": "P", "licence": "L"}
_ENTRY = {**_REQUIRED, "files": {"weights": _FILE}, "spaces": [_SPACE]}


def test_each_family_is_somebodys() -> None:
    assert {entry.family for entry in entries.load().values()} == set(FAMILIES)


def test_space_ids_are_unique_and_carry_a_revision() -> None:
    ids = [space.id for entry in entries.load().values() for space in entry.spaces]
    assert len(set(ids)) == len(ids)
    assert all("@" in name for name in ids)


def test_says_how_to_get_a_model() -> None:
    assert entries.load()["minilm-l6-v2"].how_to_get == "bowerbird models get minilm-l6-v2"
    assert "--from FILE" in entries.load()["resnet-50-torchvision"].how_to_get


def test_a_sound_entry_is_read() -> None:
    (entry,) = entries.parse(tomli_w.dumps({"m": _ENTRY})).values()
    assert entry.spaces[0].takes_text
    assert entry.size == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": None},
        {"spaces": []},
        {"colour": "blue"},
        {"files": {"weights": _FILE | {"sha256": "57934424"}}},
        {"files": {"weights": _FILE | {"colour": "blue"}}},
        {"spaces": [_SPACE | {"modality": "smell"}]},
        {"spaces": [_SPACE | {"background": [0.0, 0.0]}]},
        {"spaces": [_SPACE | {"backgrounds": {"de": [0.0, 0.0]}}]},
        {"spaces": [_SPACE | {"text_model": "another"}]},
        {"languages": "en"},
        {"languages": ["English"]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_entry_is_refused(wrong: dict[str, object]) -> None:
    entry = {name: value for name, value in (_ENTRY | wrong).items() if value is not None}
    with pytest.raises(ValueError, match="registry's entry m"):
        entries.parse(tomli_w.dumps({"m": entry}))


def test_label_corrections_are_about_the_thousand_classes() -> None:
    corrections = entries.label_corrections()
    assert all(0 <= number < 1000 and name.strip() == name != "" for number, name in corrections.items())


def test_the_shipped_file_is_toml_throughout() -> None:
    assert tomllib.loads(entries.data("registry.toml").decode())
