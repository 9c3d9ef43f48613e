"""What a run can stop at: each condition looks at one step, and says what happened in it, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.forward import evaluate, layers
from tui_backprop.core.goal import near_answers
from tui_backprop.core.network import Parameters
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.trainer import TrainingState

Condition = Callable[[Experiment, TrainingState, TrainingState], str]
"""(experiment, state before the step, state after it) → what the step did, in words; empty if nothing."""


def open_gates(experiment: Experiment, parameters: Parameters) -> dict[int, NDArray[np.bool_]]:
    """Which gates of each hidden layer that has any are open, (samples, units), for every sample."""
    names = parameters.network.activations[:-1]
    with np.errstate(all="ignore"):
        passed = zip(names, layers(parameters, experiment.data.inputs), strict=False)
        return {layer: z > 0 for layer, (name, (z, _)) in enumerate(passed, 1) if ACTIVATIONS[name].gated}


def gate_flips(layer: int | None = None, unit: int = 0) -> Condition:
    """A gate opens or shuts for some sample: any, or that of one unit."""

    def look(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
        was, now = open_gates(experiment, before.parameters), open_gates(experiment, after.parameters)
        for at in now:
            flipped = now[at] != was[at]
            if layer is not None:
                flipped &= (at == layer) & (np.arange(flipped.shape[1]) == unit)
            if flipped.any():
                sample, column = np.argwhere(flipped)[0].tolist()
                what = "opened" if now[at][sample, column] else "shut"
                others = int(flipped.sum()) - 1
                more = f", and {others} more" if others else ""
                return f"The gate of {experiment.unit_names(at)[column]} {what} for sample #{sample}{more}"
        return ""

    return look


def unit_dies() -> Condition:
    """A unit's gate shuts for the last sample that it was open for: it can learn nothing more from these data."""

    def look(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
        was, now = open_gates(experiment, before.parameters), open_gates(experiment, after.parameters)
        for layer in now:
            died = was[layer].any(axis=0) & ~now[layer].any(axis=0)
            if died.any():
                name = experiment.unit_names(layer)[int(np.argmax(died))]
                return f"{name} died: its gate is shut for every sample"
        return ""

    return look


def sign_changes(index: int, name: str) -> Condition:
    """The parameter at `index` of the flat array changes its sign."""

    def look(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
        was, now = float(before.parameters.flat[index]), float(after.parameters.flat[index])
        return f"{name} changed sign" if (was < 0) != (now < 0) and was != now else ""

    return look


def right(experiment: Experiment, parameters: Parameters) -> NDArray[np.bool_]:
    """Which samples are answered right, or nearly."""
    data = experiment.data
    prediction = evaluate(parameters, experiment.training, data.inputs, data.targets).prediction
    return near_answers(experiment, prediction, data.targets)


def sample_turns() -> Condition:
    """A sample becomes right or wrong."""

    def look(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
        was, now = right(experiment, before.parameters), right(experiment, after.parameters)
        if (was == now).all():
            return ""
        sample = int(np.argmax(was != now))
        return (
            f"Sample #{sample} became {'right' if now[sample] else 'wrong'}: {int(now.sum())} of {len(now)} are right"
        )

    return look


def never(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
    """Only what every run stops at: a number that is not finite."""
    return ""


def not_finite(experiment: Experiment, before: TrainingState, after: TrainingState) -> str:
    """A number became infinite or NaN."""
    return "" if np.isfinite(after.epoch_error) and np.isfinite(after.parameters.flat).all() else "not finite"


def first_not_finite(moment: Moment) -> str:
    """The phase of the moment's step in which the first number that is not finite appeared."""
    assert moment.passage is not None
    passage = moment.passage
    depth = moment.experiment.network.depth
    values = {"input": passage.input, "error": passage.error}
    for layer in range(1, depth + 1):
        values[f"sum{layer}"], values[f"activate{layer}"] = passage.z[layer - 1], passage.a[layer - 1]
    for layer in range(1, depth):
        values[f"upstream{layer}"], values[f"mask{layer}"] = passage.upstream[layer - 1], passage.delta[layer - 1]
    values["gradient"] = np.concatenate([gradient.ravel() for gradient in passage.gradient])
    for phase in phases(depth):
        if phase in values and not np.isfinite(values[phase]).all():
            return phase
    return "update"
