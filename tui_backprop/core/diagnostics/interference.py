"""What the update for one sample did to all the others, step by step through the epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import WORK_BUDGET
from tui_backprop.core.forward import evaluate
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.past import PastStep

MOST_STEPS = 24
"""The most steps of the epoch that are looked back on."""
MOST_SAMPLES = 48
"""The most samples whose errors are compared."""
LEAST_SAMPLES = 4
"""The least, however large the network is."""


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


def interference_of(moment: Moment) -> Interference:
    """The updates of this epoch up to the moment; in large networks, only those that have been visited."""
    count = len(moment.experiment.data)
    most = max(LEAST_SAMPLES, min(MOST_SAMPLES, WORK_BUDGET // moment.experiment.network.size))
    rows = tuple(range(0, count, -(-count // most)))
    start = moment.past.epoch_start(moment.step)
    first = max(start + 1, moment.position - MOST_STEPS + 1)

    def taken(step: PastStep) -> tuple[tuple[int, ...], Array]:
        return step.samples, _change(step, list(rows))

    found = moment.past.of_steps("interference", first, moment.position, taken, moment.made)
    first = moment.position - len(found) + 1
    change = np.array([change for _, change in found]) if found else np.zeros((0, len(rows)))
    steps = tuple(range(first, moment.position + 1))
    return Interference(steps, tuple(samples for samples, _ in found), rows, change, first - start - 1)


def _change(step: PastStep, rows: list[int]) -> Array:
    data, training = step.experiment.data, step.experiment.training
    errors = [
        evaluate(parameters, training, data.inputs[rows], data.targets[rows]).error
        for parameters in (step.before, step.after)
    ]
    with np.errstate(all="ignore"):
        return np.asarray(errors[1] - errors[0])
