"""What the tests of models in use share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowerbird.core.inference.client import Inference
from bowerbird.core.settings import STARTER
from bowerbird.core.types import Modality


@pytest.fixture(scope="session")
def prepared_models(models: Path) -> Path:
    """The shared models folder with every network of the starter pack in it: its first user would export them."""
    inference = Inference(models, STARTER)
    try:
        waiting = [
            inference.encode_query("a sentence"),
            inference.encode_documents(Modality.IMAGE, [np.zeros((256, 256, 3), np.uint8)]),
            inference.listen(np.zeros(16_000, np.int16)),
        ]
        assert all(answer.result().vectors for answer in waiting)
    finally:
        inference.close()
    return models


@pytest.fixture
def own_models(tmp_path: Path, prepared_models: Path) -> Path:
    """The models folder of a library folder of this test alone. Nothing of the starter pack needs to be exported."""
    folder = tmp_path / "own" / "models"
    folder.mkdir(parents=True)
    for path in prepared_models.iterdir():
        (folder / path.name).symlink_to(path)
    return folder
