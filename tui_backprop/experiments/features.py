"""Inputs computed from two others: their squares, their product, their sines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tui_backprop.core.angles import sin
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Scale

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: sin(x1),
    "sin(x2)": lambda x1, x2: sin(x2),
}


def expand(points: Array, names: Sequence[str]) -> Array:
    """The features `names` of `points` (samples, 2): (samples, features)."""
    return np.column_stack([FEATURES[name](points[:, 0], points[:, 1]) for name in names])


@dataclass(frozen=True, eq=False)
class Expansion:
    """The features `names` of points, scaled like the inputs where these are standardised."""

    names: tuple[str, ...]
    scale: Scale | None = None

    def __call__(self, points: Array) -> Array:
        """The features of `points` (points, 2), as (points, features)."""
        made = expand(points, self.names)
        return made if self.scale is None else self.scale(made)
