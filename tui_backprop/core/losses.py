"""Losses: one entry per loss holds all that the program knows about it, E beside ∂E/∂ŷ.

Sums run over the output units (the last axis). A new loss is a new entry in `LOSSES`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import JOINT_ACTIVATIONS, LINEAR, SIGMOID, SOFTMAX, Activation, Shares, softmax_into
from tui_backprop.core.arrays import Array
from tui_backprop.core.elementary import FEW, exp_into, log1p_into, log_into
from tui_backprop.core.experiment import Training
from tui_backprop.core.products import Program


class Plain(NamedTuple):
    """E is `total` of the `{sum}` of a `term` for each of `{n}` outputs: of `{z}`, `{ŷ}`, `{y}` and `{e}` = ŷ − y.

    `slope` is ∂E/∂ŷ of one output; empty where δ is always taken directly. `first` is a statement that comes before.
    """

    term: str
    total: str
    slope: str = ""
    first: str = ""


@dataclass(frozen=True, eq=False)
class Loss:
    """What training minimises.

    `value(output, target)` has one entry per sample; `gradient(prediction, target, out)` writes ∂E/∂ŷ. `output` is
    the prediction, or the sums z behind it where the loss is `of_sums`: the logarithm of a probability that has been
    rounded to 0 or 1 would be wrong.
    With the output activation `canonical` the two derivatives cancel to δ = ŷ − y, which is then taken
    directly: the quotient in ∂E/∂ŷ would be 0/0 for a saturated unit. `requires` names the only output
    activation for which the loss is defined. Targets are bounded by `least` and `most`, and are `shares`
    where those of a sample have to sum to 1.
    """

    name: str
    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array, Array], object]

    share: str
    """What one output adds to E, as a formula of `{ŷ}`, `{y}` and the number of outputs `{n}`."""
    slope: str
    """∂E/∂ŷ of one output as a formula of `{ŷ}`, `{y}` and the number of outputs `{n}`."""
    script: str
    """The body of E of a sample in a NumPy script, of `y` and `prediction`, or `z` if `of_sums` (samples, units)."""
    script_slope: str
    """∂E/∂ŷ in a NumPy script; δ where the output's activation is `canonical`."""
    torch: str
    """What E sums over the outputs, in a PyTorch script; `z` are the sums behind `prediction`."""

    plain: Plain
    """The same on Python floats, with the same bits."""
    of_sums: bool = False
    shown: Callable[[Array, Array], Array] | None = None
    """As `value`, but of a prediction, as the formula has it; where the loss is `of_sums`."""
    canonical: str | None = None
    requires: str | None = None
    least: float = -np.inf
    most: float = np.inf
    shares: bool = False

    def of(self, z: Array, prediction: Array, target: Array) -> Array:
        """E of each sample (…,), from whichever of its sums and its prediction (…, units) the loss is taken."""
        return self.value(z if self.of_sums else prediction, target)

    def of_prediction(self, prediction: Array, target: Array) -> Array:
        """E of each sample (…,), by the formula that is shown; infinite where it takes the logarithm of 0."""
        with np.errstate(all="ignore"):
            return (self.shown or self.value)(prediction, target)

    def into(
        self, z: Array, prediction: Array, target: Array, difference: Array, out: Array, shares: Shares | None
    ) -> Program:
        """A program for out (…, batch, 1) = E of `z`, `prediction` and `target` (…, batch, units), and ŷ − y.

        `shares` are those of a softmax output, where its loss is reported.
        """
        return [lambda: np.copyto(out[..., 0], self.of(z, prediction, target))]


def _total(values: Array) -> Array:
    return np.asarray(np.add.accumulate(values, axis=-1)[..., -1])


# squared: E = Σ(ŷ − y)²


@dataclass(frozen=True, eq=False)
class _Squared(Loss):
    parts: Callable[[int], float] = lambda units: 1.0
    """What Σ(ŷ − y)² over this many outputs is divided by."""

    def into(
        self, z: Array, prediction: Array, target: Array, difference: Array, out: Array, shares: Shares | None
    ) -> Program:
        """The same in fewer and faster calls: it is what most experiments report."""
        units = prediction.shape[-1]
        if prediction.size == units <= FEW:
            return [partial(_mean_square, difference, self.parts(units), out)]
        if units == 1:
            program: Program = [partial(np.multiply, difference, difference, out)]
        elif prediction.ndim == 2 and len(prediction) > 1:
            squares = np.empty(prediction.shape[::-1]).T  # sums run along samples, each in order
            program = [
                partial(np.multiply, difference, difference, squares),
                partial(np.add.reduce, squares, -1, None, out[:, 0]),
            ]
        else:
            squares, totals = np.empty_like(prediction), np.empty_like(prediction)
            program = [
                partial(np.multiply, difference, difference, squares),
                partial(np.add.accumulate, squares, -1, None, totals),
                partial(np.copyto, out, totals[..., -1:]),
            ]
        parts = np.array(self.parts(units))
        return program if parts == 1.0 else [*program, partial(np.divide, out, parts, out)]


def _mean_square(difference: Array, parts: float, out: Array) -> None:
    """Of one sample, number by number."""
    total = 0.0
    for value in difference.ravel().tolist():
        total += value * value
    out[...] = total / parts


def _squared(prediction: Array, target: Array) -> Array:
    error = prediction - target
    return _total(error * error)


def _squared_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)
    np.multiply(out, 2.0, out)


SQUARED = _Squared(
    "squared",
    _squared,
    _squared_gradient,
    share="({ŷ} − {y})²",
    slope="2·({ŷ} − {y})",
    script="return ((prediction - y) ** 2).sum(1)",
    script_slope="2.0 * (prediction - y)",
    torch="(prediction - y) ** 2",
    plain=Plain("{e} * {e}", "{sum}", "2.0 * {e}"),
)

# half_squared: E = ½Σ(ŷ − y)²


def _half_squared(prediction: Array, target: Array) -> Array:
    return 0.5 * _squared(prediction, target)


def _half_squared_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)


HALF_SQUARED = _Squared(
    "half_squared",
    _half_squared,
    _half_squared_gradient,
    share="0.5·({ŷ} − {y})²",
    slope="{ŷ} − {y}",
    script="return 0.5 * ((prediction - y) ** 2).sum(1)",
    script_slope="prediction - y",
    torch="0.5 * ((prediction - y) ** 2)",
    plain=Plain("{e} * {e}", "0.5 * ({sum})", "{e}"),
    parts=lambda units: 2.0,
)

# mean_squared: E = Σ(ŷ − y)² / n, the mean over the outputs, as PyTorch's MSELoss takes it


def _mean_squared(prediction: Array, target: Array) -> Array:
    return np.asarray(_squared(prediction, target) / prediction.shape[-1])


def _mean_squared_gradient(prediction: Array, target: Array, out: Array) -> None:
    _squared_gradient(prediction, target, out)
    np.divide(out, float(prediction.shape[-1]), out)


MEAN_SQUARED = _Squared(
    "mean_squared",
    _mean_squared,
    _mean_squared_gradient,
    share="({ŷ} − {y})²/{n}",
    slope="2·({ŷ} − {y})/{n}",
    script="return ((prediction - y) ** 2).sum(1) / y.shape[1]",
    script_slope="2.0 * (prediction - y) / y.shape[1]",
    torch="(prediction - y) ** 2 / y.shape[1]",
    plain=Plain("{e} * {e}", "({sum}) / {n}.0", "2.0 * {e} / {n}.0"),
    parts=float,
)

# binary_cross_entropy: E = −Σ(y·log ŷ + (1 − y)·log(1 − ŷ)) = Σ(max(z, 0) − z·y + log(1 + e^−|z|))


def _binary_cross_entropy(z: Array, target: Array) -> Array:
    rest = -np.abs(z)
    exp_into(rest, rest)
    log1p_into(rest, rest)
    return _total(np.maximum(z, 0.0) - z * target + rest)


def _cross_entropy_shown(prediction: Array, target: Array) -> Array:
    return _total(np.where(target == 0, 0.0, -target * np.log(prediction)))


def _binary_cross_entropy_shown(prediction: Array, target: Array) -> Array:
    return _cross_entropy_shown(prediction, target) + _cross_entropy_shown(1.0 - prediction, 1.0 - target)


def _binary_cross_entropy_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.subtract(prediction, target, out)
    np.divide(out, prediction * (1.0 - prediction), out)


BINARY_CROSS_ENTROPY = Loss(
    "binary_cross_entropy",
    _binary_cross_entropy,
    _binary_cross_entropy_gradient,
    share="{y}·(−ln({ŷ})) + (1 − {y})·(−ln(1 − {ŷ}))",
    slope="({ŷ} − {y})/({ŷ}·(1 − {ŷ}))",
    script="return (np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))).sum(1)",
    script_slope="prediction - y",
    torch='torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none")',
    plain=Plain("(({z} if {z} > 0.0 else 0.0) - {z} * {y} + log1p(exp(-abs({z}))))", "{sum}"),
    of_sums=True,
    shown=_binary_cross_entropy_shown,
    canonical=SIGMOID.name,
    requires=SIGMOID.name,
    least=0.0,
    most=1.0,
)

# softmax_cross_entropy: E = −Σ y·log ŷ = Σᵢ yᵢ·(log Σⱼ e^zⱼ − zᵢ), with the largest z taken off all


def _softmax_cross_entropy(z: Array, target: Array) -> Array:
    shares = Shares()
    softmax_into(z, np.empty_like(z), shares)
    return _of_shares(shares, target)


def _of_shares(shares: Shares, target: Array) -> Array:
    level = np.empty_like(shares.total)
    log_into(shares.total, level)
    return _total(target * (level - shares.below))


@dataclass(frozen=True, eq=False)
class _SoftmaxCrossEntropy(Loss):
    def into(
        self, z: Array, prediction: Array, target: Array, difference: Array, out: Array, shares: Shares | None
    ) -> Program:
        """From what softmax has computed already: exponentials take the most time."""
        assert shares is not None
        return [lambda: np.copyto(out[..., 0], _of_shares(shares, target))]


def _softmax_cross_entropy_gradient(prediction: Array, target: Array, out: Array) -> None:
    np.divide(target, prediction, out)
    np.negative(out, out)


SOFTMAX_CROSS_ENTROPY = _SoftmaxCrossEntropy(
    "softmax_cross_entropy",
    _softmax_cross_entropy,
    _softmax_cross_entropy_gradient,
    share="{y}·(−ln({ŷ}))",
    slope="−{y}/{ŷ}",
    script=(
        "below = z.max(axis=1, keepdims=True) - z\n"
        "return (y * (np.log(np.exp(-below).sum(axis=1, keepdims=True)) + below)).sum(1)"
    ),
    script_slope="prediction - y",
    torch="-(y * torch.log_softmax(z, dim=1))",
    plain=Plain("{y} * (level + (top - {z}))", "{sum}", first="level = log(total)"),  # both as softmax left them
    of_sums=True,
    shown=_cross_entropy_shown,
    canonical=SOFTMAX.name,
    requires=SOFTMAX.name,
    shares=True,
)

LOSSES: dict[str, Loss] = {
    entry.name: entry for entry in (HALF_SQUARED, SQUARED, MEAN_SQUARED, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY)
}


def output_delta(loss: Loss, activation: Activation) -> str:
    """δ of an output as a formula of `{ŷ}`, `{y}`, `{n}` and `{mask}`; none where it depends on the other outputs."""
    if loss.canonical == activation.name:
        return "{ŷ} − {y}"
    if activation.linear or activation.joint:
        return "" if activation.joint else loss.slope
    return f"{loss.slope if '(' in loss.slope else f'({loss.slope})'}·{{mask}}"


def reported(training: Training) -> Loss:
    """The loss whose value is the error shown: the one that is minimised, or the one that `report` names."""
    return LOSSES[training.loss if training.report == "loss" else training.report]


def suited_to(classes: int) -> tuple[str, str]:
    """The output activation and the loss that suit targets with this many classes; 0 means numbers."""
    if not classes:
        return LINEAR.name, HALF_SQUARED.name
    loss = BINARY_CROSS_ENTROPY if classes == 2 else SOFTMAX_CROSS_ENTROPY
    return str(loss.requires), loss.name


def suited_to_output(output: str) -> str:
    """The loss that suits an output activation, whatever the targets are."""
    return SOFTMAX_CROSS_ENTROPY.name if output in JOINT_ACTIVATIONS else HALF_SQUARED.name
