"""The models as the host loads them, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowerbird.core.models import MODELS
from bowerbird.core.models.base import Loading, Model
from bowerbird.core.models.catalogue import load
from bowerbird.core.models.sources import Sources

Loaded = Callable[[str, str], Model]


@pytest.fixture(scope="session")
def loaded(models: Path) -> Loaded:
    """A model by id, on a device of torch or, if that is empty, in ONNX Runtime. Each is loaded once."""
    known: dict[tuple[str, str], Model] = {}
    kinds = {kind.id: kind for kind in MODELS}

    def get(name: str, device: str) -> Model:
        if (name, device) not in known:
            files = Sources(models).files(load()[name])
            known[name, device] = kinds[name](Loading(files, models, threads=2, device=device))
        return known[name, device]

    return get
