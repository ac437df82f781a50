"""What the measurements of recordings and clips share."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from bowerbird.core.extractors.base import Limits
from bowerbird.core.models.families.whisper_files import folder_of
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.types import Samples
from tests.makers import extract


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a manifest."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def decoded(path: Path) -> Samples:
    """All samples of a short recording."""
    segments = extract(path, Limits(part_s=3600.0)).segments
    return np.concatenate([segment.samples for segment in segments if segment.samples is not None])


def whisper_folder(models: Path) -> Path:
    """The files of Whisper as faster-whisper takes them."""
    return folder_of(
        LoadContext(load()["whisper-base"], Sources(models).files(load()["whisper-base"]), models, threads=0)
    )
