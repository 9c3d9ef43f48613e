"""Runs of the package's trainer, as the tests of behaviour need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.trainer import Trainer, TrainingState
from tui_backprop.core.sweep import Sweep
from tui_backprop.experiments import load_experiment

XOR = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}


def article(network: dict[str, Any] | None = None, **training: Any) -> Experiment:
    """The article's data and rules, with changes; `round=None` rounds nothing."""
    rules = {"rate": 0.1, "report": "squared", "round": 1, **training}
    return load_experiment(
        {
            "network": {"layers": [3, 4, 1], **(network or {})},
            "training": {key: value for key, value in rules.items() if value is not None},
            "data": {"inputs": ARTICLE_INPUTS.tolist(), "targets": ARTICLE_TARGETS.tolist()},
        }
    )


def xor(layers: list[int], seed: int, rate: float, **network: Any) -> Experiment:
    """Exclusive or: biases from 0, weights from uniform(−1, 1) where `network` says nothing else, no rounding."""
    return load_experiment(
        {
            "network": {"layers": layers, "seed": seed, "bias": True, "init": "uniform", **network},
            "training": {"rate": rate, "report": "squared"},
            "data": XOR,
        }
    )


@dataclass(frozen=True)
class Run:
    """How a run went: the error of each epoch, and the state at the end."""

    errors: list[float]
    end: TrainingState

    @property
    def converged(self) -> int | None:
        """The epoch whose error was exactly 0."""
        return len(self.errors) if self.errors[-1] == 0.0 else None


def run(experiment: Experiment, epochs: int, stops: bool = True) -> Run:
    """Trains for at most `epochs` epochs; `stops=False` goes on after the stop rule."""
    trainer, errors = Trainer(experiment), list[float]()
    state = trainer.start()
    if not stops:
        return Run(errors, trainer.advance(state, epochs * trainer.steps_per_epoch, errors))
    for _, state in trainer.epochs(epochs):
        errors.append(state.epoch_error)
    return Run(errors, state)


def swept(experiment: Experiment, seeds: Sequence[int], epochs: int) -> Sweep:
    """A sweep whose runs have all ended."""
    sweep = Sweep(experiment, seeds, epochs)
    for _ in sweep.run():
        pass
    return sweep


def curves_of(sweep: Sweep) -> dict[int, list[float]]:
    """Makes a sweep; returns the error of each epoch of each run, as its outcomes show it on the way."""
    curves: dict[int, list[float]] = {seed: [] for seed in sweep.seeds}
    seen = 0.0
    for _ in chain(sweep.run(), [None]):
        if sweep.progress != seen:  # an epoch is over
            seen = sweep.progress
            for outcome in sweep.outcomes():
                if outcome.epochs > len(curves[outcome.seed]):
                    curves[outcome.seed].append(outcome.error)
    return curves


def passes(experiment: Experiment, steps: int, start: TrainingState | None = None) -> list[Pass]:
    """The passes of the first steps, or of those after `start`."""
    trainer, found = Trainer(experiment), list[Pass]()
    state = start or trainer.start()
    for _ in range(steps):
        passage, state = trainer.record(state)
        found.append(passage)
    return found


def assert_same(found: TrainingState, expected: TrainingState) -> None:
    """Both states have the same values, where NaN equals NaN."""
    assert np.array_equal(found.parameters.flat, expected.parameters.flat, equal_nan=True)
    assert np.array_equal(found.epoch_error, expected.epoch_error, equal_nan=True)
    assert np.array_equal(found.memory.slots, expected.memory.slots, equal_nan=True)


def open_gates(experiment: Experiment, state: TrainingState) -> Array:
    """(samples, hidden units): 1 where the unit's gate is open, for a network of two layers at `state`."""
    return np.asarray(experiment.data.inputs @ state.parameters.weights[0] > 0, dtype=np.float64)


def solved_in(experiment: Experiment, epochs: int) -> int | None:
    """The first epoch in which every sample's prediction is within .1 of its target."""
    trainer = Trainer(experiment)
    samples = trainer.steps_per_epoch
    state = trainer.start()
    for epoch in range(1, epochs + 1):
        before, state = state, trainer.advance(state, samples)
        if state.epoch_error < samples * 0.01 and all(p.error < 0.01 for p in passes(experiment, samples, before)):
            return epoch
    return None


def first_passes(experiment: Experiment) -> list[Pass]:
    """The pass of each sample under the initial parameters."""
    trainer = Trainer(experiment)
    return [trainer.record(replace(trainer.start(), step=row))[0] for row in range(len(experiment.data))]
