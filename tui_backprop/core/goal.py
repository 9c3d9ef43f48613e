"""When a run has reached its goal: the error is small enough, or every answer is right.

An epoch's error is summed along the way, each sample's under the weights of its step. Weights that forget one sample
while they learn the next can make it small and still be mostly wrong, so all samples are checked again at the end.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import BLOCK, Array, blocks
from tui_backprop.core.experiment import ALL_RIGHT, Experiment
from tui_backprop.core.forward import evaluate, layers
from tui_backprop.core.losses import HALF_SQUARED, reported
from tui_backprop.core.network import Parameters
from tui_backprop.reading.numerals import typeset

TOLERANCE = 1e-6
"""How far from 1 the sum of a sample's targets may be for them to count as shares."""

_NEAR = 0.05
"""The share of the range of its targets that a number may be off and still count as right."""


@lru_cache(maxsize=16)
def threshold(experiment: Experiment) -> float | None:
    """Where the answer of a single output changes class: 0.5 for a sigmoid, 0 for targets −1 and 1; else None.

    Standardised targets are numbers, even where two values in equal numbers come to −1 and 1.
    """
    if experiment.network.units[-1] != 1 or experiment.data.target_scale is not None:
        return None
    targets, edge = experiment.data.all_targets, experiment.network.output.threshold
    if edge is not None and ((targets == 0) | (targets == 1)).all():
        return edge
    return 0.0 if (np.abs(targets) == 1).all() and (targets < 0).any() else None


def has_classes(experiment: Experiment) -> bool:
    """Whether answers are classes: of a softmax over several units, of a sigmoid with targets 0 and 1, or −1 and 1."""
    joint = experiment.network.output.joint and experiment.network.units[-1] > 1
    return joint or threshold(experiment) is not None


def right_classes(experiment: Experiment, prediction: Array, targets: Array) -> NDArray[np.bool_] | None:
    """For each sample (…, samples, outputs) whether its class is right: the largest output, or the threshold's side.

    An output that is not a number is never right. None where answers are not classes.
    """
    if not has_classes(experiment):
        return None
    edge = threshold(experiment)
    if edge is None:
        same = prediction.argmax(axis=-1) == targets.argmax(axis=-1)
    else:
        same = (prediction[..., 0] > edge) == (targets[..., 0] > edge)
    return np.asarray(same & np.isfinite(prediction).all(axis=-1), dtype=np.bool_)


def near_answers(experiment: Experiment, prediction: Array, targets: Array) -> NDArray[np.bool_]:
    """Which samples (…, samples, outputs) are answered right, or nearly.

    That means the right class, or else numbers within 5 % of the range of their column.
    """
    classes = right_classes(experiment, prediction, targets)
    if classes is not None:
        return classes
    near = np.abs(prediction - targets) <= _NEAR * np.ptp(experiment.data.targets, axis=0)
    return np.asarray(near.all(axis=-1), dtype=np.bool_)


def out_of_reach(experiment: Experiment) -> str:
    """Why no weights can reach the goal; empty if some might."""
    training = experiment.training
    if training.goal != ALL_RIGHT and training.stop < 0:
        return f"no error is as small as stop, {_number(training.stop)}"
    return beyond_output(experiment) or beyond_weights(experiment)


@lru_cache(maxsize=16)
def beyond_output(experiment: Experiment) -> str:
    """Why the output can never give what the goal asks for; empty if it might."""
    activation, targets, training = experiment.network.output, experiment.data.targets, experiment.training
    best = _nearest_shares(targets) if activation.joint else np.clip(targets, *activation.bounds)
    alone = activation.joint and experiment.network.units[-1] == 1
    if training.goal == ALL_RIGHT and not alone:
        within = _answers_both(experiment)
    else:
        within = _within_goal(experiment, best, targets, _least_error(experiment, best))
    if within:
        return ""
    if alone:
        return f"a {activation.name} over one unit always answers 1"
    sums = targets.sum(axis=1)
    rounding = 0.0 if training.round is None else targets.shape[1] * 0.5 * 10.0**-training.round
    if activation.joint and (far := np.abs(sums - 1.0)).max() > TOLERANCE + rounding:
        worst = int(far.argmax())
        return f"the targets of sample #{worst} sum to {_number(sums[worst])}, the outputs of {activation.name} to 1"
    least, most = float(targets.min()), float(targets.max())
    if least < activation.bounds[0] or most > activation.bounds[1]:
        where = _within(*activation.bounds)
        targets_lie = f"targets from {_number(least)} to {_number(most)}"
        return f"{targets_lie} are out of reach of {activation.name}, which {where}"
    return ""


def _nearest_shares(targets: Array) -> Array:
    """The shares of 1 that are nearest to each sample's targets: a constant less, or 0 where that is below 0."""
    falling = -np.sort(-targets, axis=1)
    excess = (falling.cumsum(axis=1) - 1.0) / np.arange(1, targets.shape[1] + 1)
    return np.asarray(np.maximum(targets - excess.max(axis=1, keepdims=True), 0.0))


def _least_error(experiment: Experiment, best: Array) -> float:
    """A bound of the reported error, where these are the answers nearest to the targets that there can be."""
    loss = reported(experiment.training)
    least = (HALF_SQUARED if loss.of_sums else loss).value(best, experiment.data.targets)  # a cross-entropy is no less
    return float(least.sum())


def _answers_both(experiment: Experiment) -> bool:
    """Whether the output can give each right answer, which may not need the targets themselves."""
    activation, edge = experiment.network.output, threshold(experiment)
    if activation.joint:
        return True
    answers = np.array([-1.0, 1.0])
    activation.apply(answers.copy(), answers)
    sides = answers > (middle(experiment) if edge is None else edge)
    return bool(sides.any() and not sides.all())


@lru_cache(maxsize=16)
def beyond_weights(experiment: Experiment) -> str:
    """Why no weights can give the training targets, whatever the output; empty if some might."""
    return _fixed_answer(experiment) or _contradiction(experiment)


def _fixed_answer(experiment: Experiment) -> str:
    """Without biases, sums of inputs that are all 0 are 0, whatever the weights."""
    network, data = experiment.network, experiment.data
    samples = np.flatnonzero(~data.inputs.any(axis=1))
    if experiment.initial.biases or not len(samples):
        return ""
    nothing = Parameters(network, np.zeros(network.size))
    *hidden, _ = layers(nothing, np.zeros((1, network.units[0])))
    if any(a.any() for _, a in hidden):
        return ""  # a sigmoid turns them into 0.5, and the next weights turn that into anything
    found = evaluate(nothing, experiment.training, data.inputs[samples], data.targets[samples])
    if _within_goal(experiment, found.prediction, data.targets[samples], float(found.error.sum())):
        return ""
    answer = ", ".join(_number(value) for value in found.prediction[0].tolist())
    return f"without biases the answer to sample #{samples[0]}, whose inputs are all 0, is always {answer}"


def _contradiction(experiment: Experiment) -> str:
    """Samples with the same inputs get the same answer; the best one is the mean of their targets."""
    inputs, targets = experiment.data.inputs + 0.0, experiment.data.targets  # −0 becomes 0, which has other bytes
    known = dict[bytes, int]()
    first = np.array([known.setdefault(row.tobytes(), sample) for sample, row in enumerate(inputs)])
    other = np.flatnonzero((targets != targets[first]).any(axis=1))
    if not len(other):
        return ""
    best = np.zeros_like(targets)
    np.add.at(best, first, targets)
    best = (best / np.maximum(np.bincount(first, minlength=len(first)), 1)[:, None])[first]
    if _within_goal(experiment, targets[first], targets, _least_error(experiment, best)):
        return ""
    return f"samples #{first[other[0]]} and #{other[0]} have the same inputs, but different targets"


def _within_goal(experiment: Experiment, prediction: Array, targets: Array, error: float) -> bool:
    """Whether these answers are right, or their error is small enough, whichever is the goal."""
    if experiment.training.goal == ALL_RIGHT:
        return bool(right_answers(experiment, prediction, targets).all())
    return error <= experiment.training.stop


def _within(low: float, high: float) -> str:
    return f"is never below {_number(low)}" if np.isinf(high) else f"lies between {_number(low)} and {_number(high)}"


def _number(value: float) -> str:
    return typeset(f"{value:g}")


@lru_cache(maxsize=16)
def middle(experiment: Experiment) -> float | None:
    """Halfway between the two values that all targets have, 0 and 1 or −1 and 1; None for other targets."""
    targets = experiment.data.targets
    if experiment.data.target_scale is not None:
        return None
    if ((targets == 0) | (targets == 1)).all():
        return 0.5
    return 0.0 if (np.abs(targets) == 1).all() else None


def has_right_answers(experiment: Experiment) -> bool:
    """Whether an answer is right or wrong: a class, or nearer to one of two values than to the other."""
    return has_classes(experiment) or middle(experiment) is not None


def right_answers(experiment: Experiment, prediction: Array, targets: Array) -> NDArray[np.bool_]:
    """Which samples (…, samples, outputs) are answered right; only where `has_right_answers`."""
    classes = right_classes(experiment, prediction, targets)
    if classes is not None:
        return classes
    edge = middle(experiment)
    assert edge is not None
    same = (prediction > edge) == (targets > edge)
    return np.asarray((same & np.isfinite(prediction)).all(axis=-1), dtype=np.bool_)


def all_right(experiment: Experiment, flat: Array) -> NDArray[np.bool_]:
    """Which of many networks, `flat` (networks, parameters), answer every sample right; none where no answer is."""
    data = experiment.data
    right = np.full(len(flat), has_right_answers(experiment))
    start = 0
    while start < len(data) and right.any():
        rows = slice(start, start + max(1, BLOCK // int(right.sum())))
        found = evaluate(
            Parameters(experiment.network, flat[right]), experiment.training, data.inputs[rows], data.targets[rows]
        )
        right[right] = right_answers(experiment, found.prediction, data.targets[rows]).all(axis=-1)
        start = rows.stop
    return right


def may_be_reached(experiment: Experiment, error: float) -> bool:
    """Whether all samples are worth checking again after an epoch with this error."""
    return experiment.training.goal == ALL_RIGHT or error <= experiment.training.stop


def reached(experiment: Experiment, errors: Array, flat: Array) -> NDArray[np.bool_]:
    """Which of many networks reached the goal in an epoch with these `errors` (networks,).

    `flat` (networks, parameters) are those that the epoch ended with.
    """
    if experiment.training.goal == ALL_RIGHT:
        return all_right(experiment, flat)
    small: NDArray[np.bool_] = errors <= experiment.training.stop
    if small.any():
        small[small] = errors_under(experiment, flat[small]) <= experiment.training.stop
    return small


@lru_cache(maxsize=16)
def untrained_error(experiment: Experiment) -> float:
    """The reported error of all samples under the initial parameters."""
    return float(errors_under(experiment, experiment.initial.flat[None])[0])


def constant_error(experiment: Experiment) -> float:
    """The reported error of all samples where every answer is the mean of the targets: nothing is learned."""
    loss, targets = reported(experiment.training), experiment.data.targets
    mean = targets.mean(axis=0)
    if loss.of_sums:
        mean = np.clip(mean, TOLERANCE, 1.0 - TOLERANCE)
    errors = loss.of_prediction(np.tile(mean, (len(targets), 1)), targets)
    return float(errors.sum())


def errors_under(experiment: Experiment, flat: Array) -> Array:
    """The reported error of all samples under each of many networks, `flat` (networks, parameters)."""
    data, totals = experiment.data, np.zeros(len(flat))
    for networks in blocks(len(flat), len(data)):
        parameters = Parameters(experiment.network, flat[networks])
        for rows in blocks(len(data)):
            found = evaluate(parameters, experiment.training, data.inputs[rows], data.targets[rows])
            with np.errstate(all="ignore"):
                totals[networks] += np.add.accumulate(found.error, axis=-1)[..., -1]
    return totals
