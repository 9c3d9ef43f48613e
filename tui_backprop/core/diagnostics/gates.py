"""Which hidden units let which samples through, and whether that bends the network at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import layers
from tui_backprop.core.experiment import Data
from tui_backprop.core.network import Parameters

PIECEWISE = ("relu", "leaky_relu")
"""Activations that are linear on either side of 0: gates."""
SATURATED = 0.05
"""A sigmoid or tanh unit is saturated where its slope is below this share of the steepest."""
WORK = 2_000_000
"""Multiplications that a look at the data may take; of more samples than that every so many are looked at."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LayerGates:
    """A hidden layer's gates; `passing` (samples, units): open, or for a smooth unit not saturated.

    `high` (samples, units) tells on which side of 0 z is: what a saturated unit is stuck at.
    """

    layer: int
    activation: str
    passing: Mask
    high: Mask

    @property
    def gated(self) -> bool:
        """Whether the units are linear on either side of a kink."""
        return self.activation in PIECEWISE

    @property
    def smooth(self) -> bool:
        """Whether the units saturate."""
        return self.activation in ("sigmoid", "tanh")

    @cached_property
    def opened(self) -> NDArray[np.intp]:
        """For how many samples each unit passes error: (units,)."""
        return np.asarray(self.passing.sum(axis=0))

    @property
    def dead(self) -> Mask:
        """Units that let no sample through and so never learn: (units,). A leaky unit never dies."""
        return np.asarray((self.opened == 0) & (self.activation == "relu"))

    @property
    def switching(self) -> Mask:
        """Units whose gate is open for some samples and shut for others: (units,)."""
        return np.asarray((self.opened > 0) & (self.opened < len(self.passing)) & self.gated)


@dataclass(frozen=True, eq=False)
class Gates:
    """All hidden layers over the data rows `rows`, of `total`."""

    rows: NDArray[np.intp]
    total: int
    layers: tuple[LayerGates, ...]

    @property
    def gated(self) -> bool:
        """Whether only gates keep the hidden layers from being linear: some are gated, the others are linear."""
        return any(layer.gated for layer in self.layers) and not any(layer.smooth for layer in self.layers)

    @property
    def linear(self) -> bool:
        """Whether the network is linear on these samples, its output's activation aside, as no gate switches."""
        return not any(layer.smooth or layer.switching.any() for layer in self.layers)


def looked_at(data: Data, parameters: Parameters) -> NDArray[np.intp]:
    """The data rows that a view of all samples takes: every one, or every so many where there is too much to do."""
    every = -(-len(data) * parameters.network.size // WORK)
    return np.arange(0, len(data), max(1, every))


def view_gates(data: Data, parameters: Parameters) -> Gates:
    """The gates of every hidden unit under the parameters."""
    rows = looked_at(data, parameters)
    found = []
    with np.errstate(all="ignore"):
        for layer, (z, a) in enumerate(layers(parameters, data.inputs[rows]), 1):
            if layer < parameters.network.depth:
                name = parameters.network.activations[layer - 1]
                found.append(LayerGates(layer, name, _passing(name, z, a), z > 0))
    return Gates(rows, len(data), tuple(found))


def _passing(name: str, z: Array, a: Array) -> Mask:
    if name in PIECEWISE:
        return z > 0
    slope = np.empty_like(z)
    ACTIVATIONS[name].derivative(z, a, slope)
    return slope >= SATURATED * {"sigmoid": 0.25}.get(name, 1.0)
