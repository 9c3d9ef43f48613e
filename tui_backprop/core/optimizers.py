"""How a gradient becomes new parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Training

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as its authors recommend."""
DECAY = 0.9
"""RMSProp's."""


@dataclass(frozen=True, eq=False)
class Memory:
    """What an optimiser remembers: `slots` (slots, parameters trained), read-only, after `age` updates."""

    slots: Array
    age: int = 0


class Optimizer(Protocol):
    """Moves parameters in place, given their gradient, one by one and all alike: arrays may have any shape.

    What it has to remember of earlier gradients is not kept here but in `memory` (slots, …), which starts at 0,
    so that a step is a function of its arguments.
    """

    slots: int

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`parameters`, `gradient` and each slot of `memory` have one shape; `age` updates were made before."""


class GradientDescent:
    """Plain SGD: W ← W − rate × g."""

    slots = 0

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        self._rate = np.array(training.rate)
        self._change = np.empty(shape)

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """Needs no memory."""
        np.multiply(gradient, self._rate, self._change)
        np.subtract(parameters, self._change, parameters)


class Momentum:
    """v ← momentum × v + g, W ← W − rate × v (Polyak, "Some methods of speeding up the convergence", 1964)."""

    slots = 1

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        self._rate, self._momentum = training.rate, training.momentum

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds the velocity v."""
        velocity = memory[0]
        velocity *= self._momentum
        velocity += gradient
        parameters -= self._rate * velocity


class RMSProp:
    """v ← decay × v + (1 − decay) × g², W ← W − rate × g / (√v + ε) (Hinton, "Neural networks", lecture 6e, 2012)."""

    slots = 1

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        self._rate = training.rate

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds v, the running mean of the gradient's square."""
        square = memory[0]
        square *= DECAY
        square += (1.0 - DECAY) * gradient * gradient
        parameters -= self._rate * gradient / (np.sqrt(square) + EPSILON)


class Adam:
    """Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1."""

    slots = 2

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        self._rate = training.rate

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds the running means m of the gradient and v of its square."""
        mean, square = memory
        mean *= BETA1
        mean += (1.0 - BETA1) * gradient
        square *= BETA2
        square += (1.0 - BETA2) * gradient * gradient
        mean_hat = mean / (1.0 - BETA1 ** (age + 1))
        square_hat = square / (1.0 - BETA2 ** (age + 1))
        parameters -= self._rate * mean_hat / (np.sqrt(square_hat) + EPSILON)


OPTIMIZERS: dict[str, Callable[[Training, tuple[int, ...]], Optimizer]] = {
    "sgd": GradientDescent,
    "momentum": Momentum,
    "rmsprop": RMSProp,
    "adam": Adam,
}
"""By name: (training, shape of the parameters) → optimiser."""
