"""The shape of a network, and its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, Activation
from tui_backprop.core.arrays import Array, frozen


class BiasMode(Enum):
    """Whether units have a bias, and whether training moves it."""

    NONE = "none"
    TRAINED = "trained"
    FROZEN = "frozen"


@dataclass(frozen=True)
class Network:
    """Shape and activations; layer 0 is the input, layers 1…L have weights.

    `units` has L+1 entries. `activations` has L names, layer 1 first.
    """

    units: tuple[int, ...]
    activations: tuple[str, ...]
    bias: BiasMode = BiasMode.NONE

    def __repr__(self) -> str:
        bias = {BiasMode.NONE: "", BiasMode.TRAINED: ", biases", BiasMode.FROZEN: ", frozen biases"}[self.bias]
        return f"Network({self.shape}, {' '.join(self.activations)}{bias})"

    @property
    def shape(self) -> str:
        """The units of all layers, such as "3-4-1"."""
        return "-".join(map(str, self.units))

    @property
    def depth(self) -> int:
        """L, the number of layers with weights."""
        return len(self.units) - 1

    def activation(self, layer: int) -> Activation:
        """The activation function of layer 1…L."""
        return ACTIVATIONS[self.activations[layer - 1]]

    @property
    def output(self) -> Activation:
        """The activation of the last layer."""
        return self.activation(self.depth)

    @cached_property
    def weight_count(self) -> int:
        """Number of weights, biases not counted."""
        return sum(rows * columns for rows, columns in zip(self.units, self.units[1:], strict=False))

    @cached_property
    def size(self) -> int:
        """Number of parameters: all weights, then all biases, in one flat array."""
        return self.weight_count + (sum(self.units[1:]) if self.bias is not BiasMode.NONE else 0)

    @cached_property
    def trained(self) -> slice:
        """The part of the flat array that an update moves."""
        return slice(0, self.size if self.bias is BiasMode.TRAINED else self.weight_count)

    def weights(self, flat: Array) -> tuple[Array, ...]:
        """Views W[1]…W[L], each (…, fan_in, fan_out), of a flat parameter array (…, size)."""
        views, start = [], 0
        for rows, columns in zip(self.units, self.units[1:], strict=False):
            views.append(flat[..., start : start + rows * columns].reshape(*flat.shape[:-1], rows, columns))
            start += rows * columns
        return tuple(views)

    def biases(self, flat: Array) -> tuple[Array, ...]:
        """Views b[1]…b[L], each (…, fan_out), of a flat parameter array (…, size); empty where units have none."""
        if self.bias is BiasMode.NONE:
            return ()
        views, start = [], self.weight_count
        for columns in self.units[1:]:
            views.append(flat[..., start : start + columns])
            start += columns
        return tuple(views)


@dataclass(eq=False)  # making frozen ones takes as long as a step, and these are never changed
class Parameters:
    """All weights and biases of a network, read-only; `weights[l - 1]` is W[l]."""

    network: Network
    flat: Array

    def __repr__(self) -> str:
        return f"Parameters({self.network.shape}, {self.flat.size} numbers)"

    @cached_property
    def weights(self) -> tuple[Array, ...]:
        """W[1]…W[L], each (fan_in, fan_out)."""
        return self.network.weights(self.flat)

    @cached_property
    def biases(self) -> tuple[Array, ...]:
        """b[1]…b[L], each (fan_out,); empty where units have none."""
        return self.network.biases(self.flat)


def parameters_from(network: Network, weights: Sequence[Array], biases: Sequence[Array]) -> Parameters:
    """Copies arrays of the network's shapes into `Parameters`; no `biases` means biases of 0."""
    flat = np.zeros(network.size)
    for view, values in zip(network.weights(flat), weights, strict=True):
        view[...] = values
    if biases:
        for bias, values in zip(network.biases(flat), biases, strict=True):
            bias[...] = values
    return Parameters(network, frozen(flat))
