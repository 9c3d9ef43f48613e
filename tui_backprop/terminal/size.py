"""The sizes that screens are made for, whatever a terminal, a browser or an SSH client claims."""

from __future__ import annotations

SMALLEST, LARGEST = (12, 4), (500, 300)
"""(columns, rows). A smaller terminal shows the upper left corner of a screen of the least size, a larger one has
the screen in its own upper left corner."""


def bounded(columns: int, rows: int) -> tuple[int, int]:
    """The size, cut down to the largest."""
    return min(columns, LARGEST[0]), min(rows, LARGEST[1])


def fitting(columns: int, rows: int) -> tuple[int, int]:
    """The size of the screen on a terminal of this size."""
    columns, rows = bounded(columns, rows)
    return max(columns, SMALLEST[0]), max(rows, SMALLEST[1])
