"""Classic mistakes in hand-written back-propagation: what each one does to a pass.

They are separate from the trainer: nothing here is ever used to train. Each is a pass as in `core.backprop`, with
one line wrong. The gradient check finds them, and `mistakes` recognises their figures in a learner's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.gradient_check import GradientFunction
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import Parameters
from tui_backprop.errors import BackpropError


@dataclass(frozen=True)
class Bug:
    """A mistake: what it is called, and what it does, as a learner would name it."""

    name: str
    does: str


BUGS: dict[str, Bug] = {
    bug.name: bug
    for bug in (
        Bug("mask-forgotten", "the gates are ignored on the way back"),
        Bug("updated-too-early", "the upper weights change before the blame is passed down through them"),
        Bug("wrong-sign", "δ has the wrong sign: target − prediction"),
        Bug("input-forgotten", "the gradient is δ alone, not multiplied by what came in"),
        Bug("last-sample-only", "only the last sample of a batch counts"),
        Bug("bias-ignored", "the biases get no gradient"),
    )
}


def bugs_of(text: str) -> tuple[str, ...]:
    """The names in `mask-forgotten + bias-ignored`; none in `none`. Raises `BackpropError` for others."""
    names = () if text == "none" else tuple(name.strip() for name in text.split("+"))
    for name in names:
        if name not in BUGS:
            raise BackpropError(f"no bug {name!r}", f"{', '.join(BUGS)}; two with a + between them; or none")
    return names


def buggy_gradient(bugs: str) -> GradientFunction:
    """The gradient with the mistakes of `bugs_of`, as (experiment, parameters, inputs, targets) → flat gradient."""
    names = bugs_of(bugs)

    def gradient(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
        smooth = replace(experiment, training=replace(experiment.training, round=None))
        chosen = list(zip(inputs, targets, strict=True))
        if "last-sample-only" in names:
            chosen = chosen[-1:]
        return np.asarray(np.mean([wrong_pass(names, smooth, parameters, x, y).gradient for x, y in chosen], axis=0))

    return gradient


Keep = Callable[[FigureKind, int, Array], Array]
"""(kind, layer, values of its units) → what a pass goes on with instead."""


@dataclass(frozen=True, eq=False)
class WrongPass:
    """What a pass with mistakes comes to for one sample.

    All but `prediction` (units[L],) and `gradient` go by layer, layer 1 first, each (units,); `upstream` is without
    the output's. `gradient` is flat, laid out like parameters.
    """

    z: tuple[Array, ...]
    a: tuple[Array, ...]
    prediction: Array
    upstream: tuple[Array, ...]
    mask: tuple[Array, ...]
    delta: tuple[Array, ...]
    gradient: Array


@np.errstate(all="ignore")  # numbers that have become infinite are passed on
def wrong_pass(
    bugs: Collection[str],
    experiment: Experiment,
    parameters: Parameters,
    x: Array,
    y: Array,
    keep: Keep = lambda kind, layer, values: values,
) -> WrongPass:
    """A pass of one sample, `x` (units[0],) and `y` (units[L],), with some mistakes; with none it is the true one.

    Besides those of `BUGS` these are known: `biases-left-out` and `activations-left-out` (of hidden layers) on the way
    forward, `unrounded`, and `output-slope-forgotten`. `keep` sees everything as soon as it is computed.
    """
    network, training = experiment.network, experiment.training
    z, a, masks = list[Array](), [x], list[Array]()
    for layer, name in enumerate(network.activations, 1):
        total = a[-1] @ parameters.weights[layer - 1]
        if parameters.biases and "biases-left-out" not in bugs:
            total = total + parameters.biases[layer - 1]
        z.append(keep("z", layer, total))
        value = keep("a", layer, ACTIVATIONS[name].of(z[-1]))
        masks.append(keep("mask", layer, ACTIVATIONS[name].mask(z[-1], value)))
        left_out = layer < network.depth and "activations-left-out" in bugs
        a.append(keep("a", layer, z[-1]) if left_out else value)
    decimals = None if "unrounded" in bugs else training.round
    prediction = a[-1] if decimals is None else np.rint(a[-1] * 10.0**decimals) / 10.0**decimals
    prediction = keep("prediction", network.depth, prediction)
    delta = _output_delta(bugs, experiment, prediction, y, masks[-1], a[-1])
    delta = keep("delta", network.depth, -delta if "wrong-sign" in bugs else delta)
    flat = np.zeros(network.size)
    weights, biases = network.weights(flat), network.biases(flat)
    upstream, deltas = list[Array](), [delta]
    for layer in reversed(range(network.depth)):
        below = np.ones_like(a[layer]) if "input-forgotten" in bugs else a[layer]
        weights[layer][...] = np.outer(below, delta)
        if biases and "bias-ignored" not in bugs:
            biases[layer][...] = delta
        passing = parameters.weights[layer]
        if "updated-too-early" in bugs:
            passing = passing - training.rate * weights[layer]
        if layer:
            upstream.insert(0, keep("upstream", layer, passing @ delta))
            delta = upstream[0] * (1 if "mask-forgotten" in bugs else masks[layer - 1])
            delta = keep("delta", layer, delta)
            deltas.insert(0, delta)
    return WrongPass(tuple(z), tuple(a[1:]), prediction, tuple(upstream), tuple(masks), tuple(deltas), flat)


def _output_delta(
    bugs: Collection[str], experiment: Experiment, prediction: Array, y: Array, mask: Array, a: Array
) -> Array:
    loss, name = LOSSES[experiment.training.loss], experiment.network.activations[-1]
    if loss.canonical == name:
        return np.asarray(prediction - y)
    arriving, delta = np.empty_like(prediction), np.empty_like(prediction)
    loss.gradient(prediction, y, arriving)
    if "output-slope-forgotten" in bugs:
        return arriving
    ACTIVATIONS[name].delta(arriving, mask, a, delta)
    return delta
