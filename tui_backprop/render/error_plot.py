"""The error over the epochs as a line in braille, stretched over the available columns."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import Canvas
from tui_backprop.render.numbers import power, short
from tui_backprop.render.spans import Span

LOG_FROM = 30.0
"""If the largest error is this many times the smallest, the axis is logarithmic."""
_APART = 3
"""With at least this many cells between epochs, each has a mark."""
_LINE, _AHEAD, _EXTREMES = Span("", "label"), Span("", "dim"), Span("", "faint")
_SOLID, _DOTTED = (1, 0), (1, 3)


class Axis(NamedTuple):
    """What the height of a line means: from 0 to `top`, or between two powers of ten."""

    top: float
    powers: tuple[int, int] | None = None
    zero: bool = False
    """Whether a logarithmic one shows errors of 0 at its bottom, too."""

    @property
    def labels(self) -> tuple[str, str]:
        """The values at the bottom and at the top."""
        if self.powers is None:
            return "0", short(self.top)
        return "≤" * self.zero + power(self.powers[0]), power(self.powers[1])

    @property
    def text(self) -> str:
        """The scale in one piece: `0–4.95`, `0.01–10 log`."""
        return "–".join(self.labels) + (" log" if self.powers else "")

    def dots(self, value: float, height: int) -> int:
        """How many of `height` dots lie below a finite value."""
        if value <= 0 or not self.top:
            return 0
        if self.powers is None:
            return round(value / self.top * (height - 1))
        return max(0, round((math.log10(value) - self.powers[0]) / (self.powers[1] - self.powers[0]) * (height - 1)))


class ErrorPlot(NamedTuple):
    """The cells, row by row, how many epochs share a place, and where the present epoch stands, if one is over."""

    cells: list[list[Span]]
    size: int
    cursor: int | None


def axis_of(moment: Moment) -> Axis:
    """Room for all branches' errors. A logarithmic axis begins and ends at powers of ten: it seldom changes."""
    every = np.concatenate([moment.errors, *moment.ghosts])
    positive = every[np.isfinite(every) & (every > 0)]
    low, top = (float(positive.min()), float(positive.max())) if len(positive) else (0.0, 0.0)
    if top <= LOG_FROM * low or not low:
        return Axis(top)
    return Axis(top, (math.floor(math.log10(low)), math.ceil(math.log10(top))), bool((every == 0).any()))


def binned(errors: Array, columns: int, epochs: int = 0) -> tuple[Array, int]:
    """At most `columns` means, each of the same number of epochs, and that number.

    A bin with an infinite or undefined error shows the worst of it. The last bin may hold fewer epochs. There is room
    for `epochs` of them, where that is more than there are.
    """
    size = max(1, -(-max(len(errors), epochs) // columns))
    starts = np.arange(0, len(errors), size)
    with np.errstate(all="ignore"):
        return np.add.reduceat(errors, starts) / np.diff(starts, append=len(errors)), size


class _Grid(NamedTuple):
    """Where epochs and errors stand among the dots: `total` epochs, `size` of them sharing a place."""

    axis: Axis
    columns: int
    rows: int
    total: int
    size: int

    def x(self, place: int) -> int:
        """The dot of a place, in the middle of its epochs; the first and the last epoch are at the edges."""
        first = place * self.size
        middle = first + (min(self.size, self.total - first) - 1) / 2
        return round(middle / (self.total - 1) * (2 * self.columns - 1)) if self.total > 1 else 0

    def y(self, value: float) -> int:
        """The dot of an error, counted from the top."""
        height = 4 * self.rows
        return height - 1 - self.axis.dots(value, height)


def plot(moment: Moment, axis: Axis, columns: int, rows: int) -> ErrorPlot:
    """The line through all epochs: dim beyond the present one, other branches dotted, `!` where it is not finite.

    Where epochs share a place, a faint stroke reaches from their least error to their largest.
    """
    total = max(map(len, (moment.errors, *moment.ghosts)))
    means, size = binned(moment.errors, columns, total)
    grid, canvas = _Grid(axis, columns, rows, total, size), Canvas(columns, rows)
    done = -(-moment.epochs_completed // size)
    inks = [_LINE if place < done else _AHEAD for place in range(len(means))]
    for errors in moment.ghosts:
        ghost = binned(errors, columns, total)[0]
        _draw(canvas, grid, ghost, [_AHEAD] * len(ghost), _DOTTED)
    if size > 1:
        starts = np.arange(0, len(moment.errors), size)
        extremes = (of.reduceat(moment.errors, starts).tolist() for of in (np.minimum, np.maximum))
        for place, (low, high) in enumerate(zip(*extremes, strict=True)):
            if math.isfinite(low) and math.isfinite(high):
                x = grid.x(place)
                canvas.draw((x, grid.y(low)), (x, grid.y(high)), _EXTREMES, 1, _SOLID)
    _draw(canvas, grid, means, inks, _SOLID)
    cells = canvas.lines()
    for place, mean in enumerate(means.tolist()):
        present, column = place == done - 1, grid.x(place) // 2
        if not math.isfinite(mean):
            cells[-1][column] = Span("!", "warn", bold=present)
        elif present or columns > _APART * (len(means) - 1):
            look = Span("●", "accent", bold=True) if present else inks[place]._replace(text="●")
            cells[grid.y(mean) // 4][column] = look
    _aim(cells, [grid.x(place) // 2 for place in range(len(means))], size, len(moment.errors))
    return ErrorPlot(cells, size, grid.x(done - 1) // 2 if done else None)


def _aim(cells: list[list[Span]], columns: Sequence[int], size: int, epochs: int) -> None:
    """Makes a click in a column mean the epoch that is drawn nearest to it."""
    for column in range(len(cells[0])):
        place = min(range(bisect(columns, column) + 1)[-2:], key=lambda at: _apart(columns, at, column))
        target = f"to_epoch({min((place + 1) * size, epochs)})"
        for row in cells:
            row[column] = row[column]._replace(target=target)


def _apart(columns: Sequence[int], place: int, column: int) -> float:
    return abs(columns[place] - column) if place < len(columns) else math.inf


def _draw(canvas: Canvas, grid: _Grid, values: Array, inks: Sequence[Span], dash: tuple[int, int]) -> None:
    """Straight segments from place to place, each in the ink of its end; broken where a value is not finite."""
    before = None
    for place, value in enumerate(values.tolist()):
        dot = (grid.x(place), grid.y(value)) if math.isfinite(value) else None
        if dot is not None:
            canvas.draw(before or dot, dot, inks[place], 1, dash)
        before = dot
