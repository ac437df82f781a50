"""The Perceiver's architecture with seeded random weights, against the reference library.

The layers are the published ones, fewer of them here; ``packaging/bench families`` takes them all.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.models.families.perceiver import SPACE, Perceiver, Scene
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.runtime.base import LoadContext, unit
from tests import checkpoints, references
from tests.core.models.conftest import DEVICES

pytestmark = pytest.mark.usefixtures("exports_here")
_MAX_ERROR = 1e-3
"""Of the latents' deviation; float32, the reference library's or ours, is off by up to 6e-4 on a CPU."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the hub's repository."""
    return checkpoints.perceiver(tmp_path_factory.mktemp("perceiver"), layers=2)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """One with sound and a silent one."""
    return [references.scene(seed) for seed in range(2)]


@pytest.fixture(scope="module")
def reference(weights: Path, scenes: list[Scene]) -> np.ndarray:
    latents: np.ndarray = references.perceiver(weights)(scenes)
    return latents


@pytest.mark.parametrize("device", DEVICES)
def test_latents_are_the_references(
    weights: Path, scenes: list[Scene], reference: np.ndarray, tmp_path: Path, device: str
) -> None:
    entry, files = load()["multimodal-perceiver"], {"weights": weights / "model.safetensors"}
    model = Perceiver(LoadContext(entry, files, tmp_path, 2, "0" * 64, device))
    ours = model.latents(scenes)
    assert ours.shape == (2, 784, 512)
    error, scale = float(np.abs(ours - reference).max()), float(np.std(reference[0]))
    assert error < _MAX_ERROR * max(1.0, scale), f"maximum error {error:.2e}, deviation of the latents {scale:.3f}"
    assert np.abs(reference[0] - reference[1]).max() > 100 * error, "too alike for that to mean anything"
    vectors = model.encode(scenes[:1]).vectors[SPACE]
    assert vectors.shape == (1, 512)
    assert np.abs(vectors - unit(ours[:1].mean(axis=1))).max() < 1e-5
