"""Layers that are one layer in disguise: where nothing bends between two products, they are one product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.activations import LEAK
from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import layers
from tui_backprop.core.diagnostics.gates import looked_at
from tui_backprop.core.phases import Moment


@dataclass(frozen=True, eq=False)
class Collapse:
    """Layers `first` to `last` as one: z[last] = a[first−1]·`matrix` + `bias`.

    `always` says that the layers between are linear whatever the weights; else their gates are the same for all
    the samples looked at, now. `deep` and `flat` (samples, units) are z[last] by the layers one after the other,
    and by the one matrix, for the data rows `rows`.
    """

    first: int
    last: int
    always: bool
    matrix: Array
    bias: Array
    rows: tuple[int, ...]
    deep: Array
    flat: Array

    @property
    def difference(self) -> float:
        """The largest difference between both ways."""
        with np.errstate(all="ignore"):
            return float(np.max(np.abs(self.deep - self.flat), initial=0.0))


def view_collapse(moment: Moment) -> tuple[Collapse, ...]:
    """Every stretch of two or more layers that is one layer at this moment; none where all bend."""
    parameters, network = moment.parameters, moment.ahead.network
    rows = looked_at(moment.ahead.data, parameters)
    with np.errstate(all="ignore"):
        passed = list(layers(parameters, moment.ahead.data.inputs[rows]))
        slopes = [_slopes(name, z) for name, (z, _) in zip(network.activations, passed, strict=True)]
        found, first = [], 1
        for layer in range(1, network.depth + 1):
            if layer < network.depth and slopes[layer - 1] is not None:
                continue
            if layer > first:
                below = moment.ahead.data.inputs[rows] if first == 1 else passed[first - 2][1]
                matrix, bias = _product(moment, first, layer, slopes)
                always = all(name == "linear" for name in network.activations[first - 1 : layer - 1])
                flat = _times(below, matrix) + bias
                found.append(
                    Collapse(first, layer, always, matrix, bias, tuple(rows.tolist()), passed[layer - 1][0], flat)
                )
            first = layer + 1
    return tuple(found)


def _slopes(activation: str, z: Array) -> Array | None:
    """f′ of each unit (units,) where it is the same for all samples; None where the layer bends."""
    if activation == "linear":
        return np.ones(z.shape[1])
    if activation not in ("relu", "leaky_relu"):
        return None
    opened = z > 0
    if not (opened == opened[:1]).all() or not np.isfinite(z).all():
        return None
    return np.where(opened[0], 1.0, LEAK if activation == "leaky_relu" else 0.0)


def _product(moment: Moment, first: int, last: int, slopes: list[Array | None]) -> tuple[Array, Array]:
    """W[first]·D·W[first+1]·D…W[last] with the slopes on the diagonals of D, and the bias that goes with it."""
    parameters = moment.parameters
    matrix = parameters.weights[first - 1]
    bias = parameters.biases[first - 1] if parameters.biases else np.zeros(matrix.shape[1])
    for layer in range(first + 1, last + 1):
        slope, weights = slopes[layer - 2], parameters.weights[layer - 1]
        assert slope is not None
        matrix = _times(matrix * slope, weights)
        bias = _times((bias * slope)[None], weights)[0]
        if parameters.biases:
            bias = bias + parameters.biases[layer - 1]
    return matrix, bias


def _times(left: Array, right: Array) -> Array:
    """left·right, each sum taken in order, as in training."""
    total: Array = left[:, :1] * right[0]
    for place in range(1, len(right)):
        total += left[:, place : place + 1] * right[place]
    return total
