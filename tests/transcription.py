"""Back-propagation written down a second time, straight from its equations, to hold the package against.

Nothing here imports the package. `article_epochs` is the article's own loop, `one_step` every intermediate of a
step in matrix notation, and `plain_step` a step on Python floats whose sums run from the first term to the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Matrix = list[list[float]]

ARTICLE_INPUTS = np.array([[1.0, 1, 1], [1, 1, 0], [0, 1, 0], [0, 1, 1]])
ARTICLE_TARGETS = np.array([[1.0], [0], [1], [0]])


# --- The article's loop -----------------------------------------------------------------------------------------------


def relu(x: Array) -> Array:
    return (x > 0) * x


def relu2deriv(x: Array) -> Array:
    return np.asarray(x > 0, dtype=np.float64)


def article_start(seed: int) -> tuple[Array, Array]:
    """The article's initial weights of a seed: (3, 4) and (4, 1)."""
    random = np.random.RandomState(seed)  # the generator of `numpy.random.seed`
    first = random.random_sample((3, 4))
    return first, random.random_sample(4).reshape(4, 1)


def article_epoch(first: Array, second: Array, alpha: float = 0.1, decimals: int | None = 1) -> float:
    """One epoch of the article's training, which changes the weights; returns its error."""
    error = 0.0
    for i in range(len(ARTICLE_INPUTS)):
        layer_0 = ARTICLE_INPUTS[i : i + 1]
        layer_1 = relu(np.dot(layer_0, first))
        layer_2 = np.dot(layer_1, second)
        if decimals is not None:
            layer_2 = np.round(layer_2, decimals)
        error += float(np.sum((layer_2 - ARTICLE_TARGETS[i : i + 1]) ** 2))
        layer_2_delta = layer_2 - ARTICLE_TARGETS[i : i + 1]
        layer_1_delta = layer_2_delta.dot(second.T) * relu2deriv(layer_1)
        second -= alpha * layer_1.T.dot(layer_2_delta)
        first -= alpha * layer_0.T.dot(layer_1_delta)
    return error


def article_epochs(first: Array, second: Array, alpha: float = 0.1) -> Iterator[tuple[float, Array, Array]]:
    """(error, W1, W2) at the end of epoch 1, 2, …"""
    first, second = first.copy(), second.copy()
    while True:
        yield article_epoch(first, second, alpha), first.copy(), second.copy()


# --- Any network, in matrices -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """What determines a step besides parameters and samples."""

    activations: tuple[str, ...]
    loss: str = "half_squared"
    report: str = "squared"
    round: int | None = None
    masks_applied: bool = True


@dataclass(frozen=True)
class Step:
    """Every intermediate of one sample, layer 1 first; `upstream` is that of the hidden layers."""

    z: list[Array]
    a: list[Array]
    prediction: Array
    loss: float
    error: float
    upstream: list[Array]
    mask: list[Array]
    delta: list[Array]
    gradient: list[Array]


def activate(name: str, z: Array) -> Array:
    match name:
        case "linear":
            return z
        case "relu":
            return np.where(z > 0, z, 0.0)
        case "leaky_relu":
            return np.where(z > 0, z, 0.01 * z)
        case "elu":
            return np.where(z > 0, z, np.exp(np.minimum(z, 0.0)) - 1.0)
        case "sigmoid":
            return 1 / (1 + np.exp(-z))
        case "tanh":
            return np.tanh(z)
        case "softmax":
            powers = np.exp(z - z.max())
            return np.asarray(powers / powers.sum())
    raise ValueError(name)


def slope(name: str, z: Array) -> Array:
    """f′(z); the diagonal of softmax's Jacobian."""
    a = activate(name, z)
    match name:
        case "linear":
            return np.ones_like(z)
        case "relu":
            return np.where(z > 0, 1.0, 0.0)
        case "leaky_relu":
            return np.where(z > 0, 1.0, 0.01)
        case "elu":
            return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0.0)))
        case "sigmoid" | "softmax":
            return a * (1 - a)
        case "tanh":
            return 1 / np.cosh(z) ** 2
    raise ValueError(name)


def loss_value(name: str, prediction: Array, target: Array) -> float:
    match name:
        case "half_squared":
            return float(((prediction - target) ** 2).sum() / 2)
        case "squared":
            return float(((prediction - target) ** 2).sum())
        case "mean_squared":
            return float(((prediction - target) ** 2).mean())
        case "binary_cross_entropy":
            return float(-(target * np.log(prediction) + (1 - target) * np.log1p(-prediction)).sum())
        case "softmax_cross_entropy":
            return float(-(target * np.log(prediction)).sum())
    raise ValueError(name)


def output_delta(rules: Rules, prediction: Array, target: Array, a: Array, mask: Array) -> Array:
    """∂E/∂z of the last layer; the cross-entropies' derivative and their activation's cancel to ŷ − y."""
    if rules.loss.endswith("cross_entropy"):
        return prediction - target
    factors = {"half_squared": 1.0, "squared": 2.0, "mean_squared": 2.0 / len(target)}
    upstream = (prediction - target) * factors[rules.loss]
    if rules.activations[-1] == "softmax":
        return np.asarray((np.diag(a) - np.outer(a, a)) @ upstream)
    return upstream * mask


def one_step(rules: Rules, weights: Sequence[Array], biases: Sequence[Array], x: Array, y: Array) -> Step:
    """Forwards and backwards for one sample x (units[0],), y (units[L],); no `biases` means none."""
    z: list[Array] = []
    a: list[Array] = [x]
    for layer, name in enumerate(rules.activations):
        z.append(a[-1] @ weights[layer] + (biases[layer] if biases else 0.0))
        a.append(activate(name, z[-1]))
    prediction = a[-1] if rules.round is None else np.round(a[-1], rules.round)
    loss = loss_value(rules.loss, prediction, y)
    error = float(((prediction - y) ** 2).sum()) if rules.report == "squared" else loss
    mask = [slope(name, sums) for name, sums in zip(rules.activations, z, strict=True)]
    upstream: list[Array] = []
    delta = [output_delta(rules, prediction, y, a[-1], mask[-1])]
    for layer in range(len(weights) - 2, -1, -1):
        upstream.insert(0, weights[layer + 1] @ delta[0])
        delta.insert(0, upstream[0] * mask[layer] if rules.masks_applied else upstream[0])
    gradient = [np.outer(below, d) for below, d in zip(a, delta, strict=False)]
    return Step(z, a[1:], prediction, loss, error, upstream, mask, delta, gradient)


def batch_gradient(
    rules: Rules, weights: Sequence[Array], biases: Sequence[Array], inputs: Array, targets: Array
) -> tuple[list[Array], list[Array]]:
    """∂E/∂W and ∂E/∂b of the mean loss over the rows of `inputs` and `targets`."""
    steps = [one_step(rules, weights, biases, x, y) for x, y in zip(inputs, targets, strict=True)]
    layers = range(len(weights))
    return (
        [np.mean([step.gradient[layer] for step in steps], axis=0) for layer in layers],
        [np.mean([step.delta[layer] for step in steps], axis=0) for layer in layers],
    )


def flat_gradient(
    rules: Rules, weights: Sequence[Array], biases: Sequence[Array], inputs: Array, targets: Array
) -> Array:
    """The same as one flat array, all weights before all biases."""
    of_weights, of_biases = batch_gradient(rules, weights, biases, inputs, targets)
    return np.concatenate([part.ravel() for part in of_weights + (of_biases if biases else [])])


# --- Piecewise linear networks, in plain Python -----------------------------------------------------------------------


def ordered_sum(terms: Sequence[float]) -> float:
    """From the first term to the last."""
    total = terms[0]
    for term in terms[1:]:
        total += term
    return total


def plain_step(
    rules: Rules, weights: list[Matrix], biases: list[list[float]], x: list[float], y: list[float], rate: float
) -> tuple[float, list[Matrix], list[list[float]]]:
    """One update on Python floats: (reported error, weights, biases). Linear, ReLU and leaky ReLU only."""
    layers = range(len(weights))
    slopes = {"linear": (1.0, 1.0), "relu": (0.0, 1.0), "leaky_relu": (0.01, 1.0)}
    a, masks = [x], []
    for layer in layers:
        columns = list(zip(*weights[layer], strict=True))
        z = [ordered_sum([v * w for v, w in zip(a[-1], column, strict=True)]) for column in columns]
        if biases:
            z = [total + b for total, b in zip(z, biases[layer], strict=True)]
        masks.append([slopes[rules.activations[layer]][total > 0] for total in z])
        a.append([m * total for m, total in zip(masks[-1], z, strict=True)])
    prediction = a[-1] if rules.round is None else [float(np.round(v, rules.round)) for v in a[-1]]
    differences = [p - t for p, t in zip(prediction, y, strict=True)]
    squares = ordered_sum([d * d for d in differences])
    loss = {"half_squared": 0.5 * squares, "squared": squares, "mean_squared": squares / len(y)}[rules.loss]
    error = squares if rules.report == "squared" else loss
    upstream = {
        "half_squared": differences,
        "squared": [2.0 * d for d in differences],
        "mean_squared": [2.0 * d / len(y) for d in differences],
    }[rules.loss]
    deltas = [[u * m for u, m in zip(upstream, masks[-1], strict=True)]]
    for layer in range(len(weights) - 1, 0, -1):
        upstream = [ordered_sum([w * d for w, d in zip(row, deltas[0], strict=True)]) for row in weights[layer]]
        deltas.insert(0, [u * m for u, m in zip(upstream, masks[layer - 1], strict=True)])
    moved, moved_biases = [], []
    for layer in layers:
        rows = zip(a[layer], weights[layer], strict=True)
        moved.append([[w - rate * (v * d) for w, d in zip(row, deltas[layer], strict=True)] for v, row in rows])
        if biases:
            moved_biases.append([b - rate * d for b, d in zip(biases[layer], deltas[layer], strict=True)])
    return error, moved, moved_biases
