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
"""Makes items into a network's inputs."""


class WrongResults(ModelUnavailable):
    """A runtime cannot load a network, or computes something else than it should."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network as every runtime needs it: how to build it, and what goes in and comes out."""

    name: str
    """With the weights' hash: names the exported file."""
    build: Callable[[], nn.Module]
    example: Arrays
    """Inputs of any batch size, in the network's order. Axis 0 may vary, and axis 1 of up to three."""
    outputs: Sequence[str]
    heavy: bool = False
    """An item takes a gigabyte while it is computed: on the CPU they go one by one, and give back what they took."""
    alike: bool = False
    """Inputs have one shape whatever the item, and take long to prepare, as those of photos do and of texts do not:
    items are prepared apart, side by side."""


class Runtime(Protocol):
    """A loaded network."""

    @property
    def name(self) -> str:
        """What runs it, in words."""

    def run(self, items: Sequence[Any], prepare: Prepare) -> list[NDArray[np.float32]]:
        """The network's outputs, each with the rows of all items in order. There must be at least one item."""
