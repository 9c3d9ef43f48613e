"""What keeps a network from learning, as a word: the first of the signs of trouble that holds at a moment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.diagnostics.gates import Gates, view_gates
from tui_backprop.core.goal import out_of_reach
from tui_backprop.core.run.moment import Moment

MOSTLY = 0.5
"""The share of curved units' answers from which on their saturation is trouble."""
VANISHING = 1e-3
"""The first layer's gradient as a share of the last one's, from which on it vanishes on the way."""
LARGE = 10.0
"""Inputs farther than this from 0, as a rule, saturate units or make updates overshoot."""
RISE = 10.0
"""An error this many times the lowest one has diverged."""


class Verdict(NamedTuple):
    """A sign of trouble in a word or two, and the view that shows it, if there is one."""

    word: str
    view: str = ""


def verdict(moment: Moment) -> Verdict | None:
    """The most serious sign of trouble; None where there is none."""
    if not moment.finite:
        return Verdict("not finite", "health")
    if out_of_reach(moment.ahead):
        return Verdict("targets out of reach")
    if _diverges(moment):
        return Verdict("error diverges", "health")
    found: Gates = moment.past.cached(
        ("gates", moment.position, moment.edits), lambda: view_gates(moment.ahead.data, moment.parameters)
    )
    saturated, curved = _saturated(found)
    if curved and saturated > MOSTLY * curved:
        return Verdict(f"{100 * saturated // curved} % saturated", "gates")
    dead = sum(int(layer.dead.sum()) for layer in found.layers)
    if dead:
        return Verdict(f"{dead} dead", "gates")
    if found.layers and found.linear and moment.epochs_completed:  # before that most networks are
        return Verdict("linear now", "collapse")
    if _vanishes(moment):
        return Verdict("gradient vanishes", "health")
    if float(np.abs(moment.ahead.data.inputs).max(initial=0.0)) > LARGE and not moment.ahead.data.standardised:
        return Verdict("inputs not scaled", "gates")
    return None


def _diverges(moment: Moment) -> bool:
    """Whether the last epoch's error is many times the lowest one, and higher than the first."""
    errors = moment.errors[: moment.epochs_completed]
    if len(errors) < 2:
        return False
    last = float(errors[-1])
    return not np.isfinite(last) or (last > RISE * float(np.nanmin(errors)) and last > float(errors[0]))


def _saturated(found: Gates) -> tuple[int, int]:
    """Of the answers of curved units on the samples, how many are saturated, and how many there are."""
    curved = [layer for layer in found.layers if layer.activation.curved]
    return sum(int((~layer.passing).sum()) for layer in curved), sum(layer.passing.size for layer in curved)


def _vanishes(moment: Moment) -> bool:
    """Whether curved units let next to nothing of this step's error through to the first layer."""
    network, step = moment.experiment.network, moment.made
    if step is None or not any(ACTIVATIONS[name].curved for name in network.activations[:-1]):
        return False
    first, last = (float(np.mean(np.abs(step.passage.gradient[layer]))) for layer in (0, -1))
    return last > 0 and first < VANISHING * last
