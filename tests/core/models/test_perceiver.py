"""The Perceiver on its true architecture, with seeded random weights, against the reference library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.models.base import Loading
from bowerbird.core.models.catalogue import load
from bowerbird.core.models.perceiver import FRAMES, SAMPLES, SIDE, SPACE, Perceiver, Scene

_SCENES = 5


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the hub's repository, its weights drawn at random."""
    import torch
    from transformers import PerceiverConfig, PerceiverForMultimodalAutoencoding

    torch.manual_seed(1)
    config = PerceiverConfig(
        num_latents=784, d_latents=512, d_model=704, num_blocks=1, num_self_attends_per_block=8,
        num_self_attention_heads=8, num_cross_attention_heads=1, num_labels=700,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("perceiver")
    model = PerceiverForMultimodalAutoencoding(config)
    for parameter in model.parameters():  # the reference draws weights so small that all scenes come out alike
        parameter.data.mul_(2.5)
    model.save_pretrained(folder, safe_serialization=True)
    return folder


def scene(seed: int) -> Scene:
    """Moving waves and a tone; every other one is silent."""
    chance = np.random.default_rng(seed)
    t, y, x = np.mgrid[0:FRAMES, 0:SIDE, 0:SIDE].astype(np.float32)
    a, b, c = chance.uniform(-0.3, 0.3, 3)
    waves = np.sin(a * x + b * y + c * t)[..., None] * chance.uniform(0.3, 1.0, 3)
    frames = np.round(127.5 + 127.5 * waves).astype(np.uint8)
    tone = 9000 * np.sin(np.arange(SAMPLES) * chance.uniform(0.01, 0.4))
    return frames, None if seed % 2 else tone.astype(np.int16)


def _reference(folder: Path, scenes: list[Scene]) -> list[np.ndarray]:
    import torch
    from transformers import PerceiverForMultimodalAutoencoding

    model = PerceiverForMultimodalAutoencoding.from_pretrained(folder).eval()
    found = []
    for frames, samples in scenes:
        sound = np.zeros(SAMPLES, np.int16) if samples is None else samples
        inputs = {
            "image": torch.tensor(frames).permute(0, 3, 1, 2)[None].float() / 255,
            "audio": torch.tensor(sound).float()[None, :, None] / 32768,
            "label": torch.zeros((1, 700)),
        }
        few = {"image": torch.arange(4), "audio": torch.arange(4), "label": None}
        with torch.inference_mode():
            made = model(inputs=inputs, subsampled_output_points=few, output_hidden_states=True)
        found.append(made.hidden_states[-1][0].numpy())
    return found


@pytest.mark.parametrize(("device", "most"), [("cpu", 1e-4), ("", 1e-3)], ids=["torch", "onnx"])
def test_latents_are_the_references(weights: Path, tmp_path: Path, device: str, most: float) -> None:
    scenes = [scene(seed) for seed in range(_SCENES)]
    entry, files = load()["multimodal-perceiver"], {"weights": weights / "model.safetensors"}
    model = Perceiver(Loading(entry, files, tmp_path, 2, "0" * 64, device))
    ours, reference = model.latents(scenes), _reference(weights, scenes)
    assert ours.shape == (_SCENES, 784, 512)
    error, scale = float(np.abs(ours - reference).max()), float(np.std(reference[0]))
    assert error < most * max(1.0, scale), f"maximum error {error:.2e}, deviation of the latents {scale:.3f}"
    assert np.array_equal(_order(ours.mean(axis=1)), _order(np.stack(reference).mean(axis=1)))
    vectors = model.encode(scenes[:2]).vectors[SPACE]
    assert vectors.shape == (2, 512)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def _order(rows: np.ndarray) -> np.ndarray:
    """Pairs of scenes by the distance between them."""
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)[np.triu_indices(len(rows), 1)]
    assert np.diff(np.sort(distances)).min() > 1e-5, "too alike for their order to mean anything"
    return np.argsort(distances)
