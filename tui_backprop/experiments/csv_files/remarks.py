"""Remarks on columns that can be read, but look like a mistake."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.experiments.csv_files.spelling import spelt_alike
from tui_backprop.experiments.csv_files.table import Table

_MOST = 8
"""The most columns, or groups of classes, that one remark names."""
_FEWEST = 10
"""Rows from which on a number may be far from the others, and classes after which rare ones are odd."""
_FAR = 0.01
"""One number is far from all others if their range is less than this share of its distance."""


def remarks(table: Table, inputs: int) -> Iterator[str]:
    """Remarks on inputs that never change, on numbers far from all others, and on classes that may be one.

    The first `inputs` columns of the table are inputs.
    """
    numbers = [column for column in range(inputs) if table.classes[column] is None]
    always = [c for c in numbers if len(table.values) > 1 and (table.values[:, c] == table.values[0, c]).all()]
    if always:
        yield ", ".join(f"{table.names[c]} is always {table.values[0, c]:g}" for c in always[:_MOST])
    for name, classes, values in zip(table.names, table.classes, table.values.T, strict=True):
        if classes is None:
            if far := _far_off(values):
                yield f"{name}: {far}"
            continue
        rows = dict(zip(classes, np.bincount(values.astype(np.intp)).tolist(), strict=True))
        if several := [", ".join(alike) for alike in spelt_alike(rows)]:
            yield f"{name}: {'; '.join(several[:_MOST])} are spelled alike: the same class?"
        alone = list(rows.values()).count(1)
        if alone * 2 > len(rows) > _FEWEST:
            yield f"{name}: {alone} of {len(rows)} classes are in one row only"


def _far_off(values: Array) -> str:
    """What to say of a number that is far from all others; empty if there is none, or the others are equal."""
    if len(values) < _FEWEST:
        return ""
    ends = np.partition(values, (0, 1, -2, -1))[[0, 1, -2, -1]].tolist()
    for outer, near, end in ((ends[3], ends[2], ends[0]), (ends[0], ends[1], ends[3])):
        if 0 < abs(near - end) < _FAR * abs(outer - near):
            low, high = sorted((near, end))
            return f"{outer:g} is far from all other values, which go from {low:g} to {high:g}"
    return ""
