"""Activations and their slopes in figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.lessons.arithmetic import number

AT = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)


def curve(name: str, z: Array) -> tuple[Array, Array]:
    """f(z) and f′(z)."""
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
