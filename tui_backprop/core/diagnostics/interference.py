"""What the update for one sample did to all the others, step by step through the epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import evaluate
from tui_backprop.core.past import PastStep
from tui_backprop.core.phases import Moment

MOST_STEPS = 24
"""The most steps of the epoch that are looked back on."""
MOST_SAMPLES = 48
"""The most samples whose errors are looked at."""


@dataclass(frozen=True, eq=False)
class Interference:
    """`change` (steps, samples): what each step did to each sample's reported error; negative is better.

    `steps` are the numbers of the steps, `trained` the data rows each of them learned from, and `rows` the data
    rows of the columns. `left_out` counts the epoch's steps before the first one here.
    """

    steps: tuple[int, ...]
    trained: tuple[tuple[int, ...], ...]
    rows: tuple[int, ...]
    change: Array
    left_out: int


def view_interference(moment: Moment) -> Interference:
    """The updates that this epoch has made up to the moment."""
    count = len(moment.experiment.data)
    rows = tuple(range(0, count, -(-count // MOST_SAMPLES)))
    start = moment.past.epoch_start(moment.step)
    first = max(start + 1, moment.position - MOST_STEPS + 1)
    changes, trained, steps = [], [], []
    missing = range(first, moment.position + 1)
    known = moment.past.once(("interference", start), dict) if missing else {}
    wanted = [number for number in missing if number not in known]
    if wanted:
        for step in moment.past.steps(wanted[0], wanted[-1]):
            known[step.number] = (step.samples, _change(step, list(rows)))
        for number in [number for number in known if number < first - MOST_STEPS]:
            del known[number]
    for number in missing:
        samples, change = known[number]
        steps.append(number)
        trained.append(samples)
        changes.append(change)
    change = np.array(changes) if changes else np.zeros((0, len(rows)))
    return Interference(tuple(steps), tuple(trained), rows, change, first - start - 1)


def _change(step: PastStep, rows: list[int]) -> Array:
    data, training = step.experiment.data, step.experiment.training
    errors = [
        evaluate(parameters, training, data.inputs[rows], data.targets[rows]).error
        for parameters in (step.before, step.after)
    ]
    with np.errstate(all="ignore"):
        return np.asarray(errors[1] - errors[0])
