"""Inputs made of two others: their squares, their product, their sines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tui_backprop.core.arrays import Array

FEATURES: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
}


def expand(points: Array, names: Sequence[str]) -> Array:
    """The features `names` of `points` (samples, 2): (samples, features)."""
    return np.column_stack([FEATURES[name](points[:, 0], points[:, 1]) for name in names])
