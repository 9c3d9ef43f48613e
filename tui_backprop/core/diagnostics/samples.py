"""What the present weights say of every sample, and what the latest update did to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import evaluate
from tui_backprop.core.phases import Moment


@dataclass(frozen=True, eq=False)
class SampleView:
    """Every sample under the parameters of a moment.

    `prediction` (samples, outputs); `error` (samples,) as reported; `change` (samples,), known once the step's
    update is made, is what the update did to each sample's error: negative is better.
    """

    prediction: Array
    error: Array
    change: Array | None


def view_samples(moment: Moment, rows: slice = slice(None)) -> SampleView:
    """Predictions and errors of the data `rows` at the moment, and what its update did to them."""
    experiment = moment.ahead
    inputs, targets = experiment.data.inputs[rows], experiment.data.targets[rows]
    now = evaluate(moment.parameters, experiment.training, inputs, targets)
    if not moment.updated:
        return SampleView(now.prediction, now.error, None)
    before = evaluate(moment.before, experiment.training, inputs, targets)
    with np.errstate(invalid="ignore"):
        return SampleView(now.prediction, now.error, now.error - before.error)
