"""Numbers in a lesson's text, and the arithmetic that leads to one, written as one would by hand."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.losses import LOSSES, output_delta
from tui_backprop.core.optimizers import worked_out
from tui_backprop.core.parts import Parameter, Unit, Weight
from tui_backprop.core.penalty import penalised, penalty_gradient
from tui_backprop.core.run.moment import Moment

DECIMALS = 4
"""As many as the panes show."""
MOST_TERMS = 6
UNKNOWN = "·"


def number(value: float, decimals: int = DECIMALS) -> str:
    """At most so many decimals, without zeros at the end; a size too small for them by its power of ten.

    >>> number(-0.05), number(2.0), number(0.0000044)
    ('−0.05', '2', '4.4e−6')
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if 0 < abs(value) < 0.5 * 10**-decimals:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    text = f"{value + 0.0:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text in ("-0", "") else text).replace("-", "−")


def factor(value: float, decimals: int = DECIMALS) -> str:
    """A number within a product or a sum: negative ones in brackets."""
    text = number(value, decimals)
    return f"({text})" if text.startswith("−") else text


def total(left: Array, right: Array, result: float, extra: float | None = None, most: int = MOST_TERMS) -> str:
    """`1×0.5 + 0×(−0.2) = 0.5`"""
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    terms = [f"{factor(a) if place else number(a)}×{factor(b)}" for place, (a, b) in enumerate(pairs[:most])]
    terms += ["…"] if len(pairs) > most else []
    terms += [factor(extra)] if extra is not None else []
    return f"{' + '.join(terms)} = {number(result)}"


def of_sum(moment: Moment, unit: Unit, most: int = MOST_TERMS) -> str:
    """z of a unit."""
    below, z = moment.activation(unit.layer - 1), moment.sum(unit.layer)
    if below is None or z is None:
        return UNKNOWN
    weights = moment.before.weights[unit.layer - 1][:, unit.column]
    bias = float(moment.before.biases[unit.layer - 1][unit.column]) if moment.before.biases else None
    return total(below, weights, float(z[unit.column]), bias, most)


def of_activation(moment: Moment, unit: Unit) -> str:
    """a of a unit, or the prediction of an output."""
    z, a = moment.sum(unit.layer), moment.activation(unit.layer)
    if z is None or a is None:
        return UNKNOWN
    activation, prediction = ACTIVATIONS[moment.experiment.network.activations[unit.layer - 1]], moment.prediction
    decimals = moment.experiment.training.round
    work = f"{activation.name}({number(z[unit.column])})"
    if activation.joint:
        powers = [f"e^{factor(value)}" for value in z.tolist()[:MOST_TERMS]] + ["…"] * (len(z) > MOST_TERMS)
        work = f"e^{factor(z[unit.column])}/({' + '.join(powers)})"
    if unit.layer == moment.experiment.network.depth and prediction is not None and decimals is not None:
        plural = "" if decimals == 1 else "s"
        work = number(a[unit.column]) if activation.linear else work
        return f"{work} to {decimals} decimal{plural} = {number(prediction[unit.column])}"
    return f"{work} = {number(a[unit.column])}"


def of_upstream(moment: Moment, unit: Unit, most: int = MOST_TERMS) -> str:
    """The error that arrives at a hidden unit."""
    upstream = moment.upstream(unit.layer)
    above = moment.delta(unit.layer + 1)
    if upstream is None or above is None:
        return UNKNOWN
    return total(moment.before.weights[unit.layer][unit.column], above, float(upstream[unit.column]), most=most)


def of_delta(moment: Moment, unit: Unit) -> str:
    """δ of a unit: of an output by the loss, of a hidden unit what arrives times the slope."""
    delta, mask = moment.delta(unit.layer), moment.mask(unit.layer)
    if delta is None or mask is None:
        return UNKNOWN
    value = number(delta[unit.column])
    if unit.layer < moment.experiment.network.depth:
        upstream = moment.upstream(unit.layer)
        assert upstream is not None
        return f"{number(upstream[unit.column])}×{factor(mask[unit.column])} = {value}"
    prediction, target = moment.prediction, moment.target
    assert prediction is not None
    assert target is not None
    loss = LOSSES[moment.experiment.training.loss]
    rule = output_delta(loss, ACTIVATIONS[moment.experiment.network.activations[-1]]).replace("·", "×")
    known = {"ŷ": number(prediction[unit.column]), "y": factor(target[unit.column]), "n": len(target)}
    return f"{rule.format(**known, mask=factor(mask[unit.column]))} = {value}" if rule else value


def of_gradient(moment: Moment, weight: Weight) -> str:
    """Input of a weight × δ above it."""
    below, delta, gradient = (
        moment.activation(weight.layer - 1),
        moment.delta(weight.layer),
        moment.gradient(weight.layer),
    )
    if below is None or delta is None or gradient is None:
        return UNKNOWN
    value = number(gradient[weight.within])
    return f"{number(below[weight.row])}×{factor(delta[weight.column])} = {value}"


def of_update(moment: Moment, parameter: Parameter) -> str:
    """The last line of the optimiser's rule: old weight − rate × gradient, for plain SGD."""
    layer, training, experiment = parameter.layer, moment.experiment.training, moment.experiment
    gradient = moment.gradient(layer) if isinstance(parameter, Weight) else moment.bias_gradient(layer)
    if gradient is None or not moment.updated or moment.memory_before is None:
        return UNKNOWN
    old, new, index = parameter.value(moment.before), parameter.value(moment.after), parameter.index(experiment.network)
    if index >= experiment.network.trained.stop:
        return f"{number(old)} = {number(new)}"
    taxed = isinstance(parameter, Weight) and penalised(training)
    price = float(penalty_gradient(training, np.array(old))) if taxed else 0.0
    numbers = {"old": old, "g": float(gradient[parameter.within]) + price, "new": new}
    *_, (line, known, _) = worked_out(training, index, numbers, moment.memory_before, moment.memory_after)
    return f"{line.filled(known, lambda value: number(value or 0.0))} = {number(new)}"
