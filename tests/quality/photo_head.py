"""Fits the photo head to captioned photos, and writes it to ``resources/models``.

    python -m tests.quality.photo_head DATA [--cache FOLDER] [--write]

DATA is a folder with ``captioned`` (``photos/`` and ``manifest.tsv``, a row a caption), and with the photos that the
head is judged by, ``flickr8k`` and ``coco_mini``: whatever of theirs is among the captioned is left out, and none may
be left. Prints what cross-validation finds, with the backgrounds of the spaces; with ``--write`` the files are written.

What is fitted are COCO's captions (CC BY 4.0; COCO, cocodataset.org). Photos and captions themselves are not shipped.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bowerbird import resources
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.extractors.base import Limits
from bowerbird.core.models import FAMILIES
from bowerbird.core.models.families import captions, conse, efficientnet, photo
from bowerbird.core.models.families.text import Sentences
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext
from bowerbird.core.types import Pixels, Vectors
from tests.quality.apart import NEAR, KeptApart
from tests.quality.fitting import Captioned, fit, ranks, recalls

JUDGED = ("flickr8k", "coco_mini")
_MODEL = "efficientnet-lite0"
_RESOURCES = Path(resources.__path__[0]) / "models"
_FOLDS = 5
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Rows:
    """Captions, each with its photo."""

    photos: Sequence[Path]
    captions: Sequence[str]

    @classmethod
    def read(cls, manifest: Path, folder: Path) -> Rows:
        """A table with a row a caption; photos are named in its first column, from ``folder`` on."""
        with manifest.open(encoding="utf-8") as file:
            table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return cls([folder / next(iter(row.values())) for row in table], [row["caption"] for row in table])


def taking_part(data: Path) -> Rows:
    """The captioned photos, without any that are judged by, and the captions without theirs.

    Raises:
        SystemExit: it cannot be proved of those left.
    """
    rows = Rows.read(data / "captioned/manifest.tsv", data / "captioned/photos")
    judged = [Rows.read(data / name / "manifest.tsv", data / name) for name in JUDGED]
    photos = sorted({path for part in judged for path in part.photos})
    apart = KeptApart.of(photos, [caption for part in judged for caption in part.captions])
    distances = {path: apart.distance(path) for path in sorted(set(rows.photos))}
    kept = [
        at for at, path in enumerate(rows.photos) if distances[path] > NEAR and not apart.has_caption(rows.captions[at])
    ]
    left = Rows([rows.photos[at] for at in kept], [rows.captions[at] for at in kept])
    nearest = min(distances[path] for path in left.photos)
    if any(map(apart.has_caption, left.captions)) or nearest <= NEAR:
        raise SystemExit("photos or captions that are judged by would take part")
    print(f"{len(set(left.photos)):,} of {len(distances):,} photos take part, with {len(left.captions):,} of "
          f"{len(rows.captions):,} captions. None is of the {len(photos)} photos and {len(apart.captions):,} captions "
          f"judged by: no file, no caption; the nearest hashes differ in {nearest} bits of 128.")  # fmt: skip
    return left


def loaded(name: str, models: Path) -> Any:
    """A model as the host loads it."""
    entry, sources = load()[name], Sources(models)
    context = LoadContext(entry, sources.files(entry), models, 2, sources.digest(entry))
    return FAMILIES[entry.family](context)


def encoded_photos(paths: Sequence[Path], models: Path) -> tuple[Vectors, Vectors]:
    """Features and logits of photos, decoded as they are for a library."""
    model, pool = cast("photo.Lite0", loaded(_MODEL, models)), ExtractPool(2)
    parts = []
    try:
        for start in range(0, len(paths), _AT_ONCE):
            batch = paths[start : start + _AT_ONCE]
            decoding = [pool.extract(path, Limits(image_side=photo.IMAGE_SIDE)) for path in batch]
            pixels = [cast("Pixels", future.result().segments[0].pixels) for future in decoding]
            parts.append(model.features(pixels))
    finally:
        pool.close()
    features, logits = zip(*parts, strict=True)
    return np.concatenate(features), np.concatenate(logits)


def encoded_captions(texts: Sequence[str], text_model: str, models: Path) -> Vectors:
    """Captions as typed sentences."""
    return cast("Sentences", loaded(text_model, models)).encode_queries(list(texts))


def cached(file: Path, names: Sequence[str], encode: Any) -> list[Vectors]:
    """What ``encode`` returns, kept in a file as long as the names are the same."""
    if file.exists():
        with np.load(file, allow_pickle=False) as arrays:
            if list(arrays["names"]) == list(names):
                return [arrays[f"arr_{number}"] for number in range(len(arrays.files) - 1)]
    arrays = encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, *arrays, names=np.array(names))
    return list(arrays)


def captioned(rows: Rows, space: str, cache: Path) -> Captioned:
    """The rows as vectors for a space."""
    by, paths = photo.BY_TEXT[space], sorted(set(rows.photos))
    features, logits = cached(
        cache / "photos.npz", [path.name for path in paths], lambda: encoded_photos(paths, cache / "models")
    )
    text_model = load()[_MODEL].text_models[space]
    (sentences,) = cached(
        cache / f"{text_model}.npz",
        rows.captions,
        lambda: [encoded_captions(rows.captions, text_model, cache / "models")],
    )
    at = {path: number for number, path in enumerate(paths)}
    return Captioned(
        features,
        conse.combine(logits, conse.centred_label_vectors(by.labels)),
        conse.transform_queries(sentences, by.labels),
        np.array([at[path] for path in rows.photos]),
    )


def cross_validate(data: Captioned, space: str) -> None:
    """Print how well photos are found that were not fitted on, and what cosines unrelated pairs have there."""
    of_head, of_conse, unrelated, alike = [], [], [], []
    number = len(data.features)
    for fold in np.array_split(np.random.default_rng(0).permutation(number), _FOLDS):
        head = fit(data.part(np.setdiff1d(np.arange(number), fold)))
        test = data.part(fold)
        photos = head.vectors(test.features, test.conse)
        of_head.append(ranks(test.queries, test.photo_of, photos))
        of_conse.append(ranks(test.queries, test.photo_of, test.conse))
        others = test.photo_of[:, None] != np.arange(len(photos))
        unrelated.append((test.queries @ photos.T)[others])
        alike.append((photos @ photos.T)[~np.eye(len(photos), dtype=bool)])
    print(f"{space}: R@1/5/10 of captions of photos not fitted on, among {number // _FOLDS}: "
          f"{_recalls(of_head)}, by ConSE {_recalls(of_conse)}; background {_background(unrelated)}, "
          f"example_background {_background(alike)}")  # fmt: skip


def _recalls(parts: Sequence[NDArray[np.int64]]) -> str:
    return "/".join(f"{value:.1f}" for value in recalls(np.concatenate(parts)).values())


def _background(parts: Sequence[Vectors]) -> str:
    cosines = np.concatenate(parts)
    return f"[{cosines.mean():.3f}, {cosines.std():.3f}]"


def class_background(data: Captioned) -> None:
    """Print what cosines with photos the classes' own weights have."""
    photos = data.features / np.linalg.norm(data.features, axis=1, keepdims=True)
    print(f"{photo.SPACE}: background {_background([conse.class_weights() @ photos.T])}")


def write_class_weights(models: Path) -> None:
    """The network's last layer, relative to its mean, each row of length 1."""
    import torch

    files = Sources(models).files(load()[_MODEL])
    with torch.inference_mode():
        weights = efficientnet.network(files["weights"]).classes.weight.numpy()
    centred = weights - weights.mean(axis=0)
    np.save(_RESOURCES / conse.CLASS_WEIGHTS, (centred / np.linalg.norm(centred, axis=1, keepdims=True)).astype("f2"))


def write(head: captions.Head, file: str) -> None:
    """The head as float16."""
    arrays = {name: getattr(head, name).astype(np.float16) for name in captions.Head.__dataclass_fields__}
    np.savez(_RESOURCES / file, **arrays)


def main() -> None:
    """Fit, judge, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.photo_head", description="Fit the photo head.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "bowerbird-photo-head")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = taking_part(asked.data)
    if asked.write:
        write_class_weights(asked.cache / "models")
        conse.class_weights.cache_clear()
    for space, by in photo.BY_TEXT.items():
        data = captioned(rows, space, asked.cache)
        cross_validate(data, space)
        if asked.write:
            write(fit(data), by.head)
    class_background(data)


if __name__ == "__main__":
    main()
