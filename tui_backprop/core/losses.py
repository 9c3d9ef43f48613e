"""Losses and their gradients, by name; sums run over the output units (the last axis)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.products import Program

_TINY = np.finfo(np.float64).tiny
"""Keeps the logarithm of a prediction of exactly 0 finite."""


@dataclass(frozen=True)
class Loss:
    """What training minimises.

    `value(prediction, target)` has one entry per sample; `gradient(prediction, target, out)` writes ∂E/∂ŷ.
    With the output activation `canonical` the two derivatives cancel to δ = ŷ − y, which is then taken
    directly: the quotient in ∂E/∂ŷ would be 0/0 for a saturated unit. `requires` names the only output
    activation for which the loss is defined.
    """

    name: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array, Array], object]
    canonical: str | None = None
    requires: str | None = None


def _total(values: Array) -> Array:
    return np.asarray(np.add.accumulate(values, axis=-1)[..., -1])


def squared_error(prediction: Array, target: Array) -> Array:
    """Σ(ŷ − y)² per sample."""
    error = prediction - target
    return _total(error * error)


def squared_error_into(prediction: Array, target: Array, out: Array) -> Program:
    """A program for the same sum: out (…, batch, 1) = Σ(ŷ − y)² of `prediction`, `target` (…, batch, units)."""
    error: Array = np.empty_like(prediction)
    program: Program = [partial(np.subtract, prediction, target, error)]
    if prediction.shape[-1] == 1:
        return [*program, partial(np.multiply, error, error, out)]
    totals = np.empty_like(error)
    return [
        *program,
        partial(np.multiply, error, error, error),
        partial(np.add.accumulate, error, -1, None, totals),
        partial(np.copyto, out, totals[..., -1:]),
    ]


def _half_squared(prediction: Array, target: Array) -> Array:
    return 0.5 * squared_error(prediction, target)


def _half_squared_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)


def _squared_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)
    np.multiply(out, 2.0, out)


def _log(values: Array) -> Array:
    return np.asarray(np.log(np.maximum(values, _TINY)))


def _binary_cross_entropy(prediction: Array, target: Array) -> Array:
    return -_total(target * _log(prediction) + (1.0 - target) * _log(1.0 - prediction))


def _binary_cross_entropy_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)
    np.divide(out, prediction * (1.0 - prediction), out)


def _softmax_cross_entropy(prediction: Array, target: Array) -> Array:
    return -_total(target * _log(prediction))


def _softmax_cross_entropy_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.divide(target, prediction, out)
    np.negative(out, out)


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss("half_squared", _half_squared, _half_squared_gradient),
        Loss("squared", squared_error, _squared_gradient),
        Loss("binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_gradient, "sigmoid", "sigmoid"),
        Loss("softmax_cross_entropy", _softmax_cross_entropy, _softmax_cross_entropy_gradient, "softmax", "softmax"),
    )
}
