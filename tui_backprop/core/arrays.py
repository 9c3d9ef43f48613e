"""The one numeric type, the one way to add, and how much is computed at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
"""Double precision throughout."""
BLOCK = 4096
"""How many numbers to compute at once: enough to be worth a NumPy call, few enough to stay in the processor's cache."""


def sum_in_order(values: ArrayLike) -> float:
    """Sum of at least one number, first to last, as training adds.

    The built-in `sum` compensates for rounding from Python 3.12 on, and `numpy.sum` adds in pairs.
    """
    with np.errstate(all="ignore"):  # numbers that are no longer finite are shown as they are
        return float(np.add.accumulate(np.ravel(values))[-1])


def zeros(size: int, networks: int | None = None, innermost: bool = True) -> Array:
    """Zeros (size,), or for many networks at once (networks, size).

    With the networks `innermost` in memory, a call on arrays of a few numbers each runs along thousands of neighbours.
    """
    if networks is None:
        return np.zeros(size)
    return np.zeros((size, networks)).T if innermost else np.zeros((networks, size))


def blocks(count: int, each: int = 1) -> Iterator[slice]:
    """Slices over `count` things of `each` numbers, about `BLOCK` numbers at a time."""
    few = max(1, BLOCK // each)
    return (slice(first, first + few) for first in range(0, count, few))


def number_at(array: Array | None, place: int) -> float | None:
    """The number at a place of an array; None where the array is not known."""
    return None if array is None else float(array[place])


def frozen(array: Array) -> Array:
    """Makes an array read-only and returns it."""
    array.flags.writeable = False
    return array
