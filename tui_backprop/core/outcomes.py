"""How a run came out: it converged, or it is stuck, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import view_gates
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters

FALLING = 0.99
"""An error that fell below this share of what it was a fifth of the run ago, or more, is still falling."""


class Ending(Enum):
    """The first that applies, from the top."""

    CONVERGED = "converged"
    DIVERGED = "diverged"
    DEAD = "dead"
    LINEAR = "linear"
    FALLING = "falling"
    PLATEAU = "plateau"

    @property
    def sentence(self) -> str:
        """What it means."""
        return _SENTENCES[self]


_SENTENCES = {
    Ending.CONVERGED: "the error is small enough",
    Ending.DIVERGED: "numbers grew beyond all bounds",
    Ending.DEAD: "a layer is dead: all its gates are shut for every sample, no error gets through",
    Ending.LINEAR: "no gate switches between samples: on this data the network is linear",
    Ending.FALLING: "the error is still falling, or it is too early to say",
    Ending.PLATEAU: "the error no longer falls",
}


@dataclass(frozen=True)
class Outcome:
    """One run: after `epochs` epochs the last one's error was `error`; `dead` units are shut for every sample.

    `linear` says that no gate switches between samples, whether the run has converged or not. `lost` is the step
    after which numbers were no longer finite; 0 where they are.
    """

    seed: int
    ending: Ending
    epochs: int
    error: float
    dead: int
    linear: bool = False
    lost: int = 0

    @property
    def converged(self) -> bool:
        """Whether the error became small enough."""
        return self.ending is Ending.CONVERGED


def outcome_of(
    experiment: Experiment, seed: int, epochs: int, error: float, before: float, flat: Array, lost: int
) -> Outcome:
    """The outcome of a run with these `flat` parameters at its end; `before` is the error a good while ago."""
    if lost:
        return Outcome(seed, Ending.DIVERGED, epochs, error, 0, lost=lost)
    gates = view_gates(experiment.data, Parameters(experiment.network, flat))
    if epochs and error <= experiment.training.stop:
        ending = Ending.CONVERGED
    elif any(layer.dead.all() for layer in gates.layers):
        ending = Ending.DEAD
    elif gates.linear:
        ending = Ending.LINEAR
    else:
        ending = Ending.PLATEAU if error >= FALLING * before else Ending.FALLING
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    return Outcome(seed, ending, epochs, error, dead, gates.linear)
