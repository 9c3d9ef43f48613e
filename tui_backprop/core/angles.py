"""Sines and cosines with the same bits on every machine, as `elementary` has exponentials.

An angle is x = n·π/64 + r. The sine and cosine of node n are in a table; from them those of x follow by the
addition theorems. r is so small that a few terms of its series are enough.
"""

from __future__ import annotations

from functools import cache
from math import isfinite, ldexp, nan

import numpy as np

from tui_backprop.core.arrays import Array

_NODES = 128
"""Nodes in a full turn."""
_FAR = 50_000.0
"""Whole multiples of the parts of a step are exact up to this angle."""
_BITS = 1200
"""Bits of π after the point: enough for the largest float."""


@cache
def _step(bits: int) -> int:
    """π/64 in fixed point (Machin, 1706: π/4 = 4·arctan 1/5 − arctan 1/239)."""
    one = 1 << (bits + 32)

    def arctan_of_inverse(n: int) -> int:
        power = total = one // n
        for odd in range(3, 2 * bits, 2):
            power //= -n * n
            total += power // odd
        return total

    return (16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)) >> 38


@cache
def _parts() -> tuple[float, float, float]:
    """π/64 in three parts, the first two with so few digits that their multiples are exact."""
    rest, found = _step(_BITS), list[float]()
    for bits in (36, 69):
        part = rest >> (_BITS - bits)
        found.append(ldexp(part, -bits))
        rest -= part << (_BITS - bits)
    return found[0], found[1], rest / (1 << _BITS)


@cache
def _table() -> tuple[Array, Array]:
    """Sines of all nodes, and their rounding errors; cosines are the sines a quarter of a turn further on."""
    bits = 160
    one = 1 << bits
    angle = _step(bits)
    sine, cosine, term = 0, one, one
    for n in range(1, 40):
        term = term * angle // one // n
        if n % 2:
            sine += term if n % 4 == 1 else -term
        else:
            cosine += term if n % 4 == 0 else -term
    exact, x, y = [], one, 0
    for _ in range(_NODES // 4 + 1):
        exact.append(y)
        x, y = (x * cosine - y * sine) >> bits, (x * sine + y * cosine) >> bits
    exact[-1] = one
    exact += exact[-2::-1]
    exact += [-value for value in exact[1:-1]]
    floats = [value / one for value in exact]
    rests = [(value - int(ldexp(near, bits))) / one for value, near in zip(exact, floats, strict=True)]
    return np.array(floats), np.array(rests)


def sin_cos(angles: Array) -> tuple[Array, Array]:
    """Sine and cosine of angles in radians, within 2 units in the last place; NaN for those that are not finite."""
    first, second, third = _parts()
    near = np.where(np.abs(angles) < _FAR, angles, 0.0)
    steps = np.rint(near / first)
    r = near - steps * first - steps * second - steps * third
    node = steps.astype(np.intp)
    for place in np.flatnonzero(np.ravel(~(np.abs(angles) < _FAR))):
        node.flat[place], r.flat[place] = _range_reduced(float(angles.flat[place]))
    floats, rests = _table()
    up, across = node % _NODES, (node + _NODES // 4) % _NODES
    s = r * r
    sine = r + r * s * (-1 / 6 + s * (1 / 120 - s * (1 / 5040)))
    cosine_less_1 = s * (-0.5 + s * (1 / 24 - s * (1 / 720)))
    return (
        floats[up] + (rests[up] + (floats[across] * sine + floats[up] * cosine_less_1)),
        floats[across] + (rests[across] + (floats[across] * cosine_less_1 - floats[up] * sine)),
    )


def sin(angles: Array) -> Array:
    """Sine of angles in radians."""
    return sin_cos(angles)[0]


def _range_reduced(angle: float) -> tuple[int, float]:
    """The nearest node to an angle of many turns, and the remainder."""
    if not isfinite(angle):
        return 0, nan
    numerator, denominator = angle.as_integer_ratio()
    exact, step = (numerator << _BITS) // denominator, _step(_BITS)
    node = (2 * exact + step) // (2 * step)
    return node % _NODES, (exact - node * step) / (1 << _BITS)
