"""Batches of torch: their size is found by measurement, and a GPU that is full makes them smaller."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from bowerbird.core.models.runtimes import Arrays, BatchSize, Network, TorchRuntime, device_name


def _network(most: int, seen: list[int]) -> Network:
    import torch

    class Full(torch.nn.Module):
        """A network on a GPU that has room for so many items."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(len(x))
            if len(x) > most:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return x * 2

    return Network("full", Full, {"x": np.zeros((2, 3), np.float32)}, ("y",))


def _prepare(items: Sequence[int]) -> Arrays:
    return {"x": np.array(items, np.float32)[:, None]}


def test_a_batch_that_does_not_fit_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    runtime = TorchRuntime(_network(5, seen), "cpu")
    (made,) = runtime.run(list(range(20)), _prepare)
    assert made[:, 0].tolist() == [2.0 * item for item in range(20)]
    assert seen == [8, 4, 4, 4, 4, 4]
    runtime.run(list(range(8)), _prepare)
    assert seen[-2:] == [4, 4], "what did not fit is not tried again"


def test_one_item_that_does_not_fit_is_an_error() -> None:
    import torch

    with pytest.raises(torch.OutOfMemoryError):
        TorchRuntime(_network(0, []), "cpu").run([1, 2], _prepare)


def test_the_batch_grows_while_that_is_faster() -> None:
    size = BatchSize()
    for per_item in (1.0, 0.6, 0.4):
        size.took(size.now, size.now * per_item)
    assert size.now == 64
    size.took(64, 64 * 0.39)  # hardly faster: twice the memory for nothing
    assert size.now == 32
    size.took(32, 0.001)
    assert size.now == 32


def test_a_batch_that_is_not_full_tells_nothing() -> None:
    size = BatchSize()
    size.took(3, 0.001)
    assert size.now == 8


def test_devices_have_names() -> None:
    assert device_name("cpu") == "the CPU"


def test_batches_are_prepared_while_others_are_computed() -> None:
    """The second is asked for before the first is computed, by another thread, and the order stays."""
    seen: list[int] = []
    runtime, both = TorchRuntime(_network(8, seen), "cpu", threads=2), threading.Barrier(2, timeout=30)

    def prepare(items: Sequence[int]) -> Arrays:
        both.wait()  # until two are being prepared at once
        return _prepare(items)

    (made,) = runtime.run(list(range(16)), prepare)
    assert made[:, 0].tolist() == [2.0 * item for item in range(16)]
    assert seen == [8, 8]


def test_one_item_is_tried_again_when_what_batches_left_is_given_back() -> None:
    """A typed sentence on a GPU that a batch has just filled."""
    import torch

    class FullOnce(torch.nn.Module):
        full = True

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            was, self.full = self.full, False
            if was:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return x * 2

    runtime = TorchRuntime(Network("full", FullOnce, {"x": np.zeros((2, 3), np.float32)}, ("y",)), "cpu")
    assert runtime.run([3], _prepare)[0].tolist() == [[6.0]]
