"""Mistakes on the way forwards: what leads to a wrong sum, value or prediction."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.diagnostics.worked import Found, Mistake, TrueStep, places
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.parts import Unit

_COLUMN = "These are the weights in the unit's row: the weights into it are in its column."


def of_sum(step: TrueStep, unit: Unit) -> Found:
    """z: the weights of this unit times what comes in, and its bias."""
    below, before = step.passage.activation(unit.layer - 1), step.moment.before
    weights = before.weights[unit.layer - 1]
    column = weights[:, unit.column]
    bias = float(before.biases[unit.layer - 1][unit.column]) if before.biases else 0.0
    z = step.value("z", unit)
    yield Mistake("bias-ignored", z - bias, "The bias is missing from the sum.")
    yield Mistake("bias", z - 2 * bias, "The bias is added to the sum, not taken away.")
    yield Mistake("bias", z + bias, "The bias is in the sum twice.")
    for row, name in enumerate(step.experiment.unit_names(unit.layer - 1)):
        term = float(below[row] * column[row])
        if column[row] < 0:
            yield Mistake("sign", z - 2 * term, f"The weight of {name} is negative: its minus sign got lost.")
        yield Mistake("term-missing", z - term, f"The product of {name} and its weight is missing from the sum.")
    for sizes in (below @ np.abs(column) + bias, np.abs(below) @ np.abs(column) + abs(bias)):
        yield Mistake("sign", float(sizes), "Every minus sign got lost in the sum.")
    yield Mistake("input-forgotten", float(column.sum()) + bias, "Multiply each weight by its input first.")
    if weights.shape[0] == weights.shape[1]:
        yield Mistake("wrong-weights", float(below @ weights[unit.column]) + bias, _COLUMN)
    if unit.layer > 1:
        sums = step.passage.z[unit.layer - 2]
        name, _ = step.slope(unit.layer - 1)
        advice = (
            "A shut gate passes on 0, not its sum." if name == "mask-forgotten" else "Take a of the units below, not z."
        )
        yield Mistake("activation-forgotten", float(sums @ column) + bias, advice)
    if step.moment.after is not before:
        after = step.moment.after
        late = float(below @ after.weights[unit.layer - 1][:, unit.column])
        yield Mistake("new-weights", late + bias, "These are the new weights: this step still uses the old ones.")
    yield Mistake("activation", float(step.passage.a[unit.layer - 1][unit.column]), "This is a, after the activation.")
    if unit.layer == step.depth and step.experiment.training.round is not None:
        prediction = float(step.passage.prediction[unit.column])
        yield Mistake("activation", prediction, "This is the rounded prediction: z comes before it.")
    for other, name in enumerate(step.experiment.unit_names(unit.layer)):
        if other != unit.column:
            value = float(step.passage.z[unit.layer - 1][other])
            yield Mistake("other-unit", value, f"This is z({name}): use the weights of this unit.")


def of_activation(step: TrueStep, unit: Unit) -> Found:
    """a = f(z)."""
    layer = unit.layer - 1
    z = float(step.passage.z[layer][unit.column])
    name = step.experiment.network.activations[layer]
    yield Mistake("activation-forgotten", z, f"This is still z: {name} comes after it.")
    yield Mistake("slope", float(step.passage.mask[layer][unit.column]), "This is the slope, not the value.")
    if ACTIVATIONS[name].mirrored:
        yield Mistake("sign", float(ACTIVATIONS[name].of(np.array([-z]))[0]), ACTIVATIONS[name].mirrored)
    for other, entry in ACTIVATIONS.items():
        if other != name and not entry.joint:
            value = float(entry.of(np.array([z]))[0])
            yield Mistake("other-activation", value, f"This is {other}(z): the activation of this layer is {name}.")
    if ACTIVATIONS[name].joint:
        yield Mistake("sum-forgotten", float(np.exp(z)), "This is e^z: divide it by the sum over all outputs.")
    for mistake in () if step.knows("z", unit) else of_sum(step, unit):
        yield Mistake(mistake.name, _through(step, unit, mistake.value), mistake.says)


def of_prediction(step: TrueStep, unit: Unit) -> Found:
    """ŷ: a of an output, rounded where the experiment says so."""
    raw, decimals = float(step.passage.a[-1][unit.column]), step.experiment.training.round
    if decimals is None:
        yield from of_activation(step, unit)
        return
    for mistake in of_activation(step, unit):
        yield Mistake(mistake.name, round(mistake.value, decimals), mistake.says)
    cut = float(np.trunc(raw * 10.0**decimals)) / 10.0**decimals
    yield Mistake("rounding", cut, "It is cut off: round to the nearest instead.")
    yield Mistake("rounding", raw, f"This network rounds its prediction, {places(decimals)}.")


def of_error(step: TrueStep, unit: Unit) -> Found:
    """The error that is reported of the sample."""
    miss, right = step.passage.prediction - step.passage.target, step.value("error", unit)
    squares, rule = float((miss * miss).sum()), f"here it is {reported(step.experiment.training).name}"
    yield Mistake("squared", float(miss.sum()), f"This is ŷ − t: {rule}.")
    yield Mistake("squared", float(np.abs(miss).sum()), f"This is the distance, not its square: {rule}.")
    for factor in (1.0, 0.5, 1 / len(miss)):
        yield Mistake("factor", factor * squares, f"Mind the factor of the squared error: {rule}.")
    if reported(step.experiment.training).of_sums:
        for base in (10, 2):
            value = right / math.log(base)
            yield Mistake("logarithm", value, f"This takes the logarithm to base {base}: ln is to base e.")
    for name, loss in LOSSES.items():
        value = float(loss.of(step.passage.z[-1], step.passage.prediction, step.passage.target))
        yield Mistake("other-loss", value, f"This is {name}: {rule}.")
    if len(miss) > 1:
        advice = "An output is missing: the error sums over all of them."
        yield Mistake("term-missing", right - float(miss[-1] ** 2), advice)


def _through(step: TrueStep, unit: Unit, z: float) -> float:
    """a of a unit that has another z than the true one."""
    sums = step.passage.z[unit.layer - 1].copy()
    sums[unit.column] = z
    return float(step.experiment.network.activation(unit.layer).of(sums)[unit.column])
