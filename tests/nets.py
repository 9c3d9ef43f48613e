"""Random networks with random samples, as plain data and as experiments of the package."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.transcription import Array, Rules
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.experiments import load_experiment

HIDDEN = ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh")
OUTPUT = (*HIDDEN, "softmax")
BIASES: tuple[bool | str, ...] = (False, True, "frozen")
PIECEWISE_LINEAR = ("linear", "relu", "leaky_relu")


@dataclass(frozen=True)
class Net:
    """One network, its samples and its rules; `biases` is empty where `bias` is False."""

    rules: Rules
    layers: list[int]
    bias: bool | str
    weights: list[Array]
    biases: list[Array]
    inputs: Array
    targets: Array
    training: dict[str, Any]

    @property
    def definition(self) -> dict[str, Any]:
        network = {
            "layers": self.layers,
            "hidden": list(self.rules.activations[:-1]),
            "output": self.rules.activations[-1],
            "bias": self.bias,
            "weights": [w.tolist() for w in self.weights],
        }
        if self.biases:
            network["biases"] = [b.tolist() for b in self.biases]
        training = {"loss": self.rules.loss, "report": self.rules.report, **self.training}
        if self.rules.round is not None:
            training["round"] = self.rules.round
        return {
            "network": network,
            "training": training,
            "data": {"inputs": self.inputs.tolist(), "targets": self.targets.tolist()},
        }

    def experiment(self, **training: Any) -> Experiment:
        """The package's experiment, with changes to its training."""
        definition = self.definition
        return load_experiment({**definition, "training": {**definition["training"], **training}})


def losses_for(output: str) -> list[str]:
    """The losses that are defined for an output activation."""
    matching = {"sigmoid": ["binary_cross_entropy"], "softmax": ["softmax_cross_entropy"]}
    return ["half_squared", "squared", "mean_squared", *matching.get(output, [])]


@st.composite
def nets(
    draw: st.DrawFn,
    hidden: tuple[str, ...] = HIDDEN,
    output: tuple[str, ...] = OUTPUT,
    most_units: int = 6,
    rounds: tuple[int | None, ...] = (None, 1),
    largest_weight: float = 1.0,
    batches: tuple[int, ...] = (1, 2, 3, 5),
) -> Net:
    """Networks of 1 to 5 layers; numbers come from a seed, so that no sum is zero or on an edge by design."""
    depth = draw(st.integers(1, 5))
    layers = draw(st.lists(st.integers(1, most_units), min_size=depth + 1, max_size=depth + 1))
    activations = (*draw(st.lists(st.sampled_from(hidden), min_size=depth - 1, max_size=depth - 1)),)
    last = draw(st.sampled_from(output))
    loss = draw(st.sampled_from(losses_for(last)))
    decimals = None if loss.endswith("entropy") else draw(st.sampled_from(rounds))
    rules = Rules((*activations, last), loss, draw(st.sampled_from(["loss", "squared"])), decimals)
    bias = draw(st.sampled_from(BIASES))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = [random.uniform(-largest_weight, largest_weight, shape) for shape in pairwise(layers)]
    biases = [random.uniform(-largest_weight, largest_weight, units) for units in layers[1:]] if bias else []
    samples = draw(st.integers(1, 5))
    inputs = random.uniform(-1.5, 1.5, (samples, layers[0]))
    targets = random.uniform(-1.0, 1.0, (samples, layers[-1]))
    if loss == "binary_cross_entropy":
        targets = random.integers(0, 2, targets.shape).astype(np.float64)
    if loss == "softmax_cross_entropy":
        targets = np.eye(layers[-1])[random.integers(0, layers[-1], samples)]
    training = {"batch": draw(st.sampled_from(batches)), "rate": draw(st.sampled_from([0.01, 0.1, 0.3]))}
    return Net(rules, layers, bias, weights, biases, inputs, targets, training)


def drawn(seed: int) -> dict[str, Any]:
    """A network with up to 48 weights, of any activations, loss, optimiser, penalty and bias."""
    random = np.random.default_rng(seed)
    layers = random.integers(1, 5, random.integers(2, 5)).tolist()
    output = str(random.choice(OUTPUT))
    loss = str(random.choice(losses_for(output)))
    targets = random.uniform(-1, 1, (3, layers[-1]))
    if loss.endswith("entropy"):
        targets = np.eye(layers[-1])[random.integers(0, layers[-1], 3)]
    bias = [False, True, "frozen"][random.integers(3)]
    network = {"layers": layers, "hidden": [str(random.choice(HIDDEN)) for _ in layers[2:]], "output": output}
    network |= {"bias": bias, "weights": [random.uniform(-1.5, 1.5, shape).tolist() for shape in pairwise(layers)]}
    if bias:
        network["biases"] = [random.uniform(-1, 1, units).tolist() for units in layers[1:]]
    training: dict[str, Any] = {"rate": float(random.choice([0.01, 0.3])), "loss": loss}
    training["optimizer"] = str(random.choice(list(OPTIMIZERS)))
    training |= [{}, {"l1": 0.01}, {"l2": 0.5}, {"l1": 0.1, "l2": 0.02}][random.integers(4)]
    if not loss.endswith("entropy") and random.integers(2):
        training["round"] = int(random.integers(0, 3))
    data = {"inputs": random.uniform(-2, 2, (3, layers[0])).tolist(), "targets": targets.tolist()}
    return {"network": network, "training": training, "data": data}
