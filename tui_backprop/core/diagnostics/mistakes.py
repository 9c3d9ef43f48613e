"""What a learner probably did wrong: a wrong figure of a step compared with what each classic mistake would give.

Every mistake is computed from the true step, those of the bug lab by a pass that makes them. The first one whose
figure is the one given is the likely one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tui_backprop.core.activations import SQUEEZING, Activation
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics import mistakes_backward, mistakes_forward, mistakes_update
from tui_backprop.core.diagnostics.bugs import Keep
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.worked import (
    OLD_WEIGHTS,
    Carry,
    Found,
    Known,
    Mistake,
    TrueStep,
    as_printed,
    places,
    to_decimals,
)
from tui_backprop.core.parts import Part, Unit
from tui_backprop.core.run.moment import Moment

CLOSE = "Close: a digit is wrong, or something was rounded too early on the way."
_NEED_DIGITS = ("decimal-point", "rate-too-early", "other-unit", "other-weight", "rounding")
"""Mistakes that cannot be told from a guess where they lead to 0."""
_CLOSE = 0.02
"""A share of the true figure: a wrong one this close to it is not a separate mistake."""
_CLOSE_AT_MOST = 0.05
"""The same for a figure with few digits."""


def true_value(moment: Moment, figure: FigureKind, part: Part) -> float:
    """A figure of a unit, weight or bias in the step of a moment, whatever phase the moment is in."""
    return TrueStep(moment).value(figure, part)


def likely(moment: Moment, figure: FigureKind, part: Part, given: float, tolerance: float) -> Mistake | None:
    """The mistake that leads to `given` within `tolerance`; None where `given` is right, or nothing fits.

    `moment` is of a step, in any phase; `figure` is of `part`.
    """
    right = true_value(moment, figure, part)
    if not math.isfinite(given) or abs(given - right) <= tolerance:
        return None
    found = mistakes(moment, figure, part)
    both = second_mistakes(moment, figure, part)
    return next(iter(fitting(found, both, right, given, tolerance)), near(right, given, tolerance))


def mistakes(moment: Moment, figure: FigureKind, part: Part, known: Known | None = None) -> list[Mistake]:
    """All that can be made in a figure, most telling first, with what each leads to.

    They start from the `known` figures: none is made on the way to one of these.
    """
    step = TrueStep(moment, known)
    with np.errstate(all="ignore"):
        found = [*_of_figure(step, figure, part), *of_any_figure(step.value(figure, part))]
        return [*found, *_of_the_whole_step(step, figure, part), *_of_rounding(step, figure, part)]


Second = tuple[str, Callable[[float], float]]
"""A mistake easily made on top of another: a sentence about it, and what it makes of the other's figure."""


def second_mistakes(moment: Moment, figure: FigureKind, part: Part) -> list[Second]:
    """Those of a figure: a wrong sign, and in an update, which turns around the old weight, a missing rate."""
    update, rate = figure in ("change", "new"), moment.experiment.training.rate
    old = part.value(moment.before) if figure == "new" and not isinstance(part, Unit) else 0.0
    found: list[Second] = [("The sign is the wrong way round, too.", lambda value: 2 * old - value)]
    if update and rate:
        found.append(("The rate is missing, too.", lambda value: old + (value - old) / rate))
    return found


def fitting(
    found: Iterable[Mistake], second: Sequence[Second], right: float, given: float, tolerance: float
) -> list[Mistake]:
    """Those that make a difference and lead to `given`; where none does, those that do with a second one."""
    telling = [
        mistake
        for mistake in found
        if abs(mistake.value - right) > tolerance
        and not (mistake.name in _NEED_DIGITS and abs(mistake.value) <= tolerance)
    ]
    doubled = [
        Mistake(each.name, made(each.value), f"{each.says} {says}")
        for says, made in second
        for each in telling
        if each.name not in ("sign", "rounding", "rate-forgotten", "old-forgotten", "not-updated")
        and not each.name.startswith("rate ")
    ]
    fits = [[mistake for mistake in some if abs(mistake.value - given) <= tolerance] for some in (telling, doubled)]
    return fits[0] or fits[1]


def near(right: float, given: float, tolerance: float) -> Mistake | None:
    """Rounding, where `given` is not far off."""
    off = abs(given - right)
    most = min(max(4 * tolerance, _CLOSE * abs(right)), _CLOSE_AT_MOST * abs(right))
    if not math.isfinite(right) or given * right <= 0 or off > most:
        return None
    if off > 4 * tolerance:
        return Mistake("rounding", given, CLOSE)
    cut = abs(given) < abs(right)
    says = "Close: it looks cut off, not rounded." if cut else "Close: something was rounded too early on the way."
    return Mistake("rounding", given, says)


def _of_figure(step: TrueStep, figure: FigureKind, part: Part) -> Found:
    """The mistakes specific to this figure, most telling first."""
    if not isinstance(part, Unit):
        of_parameter = {
            "gradient": mistakes_update.of_gradient,
            "change": mistakes_update.of_change,
            "new": mistakes_update.of_update,
        }
        yield from of_parameter[figure](step, part)
        return
    of_unit = {
        "z": mistakes_forward.of_sum,
        "a": mistakes_forward.of_activation,
        "prediction": mistakes_forward.of_prediction,
        "error": mistakes_forward.of_error,
        "upstream": mistakes_backward.of_upstream,
        "mask": mistakes_backward.of_mask,
        "delta": mistakes_backward.of_delta,
    }
    yield from of_unit[figure](step, part)


def of_any_figure(right: float) -> Found:
    """The mistakes that can happen to any number."""
    yield Mistake("sign", -right, "The size is right, the sign is not.")
    for shift in (10.0, 0.1, 100.0, 0.01):
        yield Mistake("decimal-point", right * shift, "The digits are right, but the decimal point has moved.")


def _of_the_whole_step(step: TrueStep, figure: FigureKind, part: Part) -> Found:
    """A mistake made earlier in the step, where the figures between are not given."""
    name, slope = step.slope(part.layer)
    made = {
        "mask-forgotten": (name, f"On the way back {slope} was left out."),
        "output-slope-forgotten": ("slope-forgotten", "The slope of the output's activation is missing in its δ."),
        "updated-too-early": ("updated-too-early", OLD_WEIGHTS),
        "wrong-sign": ("sign", "δ of the output has the wrong sign: it is prediction − target."),
        "biases-left-out": ("bias-ignored", "The biases are missing from the sums."),
        "activations-left-out": ("activation-forgotten", "On the way forward the hidden activations were left out."),
        "unrounded": ("rounding", "Take the rounded prediction."),
    }  # fmt: skip
    for bug, (label, advice) in made.items():
        yield Mistake(label, step.wrong_value(figure, part, (bug,)), advice)
    for other in SQUEEZING:
        for own_value in (False, True):
            for layers in (range(1, step.depth), range(1, step.depth + 1), range(step.depth, step.depth + 1)):
                taken = step.wrong_value(figure, part, (), _with_slope(step, other, own_value, layers))
                yield Mistake("other-activation", taken, f"On the way back the slope of {other.name} was taken.")


def _with_slope(step: TrueStep, added: Activation, own_value: bool, layers: range) -> Carry:
    """Adds f′ of a smooth activation to those layers that are not: from a as in a × (1 − a), or from z."""
    network = step.experiment.network

    def carry(row: int) -> Keep:
        seen: dict[str, Array] = {}

        def keep(kind: FigureKind, layer: int, values: Array) -> Array:
            seen[kind] = values
            if kind != "mask" or layer not in layers or network.activation(layer).curved:
                return values
            return added.mask(seen["z"], seen["a"] if own_value else added.of(seen["z"]))

        return keep

    return carry


def _of_rounding(step: TrueStep, figure: FigureKind, part: Part) -> Found:
    """What comes of calculating with few decimals: from the start, or from the figures just before."""
    for decimals in (3, 2, 1):
        advice = f"Something was rounded too early, {places(decimals)}: go on with all digits."
        for carry in (_all_the_way(decimals, figure, part), _just_before(step, decimals, figure, part)):
            yield Mistake("rounding", step.wrong_value(figure, part, (), carry), advice)
        given = f"Weights or inputs were rounded {places(decimals)}: go on with all digits."
        for weights in (True, False):
            coarse = as_printed(step.moment, to_decimals(decimals), weights)
            yield Mistake("rounding", TrueStep(coarse, step.known).wrong_value(figure, part, ()), given)


def _all_the_way(decimals: int, figure: FigureKind, part: Part) -> Carry:
    def keep(kind: FigureKind, layer: int, values: Array) -> Array:
        return values if (kind, layer) == (figure, part.layer) else np.round(values, decimals)

    return lambda row: keep


def _just_before(step: TrueStep, decimals: int, figure: FigureKind, part: Part) -> Carry:
    def carry(row: int) -> Keep:
        passed = step.moment.showing(row)
        true = TrueStep(passed, step.known).passage

        def keep(kind: FigureKind, layer: int, values: Array) -> Array:
            if (kind, layer) == (figure, part.layer):
                return values
            known = true.prediction if kind == "prediction" else getattr(true, kind)[layer - 1]
            return np.round(known, decimals)

        return keep

    return carry
