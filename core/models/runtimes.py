"""What runs a network: ONNX Runtime on the CPU, torch on a GPU. Both take and give named arrays."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ModelUnavailable

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]
_OPSET = 17


@dataclass(frozen=True, slots=True)
class Network:
    """A network as every runtime needs it: how to build it, and what goes in and comes out."""

    name: str
    """With the weights' hash: names the exported file."""
    build: Callable[[], nn.Module]
    example: Arrays
    """Inputs of any batch size, in the order of the network's arguments; axis 0 (and 1 of ids) may vary."""
    outputs: Sequence[str]


class Runtime(Protocol):
    """A loaded network."""

    def run(self, inputs: Arrays) -> list[NDArray[np.float32]]:
        """The outputs, in order."""


def accelerator() -> str:
    """The GPU that torch would use (cuda, xpu, mps), or empty. Imports torch only where a driver suggests one."""
    if os.environ.get("BOWERBIRD_DEVICE") == "cpu" or not _maybe_gpu():
        return ""
    try:
        import torch

        found = torch.accelerator.current_accelerator(check_available=True)
    except (ImportError, RuntimeError, AttributeError):
        return ""
    return found.type if found is not None else ""


def _maybe_gpu() -> bool:
    import sys

    return sys.platform in ("darwin", "win32") or any(
        Path(device).exists() for device in ("/dev/nvidiactl", "/dev/kfd", "/dev/dri/renderD128", "/dev/dxg")
    )


class TorchRuntime:
    """Torch, on a GPU or, for tests, on the CPU."""

    def __init__(self, network: Network, device: str) -> None:
        """Build the network on a device."""
        import torch

        self._torch, self._device = torch, device
        self._net = network.build().to(device)

    def run(self, inputs: Arrays) -> list[NDArray[np.float32]]:
        """The outputs, in order."""
        with self._torch.inference_mode():
            given = [self._torch.from_numpy(value).to(self._device) for value in inputs.values()]
            made = self._net(*given)
        return [one.float().cpu().numpy() for one in (made if isinstance(made, tuple) else (made,))]


class OnnxRuntime:
    """ONNX Runtime on the CPU: two to four times torch's speed for these networks there."""

    def __init__(self, network: Network, cache: Path, threads: int) -> None:
        """Load the exported network, exporting it first if it is not in ``cache``.

        Raises:
            ModelUnavailable: it cannot be exported or loaded.
        """
        import onnxruntime

        path = exported(network, cache)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the decoders need the cores too
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a class for each of its status codes
            path.unlink(missing_ok=True)
            raise ModelUnavailable(f"The model {network.name} could not be loaded; try again.") from error

    def run(self, inputs: Arrays) -> list[NDArray[np.float32]]:
        """The outputs, in order."""
        found: list[NDArray[np.float32]] = self._session.run(None, dict(inputs))
        return found


def exported(network: Network, cache: Path) -> Path:
    """The network as an ONNX file in ``cache``, made by torch in a process of its own if it is not there.

    Torch takes seconds and hundreds of megabytes that whoever only runs the file need not spend.
    """
    import onnxruntime

    path = cache / f"{network.name}-ort{onnxruntime.__version__}.onnx"
    if not path.exists():
        import multiprocessing

        cache.mkdir(parents=True, exist_ok=True)
        process = multiprocessing.get_context("spawn").Process(target=_export, args=(network, path, os.getpid()))
        process.start()
        process.join()
        if not path.exists():
            raise ModelUnavailable(f"The model {network.name} could not be prepared; the log has the details.")
    return path


def _export(network: Network, path: Path, parent: int) -> None:
    import warnings

    import torch

    from bowerbird.core.sandbox import die_with

    die_with(parent)
    warnings.simplefilter("ignore")
    varying = {
        name: {axis: f"{name}{axis}" for axis in ((0, 1) if value.ndim == 2 else (0,))}
        for name, value in network.example.items()
    }
    draft = path.with_suffix(f".{os.getpid()}")
    with torch.inference_mode():
        # The older exporter: for these networks the same graph, without onnxscript and in a tenth of the time.
        torch.onnx.export(
            network.build(),
            tuple(torch.from_numpy(value) for value in network.example.values()),
            str(draft),
            input_names=list(network.example),
            output_names=list(network.outputs),
            dynamic_axes=varying | {name: {0: "n"} for name in network.outputs},
            opset_version=_OPSET,
            dynamo=False,
        )
    draft.replace(path)
