"""The error on samples that training never sees, along the run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import sampled_rows
from tui_backprop.core.forward import evaluate
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.past import RECOMPUTE_BUDGET

MOST_MARKS = 64
"""The most places of the run at which the test samples are tried."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """`errors` (marks,): the mean reported error of a test sample after `epochs` (marks,), not always whole ones.

    It is taken over `looked` of `total` test samples.
    """

    epochs: Array
    errors: Array
    looked: int
    total: int


def held_out_of(moment: Moment) -> HeldOut | None:
    """Marks a power of two of epochs apart, as far as the run has gone; None without test samples.

    In large networks they are where a state is available.
    """
    data, past = moment.ahead.data.test, moment.past
    if data is None:
        return None
    rows = sampled_rows(data, moment.parameters)
    inputs, targets = data.inputs[rows], data.targets[rows]
    every, last = 1, len(moment.errors)
    while last > every * MOST_MARKS:
        every *= 2

    def tried(step: int) -> float:
        experiment = past.branch.trainer(step).experiment
        with np.errstate(all="ignore"):
            return float(np.mean(evaluate(past.parameters(step), experiment.training, inputs, targets).error))

    epochs, errors = [], []
    for epoch in range(every, last + 1, every):
        end = step = past.branch.epoch_end(epoch)
        available = past.branch.nearest(end).step
        if (end - available) * past.cost(end) * MOST_MARKS > 8 * RECOMPUTE_BUDGET:
            step = available
        errors.append(past.cached(("test", step), partial(tried, step)))
        epochs.append(epoch - (end - step) / (end - past.branch.epoch_end(epoch - 1)))
    return HeldOut(np.array(epochs), np.array(errors), len(rows), len(data))
