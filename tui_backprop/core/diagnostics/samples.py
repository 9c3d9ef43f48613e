"""What the present weights predict for every sample, and what the latest update did to each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import evaluate
from tui_backprop.core.run.moment import Moment


class SampleView(NamedTuple):
    """Every sample under the parameters of a moment.

    `prediction` (samples, outputs); `error` (samples,) as reported; `change` (samples,), known once the step's
    update is made, is what the update did to each sample's error: negative is better.
    """

    prediction: Array
    error: Array
    change: Array | None


def samples_of(moment: Moment, rows: slice = slice(None)) -> SampleView:
    """Predictions and errors of the data `rows` at the moment, and what its update did to them."""
    experiment = moment.ahead
    inputs, targets = experiment.data.inputs[rows], experiment.data.targets[rows]
    now = evaluate(moment.parameters, experiment.training, inputs, targets)
    if not moment.updated:
        return SampleView(now.prediction, now.error, None)
    made, after = moment.experiment, now.error
    inputs, targets = made.data.inputs[rows], made.data.targets[rows]
    if moment.edits:  # edits made where the step ends are not part of its update
        after = evaluate(moment.after, made.training, inputs, targets).error
    before = evaluate(moment.before, made.training, inputs, targets).error
    with np.errstate(invalid="ignore"):
        return SampleView(now.prediction, now.error, after - before)
