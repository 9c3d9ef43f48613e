"""Columns that need scaling: numbers far from 0 shut gates, saturate units, or make updates overshoot.

Inputs that hardly differ get answers that hardly differ.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tui_backprop.core.experiment import Data

LARGE = 10.0
"""Inputs and targets farther than this from 0 should be scaled."""
CLOSE = 0.1
"""Inputs that differ by less than this share of their size, or of 1 if they are smaller, lie close together."""


class InputColumn(NamedTuple):
    """An input or a target, and the range of its numbers."""

    name: str
    low: float
    high: float
    target: bool

    @property
    def size(self) -> float:
        """How far from 0 its numbers go."""
        return max(-self.low, self.high)


@lru_cache(maxsize=16)
def unscaled(data: Data) -> tuple[InputColumn, ...]:
    """The columns with large numbers that are not scaled, those with the largest first."""
    large = (column for column in _not_scaled(data) if column.size > LARGE)
    return tuple(sorted(large, key=lambda column: -column.size))


@lru_cache(maxsize=16)
def close_together(data: Data) -> tuple[InputColumn, ...]:
    """All inputs that change, if they are not scaled and the numbers of each lie close together."""
    inputs = [column for column in _not_scaled(data) if not column.target]
    alike = all(column.high - column.low < CLOSE * max(1.0, column.size) for column in inputs)
    return tuple(inputs) if alike else ()


def _not_scaled(data: Data) -> list[InputColumn]:
    """A column of one value cannot be scaled."""
    found = list[InputColumn]()
    for values, names, scaled, target in (
        (data.inputs, data.input_names, data.standardised, False),
        (data.targets, data.target_names, data.target_scale is not None, True),
    ):
        if scaled or not values.size:
            continue
        lows, highs = values.min(axis=0).tolist(), values.max(axis=0).tolist()
        columns = zip(names, lows, highs, strict=True)
        found += [InputColumn(name, low, high, target) for name, low, high in columns if low < high]
    return found
