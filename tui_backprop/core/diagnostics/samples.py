"""What the present weights predict for every sample, and what the latest update or edit did to each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.forward import evaluate
from tui_backprop.core.run.moment import Moment


class SampleView(NamedTuple):
    """Every sample under the parameters of a moment.

    `prediction` (samples, outputs); `error` (samples,) as reported; `change` (samples,), known once the step's
    update is made, is what the update did to each sample's error, or what the edits did that followed it: negative is
    better.
    """

    prediction: Array
    error: Array
    change: Array | None


def samples_of(moment: Moment, rows: slice = slice(None)) -> SampleView:
    """Predictions and errors of the data `rows` at the moment, and what its update or edits did to them."""
    experiment = moment.ahead
    inputs, targets = experiment.data.inputs[rows], experiment.data.targets[rows]
    now = evaluate(moment.parameters, experiment.training, inputs, targets)
    if not moment.updated:
        return SampleView(now.prediction, now.error, None)
    made = moment.experiment
    inputs, targets = made.data.inputs[rows], made.data.targets[rows]
    parameters = moment.after if moment.edits else moment.before
    before = evaluate(parameters, made.training, inputs, targets).error
    with np.errstate(invalid="ignore"):
        return SampleView(now.prediction, now.error, now.error - before)
