"""Exports networks to ONNX files, each once, in another process (exporter.py).

Importing torch takes seconds and hundreds of megabytes, which a process that only runs the file does not spend.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.runtime.exporter import ExportProcess

if TYPE_CHECKING:
    from torch import nn

    from bowerbird.core.models.runtime.network import Network

_OPSET = 17
_NEEDED = ("torch", "transformers", "sentence_transformers", "onnx")
_PROCESS = ExportProcess()


def exported(network: Network, cache: Path, *, fresh: bool = False) -> Path:
    """The path of the network's ONNX file in ``cache``, exported if it is not there or if ``fresh``.

    Raises:
        ModelUnavailable: a package is missing, or the export failed.
    """
    path = cache / f"{network.name}-{_versions()}.onnx"
    if fresh or not path.exists():
        _require_packages(network)
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{network.name}.lock"):  # a host and the trial of a model may both want it
            if fresh or not path.exists():
                _remove_leftovers(network, cache)
                _export_in_process(network, path)
    return path


def _versions() -> str:
    import onnxruntime

    return f"op{_OPSET}-ort{onnxruntime.__version__}"


def _require_packages(network: Network) -> None:
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ModelUnavailable(f"The model {network.name} cannot be prepared: the package {missing[0]} is missing.")


def _remove_leftovers(network: Network, cache: Path) -> None:
    """Remove what other versions exported and what a killed export left."""
    for pattern in ("op*.onnx", "*.new"):
        for leftover in cache.glob(f"{network.name}-{pattern}"):
            leftover.unlink(missing_ok=True)


def _export_in_process(network: Network, path: Path) -> None:
    if not _PROCESS.write(_write, network, path):
        raise ModelUnavailable(
            f"The model {network.name} could not be prepared for this computer. Is there room on the disk, and memory?"
        )


def _write(network: Network, draft: str) -> None:
    import warnings

    import torch

    warnings.simplefilter("ignore")
    varying = {
        name: {axis: f"{name}{axis}" for axis in ((0, 1) if value.ndim < 4 else (0,))}
        for name, value in network.example.items()
    }
    with torch.inference_mode():
        # The older exporter: for these networks the same speed, without onnxscript and in a seventh of the time.
        torch.onnx.export(
            _with_plain_attention(network.build()),
            tuple(torch.from_numpy(value) for value in network.example.values()),
            draft,
            input_names=list(network.example),
            output_names=list(network.outputs),
            dynamic_axes=varying | {name: {0: "n"} for name in network.outputs},
            opset_version=_OPSET,
            dynamo=False,
        )


def _with_plain_attention(net: nn.Module) -> nn.Module:
    """The network with attention as plain matrix products: torch's fused attention cannot always be exported."""
    from transformers import PreTrainedModel

    for part in net.modules():
        if isinstance(part, PreTrainedModel) and part.config._attn_implementation == "sdpa":
            part.set_attn_implementation("eager")
    return net
