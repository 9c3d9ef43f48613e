"""Columns whose numbers are far from 0: they shut gates, saturate units, or make updates overshoot."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tui_backprop.core.experiment import Data

LARGE = 10.0
"""Inputs and targets farther than this from 0 should be scaled."""


class InputColumn(NamedTuple):
    """An input or a target, and the range of its numbers."""

    name: str
    low: float
    high: float
    target: bool


@lru_cache(maxsize=16)
def unscaled(data: Data) -> tuple[InputColumn, ...]:
    """The columns that should be scaled and are not, those with the largest numbers first."""
    found = []
    for values, names, scaled, target in (
        (data.inputs, data.input_names, data.standardised, False),
        (data.targets, data.target_names, data.target_scale is not None, True),
    ):
        if scaled or not values.size:
            continue
        lows, highs = values.min(axis=0).tolist(), values.max(axis=0).tolist()
        columns = zip(names, lows, highs, strict=True)
        found += [
            InputColumn(name, low, high, target)
            for name, low, high in columns
            if low < high and max(-low, high) > LARGE  # a column of one value cannot be scaled
        ]
    return tuple(sorted(found, key=lambda column: min(column.low, -column.high)))
