"""Activation functions f and their local gradients f′, by name.

Each works on arrays of any shape and writes into `out`. Softmax alone mixes the units of a layer (its last axis).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array

LEAK = 0.01
"""Slope of leaky ReLU below zero."""


@dataclass(frozen=True)
class Activation:
    """One activation function.

    `apply(z, out)` writes a = f(z). `derivative(z, a, out)` writes the mask f′(z), for which it may use a.
    `gated` says that the unit passes either everything or nothing, so that it has a gate to show.
    """

    name: str
    apply: Callable[[Array, Array], object]
    derivative: Callable[[Array, Array, Array], object]
    gated: bool = False

    def delta(self, upstream: Array, mask: Array, a: Array, out: Array) -> None:
        """δ = ∂E/∂z from upstream = ∂E/∂a, by the chain rule."""
        np.multiply(upstream, mask, out)


class _Softmax(Activation):
    def delta(self, upstream: Array, mask: Array, a: Array, out: Array) -> None:
        """Each unit depends on all z of its layer: δᵢ = aᵢ·(uᵢ − Σⱼ uⱼ·aⱼ); the mask is only the diagonal."""
        np.subtract(upstream, _total(upstream * a), out)
        np.multiply(out, a, out)


def _total(values: Array) -> Array:
    """Sum over the last axis, in order, keeping the axis."""
    return np.add.accumulate(values, axis=-1)[..., -1:]


def _linear(z: Array, out: Array) -> None:
    np.copyto(out, z)


def _linear_derivative(z: Array, a: Array, out: Array) -> None:
    out.fill(1.0)


def _relu(z: Array, out: Array) -> None:
    np.maximum(z, 0.0, out=out)


def _relu_derivative(z: Array, a: Array, out: Array) -> None:
    np.heaviside(z, 0.0, out)


def _leaky_relu(z: Array, out: Array) -> None:
    np.multiply(z, LEAK, out)
    np.maximum(z, out, out=out)


def _leaky_relu_derivative(z: Array, a: Array, out: Array) -> None:
    np.heaviside(z, 0.0, out)
    np.maximum(out, LEAK, out=out)


def _sigmoid(z: Array, out: Array) -> None:
    np.negative(z, out)
    np.exp(out, out)
    np.add(out, 1.0, out)
    np.divide(1.0, out, out)


def _sigmoid_derivative(z: Array, a: Array, out: Array) -> None:
    np.subtract(1.0, a, out)
    np.multiply(out, a, out)


def _tanh(z: Array, out: Array) -> None:
    np.tanh(z, out)


def _tanh_derivative(z: Array, a: Array, out: Array) -> None:
    np.multiply(a, a, out)
    np.subtract(1.0, out, out)


def _softmax(z: Array, out: Array) -> None:
    np.subtract(z, z.max(axis=-1, keepdims=True), out)
    np.exp(out, out)
    np.divide(out, _total(out), out)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("linear", _linear, _linear_derivative),
        Activation("relu", _relu, _relu_derivative, gated=True),
        Activation("leaky_relu", _leaky_relu, _leaky_relu_derivative),
        Activation("sigmoid", _sigmoid, _sigmoid_derivative),
        Activation("tanh", _tanh, _tanh_derivative),
        _Softmax("softmax", _softmax, _sigmoid_derivative),
    )
}
HIDDEN_ACTIVATIONS = tuple(name for name in ACTIVATIONS if name != "softmax")
