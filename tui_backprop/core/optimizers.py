"""How a gradient becomes new parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from tui_backprop.core.arrays import Array


class Optimizer(Protocol):
    """Moves flat parameters in place, given their gradient."""

    def update(self, parameters: Array, gradient: Array) -> None:
        """Both flat, of the same shape."""


class GradientDescent:
    """Plain SGD: W ← W − rate × ∂E/∂W."""

    def __init__(self, rate: float, size: int) -> None:
        self._rate = np.array(rate)
        self._change = np.empty(size)

    def update(self, parameters: Array, gradient: Array) -> None:
        """`parameters` and `gradient` have the same shape (size,)."""
        np.multiply(gradient, self._rate, self._change)
        np.subtract(parameters, self._change, parameters)


OPTIMIZERS: dict[str, Callable[[float, int], Optimizer]] = {"sgd": GradientDescent}
"""By name: (rate, number of parameters) → optimiser."""
