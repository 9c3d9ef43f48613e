"""Classic mistakes of a back-propagation programmed by hand, to be found by the gradient check.

They live apart from the trainer: nothing here is ever used to train, and nothing in `core` knows of them. Each is a
pass as `core.backprop` makes it, with one line wrong.
"""

from __future__ import annotations

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
        Bug("wrong-sign", "the weights move up the slope instead of down"),
        Bug("input-forgotten", "the gradient is δ alone, not multiplied by what came in"),
        Bug("last-sample-only", "of a batch, only the last sample counts"),
        Bug("bias-ignored", "the biases get no gradient"),
    )
}


def buggy_gradient(name: str) -> GradientFunction:
    """The gradient with the mistake `name`, as (experiment, parameters, inputs, targets) → flat gradient."""

    if name not in BUGS:
        raise BackpropError(f"no bug {name!r}", ", ".join(BUGS))

    def gradient(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
        chosen = list(zip(inputs, targets, strict=True))
        if name == "last-sample-only":
            chosen = chosen[-1:]
        flats = [_of_sample(name, experiment, parameters, x, y) for x, y in chosen]
        return np.asarray(np.mean(flats, axis=0))

    return gradient


def _of_sample(bug: str, experiment: Experiment, parameters: Parameters, x: Array, y: Array) -> Array:
    network, loss = experiment.network, LOSSES[replace(experiment.training, round=None).loss]
    passed = list(layers(parameters, x, np.matmul))
    z, a = [z for z, _ in passed], [x, *(a for _, a in passed)]
    masks = [ACTIVATIONS[name].mask(*za) for name, *za in zip(network.activations, z, a[1:], strict=True)]
    upstream = np.empty_like(a[-1])
    if loss.canonical == network.activations[-1]:
        delta = a[-1] - y
    else:
        loss.gradient(a[-1], y, upstream)
        delta = np.empty_like(upstream)
        ACTIVATIONS[network.activations[-1]].delta(upstream, masks[-1], a[-1], delta)
    flat = np.zeros(network.size)
    weights, biases = network.weights(flat), network.biases(flat)
    for layer in reversed(range(network.depth)):
        below = np.ones_like(a[layer]) if bug == "input-forgotten" else a[layer]
        weights[layer][...] = np.outer(below, delta) * (-1 if bug == "wrong-sign" else 1)
        if biases and bug != "bias-ignored":
            biases[layer][...] = delta * (-1 if bug == "wrong-sign" else 1)
        passing = parameters.weights[layer]
        if bug == "updated-too-early":
            passing = passing - experiment.training.rate * weights[layer]
        if layer:
            delta = passing @ delta * (1 if bug == "mask-forgotten" else masks[layer - 1])
    return flat
