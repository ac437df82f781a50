"""CLAP on its true architecture, with seeded random weights, against the reference library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.inference.client import Inference
from bowerbird.core.models.families.clap import SPACE, Clap, resampled
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.runtime.base import LoadContext
from tests import checkpoints
from tests.core.models.conftest import DEVICES
from tests.media_makers import tone

_SENTENCES = ("a dog barks", "rain on a tin roof", "an engine that does not start")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the hub's repository."""
    return checkpoints.clap(tmp_path_factory.mktemp("clap"), _SENTENCES)


@pytest.fixture(scope="module", params=DEVICES)
def clap(folder: Path, request: pytest.FixtureRequest) -> Clap:
    files = {"weights": folder / "model.safetensors", "tokenizer": folder / "tokenizer.json"}
    return Clap(LoadContext(load()["clap-htsat-unfused"], files, folder, threads=2, device=request.param))


def test_sounds_are_the_references(clap: Clap, folder: Path) -> None:
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    pitches = (150.0, 440.0, 2500.0)
    ours = clap.encode([tone(4.0, pitch) for pitch in pitches]).vectors[SPACE]
    assert ours.shape == (3, 512)
    model, features = ClapModel.from_pretrained(folder).eval(), ClapFeatureExtractor.from_pretrained(folder)
    for row, pitch in zip(ours, pitches, strict=True):
        stretched, at_48 = resampled(tone(4.0, pitch)), tone(4.0, pitch, 48_000).astype(np.float32) / 32768
        assert len(stretched) == pytest.approx(len(at_48), abs=100)
        for sound, least in ((stretched, 1 - 1e-6), (at_48, 0.998)):  # stretching costs the last thousandth
            with torch.inference_mode():
                made = model.get_audio_features(**features(sound, sampling_rate=48_000, return_tensors="pt"))
            reference = getattr(made, "pooler_output", made)[0].numpy()
            assert float(row @ reference) / np.linalg.norm(reference) > least


def test_sentences_are_the_references(clap: Clap, folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer
    from transformers import ClapModel

    model, tokenizer = ClapModel.from_pretrained(folder).eval(), Tokenizer.from_file(str(folder / "tokenizer.json"))
    for sentence in _SENTENCES:
        ids = torch.tensor([tokenizer.encode(sentence).ids])
        with torch.inference_mode():
            made = model.get_text_features(input_ids=ids, attention_mask=torch.ones_like(ids))
        reference = getattr(made, "pooler_output", made).numpy()
        reference /= np.linalg.norm(reference)
        ours = clap.encode_query(sentence)
        assert ours.shape == (1, 512)
        assert float(np.abs(ours - reference).max()) < 1e-5


@pytest.mark.parametrize("clap", [""], indirect=True, ids=["onnx"])
def test_put_into_the_library_it_finds_sounds_by_text(clap: Clap, folder: Path, tmp_path: Path) -> None:
    """The files in the model's folder are all it takes: windows get its vectors beside Whisper's, sentences too."""
    place = tmp_path / "models" / "clap-htsat-unfused"
    place.parent.mkdir()
    place.symlink_to(folder)
    inference = Inference(tmp_path / "models", ("whisper-base", "clap-htsat-unfused"))
    try:
        assert SPACE in {space.id for space in inference.spaces() if space.takes_text}
        heard = inference.listen(tone(9.0)).result(120)
        assert {name: rows.shape for name, rows in heard.vectors.items()} == {
            SPACE: (2, 512),
            "whisper-base@1": (2, 512),
        }
        assert heard.spans == ((0.0, 4.5), (4.5, 9.0))
        asked = inference.encode_query("a dog barks").result(120).vectors[SPACE]
        assert np.abs(asked - clap.encode_query("a dog barks")).max() < 1e-5  # compared with sounds as it is
    finally:
        inference.close()
