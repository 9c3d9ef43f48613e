"""Signs of trouble in a run's errors and weights, which the studio's warnings and a sweep's endings share."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import Gates
from tui_backprop.core.diagnostics.pulls import passes_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import has_right_answers, right_answers
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import Parameters
from tui_backprop.core.penalty import penalised, penalty_gradient

GROWN = 2.0
"""An epoch's error that is more than this many times the untrained network's has grown instead of falling."""
EQUAL = 1e-9
"""Up to this share of the largest, weights differ by no more than rounding."""
SAME_ANSWER = 0.1
"""Up to this share of the targets' range, answers are nearly the same for all samples."""
OUTWEIGHS = 0.5
"""From this share of the error's pull on, the weight penalty's pull at the start may leave nothing to learn with."""
WRONG = 0.5
"""An answer that is off by more than this share of the range of its targets is wrong."""
MANY = 0.1
"""The share of samples answered wrong by flat outputs from which on these are trouble."""
WEIGHS = 0.1
"""From this share on, the penalty is why weights have shrunk to less than `HALVED`."""
HALVED = 0.5
"""A share of the initial weights."""
SHRUNK = 0.25
"""Below this share of the initial weights, the penalty has left too little to learn with."""
SLOW = 2e-3
"""Up to this share an epoch, of the first error and of the initial weights, training hardly moves."""
FEW_EPOCHS, MANY_EPOCHS = 10, 250
"""The fewest epochs to judge by, and the most over which allowed movement adds up."""
NOISE = 1e-12
"""An error that fell by no more than this share has not fallen: training has settled."""
STEADY = 0.1
"""The share of the fall that belongs to the last fifth of a run, or more, if it is not about to end."""


class Errors(NamedTuple):
    """Of a run: the last epoch's error, that of one a good while ago, the untrained network's, and the largest."""

    last: float
    before: float
    untrained: float
    most: float

    @property
    def grew(self) -> bool:
        """Whether in some epoch the error had grown."""
        return has_grown(self.most, self.untrained)


class Ends(NamedTuple):
    """The parameters, flat, at the start of a run and at its end."""

    first: Array
    last: Array


def has_grown(error: float, untrained: float) -> bool:
    """Whether an epoch's error has grown instead of falling from that of the untrained network."""
    return not isfinite(error) or error > GROWN * untrained


def all_alike(parameters: Parameters) -> bool:
    """Whether all units of some hidden layer have equal weights, to both sides, so that they stay equal."""
    weights, biases = parameters.weights, parameters.biases
    for layer, (into, out) in enumerate(pairwise(weights)):
        sides = [into.T, out, *([biases[layer][:, None]] if biases else [])]
        if len(out) > 1 and all(_equal(side[:2]) and _equal(side) for side in sides):  # two are enough for nearly all
            return True
    return False


def _equal(rows: Array) -> bool:
    return bool(np.ptp(rows, axis=0).max() <= EQUAL * np.abs(rows).max())


def smothered(experiment: Experiment, gates: Gates, ends: Ends) -> bool:
    """Whether the weight penalty has left next to nothing of the weights: all samples get nearly the same answer."""
    if not penalised(experiment.training) or not gates.rows.size:
        return False
    with np.errstate(all="ignore"):
        targets = np.ptp(experiment.data.targets[gates.rows], axis=0)
        same = bool(targets.any() and (np.ptp(gates.outputs, axis=0) <= SAME_ANSWER * targets).all())
    return same and (_left(experiment, ends) < SHRUNK or _penalty_share(experiment) > OUTWEIGHS)


def shrunk(experiment: Experiment, ends: Ends) -> bool:
    """Whether the weights have shrunk, and the weight penalty had a large share in that."""
    return penalised(experiment.training) and _left(experiment, ends) < HALVED and _penalty_share(experiment) > WEIGHS


def _left(experiment: Experiment, ends: Ends) -> float:
    """What is left of the weights, as a share of the sum of their sizes at the start."""
    first, last = (np.abs(flat[: experiment.network.weight_count]).sum() for flat in ends)
    return float(last / first) if first > 0 else np.inf


@lru_cache(maxsize=16)
def _penalty_share(experiment: Experiment) -> float:
    """How hard the penalty pulls on the weights at the start, as a share of the pull of the error of all samples."""
    rows, frame = passes_of(experiment, experiment.initial)
    below = (frame.inputs, *frame.a[:-1])
    with np.errstate(all="ignore"):
        pulls = [np.abs(a.T @ delta).sum() / len(rows) for a, delta in zip(below, frame.delta, strict=True)]
        weights = experiment.initial.flat[: experiment.network.weight_count]
        return float(np.abs(penalty_gradient(experiment.training, weights)).sum() / np.float64(sum(pulls)))


def flat_output(experiment: Experiment, gates: Gates) -> bool:
    """Whether many samples are answered wrong by outputs that are flat, and δ carries the slope of the output."""
    if LOSSES[experiment.training.loss].canonical == experiment.network.output.name or not gates.flat.any():
        return False
    targets = experiment.data.targets
    ranges = np.ptp(targets, axis=0)
    with np.errstate(all="ignore"):
        wrong = (np.abs(gates.outputs - targets[gates.rows]) > WRONG * ranges) & (ranges > 0)
    return bool(np.mean((wrong & gates.flat).any(axis=1)) >= MANY)


def saturated(experiment: Experiment, gates: Gates) -> bool:
    """Whether most smooth units are saturated, and that is in the way: some answer is not right yet."""
    if not gates.mostly_saturated or not has_right_answers(experiment):
        return gates.mostly_saturated
    return not right_answers(experiment, gates.outputs, experiment.data.targets[gates.rows]).all()


def cross_entropy_fits(experiment: Experiment) -> bool:
    """Whether some cross-entropy loss belongs to the output, and allows the targets."""
    output, targets = experiment.network.output.name, experiment.data.all_targets
    losses = (loss for loss in LOSSES.values() if loss.requires == output)
    return any(bool(((targets >= loss.least) & (targets <= loss.most)).all()) for loss in losses)


def creeps(errors: Errors, epochs: int, ends: Ends) -> bool:
    """Whether the error still falls steadily after `epochs` epochs, and next to nothing has changed in any of them."""
    if epochs < FEW_EPOCHS:
        return False
    first, fell, most = errors.most, errors.most - errors.last, SLOW * min(epochs, MANY_EPOCHS)
    if not (NOISE * first < fell < most * first and errors.before - errors.last >= STEADY * fell):
        return False
    return bool(np.abs(ends.last - ends.first).sum() < most * np.abs(ends.first).sum())
