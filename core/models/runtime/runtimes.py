"""Runs networks: with ONNX Runtime on the CPU, with torch on a GPU."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.devices import device_name
from bowerbird.core.models.runtime.export import exported
from bowerbird.core.models.runtime.network import Arrays, Network, Prepare, WrongResults

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

log = logging.getLogger(__name__)

_BATCH_SIZES = (8, 256)  # items: to begin with, and at most
_MIN_GAIN = 1.1  # times as much a second, for a larger batch to be worth its memory
_TRIES = 3  # of each size
_PREFETCH = 1  # batches that are prepared while one is computed


class BatchSize:
    """The batch size that is fastest: doubled while that gains speed, halved for good where memory runs out."""

    def __init__(self) -> None:
        """Begin small."""
        self.now, self._max = _BATCH_SIZES
        self._best = (0.0, 0.0)
        self._speeds: list[tuple[float, float]] = []
        self._settled = False

    def record(self, items: int, numbers: int, seconds: float) -> None:
        """Note how long a batch of so many items took, whose inputs are so many numbers. Only full batches count.

        The fastest of a few counts: the first of a size also loads kernels and takes memory, and machines are busy.
        """
        if self._settled or items < self.now:
            return
        self._speeds.append((items / max(seconds, 1e-9), numbers / max(seconds, 1e-9)))
        if len(self._speeds) >= _TRIES:
            self._decide()

    def _decide(self) -> None:
        """Grow while either speed gains, by items or by numbers: short and long texts differ in one of them."""
        speeds = (max(by_items for by_items, _ in self._speeds), max(by_numbers for _, by_numbers in self._speeds))
        self._speeds = []
        if all(speed < best * _MIN_GAIN for speed, best in zip(speeds, self._best, strict=True)):
            self._settled, self.now = True, self.now // 2
        elif self.now * 2 > self._max:
            self._settled = True
        else:
            self._best, self.now = speeds, self.now * 2

    def shrink(self) -> bool:
        """Halve it for good, because memory ran out; False if it is 1 already."""
        if self.now == 1:
            return False
        self.now, self._settled = self.now // 2, True
        return True


class TorchRuntime:
    """Torch, on a GPU or, as the reference for the other runtimes, on the CPU.

    While one batch is computed, the next is prepared, on several threads if the network says so: a GPU is done with
    photos before a core has scaled them. Preparing more than one batch ahead made small networks a third slower: the
    preparing threads hold Python's lock while another would start the GPU.
    """

    def __init__(self, network: Network, device: str, threads: int = 1, *, half: bool = False) -> None:
        """Build the network on a device of torch.

        Args:
            network: what to build.
            device: as torch names it.
            threads: how many prepare inputs.
            half: compute in float16 wherever torch's autocast thinks that safe, else in float32.
        """
        import torch

        self._torch, self._device, self._half = torch, device, half
        self._net = network.build().to(device)
        self._parallel_prepare = network.parallel_prepare
        self._batch = BatchSize()
        self._preparing = ThreadPoolExecutor(threads, network.name)

    @property
    def name(self) -> str:
        """What runs it, in words."""
        return f"torch {self._torch.__version__} on {device_name(self._device)}{', half precision' * self._half}"

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """See ``Runtime.run``. As many items at once as is fastest and fits; a single one does not wait behind others.

        Raises:
            torch.OutOfMemoryError: not even one item fits.
        """
        parts: list[list[NDArray[np.float32]]] = []
        done = 0
        while done < len(items):
            try:
                for count, pieces in self._prepared(items[done:], prepare):
                    parts.append(self._timed(pieces, count))
                    done += count
            except self._torch.OutOfMemoryError:
                if not self._batch.shrink():
                    raise
                if self._device != "cpu":
                    self._torch.accelerator.empty_cache()
        return _joined(parts)

    def _prepared(self, items: Sequence[Any], prepare: Prepare) -> Iterator[tuple[int, list[Arrays]]]:
        """Batches of inputs in order, each as its number of items and the pieces that it was prepared in."""
        if len(items) == 1:
            yield 1, [prepare(items)]
            return
        ahead = deque[tuple[int, list[Future[Arrays]]]]()
        begun = 0
        while begun < len(items) or ahead:
            while begun < len(items) and len(ahead) <= _PREFETCH:
                batch = items[begun : begun + self._size(len(items))]
                pieces = [[item] for item in batch] if self._parallel_prepare else [batch]
                ahead.append((len(batch), [self._preparing.submit(prepare, piece) for piece in pieces]))
                begun += len(batch)
            count, ready = ahead.popleft()
            yield count, [piece.result() for piece in ready]

    def _size(self, items: int) -> int:
        """The fastest size; of slowly prepared items at most half, so that the GPU begins before all are prepared."""
        if not self._parallel_prepare:
            return self._batch.now
        return min(self._batch.now, max(_BATCH_SIZES[0], (items + 1) // 2))

    def _timed(self, pieces: Sequence[Arrays], items: int) -> list[NDArray[np.float32]]:
        started = time.perf_counter()
        outputs = self._run(pieces)
        numbers = sum(value.size for piece in pieces for value in piece.values())
        self._batch.record(items, numbers, time.perf_counter() - started)
        return outputs

    def _run(self, pieces: Sequence[Arrays]) -> list[NDArray[np.float32]]:
        torch = self._torch
        inputs = [torch.cat([torch.from_numpy(piece[name]).to(self._device) for piece in pieces]) for name in pieces[0]]
        with torch.inference_mode(), torch.autocast(self._device, torch.float16, enabled=self._half):
            outputs = self._net(*inputs)
        return [output.float().cpu().numpy() for output in (outputs if isinstance(outputs, tuple) else (outputs,))]


def onnx_session(path: Path, threads: int, *, free_memory: bool) -> InferenceSession:
    """An ONNX file loaded on the CPU. ``free_memory``: give back after each run what it took, in exchange for speed.

    Raises:
        WrongResults: it does not load.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_cpu_mem_arena = not free_memory
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class for each status code, and no common one
        raise WrongResults(f"The model {path.stem} could not be loaded by ONNX Runtime.") from error


def onnx_name() -> str:
    """What runs ONNX files, in words."""
    import onnxruntime

    return f"ONNX Runtime {onnxruntime.__version__} on the CPU"


class OnnxRuntime:
    """ONNX Runtime on the CPU: faster than torch there, and loaded in a tenth of the time.

    Items go through the network one by one, as many side by side as there are cores. Measured against the cores sharing
    the work on each batch, that is as fast on an idle machine and up to twice as fast on a busy one, where the cores
    would wait for each other after every layer; and no text is padded to the length of another. Heavy networks are the
    exception: one item at a time, on all cores.
    """

    def __init__(self, network: Network, cache: Path, threads: int, *, fresh: bool = False) -> None:
        """Load the exported network, exporting it first if it is not in ``cache`` or if ``fresh``.

        Raises:
            WrongResults: the exported file does not load.
            ModelUnavailable: it cannot be exported.
        """
        path = exported(network, cache, fresh=fresh)
        self._session = onnx_session(path, threads if network.heavy else 1, free_memory=network.heavy)
        self._side_by_side = ThreadPoolExecutor(1 if network.heavy else threads, network.name)
        self._name = onnx_name()

    @property
    def name(self) -> str:
        """What runs it, in words."""
        return self._name

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """See ``Runtime.run``. A single item, as a query is, does not wait behind others."""
        if len(items) == 1:
            return self._run(prepare(items))
        return _joined(list(self._side_by_side.map(lambda item: self._run(prepare([item])), items)))

    def _run(self, inputs: Arrays) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, dict(inputs))
        return outputs


def _joined(parts: Sequence[Sequence[NDArray[np.float32]]]) -> list[NDArray[np.float32]]:
    return [np.concatenate(output) for output in zip(*parts, strict=True)]
