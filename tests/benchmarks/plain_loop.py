"""Training as you would write it in plain NumPy: the yardstick of the benchmarks, 1 in every ratio of speed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tests.transcription import Array


def start(layers: list[int], seed: int = 1) -> tuple[list[Array], list[Array]]:
    random = np.random.default_rng(seed)
    weights = [random.normal(size=(a, b)) * np.sqrt(2 / (a + b)) for a, b in pairwise(layers)]
    return weights, [np.zeros(b) for b in layers[1:]]


def relu(z: Array) -> Array:
    return (z > 0) * z


def adapted(gradient: Array, mean: Array, square: Array, age: int) -> Array:
    """The direction in which Adam goes."""
    mean *= 0.9
    mean += 0.1 * gradient
    square *= 0.999
    square += 0.001 * gradient * gradient
    return np.asarray(mean / (1 - 0.9**age) / (np.sqrt(square / (1 - 0.999**age)) + 1e-8))


def train(
    layers: list[int],
    hidden: str,
    output: str,
    batch: int,
    inputs: Array,
    targets: Array,
    steps: int,
    rate: float = 0.01,
    adam: bool = False,
) -> tuple[list[Array], list[Array]]:
    """`hidden` is "relu" or "tanh"; `output` "tanh" or "linear", with half the squared error, or "softmax", with
    cross-entropy. Gradient descent or Adam, mini-batches in order."""
    weights, biases = start(layers)
    memory = [(np.zeros_like(p), np.zeros_like(p)) for p in (*weights, *biases)]
    place = 0
    for step in range(1, steps + 1):
        x, y = inputs[place : place + batch], targets[place : place + batch]
        place = place + batch if place + batch < len(inputs) else 0
        a = [x]
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            z = a[-1] @ w + b
            a.append(np.tanh(z) if hidden == "tanh" else relu(z))
        z = a[-1] @ weights[-1] + biases[-1]
        if output == "softmax":
            e = np.exp(z - z.max(axis=1, keepdims=True))
            delta = e / e.sum(axis=1, keepdims=True) - y
        elif output == "tanh":
            out = np.tanh(z)
            delta = (out - y) * (1 - out * out)
        else:
            delta = z - y
        for layer in range(len(weights) - 1, -1, -1):
            gradient, bias_gradient = a[layer].T @ delta / len(x), delta.mean(axis=0)
            if layer:
                slope = 1 - a[layer] * a[layer] if hidden == "tanh" else a[layer] > 0
                delta = (delta @ weights[layer].T) * slope
            if adam:
                weights[layer] -= rate * adapted(gradient, *memory[layer], step)
                biases[layer] -= rate * adapted(bias_gradient, *memory[len(weights) + layer], step)
            else:
                weights[layer] -= rate * gradient
                biases[layer] -= rate * bias_gradient
    return weights, biases
