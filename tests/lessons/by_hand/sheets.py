"""Sheets worked out apart from the package: a step in the order of its phases, as right or wrong as one likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.transcription import Array, Rules, activate, one_step, slope

Keep = Callable[[str, Array], Array]


@dataclass
class Homework:
    """A network with 0.5 and 2 and the like for inputs, so that to forget one makes a difference."""

    activations: tuple[str, ...] = ("sigmoid", "sigmoid")
    loss: str = "half_squared"
    optimizer: str = "sgd"
    l2: float = 0.0
    rate: float = 0.3
    weights: list[Array] = field(
        default_factory=lambda: [np.array([[1.5, -2.5], [0.7, 1.3]]), np.array([[0.9, -1.4], [2.1, 0.6]])]
    )
    biases: list[Array] = field(default_factory=lambda: [np.array([0.35, -0.6]), np.array([0.8, -0.45])])
    inputs: list[list[float]] = field(default_factory=lambda: [[0.5, 2.0], [1.5, -0.5]])
    targets: list[list[float]] = field(default_factory=lambda: [[0.01, 0.99], [0.99, 0.01]])
    batch: int = 1

    @property
    def definition(self) -> dict[str, Any]:
        """As the package reads it."""
        return {
            "network": {
                "layers": [len(self.weights[0]), *(w.shape[1] for w in self.weights)],
                "hidden": list(self.activations[:-1]),
                "output": self.activations[-1],
                "bias": bool(self.biases),
                "weights": [w.tolist() for w in self.weights],
                **({"biases": [b.tolist() for b in self.biases]} if self.biases else {}),
            },
            "training": {
                "rate": self.rate, "loss": self.loss, "report": "loss", "optimizer": self.optimizer,
                "batch": self.batch, **({"l2": self.l2} if self.l2 else {}),
            },
            "data": {"inputs": self.inputs, "targets": self.targets},
        }  # fmt: skip

    def names(self, layer: int) -> list[str]:
        """Of the units of a layer."""
        if layer == len(self.weights):
            count = self.weights[-1].shape[1]
            return [f"y{unit + 1}" for unit in range(count)] if count > 1 else ["y"]
        prefix = "x" if not layer else "h" if len(self.weights) == 2 else f"h{layer}."
        count = len(self.weights[0]) if not layer else self.weights[layer - 1].shape[1]
        return [f"{prefix}{unit + 1}" for unit in range(count)]

    @property
    def rules(self) -> Rules:
        """For the transcription."""
        return Rules(self.activations, self.loss, "loss")


@dataclass
class Hand:
    """How somebody works: a step by hand with each rule in a method of its own, so that any of them can be wrong."""

    work: Homework
    keep: Keep = lambda name, value: value
    """What becomes of each array as soon as it is known."""
    memory: list[dict[str, Any]] = field(default_factory=list)

    def sums(self, below: Array, layer: int) -> Array:
        """z of a layer."""
        total = below @ self.work.weights[layer]
        return total + self.work.biases[layer] if self.work.biases else total

    def activation(self, z: Array, layer: int) -> Array:
        """a of a layer."""
        return activate(self.work.activations[layer], z)

    def mask(self, z: Array, layer: int) -> Array:
        """f′ of a hidden layer."""
        return slope(self.work.activations[layer], z)

    def output(self, z: Array, a: Array, target: Array) -> Array:
        """δ of the outputs."""
        work = self.work
        step = one_step(Rules(work.activations[-1:], work.loss, "loss"), [np.eye(len(z))], [], z, target)
        return step.delta[0]

    def error(self, z: Array, a: Array, target: Array) -> float:
        """E of the outputs; the logarithms of a cross entropy are taken of the sums."""
        of_sums = "cross_entropy" in self.work.loss
        rules = Rules(self.work.activations[-1:] if of_sums else ("linear",), self.work.loss, "loss")
        return float(one_step(rules, [np.eye(len(z))], [], z if of_sums else a, target).error)

    def upstream(self, delta: Array, layer: int, gradient: Array) -> Array:
        """What arrives at the layer below."""
        return self.work.weights[layer] @ delta

    def gradient(self, below: Array, delta: Array) -> Array:
        """∂E/∂W."""
        return np.outer(below, delta)

    def penalised(self, gradient: Array, weights: Array) -> Array:
        """With the price of the weights."""
        return gradient + self.work.l2 * weights

    def updated(self, old: Array, gradient: Array) -> Array:
        """In a first step."""
        rate = self.work.rate
        if self.work.optimizer == "adam":
            return old - rate * gradient / (np.abs(gradient) + 1e-8)
        return old - rate * gradient

    def figures(self, sample: int = 0) -> list[tuple[str, float]]:
        """(name, value) of the first step, in the order of its phases."""
        work, depth, found = self.work, len(self.work.weights), list[tuple[str, float]]()

        def noted(kind: str, layer: int, values: Array) -> Array:
            kept = self.keep(kind, values)
            found.extend((f"{kind}({name})", float(v)) for name, v in zip(work.names(layer), kept, strict=True))
            return kept

        z, a = list[Array](), [np.array(work.inputs[sample])]
        for layer in range(depth):
            z.append(noted("z", layer + 1, self.sums(a[-1], layer)))
            a.append(noted("ŷ" if layer == depth - 1 else "a", layer + 1, self.activation(z[-1], layer)))
        found.append(("E", self.error(z[-1], a[-1], np.array(work.targets[sample]))))
        delta = noted("δ", depth, self.output(z[-1], a[-1], np.array(work.targets[sample])))
        deltas = [delta]
        for layer in range(depth - 1, 0, -1):
            passed = self.upstream(delta, layer, self.gradient(a[layer], delta))
            upstream = noted("upstream", layer, passed)
            delta = noted("δ", layer, upstream * self.mask(z[layer - 1], layer - 1))
            deltas.insert(0, delta)
        gradients = [self.gradient(below, d) for below, d in zip(a, deltas, strict=False)]
        found += self._matrices("∂E/∂", [self.keep("gradient", g) for g in gradients], deltas)
        prices = [self.penalised(g, w) for g, w in zip(gradients, work.weights, strict=True)]
        new = [self.updated(w, g) for w, g in zip(work.weights, prices, strict=True)]
        return found + self._matrices("", new, [self.updated(b, d) for b, d in zip(work.biases, deltas, strict=False)])

    def _matrices(self, kind: str, weights: list[Array], biases: list[Array]) -> list[tuple[str, float]]:
        found = []
        for layer, matrix in enumerate(weights, 1):
            for row, below in enumerate(self.work.names(layer - 1)):
                for column, above in enumerate(self.work.names(layer)):
                    found.append((f"{kind}W{layer}[{below}→{above}]", float(matrix[row, column])))
        if self.work.biases:
            for layer, values in enumerate(biases, 1):
                found += [
                    (f"{kind}b{layer}[{n}]", float(v)) for n, v in zip(self.work.names(layer), values, strict=True)
                ]
        return found


def text_of(figures: list[tuple[str, float]], decimals: int = 4) -> str:
    """As a sheet."""
    return "".join(f"{name} = {value:.{decimals}f}\n" for name, value in figures)
