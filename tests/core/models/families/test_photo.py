"""EfficientNet-lite0 and its head on real photos and odd ones."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image

from bowerbird.core.models.families import conse, efficientnet, photo
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import TextModel, unit
from bowerbird.core.types import Encoded, Pixels, Vectors
from tests.core.models.conftest import Loaded

pytestmark = pytest.mark.usefixtures("exports_here")


@pytest.fixture(scope="module")
def labelled(data: Path, loaded: Loaded) -> tuple[list[str], Encoded]:
    """Photos of ImageNet classes: the classes' names, and the photos encoded."""
    rows = _table(data / "imagenet_sample" / "manifest.tsv")
    pictures = [_pixels(data / "imagenet_sample" / row["path"]) for row in rows]
    return [row["label"] for row in rows], loaded("efficientnet-lite0", "").encode(pictures)


def _table(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _pixels(path: Path) -> Pixels:
    picture = Image.open(path).convert("RGB")
    scale = photo.IMAGE_SIDE / min(picture.size)
    return np.asarray(picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.BICUBIC))


def test_classifies_as_well_as_published(labelled: tuple[list[str], Encoded], models: Path) -> None:
    # 75 % is published for the whole validation set; names differ a little between the two lists.
    labels, encoded = labelled
    top = [seen[0].name.lower() if seen else "" for seen in encoded.labels]
    right = sum(bool(set(label.lower().split()) & set(name.split())) for label, name in zip(labels, top, strict=True))
    assert right / len(labels) >= 0.7


@pytest.mark.parametrize("space", photo.BY_TEXT)
def test_typed_names_find_their_photos(labelled: tuple[list[str], Encoded], loaded: Loaded, space: str) -> None:
    """By the strongest evidence of the spaces that they are compared in, as in a search."""
    labels, encoded = labelled
    backgrounds = {space.id: space.background for space in load()["efficientnet-lite0"].spaces}
    first = []
    for number, label in enumerate(labels):
        evidence = [
            (encoded.vectors[name] @ rows[0] - backgrounds[name][0]) / backgrounds[name][1]
            for name, rows in photo.Lite0.transform_query(space, _sentence(loaded, space, label)).items()
        ]
        strongest = np.max(evidence, axis=0)
        first.append(int((strongest > strongest[number]).sum()) == 0)
    assert np.mean(first) >= 0.75


def _sentence(loaded: Loaded, space: str, text: str) -> Vectors:
    model = cast("TextModel", loaded(load()["efficientnet-lite0"].text_models[space], ""))
    return model.encode_query(text)


@pytest.mark.parametrize("space", photo.BY_TEXT)
@pytest.mark.parametrize(
    ("text", "names_a_class"),
    [("goldfish", True), ("golden retriever", True), ("grand piano", True),
     ("two children laugh as they run through a sprinkler", False), ("my sister's birthday", False)],
)  # fmt: skip
def test_a_name_of_a_class_is_compared_with_the_features_too(
    loaded: Loaded, space: str, text: str, names_a_class: bool
) -> None:
    queries = photo.Lite0.transform_query(space, _sentence(loaded, space, text))
    assert set(queries) == ({space, photo.SPACE} if names_a_class else {space})
    assert all(rows.shape[0] == 1 and np.linalg.norm(rows) == pytest.approx(1.0, abs=1e-3) for rows in queries.values())


@pytest.mark.parametrize("space", photo.BY_TEXT)
def test_vectors_derived_from_an_earlier_versions_are_those_of_the_photos(
    labelled: tuple[list[str], Encoded], loaded: Loaded, data: Path, space: str
) -> None:
    """As they were kept, in half precision."""
    _, encoded = labelled
    rows = _table(data / "imagenet_sample" / "manifest.tsv")[:8]
    model = cast("photo.Lite0", loaded("efficientnet-lite0", ""))
    features, logits = model.features([_pixels(data / "imagenet_sample" / row["path"]) for row in rows])
    by = photo.BY_TEXT[space]
    kept = {
        photo.SPACE: unit(features).astype(np.float16).astype(np.float32),
        by.conse_space: conse.combine(logits, conse.centred_label_vectors(by.labels)).astype(np.float16),
    }
    derived = photo.Lite0.derive(space, kept)
    assert (derived * encoded.vectors[space][: len(rows)]).sum(axis=1).min() > 0.9999


@pytest.fixture(scope="module")
def captioned(data: Path, loaded: Loaded) -> tuple[list[str], Encoded]:
    """Photos with their captions, and the photos encoded."""
    captions: dict[str, str] = {}
    for row in _table(data / "flickr8k" / "manifest.tsv"):
        captions[row["path"]] = f"{captions.get(row['path'], '')} {row['caption'].lower()}"
    pictures = [_pixels(data / "flickr8k" / path) for path in captions]
    return list(captions.values()), loaded("efficientnet-lite0", "").encode(pictures)


@pytest.mark.parametrize(
    "sentence",
    ["a dog running on the beach", "un cane che corre sulla spiaggia", "ein Hund rennt am Strand", "狗在海滩上奔跑"],
)
def test_a_sentence_finds_the_photo_in_any_language(
    captioned: tuple[list[str], Encoded], loaded: Loaded, sentence: str
) -> None:
    captions, encoded = captioned
    space = "captions-lite0-e5@1"
    (query,) = photo.Lite0.transform_query(space, _sentence(loaded, space, sentence))[space]
    best = np.argsort(-(encoded.vectors[space] @ query))[:3]
    dogs = [captions[number] for number in best if "dog" in captions[number]]
    assert any("beach" in caption for caption in dogs), [captions[number] for number in best]


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (30, 20), (256, 256), (300, 1000), (2000, 3000)])
def test_pictures_of_any_size_become_squares(size: tuple[int, int]) -> None:
    (square,) = efficientnet.batch([np.full((*size, 3), 200, np.uint8)])
    assert square.shape == (efficientnet.SIDE, efficientnet.SIDE, 3)
    assert square.min() == square.max() == 200


@pytest.mark.parametrize("size", [(320, 480), (480, 320), (320, 640)])
def test_the_network_sees_the_whole_picture(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    picture[:20], picture[-20:], picture[:, :20], picture[:, -20:] = 255, 255, 255, 255
    (square,) = efficientnet.batch([picture])
    assert all(edge.mean() > 250 for edge in (square[0], square[-1], square[:, 0], square[:, -1]))
    assert square[100:-100, 100:-100].max() == 0


def test_of_a_panorama_it_sees_the_middle() -> None:
    picture = np.zeros((100, 1000, 3), np.uint8)
    picture[:, 400:600] = 255
    (square,) = efficientnet.batch([picture])
    assert square.min() == 255


def test_vectors_and_labels_of_a_batch_are_each_photos_own(loaded: Loaded) -> None:
    model = loaded("efficientnet-lite0", "")
    pictures = list(np.random.default_rng(2).integers(0, 256, (7, 256, 256, 3), np.uint8))
    together = model.encode(pictures)
    assert len(together.labels) == 7
    for space, rows in together.vectors.items():
        alone = np.concatenate([model.encode([picture]).vectors[space] for picture in pictures])
        assert (rows * alone).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_classes_of_one_name_count_together() -> None:
    logits = np.full((1, 1000), -20.0, np.float32)
    logits[0, :3] = 5.0, 5.0, 5.5
    names = ["sunglasses", "sunglasses", "beach", *map(str, range(997))]
    ((first, second),) = conse.top_labels(logits, names)
    assert (first.name, second.name) == ("sunglasses", "beach")
    assert first.probability == pytest.approx(2 / (2 + np.exp(0.5)), abs=0.01)


def test_unsure_labels_are_left_out() -> None:
    assert conse.top_labels(np.zeros((2, 1000), np.float32), [str(number) for number in range(1000)]) == ((), ())


def test_no_two_classes_share_a_name_but_sunglasses(models: Path) -> None:
    names = photo.label_names(Sources(models).files(load()["efficientnet-lite0"])["labels"])
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {"sunglasses"}
    assert not [name for name in names if set(name) & set("/()")]


def test_the_layout_tells_a_picture_from_its_mirror() -> None:
    across, down = np.meshgrid(np.linspace(0, 255, 320), np.linspace(0, 255, 240))
    picture = np.stack([across, down, (across + down) / 2], axis=2).astype(np.uint8)
    small = np.asarray(Image.fromarray(picture).resize((100, 75)))
    ours, same, mirrored, plain = photo.layout([picture, small, picture[:, ::-1].copy(), np.zeros_like(picture)])
    assert ours.shape == (192,)
    assert ours @ same > 0.99
    assert ours @ mirrored < 0.5
    assert not plain.any()
