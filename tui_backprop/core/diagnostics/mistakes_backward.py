"""Mistakes on the way backwards: what leads to a wrong error, slope or δ of a unit."""

from __future__ import annotations

from collections.abc import Iterator

from tui_backprop.core.activations import ACTIVATIONS, SQUEEZING
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.worked import OLD_WEIGHTS, Found, Mistake, TrueStep
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.parts import Unit

_SLOPE = "Multiply by the slope f′(z), not by the unit's value."


def of_upstream(step: TrueStep, unit: Unit) -> Found:
    """∂E/∂a: the weights out of this unit times δ above."""
    layer, column = unit.layer, unit.column
    weights, above = step.moment.before.weights[layer][column], step.passage.delta[layer]
    right = step.value("upstream", unit)
    early = float(step.wrong("updated-too-early").upstream[layer - 1][column])
    yield Mistake("updated-too-early", early, OLD_WEIGHTS)
    yield Mistake("updated-too-early", float(step.moment.after.weights[layer][column] @ above), OLD_WEIGHTS)
    for index, name in enumerate(step.experiment.unit_names(layer + 1)):
        term = float(weights[index] * above[index])
        if len(above) > 1 and min(weights[index], above[index]) < 0:
            yield Mistake("sign", right - 2 * term, f"A minus sign got lost in the share from {name}.")
        if len(above) > 1:
            yield Mistake("term-missing", right - term, f"The share that comes back from {name} is missing.")
    ignored = float(step.wrong("mask-forgotten").upstream[layer - 1][column])
    yield Mistake(
        step.slope(layer + 1)[0], ignored, f"Pass down δ above, in which {step.slope(layer + 1)[1]} is a factor."
    )
    yield Mistake("weight-forgotten", float(above.sum()), "This is the δ above: multiply it by the weight.")
    yield Mistake("delta-forgotten", float(weights.sum()), "This is the weight: multiply it by the δ above.")
    gradient = float(step.passage.gradient[layer][column].sum())
    yield Mistake("gradient", gradient, "This is a gradient, value × δ: blame is weight × δ.")
    yield Mistake(
        "masked", step.value("delta", unit), f"This is already δ: {step.slope(layer)[1]} comes in the next phase."
    )
    yield from _others(step, "upstream", unit, "↑")


def of_mask(step: TrueStep, unit: Unit) -> Found:
    """f′(z)."""
    layer, column = unit.layer - 1, unit.column
    slope = step.experiment.network.activation(unit.layer).slope
    a, z = float(step.passage.a[layer][column]), float(step.passage.z[layer][column])
    yield Mistake("value-for-slope", a, "This is the unit's value, not the slope there.")
    yield Mistake("value-for-slope", z, "This is z, not the slope there.")
    for value in _other_slopes(step, unit):
        yield Mistake("slope", value, f"f′(z) = {slope or 'the slope at z'}.")
    yield from _inverted(step, unit, 1.0)
    for value, advice in _slopes_of_others(step, unit):
        yield Mistake("other-activation", value, advice)


def of_delta(step: TrueStep, unit: Unit) -> Found:
    """∂E/∂z: of an output by the loss, of a hidden unit what arrives times the slope."""
    layer, column = unit.layer, unit.column
    mask = float(step.passage.mask[layer - 1][column])
    if layer == step.depth:
        yield from _of_output_delta(step, unit, mask)
        return
    upstream = float(step.passage.upstream[layer - 1][column])
    name, slope = step.slope(layer)
    yield Mistake(name, upstream, f"This is what arrives at the unit: {slope} is still missing.")
    early = float(step.wrong("updated-too-early").delta[layer - 1][column])
    yield Mistake("updated-too-early", early, OLD_WEIGHTS)
    ignored = float(step.wrong("mask-forgotten").delta[layer - 1][column])
    yield Mistake(name, ignored, f"On the way back {slope} was left out, here or in a layer above.")
    yield from _inverted(step, unit, upstream)
    yield Mistake("weight-forgotten", float(step.passage.delta[layer].sum()) * mask, "Blame is weight × δ above.")
    yield Mistake("value-for-slope", upstream * float(step.passage.a[layer - 1][column]), _SLOPE)
    yield Mistake("value-for-slope", upstream * float(step.passage.z[layer - 1][column]), _SLOPE)
    for value in _other_slopes(step, unit):
        yield Mistake(
            "value-for-slope", upstream * value, "The slope is wrong: mind where z goes into f′, and where a."
        )
    for value, advice in _slopes_of_others(step, unit):
        yield Mistake("other-activation", upstream * value, advice)
    yield Mistake("delta-forgotten", mask, "This is the slope alone: multiply it by what arrives.")
    yield from _others(step, "delta", unit, "δ")


def _of_output_delta(step: TrueStep, unit: Unit, mask: float) -> Found:
    column = unit.column
    prediction, target = float(step.passage.prediction[column]), float(step.passage.target[column])
    right, miss = step.value("delta", unit), prediction - target
    own = step.experiment.network.activations[-1]
    yield Mistake("sign", -right, "Right size, wrong sign: it is prediction − target.")
    if mask != 1:
        yield Mistake("slope-forgotten", miss, "The slope of the output's activation is missing.")
        yield Mistake("slope-forgotten", 2 * miss, "The slope of the output's activation is missing.")
        for value in _other_slopes(step, unit):
            yield Mistake("value-for-slope", right / mask * value if mask else 0.0, "The slope of the output is wrong.")
    arriving = right / mask if mask and LOSSES[step.experiment.training.loss].canonical != own else right
    for value, advice in _slopes_of_others(step, unit):
        yield Mistake("other-activation", arriving * value, advice)
    yield Mistake("slope-too-many", right * mask, "No slope here: with this loss it cancels.")
    yield Mistake("squared", miss * miss, "This is the squared error: δ is not squared.")
    yield Mistake("squared", float(step.passage.error), "This is the error that is reported, not δ.")
    if step.experiment.training.round is not None:
        yield Mistake("rounding", float(step.passage.a[-1][column]) - target, "Take the rounded prediction.")
    yield Mistake("target-forgotten", prediction, "This is the prediction: take away the target.")
    for factor in {1.0, right / miss if miss else 1.0}:
        advice = "Take the target away from the prediction, don't add it."
        yield Mistake("sum", factor * (prediction + target), advice)
    outputs = len(step.passage.prediction)
    for factor in (1 / outputs, outputs) if outputs > 2 else ():
        yield Mistake("factor", right * factor, "Off by the number of outputs: look at the slope of the loss.")
    yield Mistake("factor", right / 2, "Half as large as it should be: look at the factor in the slope of the loss.")
    yield Mistake("factor", right * 2, "Twice as large as it should be: look at the factor in the slope of the loss.")


def _inverted(step: TrueStep, unit: Unit, arriving: float) -> Found:
    """What passes a gate that is taken for open where it is shut, and the other way round."""
    shut = step.experiment.network.activation(unit.layer).shut
    if shut is not None:
        advice = f"The gate is the wrong way round: it is open (1) where z is above 0, otherwise shut ({shut:g})."
        yield Mistake("gate", arriving * (1 + shut - step.value("mask", unit)), advice)


def _other_slopes(step: TrueStep, unit: Unit) -> tuple[float, ...]:
    """What f′ becomes if z and a are confused."""
    layer, activation = unit.layer - 1, step.experiment.network.activation(unit.layer)
    z, a = step.passage.z[layer][[unit.column]], step.passage.a[layer][[unit.column]]
    if activation.linear or activation.joint:
        return ()
    again = float(activation.mask(a, activation.of(a))[0])
    at_z = (float(entry.mask(z, z)[0]) for entry in SQUEEZING)
    return (again, 0.0) if activation.gated else (again, *at_z, 1 - float(a[0]))


def _slopes_of_others(step: TrueStep, unit: Unit) -> Iterator[tuple[float, str]]:
    """f′(z) of other activations than the layer's; from the unit's own value, too, as in a × (1 − a) of a ReLU."""
    layer = unit.layer - 1
    z, own_values = step.passage.z[layer][[unit.column]], [step.passage.a[layer][[unit.column]]]
    if unit.layer == step.depth:
        own_values.append(step.passage.prediction[[unit.column]])
    own = step.experiment.network.activations[layer]
    for name, activation in ACTIVATIONS.items():
        if name != own and not activation.joint and not activation.linear:
            for value in (activation.of(z), *own_values):
                advice = f"That is the slope of {name}: the activation of this layer is {own}."
                yield float(activation.mask(z, value)[0]), advice


def _others(step: TrueStep, figure: FigureKind, unit: Unit, sign: str) -> Found:
    for other, name in enumerate(step.experiment.unit_names(unit.layer)):
        if other != unit.column:
            value = step.value(figure, Unit(unit.layer, other))
            yield Mistake("other-unit", value, f"This is {sign}({name}): look at this unit's own weights.")
