"""Activations and their slopes in figures, and functions that would make bad ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.lessons.arithmetic import number

AT = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)
_OTHERS: dict[str, Callable[[Array], tuple[Array, Array]]] = {
    "step": lambda z: ((z > 0).astype(float), np.zeros_like(z)),
    "square": lambda z: (z * z, 2 * z),
    "sine": lambda z: (np.sin(z), np.cos(z)),
}
"""f and f′ of functions that each break a rule of good activations."""
CURVES = (*HIDDEN_ACTIVATIONS, *_OTHERS)
"""The functions that a page can draw, with their derivatives."""


def curve(name: str, z: Array) -> tuple[Array, Array]:
    """f(z) and f′(z)."""
    if name in _OTHERS:
        return _OTHERS[name](z)
    a, slope = np.empty_like(z), np.empty_like(z)
    ACTIVATIONS[name].apply(z, a)
    ACTIVATIONS[name].derivative(z, a, slope)
    return a, slope


def curve_table(names: Sequence[str]) -> list[str]:
    """Values and slopes at a few places, as text."""
    z = np.array(AT)
    lines = ["  " + "z".ljust(12) + "".join(number(value).rjust(9) for value in AT)]
    for name in names:
        a, slope = curve(name, z)
        lines.append("  " + name.ljust(12) + "".join(number(value).rjust(9) for value in a.tolist()))
        lines.append("  " + "  slope".ljust(12) + "".join(number(value).rjust(9) for value in slope.tolist()))
    return lines
