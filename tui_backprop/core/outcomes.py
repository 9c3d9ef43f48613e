"""How a run came out: it converged, or it is stuck, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
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
    """One run: after `epochs` epochs the last one's error was `error`; `dead` units are shut for every sample."""

    seed: int
    ending: Ending
    epochs: int
    error: float
    dead: int

    @property
    def converged(self) -> bool:
        """Whether the error became small enough."""
        return self.ending is Ending.CONVERGED


def outcome_of(experiment: Experiment, seed: int, epochs: int, error: float, before: float, flat: Array) -> Outcome:
    """The outcome of a run with these `flat` parameters at its end; `before` is the error a good while ago."""
    if not (np.isfinite(error) and np.isfinite(flat).all()):
        return Outcome(seed, Ending.DIVERGED, epochs, error, 0)
    gates = open_gates(experiment, Parameters(experiment.network, flat))
    relu = [ACTIVATIONS[name].gated for name in experiment.network.activations]
    dead = [int((~gate.any(axis=0)).sum()) if gated else 0 for gate, gated in zip(gates, relu, strict=True)]
    if epochs and error <= experiment.training.stop:
        ending = Ending.CONVERGED
    elif any(gated and units == gate.shape[1] for gate, gated, units in zip(gates, relu, dead, strict=True)):
        ending = Ending.DEAD
    elif _linear(experiment, gates):
        ending = Ending.LINEAR
    else:
        ending = Ending.PLATEAU if error >= FALLING * before else Ending.FALLING
    return Outcome(seed, ending, epochs, error, sum(dead))


def open_gates(experiment: Experiment, parameters: Parameters) -> list[NDArray[np.bool_]]:
    """For every layer (samples, units): whether z > 0."""
    below, gates = experiment.data.inputs, list[NDArray[np.bool_]]()
    with np.errstate(all="ignore"):
        for index, name in enumerate(experiment.network.activations):
            z = below @ parameters.weights[index]
            if parameters.biases:
                z += parameters.biases[index]
            gates.append(z > 0)
            below = np.empty_like(z)
            ACTIVATIONS[name].apply(z, below)
    return gates


def _linear(experiment: Experiment, gates: list[NDArray[np.bool_]]) -> bool:
    """Whether no unit bends on this data: all of its z are on the same side of a kink, or it has none."""
    for name, gate in zip(experiment.network.activations, gates, strict=True):
        if name not in ("linear", "relu", "leaky_relu"):
            return False
        if name != "linear" and (gate.any(axis=0) & ~gate.all(axis=0)).any():
            return False
    return True
