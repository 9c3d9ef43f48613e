"""How a gradient becomes new parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from tui_backprop.core.arrays import Array


class Optimizer(Protocol):
    """Moves parameters in place, given their gradient, each alike: arrays may have any shape."""

    def update(self, parameters: Array, gradient: Array) -> None:
        """Both of the same shape."""


class GradientDescent:
    """Plain SGD: W ← W − rate × ∂E/∂W."""

    def __init__(self, rate: float, shape: tuple[int, ...]) -> None:
        self._rate = np.array(rate)
        self._change = np.empty(shape)

    def update(self, parameters: Array, gradient: Array) -> None:
        """`parameters` and `gradient` have the shape that the optimiser was made for."""
        np.multiply(gradient, self._rate, self._change)
        np.subtract(parameters, self._change, parameters)


OPTIMIZERS: dict[str, Callable[[float, tuple[int, ...]], Optimizer]] = {"sgd": GradientDescent}
"""By name: (rate, shape of the parameters) → optimiser."""
