"""The gradient check as a table: every parameter's gradient as a page's program computes it, and as measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.diagnostics.bugs import buggy_gradient
from tui_backprop.core.diagnostics.gradient_check import TOLERANCE, backprop_gradient, compare
from tui_backprop.core.parts import parameter_at
from tui_backprop.lessons.context import Context


@dataclass(frozen=True)
class Row:
    """One parameter: its gradient as computed and as measured, and whether they agree."""

    name: str
    computed: float
    measured: float
    agrees: bool


def gradient_table(context: Context) -> list[Row]:
    """Every parameter at the context's moment, for the samples of its step; at the start, for those of the first.

    Measured is (E(w + h) − E(w − h)) / 2h. The moments of a lesson are chosen away from kinks.
    """
    experiment, parameters = context.experiment, context.moment.parameters
    samples = list(context.moment.samples or context.timeline.trainer.samples(1))
    inputs, targets = experiment.data.inputs[samples], experiment.data.targets[samples]
    compute = buggy_gradient(context.bug) if context.bug else backprop_gradient
    computed = compute(experiment, parameters, inputs, targets)
    with np.errstate(all="ignore"):
        compared = list(compare(experiment, parameters, inputs, targets, computed))
    names = (parameter_at(experiment.network, index).name(experiment) for index in range(experiment.network.size))
    return [
        Row(name, gradient, float("nan") if measured is None else measured, difference <= TOLERANCE)
        for name, gradient, (measured, difference) in zip(names, computed.tolist(), compared, strict=True)
    ]
