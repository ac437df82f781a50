"""How fast photos are indexed, against the limit that the same decoder and the same model set on the same cores."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.extractors.base import Limits
from bowerbird.core.inference.client import Inference
from bowerbird.core.library import Library
from bowerbird.core.types import Modality, Pixels
from tests.bench import files
from tests.bench.report import Figure, seconds

_COPIES = 6
_BATCH = 16
_ROUNDS = 3


def measure(data: Path, work: Path) -> list[Figure]:
    """Decode alone, encode alone, and the whole, in turns; the best round of each, and the median ratio."""
    photos = files.photos(data, work / "photos-speed", _COPIES)
    rounds = [_round(photos, work, number) for number in range(_ROUNDS)]
    ratios = sorted(whole / (1 / (1 / decode + 1 / encode)) for decode, encode, whole in rounds)
    decode, encode, whole = (sorted(one)[len(rounds) // 2] for one in zip(*rounds, strict=True))
    over = f"{len(photos)} photos, median of {_ROUNDS}"
    return [
        Figure("photos decoded alone", decode, "a second", over),
        Figure("photos encoded alone", encode, "a second", over),
        Figure("photos indexed", whole, "a second", over),
        Figure("indexing against its limit", ratios[len(ratios) // 2], "", "1/(1/decode + 1/encode)", ">= 0.8"),
    ]


def _round(photos: list[Path], work: Path, number: int) -> tuple[float, float, float]:
    models = work / "speed-models"
    inference = Inference(models)
    side = inference.image_side()
    decode, pixels = _decode(photos, side)
    encode = _encode(inference, pixels, len(photos))
    inference.close()
    return decode, encode, _index(photos[0].parent, work / f"speed-{number}", models, len(photos))


def _decode(photos: list[Path], side: int) -> tuple[float, list[Pixels]]:
    pool = ExtractPool(os.cpu_count() or 2)
    limits = Limits(image_side=side)
    for future in [pool.extract(photo, limits) for photo in photos[:8]]:
        future.result()
    pixels: list[Pixels] = []

    def all_of_them() -> None:
        for at, future in enumerate([pool.extract(photo, limits) for photo in photos]):
            extraction = future.result()
            if at % _COPIES == 0 and extraction.segments[0].pixels is not None:
                pixels.append(extraction.segments[0].pixels)

    took = seconds(all_of_them)
    pool.close()
    return len(photos) / took, pixels


def _encode(inference: Inference, pixels: list[Pixels], number: int) -> float:
    batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
    inference.encode_documents(Modality.IMAGE, batches[0]).result()
    waves = max(1, number // len(pixels))
    took = seconds(
        lambda: [f.result() for f in [inference.encode_documents(Modality.IMAGE, b) for b in batches * waves]]
    )
    return waves * len(pixels) / took


def _index(folder: Path, home: Path, models: Path, number: int) -> float:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(models, home / "models")
    library = Library.open(home)
    warm = folder.parent / "warm"
    warm.mkdir(exist_ok=True)
    shutil.copy(next(folder.iterdir()), warm / "warm.jpg")
    library.index([warm], lambda progress: None)
    took = seconds(lambda: library.index([folder], lambda progress: None))
    library.close()
    return number / took
