"""Forward passes alone, of many samples at once: what a network answers, and how far off that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Training
from tui_backprop.core.losses import reported
from tui_backprop.core.network import Parameters
from tui_backprop.core.products import Times, times_in_order


class Evaluation(NamedTuple):
    """The outputs of fixed parameters for samples: `raw` and `prediction` (samples, units[L]), `error` (samples,).

    Of many networks, `Parameters` of a flat array (networks, size), all three have an axis over these in front.
    """

    raw: Array
    prediction: Array
    error: Array


def sums(parameters: Parameters, layer: int, below: Array, times: Times = times_in_order) -> Array:
    """z[l] = a[l−1]·W[l] + b[l] of `below` (…, units[l−1])."""
    z = times(below, parameters.weights[layer - 1])
    if parameters.biases:
        bias = parameters.biases[layer - 1]
        z += bias if bias.ndim == 1 else bias[..., None, :]
    return z


def layers(parameters: Parameters, inputs: Array, times: Times = times_in_order) -> Iterator[tuple[Array, Array]]:
    """(z, a) of layers 1…L, each (samples, units); with the same bits as single-sample passes, unless by other `times`.

    Overflow is not an error here: run it under `np.errstate`.
    """
    a = inputs
    for layer, name in enumerate(parameters.network.activations, 1):
        z = sums(parameters, layer, a, times)
        a = ACTIVATIONS[name].of(z)
        yield z, a


def evaluate(parameters: Parameters, training: Training, inputs: Array, targets: Array) -> Evaluation:
    """A forward pass of all samples."""
    with np.errstate(all="ignore"):
        *_, (z, raw) = layers(parameters, inputs)
        prediction = raw if training.round is None else np.rint(raw * 10.0**training.round) / 10.0**training.round
        return Evaluation(raw, prediction, reported(training).of(z, prediction, targets))
