"""Mistakes at the end of a step: what leads to a wrong gradient, or to a wrong new weight or bias."""

from __future__ import annotations

from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.worked import OLD_WEIGHTS, Found, Mistake, TrueStep
from tui_backprop.core.optimizers import OPTIMIZERS, mistaken_values
from tui_backprop.core.parts import Bias, Weight

_MOST_OTHERS = 100
_COMMON_RATES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5)


def of_gradient(step: TrueStep, parameter: Weight | Bias) -> Found:
    """∂E/∂w: what came in times δ, or δ."""
    layer, rate = parameter.layer, step.experiment.training.rate
    right = step.value("gradient", parameter)
    yield from _by_bugs(step, "gradient", parameter)
    delta = float(step.passage.delta[layer - 1][parameter.column])
    yield Mistake("sign", -right, "Right size, wrong sign: the sign of δ decides.")
    yield Mistake("rate-too-early", rate * right, "The rate comes later: the gradient is input × δ.")
    yield Mistake("rate-too-early", -rate * right, "This is the change of the weight: the gradient is input × δ.")
    penalty = float(step.penalty[parameter.index(step.experiment.network)])
    yield Mistake("penalty", right + penalty, "The penalty comes later: this is the slope of the error alone.")
    if len(step.moment.samples) > 1:
        yield Mistake("sum", right * len(step.moment.samples), "This is the sum over the batch: take the mean.")
    if isinstance(parameter, Weight):
        below = float(step.passage.activation(layer - 1)[parameter.row])
        if layer > 1:
            z = float(step.passage.z[layer - 2][parameter.row])
            yield Mistake("activation-forgotten", z * delta, "Take a of the unit below, not z.")
            own_delta = float(step.passage.delta[layer - 2][parameter.row])
            yield Mistake("wrong-input", own_delta * delta, "You multiplied two δs: one factor is what came in.")
        yield Mistake("delta-forgotten", below, "This is what came in: multiply it by δ.")
        yield Mistake("weight", parameter.value(step.moment.before) * delta, "This is weight × δ, which is blame.")
        yield Mistake("sum", below + delta, "Multiply what came in by δ, don't add them.")
        own = float(step.passage.a[layer - 1][parameter.column])
        yield Mistake("wrong-input", own * delta, "This takes the value of the unit above: multiply δ by what came in.")
    yield from _of_others(step, "gradient", parameter)


def of_update(step: TrueStep, parameter: Weight | Bias) -> Found:
    """The new weight or bias, by whichever rule."""
    index, network = parameter.index(step.experiment.network), step.experiment.network
    if index >= network.trained.stop:
        return
    old, new, rate = parameter.value(step.moment.before), step.value("new", parameter), step.experiment.training.rate
    gradient, training = step.value("gradient", parameter), step.experiment.training
    straight = OPTIMIZERS[training.optimizer].straight
    rule = "old minus rate × gradient" if straight else "the change is subtracted"
    yield from _of_penalty(step, parameter)
    yield Mistake("sign", 2 * old - new, f"The change goes the other way: {rule}.")
    if rate:
        rule = "old − rate × gradient" if straight else "the whole change is multiplied by it"
        yield Mistake("rate-forgotten", old + (new - old) / rate, f"The rate is missing: {rule}.")
        other_way = "The rate is missing, and the change goes the other way."
        yield Mistake("rate-forgotten", old - (new - old) / rate, other_way)
    numbers = {"old": old, "g": gradient + float(step.penalty[index]), "new": new}
    memory = step.moment.memory_before, step.moment.memory_after
    for mistaken, value in mistaken_values(training, index, numbers, *memory):
        yield Mistake(mistaken.name, value, mistaken.says)
    yield from _by_bugs(step, "new", parameter)
    yield Mistake("not-updated", old, "This is the old weight: it has not moved.")
    yield Mistake("old-forgotten", new - old, "This is only the change: add the old weight.")
    yield Mistake("old-forgotten", old - new, "This is only the change: take it away from the old weight.")
    yield Mistake("gradient", gradient, "This is the gradient: new = old − rate × gradient.")
    yield Mistake("twice", 2 * new - old, "The change was made twice.")
    yield from _of_rates(old, new, rate)
    yield from _of_others(step, "new", parameter)


def _of_rates(old: float, new: float, rate: float) -> Found:
    """What comes of another rate: its point has moved, or it is a common one."""
    shares = {0.1: "a tenth of", 10.0: "ten times", 0.01: "a hundredth of", 100.0: "a hundred times"}
    says = {
        f"{other:g}": f"This is the change with the rate {other:g}: here it is {rate:g}." for other in _COMMON_RATES
    }
    for times, share in shares.items():
        says[f"{times * rate:g}"] = f"The change is {share} the right one: check the rate, which is {rate:g}."
    for other, advice in says.items() if rate else ():
        if other != f"{rate:g}":
            yield Mistake(f"rate {other}", old + float(other) / rate * (new - old), advice)


def of_change(step: TrueStep, parameter: Weight | Bias) -> Found:
    """new − old."""
    old, right = parameter.value(step.moment.before), step.value("change", parameter)
    yield Mistake("sign", -right, "The change goes the other way.")
    yield Mistake("old-forgotten", old + right, "This is the new weight: the change is new − old.")
    for mistake in of_update(step, parameter):
        if mistake.name not in ("old-forgotten", "not-updated"):
            yield Mistake(mistake.name, mistake.value - old, mistake.says)


def _of_penalty(step: TrueStep, parameter: Weight | Bias) -> Found:
    """What comes of a penalty that was left out, had the wrong sign, or was applied to a bias."""
    index, training = parameter.index(step.experiment.network), step.experiment.training
    gradient, penalty = step.gradient(()), step.penalty
    if isinstance(parameter, Bias):
        penalty = penalty.copy()
        penalty[index] = training.l2 * parameter.value(step.moment.before)
        advice = "Biases have no penalty: leave it out here."
        yield Mistake("penalty", float(step.updated(gradient + penalty)[index]), advice)
    elif penalty[index]:
        rule = "gradient + " + " + ".join(
            ["l1 × sign of the weight"] * bool(training.l1) + ["l2 × weight"] * bool(training.l2)
        )
        for share, advice in (
            (0.0, f"The penalty is missing: g = {rule}."),
            (-1.0, f"The penalty has the wrong sign: g = {rule}."),
            (2.0, f"Twice the penalty: its slope has no factor 2, g = {rule}."),
            (0.5, f"Half of the penalty: ½ × l2 × weight² has the slope l2 × weight, g = {rule}."),
        ):
            value = float(step.updated(gradient + share * penalty)[index])
            yield Mistake("penalty-forgotten" if share == 0 else "penalty", value, advice)
        outside = float(step.updated(gradient)[index] - penalty[index])
        yield Mistake("penalty", outside, "The penalty belongs to the gradient: the rate applies to both.")


def _of_others(step: TrueStep, figure: FigureKind, parameter: Weight | Bias) -> Found:
    """What belongs to another weight or bias of the layer."""
    rows, columns = step.experiment.network.units[parameter.layer - 1 : parameter.layer + 1]
    others: list[Weight | Bias] = [Weight(parameter.layer, i, j) for i in range(rows) for j in range(columns)]
    others += [Bias(parameter.layer, j) for j in range(columns)] if step.moment.before.biases else []
    for other in others[:_MOST_OTHERS]:
        if other != parameter:
            advice = f"This is the one of {other.name(step.experiment)}."
            yield Mistake("other-weight", step.value(figure, other), advice)


def _by_bugs(step: TrueStep, figure: FigureKind, parameter: Weight | Bias) -> Found:
    name, slope = step.slope(parameter.layer)
    says = {
        "input-forgotten": "This is δ alone: multiply it by what came in.",
        "mask-forgotten": f"On the way back {slope} was left out.",
        "updated-too-early": OLD_WEIGHTS,
        "bias-ignored": "A bias has a gradient, too: δ itself.",
        "last-sample-only": "All samples of the batch count: take the mean.",
    }
    for bug, advice in says.items():
        label = name if bug == "mask-forgotten" else bug
        yield Mistake(label, step.wrong_value(figure, parameter, (bug,)), advice)
