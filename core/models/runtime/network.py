"""A network as every runtime takes it, and what a runtime is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.errors import ModelUnavailable

if TYPE_CHECKING:
    from torch import nn

Arrays = Mapping[str, NDArray[Any]]
Prepare = Callable[[Sequence[Any]], Arrays]
"""Turns items into a network's inputs, by name, each with a row per item."""


class WrongResults(ModelUnavailable):
    """A runtime cannot load a network, or its results differ from the golden vectors."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network as every runtime needs it: how to build it, and what goes in and comes out."""

    name: str
    """With the weights' hash: names the exported file."""
    build: Callable[[], nn.Module]
    """Makes the network with its weights; picklable, because another process exports it."""
    example: Arrays
    """Inputs of any batch size, in the network's order. Axis 0 may vary, and axis 1 of up to three."""
    outputs: Sequence[str]
    """Names of what comes out, in order, each with a row per item."""
    heavy: bool = False
    """True if an item takes a gigabyte while it is computed: on the CPU items then go one by one, and free it after."""
    parallel_prepare: bool = False
    """True if inputs have one shape and preprocessing is slow (photos); items are then prepared in parallel."""


class Runtime(Protocol):
    """A network loaded on a device."""

    @property
    def name(self) -> str:
        """What runs it, in words."""

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """The network's outputs over at least one item: for each output an array with a row per item, in order."""
