"""Activation functions: one entry per function holds all that the program knows about it, f beside f′.

A new function is a new entry in `ACTIVATIONS`, and nothing else: views, sweep, script and set-up follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.elementary import FEW, exp, exp_into, expm1_into, sigmoid_into, tanh_into

_ZERO = np.array(0.0)
LEAK = 0.01
"""Slope of leaky ReLU below zero."""


class Activation(NamedTuple):
    """One activation function, for arrays of any shape.

    `apply(z, out)` writes a = f(z). `derivative(z, a, out)` writes the mask f′(z), for which it may use a.

    A unit has a gate where f is linear on either side of 0, and the shut side, z ≤ 0, lets less through: `shut` is the
    slope there, 0 for ReLU and a hundredth for leaky ReLU; on the open side it is 1. Without a gate `shut` is None.
    `kinks` are the z at which f has no derivative. A unit that is neither linear nor gated is curved; it may be
    saturated `low` or `high`, for z far below or above 0, where the slope is a small share of the `steepest`.
    """

    name: str
    apply: Callable[[Array, Array], object]
    derivative: Callable[[Array, Array, Array], object]

    says: str
    """What it does to the sums of a layer; `{units}`, `{gates}` are those with z ≤ 0."""
    numpy: str
    """The body of f(z) in a NumPy script, for z (samples, units)."""
    numpy_slope: str
    """f′ in a NumPy script, as an expression of a = f(z)."""
    torch: str
    """f(z) in a PyTorch script."""

    slope: str = ""
    """f′ as a formula, where a single number is not enough."""
    below: str = ""
    """a for z ≤ 0 as a formula, where a is z above 0."""
    plain: tuple[str, str] = ("", "")
    """f of a Python float `{z}`, and f′ of it and of `{a}`, with the same bits; `elementary` functions are available.

    Networks of functions that have none are left to NumPy.
    """
    linear: bool = False
    """Whether a is z."""
    shut: float | None = None
    kinks: tuple[float, ...] = ()
    low: bool = False
    high: bool = False
    steepest: float = 1.0
    threshold: float | None = None
    """The threshold of an output that is the probability of a class; None if it is not a probability."""
    classes: tuple[float, float] = (0.0, 1.0)
    """The targets of two classes that one output can tell apart."""
    bounds: tuple[float, float] = (-np.inf, np.inf)
    """The bounds of a."""
    joint: bool = False
    """Whether each unit depends on all z of its layer, as a share of the whole: for an output of several classes."""
    sharing: Callable[[Array, Array, Shares], object] | None = None
    """As `apply`; leaves behind what the loss that requires it needs."""
    numpy_delta: str = "delta * {name}_slope(a[-1])"
    """δ of the output layer in a NumPy script, `delta` being ∂E/∂ŷ."""
    mirrored: str = ""
    """What to say to a learner who took f(−z) for f(z), where that is a common mistake."""

    @property
    def gated(self) -> bool:
        """Whether its units have a gate, open for z > 0."""
        return self.shut is not None

    @property
    def curved(self) -> bool:
        """Whether it is curved everywhere, and not only at a gate."""
        return not (self.linear or self.gated)

    def of(self, z: Array) -> Array:
        """a = f(z)."""
        a = np.empty_like(z)
        self.apply(z, a)
        return a

    def mask(self, z: Array, a: Array) -> Array:
        """f′(z), where a = f(z)."""
        mask = np.empty_like(z)
        self.derivative(z, a, mask)
        return mask

    def delta(self, upstream: Array, mask: Array, a: Array, out: Array) -> None:
        """δ = ∂E/∂z from upstream = ∂E/∂a, by the chain rule."""
        np.multiply(upstream, mask, out)

    def lines(self, z: Sequence[str], a: Sequence[str]) -> list[str]:
        """a = f(z) of a layer as statements on Python floats, with the same bits."""
        return [f"{result} = {self.plain[0].format(z=total)}" for total, result in zip(z, a, strict=True)]

    def delta_lines(self, upstream: Sequence[str], mask: Sequence[str], a: Sequence[str]) -> list[str]:
        """δ of each unit in the same way, as expressions."""
        return [f"{arriving} * ({slope})" for arriving, slope in zip(upstream, mask, strict=True)]


# linear: a = z


def _linear(z: Array, out: Array) -> None:
    np.copyto(out, z)


def _linear_derivative(z: Array, a: Array, out: Array) -> None:
    out.fill(1.0)


LINEAR = Activation(
    "linear",
    _linear,
    _linear_derivative,
    says="Linear units pass their sum on unchanged: nothing bends here.",
    numpy="return z",
    numpy_slope="np.ones_like(a)",
    torch="z",
    plain=("{z}", "1.0"),
    linear=True,
    numpy_delta="",
)

# ReLU: a = max(z, 0)


def _relu(z: Array, out: Array) -> None:
    np.maximum(z, _ZERO, out=out)


def _relu_derivative(z: Array, a: Array, out: Array) -> None:
    np.sign(a, out)  # a is never negative; 0 at 0, NaN where it is NaN


RELU = Activation(
    "relu",
    _relu,
    _relu_derivative,
    says="ReLU stops negative sums: {gates}.",
    numpy="return np.maximum(z, 0.0)",
    numpy_slope="(a > 0) * 1.0",
    torch="torch.relu(z)",
    below="0",
    plain=("0.0 if {z} <= 0.0 else {z}", "1.0 if {z} > 0.0 else 0.0 if {z} <= 0.0 else {z}"),
    shut=0.0,
    kinks=(0.0,),
    bounds=(0.0, np.inf),
)

# leaky ReLU: a = max(z, 0.01·z)


def _leaky_relu(z: Array, out: Array) -> None:
    np.multiply(z, LEAK, out)
    np.maximum(z, out, out=out)


def _leaky_relu_derivative(z: Array, a: Array, out: Array) -> None:
    np.sign(z, out)
    np.maximum(out, LEAK, out=out)


LEAKY_RELU = Activation(
    "leaky_relu",
    _leaky_relu,
    _leaky_relu_derivative,
    says="leaky_relu lets only a hundredth of a negative sum through: {units}.",
    numpy=f"return np.where(z > 0, z, {LEAK} * z)",
    numpy_slope=f"np.where(a > 0, 1.0, {LEAK})",
    torch=f"torch.nn.functional.leaky_relu(z, {LEAK})",
    below=f"{LEAK}·z",
    plain=(
        f"{LEAK} * {{z}} if {{z}} <= 0.0 else {{z}}",
        f"1.0 if {{z}} > 0.0 else {LEAK} if {{z}} <= 0.0 else {{z}}",
    ),
    shut=LEAK,
    kinks=(0.0,),
)

# ELU: a = z for z > 0, else eᶻ − 1 (Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by
# exponential linear units", 2016, eq. 15, with α = 1, at which the slope has no jump at 0)


def _elu(z: Array, out: Array) -> None:
    np.minimum(z, 0.0, out=out)
    expm1_into(out, out)
    np.maximum(z, out, out=out)  # eᶻ − 1 is never below z


def _elu_derivative(z: Array, a: Array, out: Array) -> None:
    np.minimum(a, 0.0, out=out)
    np.add(out, 1.0, out)


ELU = Activation(
    "elu",
    _elu,
    _elu_derivative,
    says="elu passes sums above 0 unchanged, and bends negative ones towards −1: a = e^z − 1.",
    numpy="return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))",
    numpy_slope="np.minimum(a, 0.0) + 1.0",
    torch="torch.nn.functional.elu(z)",
    slope="1 where z > 0, else a + 1",
    below="e^z − 1",
    plain=("{z} if {z} > 0.0 else expm1({z})", "1.0 if {z} > 0.0 else {a} + 1.0"),
    low=True,
    bounds=(-1.0, np.inf),
)

# sigmoid: a = 1 / (1 + e⁻ᶻ)


def _sigmoid_derivative(z: Array, a: Array, out: Array) -> None:
    np.subtract(1.0, a, out)
    np.multiply(out, a, out)


SIGMOID = Activation(
    "sigmoid",
    sigmoid_into,
    _sigmoid_derivative,
    says="sigmoid squeezes each sum: a = sigmoid(z).",
    numpy="return 1.0 / (1.0 + np.exp(np.minimum(-z, 709.0)))  # e^710 is beyond all numbers",
    numpy_slope="a * (1.0 - a)",
    torch="torch.sigmoid(z)",
    slope="a·(1 − a)",
    plain=("sigmoid({z})", "(1.0 - {a}) * {a}"),
    low=True,
    high=True,
    steepest=0.25,
    threshold=0.5,
    bounds=(0.0, 1.0),
    mirrored="This is 1 − a: mind the minus sign in 1/(1 + e^−z).",
)

# tanh: a = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)


def _tanh_derivative(z: Array, a: Array, out: Array) -> None:
    np.multiply(a, a, out)
    np.subtract(1.0, out, out)


TANH = Activation(
    "tanh",
    tanh_into,
    _tanh_derivative,
    says="tanh squeezes each sum: a = tanh(z).",
    numpy="return np.tanh(z)",
    numpy_slope="1.0 - a * a",
    torch="torch.tanh(z)",
    slope="1 − a²",
    plain=("tanh({z})", "1.0 - {a} * {a}"),
    low=True,
    high=True,
    classes=(-1.0, 1.0),
    bounds=(-1.0, 1.0),
)

# softmax: aᵢ = e^zᵢ / Σⱼ e^zⱼ


class _Softmax(Activation):
    def delta(self, upstream: Array, mask: Array, a: Array, out: Array) -> None:
        """Each unit depends on all z of its layer: δᵢ = aᵢ·(uᵢ − Σⱼ uⱼ·aⱼ); the mask is only the diagonal."""
        np.subtract(upstream, _total(upstream * a), out)
        np.multiply(out, a, out)

    def lines(self, z: Sequence[str], a: Sequence[str]) -> list[str]:
        """As `softmax_into`: with a NaN among them the total is NaN, whichever counts as the largest."""
        powers = [f"{result} = exp({total} - top)" for total, result in zip(z, a, strict=True)]
        shares = [f"{result} /= total" for result in a]
        return [f"top = max({', '.join(z)}, {z[0]})", *powers, f"total = {' + '.join(a)}", *shares]

    def delta_lines(self, upstream: Sequence[str], mask: Sequence[str], a: Sequence[str]) -> list[str]:
        """As `delta` computes it: (u − Σ u·a)·a of each unit."""
        total = " + ".join(f"{arriving} * {share}" for arriving, share in zip(upstream, a, strict=True))
        return [f"({arriving} - ({total})) * {share}" for arriving, share in zip(upstream, a, strict=True)]


def _total(values: Array) -> Array:
    """Sum over the last axis, in order, keeping the axis."""
    return np.add.accumulate(values, axis=-1)[..., -1:]


class Shares:
    """What softmax computes on the way and its loss needs: z less the largest (…, units), sums of powers (…, 1)."""

    below: Array
    total: Array


def softmax_into(z: Array, out: Array, shares: Shares | None = None) -> None:
    """out = softmax of `z` (…, units); leaves `shares`."""
    if z.size == z.shape[-1] <= FEW:  # one sample: number by number
        values = z.ravel().tolist()
        top, whole = max(values), -0.0
        powers = [exp(value - top) for value in values]
        for power in powers:
            whole += power
        out[...] = [power / whole for power in powers]
        if shares is not None:
            shares.below, shares.total = z - top, np.full((*z.shape[:-1], 1), whole)
        return
    if z.ndim > 1 and len(z) > 1:  # transposed: sums of rows of units, in the same order, run along samples or networks
        turned = z.T.copy()
        below, total = (part.T for part in _soften(turned, turned, 0, shares is not None))
        out[...] = turned.T
    else:
        below, total = _soften(z, out, -1, shares is not None)
    if shares is not None:
        shares.below, shares.total = below, total


def _soften(z: Array, out: Array, units: int, shared: bool) -> tuple[Array, Array]:
    """out = softmax along the axis `units`; what it leaves, if that is to be `shared`."""
    below = np.subtract(z, np.maximum.reduce(z, axis=units, keepdims=True), None if shared else out)
    exp_into(below, out)
    total = np.add.reduce(out, axis=0, keepdims=True) if units == 0 else _total(out)
    np.divide(out, total, out)
    return below, total


SOFTMAX = _Softmax(
    "softmax",
    softmax_into,
    _sigmoid_derivative,
    says="softmax turns the sums into shares: a = softmax(z).",
    numpy="powers = np.exp(z - z.max(axis=1, keepdims=True))\nreturn powers / powers.sum(axis=1, keepdims=True)",
    numpy_slope="",
    torch="torch.softmax(z, dim=1)",
    plain=("", "(1.0 - {a}) * {a}"),
    steepest=0.25,
    joint=True,
    sharing=softmax_into,
    numpy_delta="a[-1] * (delta - (delta * a[-1]).sum(1, keepdims=True))  # each moves all",
    bounds=(0.0, 1.0),
)

ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry for entry in (LINEAR, RELU, LEAKY_RELU, ELU, SIGMOID, TANH, SOFTMAX)
}
HIDDEN_ACTIVATIONS = tuple(entry.name for entry in ACTIVATIONS.values() if not entry.joint)
SQUEEZING = tuple(entry for entry in ACTIVATIONS.values() if entry.low and entry.high)
"""Those that are flat on both sides."""
JOINT_ACTIVATIONS = tuple(entry.name for entry in ACTIVATIONS.values() if entry.joint)
