"""Layers that are one layer in disguise: where nothing bends between two products, they are one product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import WORK_BUDGET, sampled_rows
from tui_backprop.core.forward import layers
from tui_backprop.core.products import times_in_order
from tui_backprop.core.run.moment import Moment


@dataclass(frozen=True, eq=False)
class Collapse:
    """Layers `first` to `last` as one: z[last] = a[first−1]·`matrix` + `bias`.

    `always` says that the layers between are linear whatever the weights; else their gates are the same for all
    the samples looked at, now. `deep` and `flat` (samples, units) are z[last] by the layers one after the other,
    and by the one matrix, for the data rows `rows` of `total`. Where the product would take more than `WORK_BUDGET`
    multiplications, there is neither `matrix` nor `bias`, and `flat` is `deep`.
    """

    first: int
    last: int
    always: bool
    matrix: Array | None
    bias: Array | None
    rows: tuple[int, ...]
    total: int
    deep: Array
    flat: Array

    @property
    def difference(self) -> float:
        """The largest difference between both ways."""
        with np.errstate(all="ignore"):
            return float(np.max(np.abs(self.deep - self.flat), initial=0.0))


def collapses_of(moment: Moment) -> tuple[Collapse, ...]:
    """Every stretch of two or more layers that is one layer at this moment; none where all bend."""
    parameters, network = moment.parameters, moment.ahead.network
    rows, count = sampled_rows(moment.ahead.data, parameters), len(moment.ahead.data)
    with np.errstate(all="ignore"):
        passed = list(layers(parameters, moment.ahead.data.inputs[rows]))
        slopes = [_slopes(name, z, a) for name, (z, a) in zip(network.activations, passed, strict=True)]
        found, first = [], 1
        for layer in range(1, network.depth + 1):
            if layer < network.depth and slopes[layer - 1] is not None:
                continue
            if layer > first:
                below = moment.ahead.data.inputs[rows] if first == 1 else passed[first - 2][1]
                matrix, bias = _product(moment, first, layer, slopes)
                always = all(ACTIVATIONS[name].linear for name in network.activations[first - 1 : layer - 1])
                deep = passed[layer - 1][0]
                flat = deep if matrix is None or bias is None else times_in_order(below, matrix) + bias
                looked = tuple(rows.tolist())
                found.append(Collapse(first, layer, always, matrix, bias, looked, count, deep, flat))
            first = layer + 1
    return tuple(found)


def _slopes(name: str, z: Array, a: Array) -> Array | None:
    """f′ of each unit (units,) where it is the same for all samples; None where the layer bends."""
    activation = ACTIVATIONS[name]
    slopes = activation.mask(z, a)
    bends = activation.curved or (activation.gated and not np.isfinite(z).all())
    return None if bends or not (slopes == slopes[:1]).all() else slopes[0]


def _product(
    moment: Moment, first: int, last: int, slopes: list[Array | None]
) -> tuple[Array, Array] | tuple[None, None]:
    """W[first]·D·W[first+1]·D…W[last] with the slopes on the diagonals of D, and the bias that goes with it.

    From the last matrix on, as a network has fewer outputs than inputs as a rule.
    """
    parameters = moment.parameters
    weights, biases = parameters.weights[first - 1 : last], parameters.biases[first - 1 : last]
    if sum(each.size for each in weights[:-1]) * weights[-1].shape[1] > WORK_BUDGET:
        return None, None
    matrix = weights[-1]
    bias = biases[-1] if biases else np.zeros(matrix.shape[1])
    for place in range(len(weights) - 2, -1, -1):
        slope = slopes[first - 1 + place]
        assert slope is not None
        matrix = slope[:, None] * matrix
        if biases:
            bias = bias + times_in_order(biases[place][None], matrix)[0]
        matrix = times_in_order(weights[place], matrix)
    return matrix, bias
