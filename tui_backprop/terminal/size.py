"""The sizes that screens are made for, whatever a terminal, a browser or an SSH client claims."""

from __future__ import annotations

LEAST, MOST = (12, 4), (500, 300)
"""(columns, rows). A smaller terminal shows the upper left corner of a screen of the least size, a larger one has
the screen in its own upper left corner."""


def bounded(columns: int, rows: int) -> tuple[int, int]:
    """No more than there can be."""
    return min(columns, MOST[0]), min(rows, MOST[1])


def fitting(columns: int, rows: int) -> tuple[int, int]:
    """The size of the screen on a terminal of this size."""
    columns, rows = bounded(columns, rows)
    return max(columns, LEAST[0]), max(rows, LEAST[1])
