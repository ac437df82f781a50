"""CLAP beside the reference library over sounds that differ; sounds too short to stretch; the limit on cores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.models.families.clap import SPACE, Clap, resampled
from bowerbird.core.models.runtime.base import unit
from bowerbird.core.types import SAMPLE_RATE, Samples
from tests.core.models.families import test_clap as proven

folder, clap = proven.folder, proven.clap  # fixtures


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


def test_distances_are_in_the_references_order(clap: Clap, folder: Path) -> None:
    import torch
    from transformers import ClapFeatureExtractor, ClapModel

    model, features = ClapModel.from_pretrained(folder).eval(), ClapFeatureExtractor.from_pretrained(folder)
    given = features([resampled(one) for one in _sounds()], sampling_rate=48_000, return_tensors="pt")
    with torch.inference_mode():
        made = model.get_audio_features(**given)
    reference = unit(getattr(made, "pooler_output", made).numpy())
    ours = clap.encode(_sounds()).vectors[SPACE]
    assert float(np.abs(ours - reference).max()) < 1e-5
    assert np.array_equal(_order(ours), _order(reference))


@pytest.mark.parametrize("length", [0, 1, 21, 400])
def test_a_sound_of_a_few_samples_has_a_vector(clap: Clap, length: int) -> None:
    vectors = clap.encode([np.full(length, 1000, np.int16)]).vectors[SPACE]
    assert vectors.shape == (1, 512)
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)
