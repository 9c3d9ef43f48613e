"""Is the gradient right? Back-propagation against finite differences of the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import Backprop
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import parameter_at
from tui_backprop.core.run.moment import Moment

STEP = 1e-5
"""Half the distance between the two losses of a central difference."""
STEPS = (STEP, STEP / 10, STEP / 100)
"""Step sizes, tried in turn until one meets no kink."""
REACH = 1.0
"""How far from a parameter kinks are searched for."""
KINK_SEARCH_BUDGET = 150_000
"""Parameters times samples up to which kinks are searched for: that takes a hundred passes or more."""
TOLERANCE = 1e-5
"""The relative difference up to which two gradients agree."""
SMALL = 1e-3
"""Gradients under this share of the batch's largest are compared as if they were as large."""
NOTHING = 1e-10
"""Gradients of this size train nothing: these and smaller ones need not agree."""
ROUNDING = 20 * float(np.finfo(np.float64).eps) / 2
"""By how much, as a share of the numbers in it, a loss may be off."""

GradientFunction = Callable[[Experiment, Parameters, Array, Array], Array]
"""(experiment, parameters, inputs (batch, …), targets (batch, …)) → flat gradient of the mean loss."""


@dataclass(frozen=True)
class GradientEntry:
    """One parameter's gradient, twice: by back-propagation and by a central finite difference of the loss."""

    name: str
    batch: int
    analytic: float
    numeric: float
    difference: float


@dataclass(frozen=True)
class GradientCheck:
    """The result of comparing every gradient; `at_kink` entries were left out, where the loss has no derivative."""

    entries: int
    at_kink: int
    worst: GradientEntry | None

    @property
    def passed(self) -> bool:
        """Whether the worst entry agrees."""
        return self.worst is None or self.worst.difference <= TOLERANCE


def relative_difference(analytic: float, numeric: float, floor: float) -> float:
    """|a − n| as a share of the larger, or of `floor` where both are below; 0 where all are 0."""
    scale = max(abs(analytic), abs(numeric), floor)
    return abs(analytic - numeric) / scale if scale else 0.0


def backprop_gradient(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
    """The gradient that training uses, on the unrounded prediction."""
    passes = Backprop(experiment.network, replace(experiment.training, round=None), len(inputs))
    np.copyto(passes.parameters, parameters.flat)
    passes.run(inputs, targets)
    return passes.gradient()


def check_gradient(
    experiment: Experiment, parameters: Parameters | None = None, gradient: GradientFunction = backprop_gradient
) -> GradientCheck:
    """Compares `gradient` with (E(w + h) − E(w − h)) / 2h for every parameter, over each batch of the first epoch.

    `parameters` default to the initial ones. The difference of an entry is |a − n| / max(|a|, |n|), or relative to what
    the finite difference is accurate to, if that is more. Where the loss has a kink within reach, a shorter h is tried;
    with the parameter right on the kink there is no derivative to compare with.
    """
    parameters = parameters or experiment.initial
    entries, at_kink, worst = 0, 0, None
    with np.errstate(all="ignore"):
        for number, (inputs, targets) in enumerate(_batches(experiment)):
            analytic = gradient(experiment, parameters, inputs, targets)
            compared = compare(experiment, parameters, inputs, targets, analytic)
            for index, (numeric, difference) in enumerate(compared):
                if numeric is None:
                    at_kink += 1
                    continue
                entries += 1
                if worst is None or not (difference <= worst.difference or np.isnan(worst.difference)):
                    name = parameter_at(experiment.network, index).name(experiment)
                    worst = GradientEntry(name, number, float(analytic[index]), numeric, difference)
    return GradientCheck(entries, at_kink, worst)


def compare(
    experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array, analytic: Array
) -> Iterator[tuple[float | None, float]]:
    """For each parameter the finite difference, None at a kink, and how far the `analytic` gradient is from it.

    Where they disagree, shorter h may show that the difference is what is wrong.
    """
    loss, flat = _Loss(experiment, inputs, targets), parameters.flat
    noise, largest = loss.noise(flat), float(np.max(np.abs(analytic), initial=0.0))
    for index, gradient in enumerate(analytic.tolist()):
        found: tuple[float | None, float] = None, 0.0
        for step in loss.smooth_steps(flat, index):
            numeric = loss.slope_at(flat, index, step)
            difference = relative_difference(gradient, numeric, _floor(largest, noise, step))
            if found[0] is None or difference <= TOLERANCE:
                found = numeric, difference
            if difference <= TOLERANCE:
                break
        yield found


def _floor(largest: float, noise: float, step: float) -> float:
    """The size of a gradient up to which the central difference may not be accurate to `TOLERANCE`.

    Its truncation error grows with the largest gradient, and the loss is off by `noise`.
    """
    return max(NOTHING, SMALL * largest, noise / step / TOLERANCE)


def _batches(experiment: Experiment) -> Iterator[tuple[Array, Array]]:
    data, size = experiment.data, experiment.training.batch
    for start in range(0, len(data), size):
        yield data.inputs[start : start + size], data.targets[start : start + size]


class _Loss:
    """The mean loss over a batch as a function of one parameter, and the gates that it opens and shuts."""

    def __init__(self, experiment: Experiment, inputs: Array, targets: Array) -> None:
        self._passes = Backprop(experiment.network, replace(experiment.training, round=None), len(inputs))
        self._inputs, self._targets = inputs, targets
        names = experiment.network.activations
        self._kinks = [(layer, kink) for layer, name in enumerate(names) for kink in ACTIVATIONS[name].kinks]

    def smooth_steps(self, flat: Array, index: int) -> Iterator[float]:
        """The h that meet no kink."""
        return (h for h in STEPS if self.gates(flat, index, -h) == self.gates(flat, index, h))

    def noise(self, flat: Array) -> float:
        """By how much the loss may be off: by the rounding errors of predictions and sums z, times its slopes there."""
        np.copyto(self._passes.parameters, flat)
        self._passes.run(self._inputs, self._targets)
        frame = self._passes.frame
        felt = [(frame.z, frame.delta), (frame.a, frame.upstream)]
        shares = [np.abs(value * slope).sum() for pair in felt for value, slope in zip(*pair, strict=True)]
        return ROUNDING * float(sum(shares) / len(self._inputs) + abs(self.mean(flat, 0, 0.0)))

    def slope_at(self, flat: Array, index: int, step: float) -> float:
        """(E(w + h) − E(w − h)) / 2h, h being `step`."""
        return (self.mean(flat, index, step) - self.mean(flat, index, -step)) / (2 * step)

    def mean(self, flat: Array, index: int, change: float) -> float:
        """E with the parameter at `index` changed by `change`."""
        np.copyto(self._passes.parameters, flat)
        self._passes.parameters[index] += change
        return float(np.mean(self._passes.losses(self._inputs, self._targets)))

    def gates(self, flat: Array, index: int, change: float) -> bytes:
        """On which side of each kink the units are, packed, with the parameter changed."""
        self.mean(flat, index, change)
        return b"".join((self._passes.frame.z[layer] > kink).tobytes() for layer, kink in self._kinks)


@dataclass(frozen=True)
class Slope:
    """One parameter's gradient in detail.

    `errors` are E(w − h), E(w), E(w + h) at h = `step`; `numeric` is the slope between the outer two, `analytic`
    back-propagation's gradient. `at_kink`: some gate opens or shuts between them, whatever the h tried.
    `kink_below`, `kink_above` are the nearest such changes of w within `REACH`, if they were `searched`.
    Gradients below `floor` are compared as if they were as large.
    """

    samples: tuple[int, ...]
    step: float
    errors: tuple[float, float, float]
    numeric: float
    analytic: float
    at_kink: bool
    kink_below: float | None
    kink_above: float | None
    searched: bool
    floor: float

    @property
    def agrees(self) -> bool:
        """Whether both gradients are the same up to `TOLERANCE`."""
        return relative_difference(self.analytic, self.numeric, self.floor) <= TOLERANCE


def check_slope(moment: Moment, index: int) -> Slope:
    """The gradient of the parameter at `index`, at the moment's parameters, over the samples of its step.

    At the start these are the first ones. Predictions are not rounded here: a rounded one has no slope.
    """
    experiment, flat = moment.ahead, moment.parameters.flat
    samples, inputs, targets = _of_step(moment)
    loss = _Loss(experiment, inputs, targets)
    with np.errstate(all="ignore"):
        smooth = next(loss.smooth_steps(flat, index), None)
        step = smooth or STEPS[0]
        low, middle, high = (loss.mean(flat, index, change) for change in (-step, 0.0, step))
        gradients = backprop_gradient(experiment, moment.parameters, inputs, targets)
        searched = experiment.network.size * len(samples) <= KINK_SEARCH_BUDGET
        below, above = (_nearest_kink(loss, flat, index, sign) if searched else None for sign in (-1.0, 1.0))
        numeric = (high - low) / (2 * step)
        floor = _floor(float(np.abs(gradients).max()), loss.noise(flat), step)
    errors, analytic = (low, middle, high), float(gradients[index])
    return Slope(samples, step, errors, numeric, analytic, smooth is None, below, above, searched, floor)


def loss_along(moment: Moment, index: int, values: Array) -> tuple[Array, float, float]:
    """(E with the parameter at `index` at each of `values`, E as it is, its gradient), over the samples of the step.

    At the start these are the first ones. Predictions are not rounded.
    """
    experiment, flat = moment.ahead, moment.parameters.flat
    _, inputs, targets = _of_step(moment)
    loss, now = _Loss(experiment, inputs, targets), float(flat[index])
    with np.errstate(all="ignore"):
        losses = np.array([loss.mean(flat, index, value - now) for value in values.tolist()])
        gradient = float(backprop_gradient(experiment, moment.parameters, inputs, targets)[index])
        return losses, loss.mean(flat, index, 0.0), gradient


def _of_step(moment: Moment) -> tuple[tuple[int, ...], Array, Array]:
    """The samples of a moment's step, at the start those of the first one; their inputs and targets."""
    data = moment.ahead.data
    samples = moment.samples or tuple(range(min(moment.ahead.training.batch, len(data))))
    return samples, data.inputs[list(samples)], data.targets[list(samples)]


def _nearest_kink(loss: _Loss, flat: Array, index: int, sign: float) -> float | None:
    """The smallest change of the parameter, in one direction, at which a gate opens or shuts; None beyond `REACH`."""
    here = loss.gates(flat, index, 0.0)
    near, far = 0.0, 1e-9
    while loss.gates(flat, index, sign * far) == here:
        if far >= REACH:
            return None
        near, far = far, min(REACH, 2 * far)
    for _ in range(40):
        middle = (near + far) / 2
        near, far = (near, middle) if loss.gates(flat, index, sign * middle) != here else (middle, far)
    return sign * far
