"""Classic mistakes in a back-propagation programmed by hand: what each one makes of a pass.

They live apart from the trainer: nothing here is ever used to train. Each is a pass as `core.backprop` makes it, with
one line wrong. The gradient check finds them, and `mistakes` recognises their figures in a learner's answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import layers
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
        Bug("last-sample-only", "of a batch, only the last sample counts"),
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


@dataclass(frozen=True, eq=False)
class WrongPass:
    """What a pass with mistakes comes to for one sample.

    `upstream` and `delta` (units,) go by layer, layer 1 first, `upstream` without the output's; `gradient` is flat,
    laid out like parameters.
    """

    upstream: tuple[Array, ...]
    delta: tuple[Array, ...]
    gradient: Array


def wrong_pass(bugs: Collection[str], experiment: Experiment, parameters: Parameters, x: Array, y: Array) -> WrongPass:
    """A pass of one sample, `x` (units[0],) and `y` (units[L],), with some mistakes; with none it is the true one."""
    network, training = experiment.network, experiment.training
    loss = LOSSES[training.loss]
    passed = list(layers(parameters, x, np.matmul))
    z, a = [z for z, _ in passed], [x, *(a for _, a in passed)]
    masks = [ACTIVATIONS[name].mask(*za) for name, *za in zip(network.activations, z, a[1:], strict=True)]
    prediction = a[-1] if training.round is None else np.rint(a[-1] * 10.0**training.round) / 10.0**training.round
    arriving = np.empty_like(prediction)
    if loss.canonical == network.activations[-1]:
        delta = prediction - y
    else:
        loss.gradient(prediction, y, arriving)
        delta = np.empty_like(arriving)
        ACTIVATIONS[network.activations[-1]].delta(arriving, masks[-1], a[-1], delta)
    if "wrong-sign" in bugs:
        delta = -delta
    flat = np.zeros(network.size)
    weights, biases = network.weights(flat), network.biases(flat)
    upstream: list[Array] = []
    deltas = [delta]
    for layer in reversed(range(network.depth)):
        below = np.ones_like(a[layer]) if "input-forgotten" in bugs else a[layer]
        weights[layer][...] = np.outer(below, delta)
        if biases and "bias-ignored" not in bugs:
            biases[layer][...] = delta
        passing = parameters.weights[layer]
        if "updated-too-early" in bugs:
            passing = passing - training.rate * weights[layer]
        if layer:
            upstream.insert(0, passing @ delta)
            delta = upstream[0] * (1 if "mask-forgotten" in bugs else masks[layer - 1])
            deltas.insert(0, delta)
    return WrongPass(tuple(upstream), tuple(deltas), flat)
