"""How good parameters are: the mean error over samples, and the share of right answers where answers are classes."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.forward import evaluate
from tui_backprop.core.goal import has_classes, right_classes
from tui_backprop.core.network import Parameters
from tui_backprop.core.run.moment import Moment

AT_ANY_TIME = 1_000_000
"""Products of weights and samples up to which scores are taken at every moment; beyond, where an epoch ends."""
_ROWS = 4096


class Score(NamedTuple):
    """`error` is the mean reported error of a sample; `right` how many classes were right, where there are classes."""

    samples: int
    error: float
    right: int | None

    @property
    def accuracy(self) -> float | None:
        """The share of right answers."""
        return None if self.right is None else self.right / self.samples


def score(experiment: Experiment, parameters: Parameters, data: Data) -> Score:
    """The score of `parameters` on the samples of `data`."""
    total, right = 0.0, 0
    for start in range(0, len(data), _ROWS):
        inputs, targets = data.inputs[start : start + _ROWS], data.targets[start : start + _ROWS]
        found = evaluate(parameters, experiment.training, inputs, targets)
        with np.errstate(all="ignore"):
            total += float(np.sum(found.error))
        classes = right_classes(experiment, found.prediction, targets)
        right += 0 if classes is None else int(classes.sum())
    return Score(len(data), total / len(data), right if has_classes(experiment) else None)


def off(experiment: Experiment, parameters: Parameters, data: Data) -> Array:
    """How far answers are off, as the root of the mean square, in the units of the file: (targets,)."""
    squares = np.zeros(data.targets.shape[1])
    for start in range(0, len(data), _ROWS):
        inputs, targets = data.inputs[start : start + _ROWS], data.targets[start : start + _ROWS]
        with np.errstate(all="ignore"):
            squares += ((evaluate(parameters, experiment.training, inputs, targets).prediction - targets) ** 2).sum(
                axis=0
            )
    scale = 1.0 if data.target_scale is None else data.target_scale.deviation
    return np.asarray(np.sqrt(squares / len(data)) * scale)


@lru_cache(maxsize=4)
def _scores(experiment: Experiment, parameters: Parameters) -> tuple[Score, Score | None]:
    test = experiment.data.test
    training = score(experiment, parameters, experiment.data)
    return training, None if test is None else score(experiment, parameters, test)


def scored(experiment: Experiment) -> bool:
    """Whether a run has scores besides its error: there are classes, or a test set."""
    return experiment.data.test is not None or has_classes(experiment)


def scores(moment: Moment) -> tuple[Score, Score | None] | None:
    """Of the training set and the test set under the parameters that hold now; None where it would take too long."""
    experiment = moment.ahead
    data = experiment.data
    samples = len(data) + (0 if data.test is None else len(data.test))
    at_end = moment.complete and moment.order in (0, moment.experiment.steps_per_epoch)
    if samples * experiment.network.weight_count > AT_ANY_TIME and not at_end:
        return None
    return _scores(experiment, moment.parameters)
