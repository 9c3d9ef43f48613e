"""What somebody probably did wrong: a wrong figure of a step held against what each classic mistake would give.

Every mistake is computed from the true trace, those of the bug lab by a pass that makes them. The first one whose
figure is the one given is the likely one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.backprop import Pass
from tui_backprop.core.diagnostics.bugs import WrongPass, wrong_pass
from tui_backprop.core.parts import Bias, Part, Unit, Weight
from tui_backprop.core.run.moment import Moment

FIGURES = ("z", "a", "prediction", "upstream", "mask", "delta", "gradient", "new")
"""What of a step can be held against the truth: the last two of a weight or a bias, the others of a unit."""


@dataclass(frozen=True)
class Mistake:
    """A mistake by its name, the figure that it leads to, and a sentence that says what to look at again."""

    name: str
    value: float
    says: str


Found = Iterator[Mistake]


def true_value(moment: Moment, figure: str, part: Part) -> float:
    """One of `FIGURES` of a unit, weight or bias in the step of a moment, whatever phase the moment is in."""
    return _Step(moment).value(figure, part)


def likely(moment: Moment, figure: str, part: Part, given: float, tolerance: float) -> Mistake | None:
    """The mistake that leads to `given` within `tolerance`; None where `given` is right, or nothing fits.

    `moment` is of a step, in any phase; `figure` is one of `FIGURES`, of `part`.
    """
    step = _Step(moment)
    right = step.value(figure, part)
    if not math.isfinite(given) or abs(given - right) <= tolerance:
        return None
    with np.errstate(all="ignore"):
        single = [mistake for mistake in step.mistakes(figure, part) if abs(mistake.value - right) > tolerance]
    single += _of_any_figure(right, given, tolerance)
    double = [
        Mistake(each.name, -each.value, f"{each.says} The sign is the wrong way round, too.")
        for each in single
        if each.name != "sign"
    ]
    for mistake in (*single, *double):
        if abs(mistake.value - given) <= tolerance:
            return mistake
    return None


def _of_any_figure(right: float, given: float, tolerance: float) -> Found:
    yield Mistake("sign", -right, "The size is right, the sign is not.")
    for shift in (10.0, 0.1, 100.0, 0.01):
        yield Mistake("decimal-point", right * shift, "The digits are right, but the decimal point has moved.")
    if abs(given - right) <= 4 * tolerance and given * right > 0:
        cut = abs(given) < abs(right)
        says = "Close: it looks cut off, not rounded." if cut else "Close: something was rounded too early on the way."
        yield Mistake("rounding", given, says)


class _Step:
    """One step's true pass, and what leads to wrong figures in it."""

    def __init__(self, moment: Moment) -> None:
        assert moment.passage is not None
        self._moment, self._experiment = moment, moment.experiment
        self._batch = moment.passage
        self._pass: Pass = moment.passage.sample(moment.shown)
        self._depth = moment.experiment.network.depth

    def value(self, figure: str, part: Part) -> float:
        """The true one."""
        layer, column = part.layer - 1, part.column
        if figure == "gradient" and not isinstance(part, Unit):
            gradients = self._pass.bias_gradient if isinstance(part, Bias) else self._pass.gradient
            return float(gradients[layer][part.within])
        if figure == "new" and not isinstance(part, Unit):
            return part.value(self._moment.after)
        if figure == "prediction":
            return float(self._pass.prediction[column])
        return float(getattr(self._pass, figure)[layer][column])

    def mistakes(self, figure: str, part: Part) -> Found:
        """The mistakes that only this figure knows, most telling first."""
        of_unit: dict[str, Callable[[Unit], Found]] = {
            "z": self._of_sum, "a": self._of_activation, "prediction": self._of_prediction,
            "upstream": self._of_upstream, "mask": self._of_mask, "delta": self._of_delta,
        }  # fmt: skip
        if isinstance(part, Unit):
            yield from of_unit[figure](part)
        elif figure == "gradient":
            yield from self._of_gradient(part)
        else:
            yield from self._of_update(part)

    # Forwards

    def _below(self, layer: int) -> np.ndarray:
        return self._pass.input if layer == 1 else self._pass.a[layer - 2]

    def _of_sum(self, unit: Unit) -> Found:
        below, before = self._below(unit.layer), self._moment.before
        weights = before.weights[unit.layer - 1]
        column = weights[:, unit.column]
        bias = float(before.biases[unit.layer - 1][unit.column]) if before.biases else 0.0
        z = self.value("z", unit)
        yield Mistake("bias-ignored", z - bias, "The bias is missing from the sum.")
        for row, name in enumerate(self._experiment.unit_names(unit.layer - 1)):
            term = float(below[row] * column[row])
            if column[row] < 0:
                yield Mistake("sign", z - 2 * term, f"The weight of {name} is negative: its minus sign got lost.")
            yield Mistake("term-missing", z - term, f"The product of {name} and its weight is missing from the sum.")
        yield Mistake("input-forgotten", float(column.sum()) + bias, "Multiply each weight by its input first.")
        if weights.shape[0] == weights.shape[1]:
            yield Mistake("wrong-weights", float(below @ weights[unit.column]) + bias, _COLUMN)
        if unit.layer > 1:
            sums = self._pass.z[unit.layer - 2]
            yield Mistake("mask-forgotten", float(sums @ column) + bias, "A shut gate passes on 0, not its sum.")
        if self._moment.after is not before:
            after = self._moment.after
            late = float(below @ after.weights[unit.layer - 1][:, unit.column])
            yield Mistake("new-weights", late + bias, "These are the new weights: this step still uses the old ones.")
        yield Mistake("activation", float(self._pass.a[unit.layer - 1][unit.column]), "This is a, after the gate.")
        for other, name in enumerate(self._experiment.unit_names(unit.layer)):
            if other != unit.column:
                value = float(self._pass.z[unit.layer - 1][other])
                yield Mistake("other-unit", value, f"This is z({name}): use the weights of this unit.")

    def _of_activation(self, unit: Unit) -> Found:
        layer = unit.layer - 1
        z = float(self._pass.z[layer][unit.column])
        name = self._experiment.network.activations[layer]
        yield Mistake("mask-forgotten", z, f"This is still z: {name} comes after it.")
        yield Mistake("slope", float(self._pass.mask[layer][unit.column]), "This is the slope, not the value.")

    def _of_prediction(self, unit: Unit) -> Found:
        raw, decimals = float(self._pass.a[-1][unit.column]), self._experiment.training.round
        yield from self._of_sum(unit)
        if decimals is not None:
            cut = math.trunc(raw * 10.0**decimals) / 10.0**decimals
            yield Mistake("rounding", cut, "It is cut off: round to the nearest instead.")
            yield Mistake("rounding", raw, f"This network rounds its prediction, {_decimals(decimals)}.")

    # Backwards

    def _wrong(self, *bugs: str) -> WrongPass:
        """The shown sample's pass with mistakes, at the weights of this step."""
        return wrong_pass(bugs, self._experiment, self._moment.before, self._pass.input, self._pass.target)

    def _of_upstream(self, unit: Unit) -> Found:
        layer, column = unit.layer, unit.column
        weights, above = self._moment.before.weights[layer][column], self._pass.delta[layer]
        right = self.value("upstream", unit)
        early = float(self._wrong("updated-too-early").upstream[layer - 1][column])
        yield Mistake("updated-too-early", early, _OLD)
        yield Mistake("updated-too-early", float(self._moment.after.weights[layer][column] @ above), _OLD)
        for index, name in enumerate(self._experiment.unit_names(layer + 1)):
            term = float(weights[index] * above[index])
            if len(above) > 1 and min(weights[index], above[index]) < 0:
                yield Mistake("sign", right - 2 * term, f"A minus sign got lost in the share from {name}.")
            if len(above) > 1:
                yield Mistake("term-missing", right - term, f"The share that comes back from {name} is missing.")
        ignored = float(self._wrong("mask-forgotten").upstream[layer - 1][column])
        yield Mistake("mask-forgotten", ignored, "A gate above is shut: multiply by its δ, which is 0.")
        yield Mistake("weight-forgotten", float(above.sum()), "This is the δ above: multiply it by the weight.")
        yield Mistake("delta-forgotten", float(weights.sum()), "This is the weight: multiply it by the δ above.")
        gradient = float(self._pass.gradient[layer][column].sum())
        yield Mistake("gradient", gradient, "This is a gradient, value × δ: blame is weight × δ.")
        yield Mistake("masked", self.value("delta", unit), "This is already δ: the gate comes in the next phase.")
        yield from self._others("upstream", unit, "↑")

    def _of_mask(self, unit: Unit) -> Found:
        layer, column = unit.layer - 1, unit.column
        slope = ACTIVATIONS[self._experiment.network.activations[layer]].slope
        a, z = float(self._pass.a[layer][column]), float(self._pass.z[layer][column])
        yield Mistake("value-for-slope", a, "This is the unit's value, not the slope there.")
        yield Mistake("value-for-slope", z, "This is z, not the slope there.")
        yield Mistake("slope", z * (1 - z), f"f′ = {slope}: it takes a, not z.")
        yield Mistake("gate", 1 - self.value("mask", unit), "A gate is open, 1, where z is above 0, and else shut, 0.")

    def _of_delta(self, unit: Unit) -> Found:
        layer, column = unit.layer, unit.column
        mask = float(self._pass.mask[layer - 1][column])
        if layer == self._depth:
            yield from self._of_output_delta(unit, mask)
            return
        upstream = float(self._pass.upstream[layer - 1][column])
        name, slope = self._slope(layer)
        yield Mistake(name, upstream, f"This is what arrives at the unit: {slope} is still missing.")
        early = float(self._wrong("updated-too-early").delta[layer - 1][column])
        yield Mistake("updated-too-early", early, _OLD)
        ignored = float(self._wrong("mask-forgotten").delta[layer - 1][column])
        yield Mistake(name, ignored, f"On the way back {slope} was left out, here or in a layer above.")
        yield Mistake("weight-forgotten", float(self._pass.delta[layer].sum()) * mask, "Blame is weight × δ above.")
        yield Mistake("value-for-slope", upstream * float(self._pass.a[layer - 1][column]), _SLOPE)
        yield Mistake("value-for-slope", upstream * float(self._pass.z[layer - 1][column]), _SLOPE)
        yield Mistake("delta-forgotten", mask, "This is the slope alone: multiply it by what arrives.")
        yield from self._others("delta", unit, "δ")

    def _of_output_delta(self, unit: Unit, mask: float) -> Found:
        column = unit.column
        prediction, target = float(self._pass.prediction[column]), float(self._pass.target[column])
        right, miss = self.value("delta", unit), prediction - target
        yield Mistake("sign", -right, "Right size, wrong sign: it is prediction − target.")
        if mask != 1:
            yield Mistake("slope-forgotten", miss, "The slope of the output's activation is missing.")
            yield Mistake("slope-forgotten", 2 * miss, "The slope of the output's activation is missing.")
        yield Mistake("slope-too-many", right * mask, "No slope here: with this loss it cancels.")
        yield Mistake("squared", miss * miss, "This is the squared error: δ is not squared.")
        yield Mistake("squared", float(self._pass.error), "This is the error that is reported, not δ.")
        yield Mistake("rounding", float(self._pass.a[-1][column]) - target, "Take the rounded prediction.")
        yield Mistake("target-forgotten", prediction, "This is the prediction: take away the target.")
        yield Mistake("sum", prediction + target, "Take the target away from the prediction, don't add it.")
        yield Mistake("factor", right / 2, "Half of it: look at the factor in the slope of the loss.")
        yield Mistake("factor", right * 2, "Twice too much: look at the factor in the slope of the loss.")

    def _of_gradient(self, parameter: Weight | Bias) -> Found:
        layer, rate = parameter.layer, self._experiment.training.rate
        right = self.value("gradient", parameter)
        yield from self._by_bugs(parameter, lambda gradient: gradient)
        delta = float(self._pass.delta[layer - 1][parameter.column])
        yield Mistake("sign", -right, "Right size, wrong sign: the sign of δ decides.")
        yield Mistake("rate-too-early", rate * right, "The rate comes later: the gradient is input × δ.")
        yield Mistake("rate-too-early", -rate * right, "This is the change of the weight: the gradient is input × δ.")
        if isinstance(parameter, Weight):
            below = float(self._below(layer)[parameter.row])
            if layer > 1:
                z = float(self._pass.z[layer - 2][parameter.row])
                yield Mistake("mask-forgotten", z * delta, "A shut gate passes on 0: take a, not z.")
            yield Mistake("delta-forgotten", below, "This is what came in: multiply it by δ.")
            yield Mistake("weight", parameter.value(self._moment.before) * delta, "This is weight × δ, which is blame.")
            yield Mistake("sum", below + delta, "Multiply what came in by δ, don't add them.")

    def _of_update(self, parameter: Weight | Bias) -> Found:
        old, new = parameter.value(self._moment.before), self.value("new", parameter)
        rate, gradient = self._experiment.training.rate, self.value("gradient", parameter)
        yield Mistake("sign", 2 * old - new, "The change goes the other way: old minus rate × gradient.")
        yield Mistake("rate-forgotten", old - gradient, "The rate is missing: old − rate × gradient.")
        yield Mistake("rate-forgotten", old + gradient, "The rate is missing, and the change goes the other way.")
        yield from self._by_bugs(parameter, lambda wrong: old - rate * wrong)
        yield Mistake("not-updated", old, "This is the old weight: it has not moved.")
        yield Mistake("old-forgotten", new - old, "This is only the change: add the old weight.")
        yield Mistake("old-forgotten", old - new, "This is only rate × gradient: take it away from the old weight.")
        yield Mistake("gradient", gradient, "This is the gradient: new = old − rate × gradient.")
        yield Mistake("twice", 2 * new - old, "The change was made twice.")

    def _by_bugs(self, parameter: Weight | Bias, then: Callable[[float], float]) -> Found:
        name, slope = self._slope(parameter.layer)
        index = parameter.index(self._experiment.network)
        says = {
            "input-forgotten": "This is δ alone: multiply it by what came in.",
            "mask-forgotten": f"On the way back {slope} was left out.",
            "updated-too-early": _OLD,
            "bias-ignored": "A bias has a gradient, too: δ itself.",
            "last-sample-only": "All samples of the batch count: take the mean.",
        }
        rows = list(self._moment.samples)
        data = self._experiment.data
        for bug, told in says.items():
            chosen = rows[-1:] if bug == "last-sample-only" else rows
            flats = [
                wrong_pass((bug,), self._experiment, self._moment.before, data.inputs[row], data.targets[row]).gradient
                for row in chosen
            ]
            label = name if bug == "mask-forgotten" else bug
            yield Mistake(label, then(float(np.mean(flats, axis=0)[index])), told)

    def _slope(self, layer: int) -> tuple[str, str]:
        """What forgetting a layer's f′(z) is called, and what it is."""
        gated = ACTIVATIONS[self._experiment.network.activations[layer - 1]].gated
        return ("mask-forgotten", "the gate") if gated else ("slope-forgotten", "the slope f′(z)")

    def _others(self, figure: str, unit: Unit, sign: str) -> Found:
        for other, name in enumerate(self._experiment.unit_names(unit.layer)):
            if other != unit.column:
                value = self.value(figure, Unit(unit.layer, other))
                yield Mistake("other-unit", value, f"This is {sign}({name}): look at this unit's own weights.")


_COLUMN = "Those are the weights out of the unit's row: its own are in its column."
_OLD = "Pass the blame down through the old weights: all updates come last."
_SLOPE = "Multiply by the slope f′(z), not by the unit's value."


def _decimals(count: int) -> str:
    return f"to {count} decimal{'s'[: count != 1]}"
