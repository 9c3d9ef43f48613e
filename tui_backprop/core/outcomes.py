"""How a run ended: it converged, or it is stuck, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import blocks
from tui_backprop.core.diagnostics.gates import Gates, gates_of
from tui_backprop.core.diagnostics.health import VANISHES, delta_sizes, on_its_way
from tui_backprop.core.diagnostics.pulls import passes_of
from tui_backprop.core.diagnostics.signs import (
    Ends,
    Errors,
    all_alike,
    creeps,
    cross_entropy_fits,
    flat_output,
    has_grown,
    saturated,
    shrunk,
    smothered,
)
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import all_right, errors_under, has_right_answers
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
    FLAT_OUTPUT = "flat"
    SATURATED = "saturated"
    VANISHING = "vanishing"
    SLOW = "slow"
    PLATEAU = "plateau"

    @property
    def sentence(self) -> str:
        """What the ending means, in a sentence."""
        return _SENTENCES[self]


HARDLY = (Ending.VANISHING, Ending.SLOW, Ending.PLATEAU)
"""Endings that inputs which lie close together may cause."""
_SENTENCES = {
    Ending.CONVERGED: "the goal is reached",
    Ending.DIVERGED: "the error grew instead of falling: the rate may be too large, or the data need scaling",
    Ending.PENALTY: "all samples get nearly the same answer: the weight penalty outweighs the error; try a smaller one",
    Ending.ALIKE: "all units of a layer have equal weights, and stay equal: try another init, xavier or he",
    Ending.DEAD: "a layer is dead: all its gates are shut for every sample, so no error gets through",
    Ending.LINEAR: "no gate switches between samples: on this data the network is linear",
    Ending.FALLING: "the error is still falling, or it is too early to say",
    Ending.FLAT_OUTPUT: "wrong answers lie where the output is flat, and with this loss δ contains its slope",
    Ending.SATURATED: "most smooth units are saturated: weights, inputs or the rate may be too large, or a layer too "
    "small",
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
    whatever the error; None where answers are neither right nor wrong. `cure` is what helps, where that depends on the
    experiment.
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
    cure: str = ""

    @property
    def meaning(self) -> str:
        """What its ending means, and what helps, where that depends on the experiment."""
        return f"{self.ending.sentence}; try {self.cure}" if self.cure else self.ending.sentence

    @property
    def sentence(self) -> str:
        """The same, and what may have led to it."""
        rate = self.grew and self.ending not in (Ending.CONVERGED, Ending.DIVERGED)
        return self.meaning + ", after an error that had grown: the rate may be too large" * rate

    @property
    def converged(self) -> bool:
        """Whether it reached its goal."""
        return self.ending is Ending.CONVERGED


class SweptRun(NamedTuple):
    """A run of a sweep as it ended, or as it stands after `epochs` epochs.

    Errors are those of the last epoch, of one a good while `before`, and the largest. `lost` is as in its outcome.
    """

    seed: int
    epochs: int
    error: float
    before: float
    most: float
    ends: Ends
    lost: int
    converged: bool


def outcomes_of(experiment: Experiment, runs: Sequence[SweptRun]) -> list[Outcome]:
    """The outcome of each run; judging many at once takes a fraction of the time."""
    found = list[Outcome]()
    for together in blocks(len(runs), len(experiment.data)):
        found += _judged(experiment, runs[together])
    return found


def _judged(experiment: Experiment, runs: Sequence[SweptRun]) -> list[Outcome]:
    first, last = (np.stack(flat) for flat in zip(*(run.ends for run in runs), strict=True))
    right = all_right(experiment, last).tolist() if has_right_answers(experiment) else [None] * len(runs)
    untrained = errors_under(experiment, first).tolist()
    errors = [Errors(run.error, run.before, start, run.most) for run, start in zip(runs, untrained, strict=True)]
    together = gates_of(experiment.data, Parameters(experiment.network, last))
    gates = [together.of(place) for place in range(len(runs))]
    endings = [_ending(experiment, *each) for each in zip(runs, errors, gates, strict=True)]
    if rest := [place for place, ending in enumerate(endings) if ending in (Ending.SLOW, Ending.PLATEAU)]:
        _, frame = passes_of(experiment, Parameters(experiment.network, last[rest]))
        for place, delta in zip(rest, delta_sizes(frame.mask, frame.delta).T, strict=True):
            if on_its_way(experiment.network, delta) == VANISHES and not gates[place].mostly_saturated:
                endings[place] = Ending.VANISHING
            elif endings[place] is Ending.PLATEAU and gates[place].linear:
                endings[place] = Ending.LINEAR  # of a single layer, which may be meant to be
    cures = [_cure(experiment, ending, run.ends) for ending, run in zip(endings, runs, strict=True)]
    return [_outcome(*each) for each in zip(runs, endings, errors, gates, right, cures, strict=True)]


def _cure(experiment: Experiment, ending: Ending, ends: Ends) -> str:
    """What helps, where that depends on the experiment."""
    if ending is Ending.FLAT_OUTPUT:
        loss = "a cross-entropy loss" if cross_entropy_fits(experiment) else "smaller weights"
        return f"a smaller rate or {loss}"
    if ending is not Ending.LINEAR:
        return ""
    if shrunk(experiment, ends):
        return "a smaller weight penalty"
    hidden = experiment.network.activations[:-1]
    return "" if any(ACTIVATIONS[name].gated for name in hidden) else "a hidden layer of relu or tanh units"


def _outcome(run: SweptRun, ending: Ending, errors: Errors, gates: Gates, right: bool | None, cure: str) -> Outcome:
    seed, epochs, error, lost = run.seed, run.epochs, run.error, run.lost
    if lost:
        return Outcome(seed, ending, epochs, error, 0, lost=lost, all_right=right, grew=True)
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    return Outcome(seed, ending, epochs, error, dead, gates.linear, all_right=right, grew=errors.grew, cure=cure)


def _ending(experiment: Experiment, run: SweptRun, errors: Errors, gates: Gates) -> Ending:
    """Without a look at the sizes of δ."""
    if run.converged:
        return Ending.CONVERGED
    if run.lost or has_grown(run.error, errors.untrained):
        return Ending.DIVERGED
    if smothered(experiment, gates, run.ends):
        return Ending.PENALTY
    if all_alike(Parameters(experiment.network, run.ends.last)):
        return Ending.ALIKE
    if any(layer.dead.all() for layer in gates.layers):
        return Ending.DEAD
    slow = creeps(errors, run.epochs, run.ends)
    if gates.layers and gates.linear and (gates.gated or not slow):
        return Ending.LINEAR
    if not slow and not run.error >= FALLING * run.before:
        return Ending.FALLING
    if flat_output(experiment, gates):
        return Ending.FLAT_OUTPUT
    if saturated(experiment, gates):
        return Ending.SATURATED
    return Ending.SLOW if slow else Ending.PLATEAU
