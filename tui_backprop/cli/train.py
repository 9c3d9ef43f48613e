"""Training without drawing: the records of a run, how it ended, and what kept the network from learning."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.cli.records import WRITERS, Writer
from tui_backprop.cli.streams import complain
from tui_backprop.core.diagnostics.signs import FEW_EPOCHS, Ends, has_grown
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import untrained_error
from tui_backprop.core.outcomes import HARDLY, Ending, Outcome, SweptRun, outcomes_of
from tui_backprop.core.run.trainer import Trainer, TrainingState
from tui_backprop.reading.disk import output
from tui_backprop.render.trouble import scale_advice

_UNSURE = (Ending.FALLING, Ending.PLATEAU)
"""Endings that are not certain to be trouble."""


def run(options: argparse.Namespace) -> int:
    """The command; returns the exit code."""
    return train(experiment_to_run(options), options.epochs, options.format, options.every, options.out)


def train(experiment: Experiment, epochs: int, form: str, every: str, out: str | None) -> int:
    """Trains for at most `epochs` epochs and writes a record for every step or epoch; returns the exit code."""
    trainer = Trainer(experiment)
    with output(out) as file:
        writer = WRITERS[form](file, experiment)
        run = _train_steps if every == "step" else _train_epochs
        errors = list[float]()
        ending, state = run(trainer, epochs, writer, errors)
        writer.end(ending, state)
    if not ending.startswith("converged") and (trouble := _trouble(trainer, state, errors, ending)):
        complain(trouble)
    return 0


def _trouble(trainer: Trainer, state: TrainingState, errors: Sequence[float], ending: str) -> str:
    """What kept the network from learning, by the error of each epoch, and columns to scale; empty if not certain."""
    data = trainer.experiment.data
    scale = scale_advice(data, close=False)
    if ending.startswith("diverged") or has_grown(state.epoch_error, untrained_error(trainer.experiment)):
        return f"the error has grown. {scale}" if scale else "the error has grown: the rate may be too large"
    if len(errors) < FEW_EPOCHS:
        return ""
    outcome = _outcome(trainer, state, errors)
    scale = scale_advice(data, outcome.ending in HARDLY)
    if outcome.ending in _UNSURE:
        found = f"{outcome.dead} dead unit{'s' * (outcome.dead != 1)}: shut for every sample" if outcome.dead else ""
    else:
        found = outcome.meaning if scale else outcome.sentence
    return ". ".join(filter(None, (found, scale)))


def _outcome(trainer: Trainer, state: TrainingState, errors: Sequence[float]) -> Outcome:
    before = errors[max(0, 3 * len(errors) // 4 - 1)]
    ends = Ends(trainer.start().parameters.flat, state.parameters.flat)
    run = SweptRun(0, len(errors), errors[-1], before, max(errors), ends, 0, False)
    (outcome,) = outcomes_of(trainer.experiment, [run])
    return outcome


def _train_epochs(trainer: Trainer, epochs: int, writer: Writer, errors: list[float]) -> tuple[str, TrainingState]:
    before = state = trainer.start()
    for epoch, state in trainer.epochs(epochs):
        writer.epoch(epoch, state)
        errors.append(state.epoch_error)
        if not trainer.finite(state):
            while trainer.finite(before):
                _, before = trainer.record(before)
            return f"diverged at step {before.step}", before
        before = state
    return _ending(trainer, state), state


def _train_steps(trainer: Trainer, epochs: int, writer: Writer, errors: list[float]) -> tuple[str, TrainingState]:
    state = trainer.start()
    for _ in range(epochs * trainer.steps_per_epoch):
        before = state.parameters
        passage, state = trainer.record(state)
        writer.step(trainer.samples(state.step), trainer.epoch(state.step), passage, before, state)
        if not trainer.finite(state):
            return f"diverged at step {state.step}", state
        if not trainer.steps_into_epoch(state.step):
            errors.append(state.epoch_error)
        if trainer.ended(state):
            break
    return _ending(trainer, state), state


def _ending(trainer: Trainer, state: TrainingState) -> str:
    epoch = trainer.epoch(state.step)
    if trainer.ended(state):
        return f"converged after {epoch} epoch{'s' * (epoch != 1)}"
    return f"stopped after {epoch} epoch{'s' * (epoch != 1)}, error {state.epoch_error!r}"
