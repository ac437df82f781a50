"""CLAP's architecture with seeded random weights, against the reference library.

The layers are the published ones, fewer of them here; ``packaging/bench families`` takes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.inference.client import Inference
from bowerbird.core.models.families.clap import SPACE, Clap, resampled
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.types import SAMPLE_RATE, Samples
from tests import checkpoints
from tests.core.models.conftest import DEVICES
from tests.media_makers import tone

pytestmark = pytest.mark.usefixtures("exports_here")
_SENTENCES = ("a dog barks", "rain on a tin roof", "an engine that does not start")
_PITCHES = (150.0, 440.0, 2500.0)
_ENTRY = load()["clap-htsat-unfused"]
_Sounds = Callable[[list[np.ndarray]], np.ndarray]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with CLAP's in it, as the hub's repository."""
    models = tmp_path_factory.mktemp("models")
    checkpoints.clap(models / _ENTRY.id, _SENTENCES, layers=2)
    return models


@pytest.fixture(scope="module", params=DEVICES)
def clap(folder: Path, request: pytest.FixtureRequest) -> Clap:
    sources = Sources(folder)
    files, digest = sources.files(_ENTRY), sources.digest(_ENTRY)
    return Clap(LoadContext(_ENTRY, files, folder, threads=2, digest=digest, device=request.param))


@pytest.fixture(scope="module")
def reference(folder: Path) -> Iterator[_Sounds]:
    """The reference library's vectors of sounds of 48,000 samples a second."""
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    model = ClapModel.from_pretrained(folder / _ENTRY.id).eval()
    extractor = ClapFeatureExtractor.from_pretrained(folder / _ENTRY.id)

    def encode(sounds: list[np.ndarray]) -> np.ndarray:
        inputs = extractor(sounds, sampling_rate=48_000, return_tensors="pt")
        with torch.inference_mode():
            output = model.get_audio_features(**inputs)
        return unit(getattr(output, "pooler_output", output).numpy())

    yield encode


def test_sounds_are_the_references(clap: Clap, reference: _Sounds) -> None:
    ours = clap.encode([tone(4.0, pitch) for pitch in _PITCHES]).vectors[SPACE]
    assert ours.shape == (3, 512)
    stretched = [resampled(tone(4.0, pitch)) for pitch in _PITCHES]
    at_48 = [tone(4.0, pitch, 48_000).astype(np.float32) / 32768 for pitch in _PITCHES]
    assert [len(sound) for sound in stretched] == pytest.approx([len(sound) for sound in at_48], abs=100)
    for sounds, least in ((stretched, 1 - 1e-6), (at_48, 0.998)):  # resampling costs the last thousandth
        assert (ours * reference(sounds)).sum(axis=1).min() > least


def test_sentences_are_the_references(clap: Clap, folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer
    from transformers import ClapModel

    model = ClapModel.from_pretrained(folder / _ENTRY.id).eval()
    tokenizer = Tokenizer.from_file(str(folder / _ENTRY.id / "tokenizer.json"))
    for sentence in _SENTENCES:
        ids = torch.tensor([tokenizer.encode(sentence).ids])
        with torch.inference_mode():
            output = model.get_text_features(input_ids=ids, attention_mask=torch.ones_like(ids))
        expected = getattr(output, "pooler_output", output).numpy()
        ours = clap.encode_query(sentence)
        assert ours.shape == (1, 512)
        assert float(np.abs(ours - unit(expected)).max()) < 1e-5


def _sounds() -> list[Samples]:
    """Two tones, noise, a rising tone, beeps, a rumble: five seconds each."""
    chance, t = np.random.default_rng(0), np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    waves = [
        np.sin(2 * np.pi * 150 * t),
        np.sin(2 * np.pi * 2500 * t),
        chance.normal(0, 0.5, len(t)),
        np.sin(2 * np.pi * (300 + 400 * t) * t),
        np.sin(2 * np.pi * 440 * t) * (np.sin(8 * t) > 0),
        np.cumsum(chance.normal(0, 0.007, len(t))),
    ]
    return [np.clip(9000 * wave, -32000, 32000).astype(np.int16) for wave in waves]


def _order(rows: np.ndarray) -> np.ndarray:
    """Pairs of sounds by the distance between them, relative to their mean."""
    centred = (rows - rows.mean(axis=0)).astype(np.float64)
    distances = np.linalg.norm(centred[:, None] - centred[None], axis=2)[np.triu_indices(len(rows), 1)]
    assert np.diff(np.sort(distances)).min() > 1e-5, "too alike for their order to mean anything"
    return np.argsort(distances)


def test_distances_are_in_the_references_order(clap: Clap, reference: _Sounds) -> None:
    expected = reference([resampled(sound) for sound in _sounds()])
    ours = clap.encode(_sounds()).vectors[SPACE]
    assert float(np.abs(ours - expected).max()) < 1e-5
    assert np.array_equal(_order(ours), _order(expected))


@pytest.mark.parametrize("length", [0, 1, 21, 400])
def test_a_sound_of_a_few_samples_has_a_vector(clap: Clap, length: int) -> None:
    vectors = clap.encode([np.full(length, 1000, np.int16)]).vectors[SPACE]
    assert vectors.shape == (1, 512)
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("clap", [""], indirect=True, ids=["onnx"])
def test_put_into_the_library_it_finds_sounds_by_text(clap: Clap, folder: Path, models: Path) -> None:
    """The files in the model's folder are all it takes: windows get its vectors beside Whisper's, sentences too."""
    for path in models.glob("whisper-base-*"):  # made ready by another test
        (folder / path.name).symlink_to(path)
    inference = Inference(folder, ("whisper-base", _ENTRY.id))
    try:
        assert SPACE in {space.id for space in inference.spaces() if space.takes_text}
        heard = inference.listen(tone(9.0)).result(120)
        assert {name: rows.shape for name, rows in heard.vectors.items()} == {
            SPACE: (2, 512),
            "whisper-base@1": (2, 512),
        }
        assert heard.spans == ((0.0, 4.5), (4.5, 9.0))
        sentence = inference.encode_query("a dog barks").result(120).vectors[SPACE]
        assert np.abs(sentence - clap.encode_query("a dog barks")).max() < 1e-5  # compared with sounds as it is
    finally:
        inference.close()
