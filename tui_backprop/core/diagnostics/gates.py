"""Which hidden units let which samples through, and whether that bends the network at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import Activation
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Data
from tui_backprop.core.forward import layers
from tui_backprop.core.network import Parameters

SATURATED = 0.05
"""A curved unit is saturated where its slope is below this share of the steepest."""
MOSTLY = 0.5
"""From this share of curved units' outputs on, their saturation is trouble."""
WORK_BUDGET = 2_000_000
"""Multiplications that a view of the data may take; if all samples would take more, only some are used."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LayerGates:
    """A hidden layer's gates; `passing` (samples, units): open, or for a curved unit not saturated.

    `high` (samples, units) tells on which side of 0 z is: what a saturated unit is stuck at.
    """

    layer: int
    activation: Activation
    passing: Mask
    high: Mask

    @cached_property
    def opened(self) -> NDArray[np.intp]:
        """For how many samples each unit passes error: (units,)."""
        return np.asarray(self.passing.sum(axis=0))

    @property
    def dead(self) -> Mask:
        """Units that let no sample through and so never learn: (units,). A leaky unit never dies."""
        return np.asarray((self.opened == 0) & (self.activation.shut == 0.0))

    @property
    def switching(self) -> Mask:
        """Units whose gate is open for some samples and shut for others: (units,)."""
        return np.asarray((self.opened > 0) & (self.opened < len(self.passing)) & self.activation.gated)


class Gates(NamedTuple):
    """All hidden layers over the data rows `rows`, of `total`, and the `outputs` (rows, outputs), not rounded.

    `flat` (rows, outputs) are those outputs that are shut or saturated.
    Of many networks at once, their arrays have an axis over these in front: `of` has those of one.
    """

    rows: NDArray[np.intp]
    total: int
    layers: tuple[LayerGates, ...]
    outputs: Array
    flat: Mask

    def of(self, network: int) -> Gates:
        """The gates of one of many networks."""
        layers = [replace(each, passing=each.passing[network], high=each.high[network]) for each in self.layers]
        return self._replace(layers=tuple(layers), outputs=self.outputs[network], flat=self.flat[network])

    @property
    def gated(self) -> bool:
        """Whether only gates keep the hidden layers from being linear: some are gated, the others are linear."""
        return any(layer.activation.gated for layer in self.layers) and not self.curved

    @property
    def curved(self) -> bool:
        """Whether some layer bends whatever its gates do."""
        return any(layer.activation.curved for layer in self.layers)

    @property
    def linear(self) -> bool:
        """Whether the network is linear on these samples, its output's activation aside, as no gate switches."""
        return not (self.curved or any(layer.switching.any() for layer in self.layers))

    @property
    def answers(self) -> int:
        """How many outputs curved units have on the samples."""
        return sum(layer.passing.size for layer in self.layers if layer.activation.curved)

    @property
    def saturated(self) -> int:
        """How many of these are saturated."""
        return sum(int((~layer.passing).sum()) for layer in self.layers if layer.activation.curved)

    @property
    def mostly_saturated(self) -> bool:
        """Whether too many are saturated for the network to learn much."""
        return self.saturated > MOSTLY * self.answers


def sampled_rows(data: Data, parameters: Parameters) -> NDArray[np.intp]:
    """The data rows that a view uses: all of them, or an evenly spaced selection if there are too many."""
    every = -(-len(data) * parameters.network.size // WORK_BUDGET)
    return np.arange(0, len(data), max(1, every))


def gates_of(data: Data, parameters: Parameters) -> Gates:
    """The gates of every hidden unit under the parameters, which may be those of many networks (networks, size)."""
    rows = sampled_rows(data, parameters)
    found = []
    with np.errstate(all="ignore"):
        for layer, (z, a) in enumerate(layers(parameters, data.inputs[rows]), 1):
            activation = parameters.network.activation(layer)
            found.append(LayerGates(layer, activation, _passing(activation, z, a), z > 0))
    *hidden, output = found
    return Gates(rows, len(data), tuple(hidden), a, ~output.passing)


def _passing(activation: Activation, z: Array, a: Array) -> Mask:
    return z > 0 if activation.gated else activation.mask(z, a) >= SATURATED * activation.steepest
