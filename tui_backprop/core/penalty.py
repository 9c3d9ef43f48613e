"""Regularisation: a penalty on large weights, minimised together with the loss. Biases are free.

P = l1·Σ|w| + ½·l2·Σw²            ∂P/∂w = l1·sign(w) + l2·w
"""

from __future__ import annotations

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment, Training


def penalised(training: Training) -> bool:
    """Whether there is a weight penalty."""
    return bool(training.l1 or training.l2)


def penalty(training: Training, weights: Array) -> float:
    """P, for weights of any shape."""
    return float(training.l1 * np.abs(weights).sum() + 0.5 * training.l2 * (weights * weights).sum())


def penalty_gradient(training: Training, weights: Array) -> Array:
    """∂P/∂w of each weight, in their shape; the corner of |w| at 0 counts as flat."""
    return np.asarray(training.l1 * np.sign(weights) + training.l2 * weights)


def plain_penalty(training: Training, weight: str) -> str:
    """∂P/∂w of the Python float `weight` as an expression, with the same bits."""
    sign = f"(1.0 if {weight} > 0.0 else -1.0 if {weight} < 0.0 else 0.0)"
    return f"({training.l1!r} * {sign} + {training.l2!r} * {weight})"


def with_penalty(experiment: Experiment, parameters: Array, gradient: Array, start: int = 0) -> Array:
    """∂(E + P) of `parameters` (…, parameters) from number `start` on, given ∂E in that shape: what is descended."""
    weights = slice(0, max(0, experiment.network.weight_count - start))
    total = gradient.copy()
    total[..., weights] += penalty_gradient(experiment.training, parameters[..., weights])
    return total
