"""Batches of torch: their size is found by measurement, and a GPU that is full makes them smaller."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bowerbird.core.models.devices import device_name
from bowerbird.core.models.runtime.network import Arrays, Network
from bowerbird.core.models.runtime.runtimes import BatchSize, TorchRuntime


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
    (outputs,) = runtime.run(list(range(20)), _prepare)
    assert outputs[:, 0].tolist() == [2.0 * item for item in range(20)]
    assert seen == [8, 4, 4, 4, 4, 4]
    runtime.run(list(range(8)), _prepare)
    assert seen[-2:] == [4, 4], "what did not fit is not tried again"


def test_one_item_that_does_not_fit_is_an_error() -> None:
    import torch

    with pytest.raises(torch.OutOfMemoryError):
        TorchRuntime(_network(0, []), "cpu").run([1, 2], _prepare)


def _record(size: BatchSize, *per_number: float, length: int = 10) -> None:
    """As many full batches as are tried of a size, of items of so many numbers."""
    for each in per_number:
        size.record(size.now, size.now * length, size.now * length * each)


def test_the_batch_grows_while_that_is_faster() -> None:
    size = BatchSize()
    for fastest in (1.0, 0.6, 0.4):
        _record(size, fastest, fastest, fastest)
    assert size.now == 64
    _record(size, 0.39, 0.39, 0.39)  # hardly faster: twice the memory for nothing
    assert size.now == 32
    _record(size, 0.001, 0.001, 0.001)
    assert size.now == 32


def test_one_slow_batch_does_not_end_the_growth() -> None:
    """The first of a size loads kernels, and something else on the machine may slow another."""
    size = BatchSize()
    _record(size, 5.0, 1.0, 1.0)
    _record(size, 5.0, 5.0, 0.5)
    assert size.now == 32


def test_longer_texts_are_not_taken_for_a_slower_batch() -> None:
    size = BatchSize()
    _record(size, 1.0, 1.0, 1.0)
    _record(size, 0.5, 0.5, 0.5, length=100)  # five times as long an item, and half as long a number
    assert size.now == 32


def test_shorter_texts_are_not_taken_for_a_slower_batch() -> None:
    size = BatchSize()
    _record(size, 1.0, 1.0, 1.0, length=100)
    _record(size, 5.0, 5.0, 5.0)  # half as long an item, and five times as long a number
    assert size.now == 32


def test_a_batch_that_is_not_full_does_not_count() -> None:
    size = BatchSize()
    for _ in range(9):
        size.record(3, 3, 0.001)
    assert size.now == 8


def test_devices_have_names() -> None:
    assert device_name("cpu") == "the CPU"


def test_a_batch_is_prepared_while_another_is_computed() -> None:
    """One, not more: threads that prepare and the one that computes hold the same lock of Python's."""
    begun: list[int] = []
    second = threading.Event()

    def prepare(items: Sequence[int]) -> Arrays:
        begun.append(items[0])
        if items[0] == 8:
            second.set()
        return _prepare(items)

    def computed(n: int, _: int) -> None:
        assert second.wait(30), "nothing is prepared meanwhile"
        assert max(begun) <= 8 * n, "more than one is"

    runtime = TorchRuntime(_watched(computed), "cpu", threads=4)
    (outputs,) = runtime.run(list(range(32)), prepare)
    assert outputs[:, 0].tolist() == [2.0 * item for item in range(32)]


def _watched(computed: Callable[[int, int], None], *, parallel_prepare: bool = False) -> Network:
    """A network that says the how-manieth batch it is about to compute, and of how many."""
    import torch

    class Watched(torch.nn.Module):
        times = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.times += 1
            computed(self.times, len(x))
            return x * 2

    return Network("watched", Watched, {"x": np.zeros((2, 3), np.float32)}, ("y",), parallel_prepare=parallel_prepare)


def test_items_are_prepared_side_by_side_and_joined() -> None:
    batches: list[tuple[int, int]] = []
    all_four = threading.Barrier(4, timeout=30)

    def prepare(items: Sequence[int]) -> Arrays:
        assert len(items) == 1
        all_four.wait()  # until four are being prepared at once
        return _prepare(items)

    runtime = TorchRuntime(_watched(lambda *seen: batches.append(seen), parallel_prepare=True), "cpu", threads=4)
    (outputs,) = runtime.run(list(range(16)), prepare)
    assert outputs[:, 0].tolist() == [2.0 * item for item in range(16)]
    assert batches == [(1, 8), (2, 8)]


def test_half_of_what_takes_long_to_prepare_waits_while_the_other_is_computed() -> None:
    batches: list[int] = []
    runtime = TorchRuntime(_watched(lambda _, items: batches.append(items), parallel_prepare=True), "cpu", threads=4)
    runtime._batch.now = 64
    for many in (40, 9):
        runtime.run(list(range(many)), _prepare)
    assert batches == [20, 20, 8, 1]


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
