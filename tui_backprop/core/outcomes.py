"""How a run ended: it converged, or it is stuck, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import gates_of
from tui_backprop.core.diagnostics.health import VANISHES, on_its_way
from tui_backprop.core.diagnostics.pulls import passes_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import all_right, has_right_answers
from tui_backprop.core.network import Parameters

FALLING = 0.99
"""An error that fell below this share of what it was a fifth of the run ago, or more, is still falling."""

GROWN = 2.0
"""An epoch's error that is more than this many times the untrained network's has grown instead of falling."""


class Ending(Enum):
    """How a run ended: the first that applies, from the top."""

    CONVERGED = "converged"
    DIVERGED = "diverged"
    DEAD = "dead"
    LINEAR = "linear"
    FALLING = "falling"
    SATURATED = "saturated"
    VANISHING = "vanishing"
    PLATEAU = "plateau"

    @property
    def sentence(self) -> str:
        """What the ending means, in a sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Ending.CONVERGED: "the goal is reached",
    Ending.DIVERGED: "the error grew instead of falling: the rate may be too large, or the data need scaling",
    Ending.DEAD: "a layer is dead: all its gates are shut for every sample, so no error gets through",
    Ending.LINEAR: "no gate switches between samples: on this data the network is linear",
    Ending.FALLING: "the error is still falling, or it is too early to say",
    Ending.SATURATED: "most smooth units answer where they are flat: weights or inputs are too large for them",
    Ending.VANISHING: "next to no error reaches the first layer: δ vanishes on its way through the layers",
    Ending.PLATEAU: "the error has hardly fallen lately: it is stuck, or needs many more epochs",
}


@dataclass(frozen=True)
class Outcome:
    """One run: after `epochs` epochs the last one's error was `error`; `dead` units are shut for every sample.

    `linear` says that no gate switches between samples, whether the run has converged or not. `lost` is the step
    after which numbers were no longer finite; 0 where they are. `all_right` says whether every answer is right,
    whatever the error; None where answers are neither right nor wrong.
    """

    seed: int
    ending: Ending
    epochs: int
    error: float
    dead: int
    linear: bool = False
    lost: int = 0
    all_right: bool | None = None

    @property
    def converged(self) -> bool:
        """Whether it reached its goal."""
        return self.ending is Ending.CONVERGED


class Errors(NamedTuple):
    """Of a run: the last epoch's error, that of one a good while ago, and the untrained network's."""

    last: float
    before: float
    untrained: float


def has_grown(error: float, untrained: float) -> bool:
    """Whether an epoch's error has grown instead of falling from that of the untrained network."""
    return not isfinite(error) or error > GROWN * untrained


def outcome_of(
    experiment: Experiment, seed: int, epochs: int, errors: Errors, flat: Array, lost: int, converged: bool
) -> Outcome:
    """The outcome of a run with these `flat` parameters at its end."""
    error = errors.last
    right = bool(all_right(experiment, flat[None])[0]) if has_right_answers(experiment) else None
    if lost:
        return Outcome(seed, Ending.DIVERGED, epochs, error, 0, lost=lost, all_right=right)
    parameters = Parameters(experiment.network, flat)
    gates = gates_of(experiment.data, parameters)
    if converged:
        ending = Ending.CONVERGED
    elif has_grown(error, errors.untrained):
        ending = Ending.DIVERGED
    elif any(layer.dead.all() for layer in gates.layers):
        ending = Ending.DEAD
    elif gates.linear:
        ending = Ending.LINEAR
    elif not error >= FALLING * errors.before:
        ending = Ending.FALLING
    elif gates.mostly_saturated:
        ending = Ending.SATURATED
    else:
        _, frame = passes_of(experiment, parameters)
        delta = np.array([np.mean(np.abs(each)) for each in frame.delta])
        ending = Ending.VANISHING if on_its_way(experiment.network, delta) == VANISHES else Ending.PLATEAU
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    return Outcome(seed, ending, epochs, error, dead, gates.linear, all_right=right)
