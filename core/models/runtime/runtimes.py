"""What runs a network: ONNX Runtime on the CPU, torch on a GPU. Both take and give named arrays."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.devices import device_name
from bowerbird.core.models.runtime.export import exported
from bowerbird.core.models.runtime.network import Arrays, Network, Prepare, WrongResults

log = logging.getLogger(__name__)

_BATCH_SIZES = (8, 256)  # items: to begin with, and at most
_BETTER = 1.1  # times as much a second, for a larger batch to be worth its memory
_TRIES = 3  # of each size
_PREFETCH = 1  # batches that are prepared while one is computed


class BatchSize:
    """Found by measurement: doubled while that makes it faster, halved for good where memory runs out."""

    def __init__(self) -> None:
        """Begin small."""
        self.now, self._most = _BATCH_SIZES
        self._best = (0.0, 0.0)
        self._speeds: list[tuple[float, float]] = []
        self._settled = False

    def took(self, items: int, numbers: int, seconds: float) -> None:
        """A batch of so many items, whose inputs are so many numbers, took so long; one not full tells nothing.

        The fastest of a few counts: the first of a size also loads kernels and takes memory, and machines are busy.
        """
        if self._settled or items < self.now:
            return
        self._speeds.append((items / max(seconds, 1e-9), numbers / max(seconds, 1e-9)))
        if len(self._speeds) >= _TRIES:
            self._decide()

    def _decide(self) -> None:
        """Faster by items or by numbers: batches of short and of long texts are not alike in both."""
        speeds = (max(by_items for by_items, _ in self._speeds), max(by_numbers for _, by_numbers in self._speeds))
        self._speeds = []
        if all(now < best * _BETTER for now, best in zip(speeds, self._best, strict=True)):
            self._settled, self.now = True, self.now // 2
        elif self.now * 2 > self._most:
            self._settled = True
        else:
            self._best, self.now = speeds, self.now * 2

    def too_large(self) -> bool:
        """Memory ran out; whether a smaller batch is left to try."""
        if self.now == 1:
            return False
        self.now, self._settled = self.now // 2, True
        return True


class TorchRuntime:
    """Torch, on a GPU or, for what the other runtimes are held to, on the CPU.

    While one batch is computed, the next is prepared, on several threads where its items are alike: a GPU is through
    with photos before a core has scaled them. More at a time made small networks a third slower: threads that prepare
    hold Python's lock while another would have the GPU begin.
    """

    def __init__(self, network: Network, device: str, threads: int = 1, *, half: bool = False) -> None:
        """Build the network on a device, in float32 or, if ``half``, in float16 wherever torch thinks that safe.

        ``threads`` prepare.
        """
        import torch

        self._torch, self._device, self._half = torch, device, half
        self._net = network.build().to(device)
        self._alike = network.alike
        self._batch = BatchSize()
        self._preparing = ThreadPoolExecutor(threads, network.name)

    @property
    def name(self) -> str:
        """What runs it, in words."""
        return f"torch {self._torch.__version__} on {device_name(self._device)}{', half precision' * self._half}"

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """The outputs over items, as many at once as is fastest and fits. A single one does not wait behind others."""
        parts: list[list[NDArray[np.float32]]] = []
        done = 0
        while done < len(items):
            try:
                for count, pieces in self._prepared(items[done:], prepare):
                    parts.append(self._timed(pieces, count))
                    done += count
            except self._torch.OutOfMemoryError:
                if not self._batch.too_large():
                    raise
                if self._device != "cpu":
                    self._torch.accelerator.empty_cache()
        return _joined(parts)

    def _prepared(self, items: Sequence[Any], prepare: Prepare) -> Iterator[tuple[int, list[Arrays]]]:
        """Batches in order, each with its number of items, and in pieces that are still to be joined."""
        if len(items) == 1:
            yield 1, [prepare(items)]
            return
        in_hand = deque[tuple[int, list[Future[Arrays]]]]()
        begun = 0
        while begun < len(items) or in_hand:
            while begun < len(items) and len(in_hand) <= _PREFETCH:
                some = items[begun : begun + self._size(len(items))]
                pieces = [[item] for item in some] if self._alike else [some]
                in_hand.append((len(some), [self._preparing.submit(prepare, piece) for piece in pieces]))
                begun += len(some)
            count, ready = in_hand.popleft()
            yield count, [piece.result() for piece in ready]

    def _size(self, items: int) -> int:
        """As many as is fastest; of what takes long to prepare at most half, so that the GPU begins before the end."""
        return min(self._batch.now, max(_BATCH_SIZES[0], (items + 1) // 2)) if self._alike else self._batch.now

    def _timed(self, pieces: Sequence[Arrays], items: int) -> list[NDArray[np.float32]]:
        started = time.perf_counter()
        made = self._run(pieces)
        numbers = sum(value.size for piece in pieces for value in piece.values())
        self._batch.took(items, numbers, time.perf_counter() - started)
        return made

    def _run(self, pieces: Sequence[Arrays]) -> list[NDArray[np.float32]]:
        torch = self._torch
        inputs = [torch.cat([torch.from_numpy(one[name]).to(self._device) for one in pieces]) for name in pieces[0]]
        with torch.inference_mode(), torch.autocast(self._device, torch.float16, enabled=self._half):
            made = self._net(*inputs)
        return [one.float().cpu().numpy() for one in (made if isinstance(made, tuple) else (made,))]


class OnnxRuntime:
    """ONNX Runtime on the CPU: faster than torch there, and loaded in a tenth of the time.

    Items go through the network one by one, as many side by side as there are cores. Measured against the same cores
    sharing the work on each batch, that is as fast on an idle machine and up to twice as fast on a busy one, where
    the cores would wait for each other after every layer; and no text is padded to the length of another. Heavy
    networks are the exception.
    """

    def __init__(self, network: Network, cache: Path, threads: int, *, fresh: bool = False) -> None:
        """Load the exported network, exporting it first if it is not in ``cache`` or must be ``fresh``.

        Raises:
            WrongResults: the exported file does not load.
            ModelUnavailable: it cannot be exported.
        """
        import onnxruntime

        path = exported(network, cache, fresh=fresh)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads if network.heavy else 1
        options.enable_cpu_mem_arena = not network.heavy
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a class for each of its status codes
            raise WrongResults(f"The model {network.name} could not be loaded by ONNX Runtime.") from error
        self._side_by_side = ThreadPoolExecutor(1 if network.heavy else threads, network.name)
        self._name = f"ONNX Runtime {onnxruntime.__version__} on the CPU"

    @property
    def name(self) -> str:
        """What runs it, in words."""
        return self._name

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """The outputs over items. A single one, as a query is, does not wait behind others."""
        if len(items) == 1:
            return self._run(prepare(items))
        return _joined(list(self._side_by_side.map(lambda item: self._run(prepare([item])), items)))

    def _run(self, inputs: Arrays) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(None, dict(inputs))
        return found


def _joined(parts: Sequence[Sequence[NDArray[np.float32]]]) -> list[NDArray[np.float32]]:
    return [np.concatenate(output) for output in zip(*parts, strict=True)]
