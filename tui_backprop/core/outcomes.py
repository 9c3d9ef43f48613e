"""How a run ended: it converged, or it is stuck, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from tui_backprop.core.diagnostics.gates import gates_of
from tui_backprop.core.diagnostics.health import VANISHES, on_its_way
from tui_backprop.core.diagnostics.pulls import passes_of
from tui_backprop.core.diagnostics.signs import Ends, Errors, all_alike, creeps, has_grown, smothered
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import all_right, has_right_answers
from tui_backprop.core.network import Parameters

FALLING = 0.99
"""An error that fell below this share of what it was a fifth of the run ago, or more, is still falling."""


class Ending(Enum):
    """How a run ended: the first that applies, from the top."""

    CONVERGED = "converged"
    DIVERGED = "diverged"
    PENALTY = "penalty"
    ALIKE = "alike"
    DEAD = "dead"
    LINEAR = "linear"
    FALLING = "falling"
    SATURATED = "saturated"
    VANISHING = "vanishing"
    SLOW = "slow"
    PLATEAU = "plateau"

    @property
    def sentence(self) -> str:
        """What the ending means, in a sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Ending.CONVERGED: "the goal is reached",
    Ending.DIVERGED: "the error grew instead of falling: the rate may be too large, or the data need scaling",
    Ending.PENALTY: "all samples get nearly the same answer: the weight penalty outweighs the error; try a smaller one",
    Ending.ALIKE: "all units of a layer have equal weights, and stay equal: try another init, xavier or he",
    Ending.DEAD: "a layer is dead: all its gates are shut for every sample, so no error gets through",
    Ending.LINEAR: "no gate switches between samples: on this data the network is linear",
    Ending.FALLING: "the error is still falling, or it is too early to say",
    Ending.SATURATED: "most smooth units answer where they are flat: weights or inputs are too large for them",
    Ending.VANISHING: "next to no error reaches the first layer: δ vanishes on its way",
    Ending.SLOW: "error and weights hardly change from epoch to epoch: the rate may be too small",
    Ending.PLATEAU: "the error has hardly fallen lately: it is stuck, needs many more epochs, or can get no smaller",
}


@dataclass(frozen=True)
class Outcome:
    """One run: after `epochs` epochs the last one's error was `error`; `dead` units are shut for every sample.

    `linear` says that no gate switches between samples, whether the run has converged or not. `lost` is the step
    after which numbers were no longer finite; 0 where they are. `grew` says whether an epoch's error was more than
    twice the untrained network's. `all_right` says whether every answer is right,
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
    grew: bool = False

    @property
    def sentence(self) -> str:
        """What its ending means, and what may have led to it."""
        rate = self.grew and self.ending not in (Ending.CONVERGED, Ending.DIVERGED)
        return self.ending.sentence + ", after an error that had grown: the rate may be too large" * rate

    @property
    def converged(self) -> bool:
        """Whether it reached its goal."""
        return self.ending is Ending.CONVERGED


def outcome_of(
    experiment: Experiment, seed: int, epochs: int, errors: Errors, ends: Ends, lost: int, converged: bool
) -> Outcome:
    """The outcome of a run between these `ends`."""
    flat = ends.last
    error = errors.last
    right = bool(all_right(experiment, flat[None])[0]) if has_right_answers(experiment) else None
    if lost:
        return Outcome(seed, Ending.DIVERGED, epochs, error, 0, lost=lost, all_right=right, grew=True)
    parameters = Parameters(experiment.network, flat)
    gates, slow = gates_of(experiment.data, parameters), creeps(errors, epochs, ends)
    if converged:
        ending = Ending.CONVERGED
    elif has_grown(error, errors.untrained):
        ending = Ending.DIVERGED
    elif smothered(experiment, gates):
        ending = Ending.PENALTY
    elif all_alike(parameters):
        ending = Ending.ALIKE
    elif any(layer.dead.all() for layer in gates.layers):
        ending = Ending.DEAD
    elif gates.linear:
        ending = Ending.LINEAR
    elif not slow and not error >= FALLING * errors.before:
        ending = Ending.FALLING
    elif gates.mostly_saturated:
        ending = Ending.SATURATED
    else:
        _, frame = passes_of(experiment, parameters)
        delta = np.array([np.mean(np.abs(each)) for each in frame.delta])
        stuck = Ending.SLOW if slow else Ending.PLATEAU
        ending = Ending.VANISHING if on_its_way(experiment.network, delta) == VANISHES else stuck
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    return Outcome(seed, ending, epochs, error, dead, gates.linear, all_right=right, grew=errors.grew)
