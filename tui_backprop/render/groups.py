"""The node graph of layers too large for a node a unit: neighbours share a row, and show their mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import Canvas, joined, put
from tui_backprop.render.numbers import fixed, level, scale_of, shut_sign, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, fit, line, safe, width

MOST_EDGES = 40
"""Of more edges than this between two layers only the strongest are drawn."""
_LEAST_GAP = 7
_VALUE = 8
_MOST_NAME = 9


@dataclass(frozen=True)
class _Column:
    """A layer's groups: `size` units in each but the last, which may have fewer; `rows` are where they stand."""

    layer: int
    units: int
    size: int
    rows: tuple[int, ...]
    names: tuple[str, ...]
    left: int = 0

    @property
    def starts(self) -> list[int]:
        return list(range(0, self.units, self.size))

    @property
    def name_cells(self) -> int:
        return min(max(map(width, self.names)), _MOST_NAME)

    @property
    def cells(self) -> int:
        """Name, value, and how many of a group's gates are open."""
        return self.name_cells + _VALUE + (0 if self.layer == 0 else len(f"{self.size}/{self.size}") + 1)

    def holds(self, place: int, unit: int) -> bool:
        """Whether the group at `place` has the unit."""
        return place == unit // self.size


def grouped(
    moment: Moment, selection: Selection, columns: int, rows: int, edges: list[tuple[Array, bool]]
) -> list[Line]:
    """The graph in `rows` lines, of as many layers as fit around the phase's.

    `edges` are, for each layer of weights, the values that its edges show and whether this phase is about them.
    """
    shown = _columns(moment, columns, rows)
    canvas = Canvas(columns, rows)
    for below, above in pairwise(shown):
        _draw_edges(canvas, selection, below, above, *edges[above.layer - 1])
    cells = canvas.lines()
    for column in shown:
        _write(cells, moment, selection, column)
    return [clip(joined(row), columns) for row in cells]


def caption(moment: Moment, columns: int, rows: int) -> Line:
    """Which layers are shown, and what a row and an edge stand for."""
    shown = _columns(moment, columns, rows)
    depth = moment.experiment.network.depth
    parts: list[Span | str] = []
    if len(shown) <= depth:
        parts.append(Span(f"  layers {shown[0].layer}–{shown[-1].layer} of {depth}", "warn"))
    parts.append(Span("  rows of several units: means", "warn"))
    return line(*parts)


def _columns(moment: Moment, columns: int, rows: int) -> list[_Column]:
    every = [_column(moment, layer, rows) for layer in range(len(moment.experiment.network.units))]
    first = last = min(max(moment.phase.layer, 1), len(every) - 1)
    room = columns - every[first].cells
    while True:
        if first > 0 and every[first - 1].cells + _LEAST_GAP <= room:
            first -= 1
            room -= every[first].cells + _LEAST_GAP
        elif last < len(every) - 1 and every[last + 1].cells + _LEAST_GAP <= room:
            last += 1
            room -= every[last].cells + _LEAST_GAP
        else:
            break
    shown, left = every[first : last + 1], 0.0
    gap = (columns - sum(column.cells for column in shown)) / max(1, len(shown) - 1)
    placed = []
    for column in shown:
        placed.append(_Column(column.layer, column.units, column.size, column.rows, column.names, max(0, round(left))))
        left += column.cells + gap
    return placed


def _column(moment: Moment, layer: int, rows: int) -> _Column:
    units, names = moment.experiment.network.units[layer], moment.experiment.unit_names(layer)
    size = -(-units // max(1, rows))
    starts = range(0, units, size)
    slot = rows / len(starts)
    tops = tuple(int(place * slot + (slot - 1) / 2) for place in range(len(starts)))
    texts = tuple(_name(names, start, min(start + size, units) - 1) for start in starts)
    return _Column(layer, units, size, tops, texts)


def _name(names: tuple[str, ...], first: int, last: int) -> str:
    """`h1–4`: the first unit's name, and the last one's number where names only count."""
    if first == last:
        return safe(names[first])
    start, end = safe(names[first]), safe(names[last])
    stem = start.rstrip("0123456789")
    return f"{start}–{end[len(stem) :]}" if end.startswith(stem) and end != stem else f"{start}…"


def _means(values: Array, below: _Column, above: _Column) -> Array:
    """The mean of each block of weights between two groups: (groups below, groups above)."""
    sums = np.add.reduceat(np.add.reduceat(values, below.starts, axis=0), above.starts, axis=1)
    rows, columns = (np.diff([*column.starts, column.units]) for column in (below, above))
    return np.asarray(sums / np.outer(rows, columns))


def _draw_edges(
    canvas: Canvas, selection: Selection, below: _Column, above: _Column, values: Array, active: bool
) -> None:
    with np.errstate(all="ignore"):
        means = _means(values, below, above)
    scale = scale_of(means)
    order = np.argsort(np.nan_to_num(np.abs(means), nan=np.inf), axis=None)[-MOST_EDGES:]
    x0, x1 = (below.left + below.cells) * 2 + 1, above.left * 2 - 2
    places = [divmod(int(place), means.shape[1]) for place in order]
    if isinstance(selection, Weight) and selection.layer == above.layer:
        chosen = (selection.row // below.size, selection.column // above.size)
        places = [place for place in places if place != chosen] + [chosen]
    else:
        chosen = (-1, -1)
    for i, j in places:
        ink = tone(float(means[i, j]), scale)
        strength, here = abs(level(ink)), (i, j) == chosen
        target = Weight(above.layer, below.starts[i], above.starts[j])
        look = Span("", "accent" if here else ink if active and strength else "dim", here, target=target)
        dash = (1, 5) if strength == 0 else (1, 0) if means[i, j] > 0 else (7, 4)
        ends = (x0, below.rows[i] * 4 + 2), (x1, above.rows[j] * 4 + 2)
        canvas.draw(*ends, look, (1, 1, 1, 2, 3)[strength] if active else 1, dash)


def _write(cells: list[list[Span]], moment: Moment, selection: Selection, column: _Column) -> None:
    """A line a group: its name, the mean of the latest values known, and how many gates are open."""
    layer, values = column.layer, _latest(moment, column.layer)
    z = moment.sum(layer) if layer else None
    activation = ACTIVATIONS[moment.experiment.network.activations[layer - 1]]
    with np.errstate(all="ignore"):
        means = (
            None
            if values is None
            else np.array([values[start : start + column.size].mean() for start in column.starts])
        )
    scale = scale_of(means)
    selected = _selected(selection, layer)
    for place, (row, start) in enumerate(zip(column.rows, column.starts, strict=True)):
        here = selected is not None and column.holds(place, selected)
        target = Unit(layer, start)
        value = None if means is None else float(means[place])
        spans = [
            Span(
                fit(column.names[place], column.name_cells),
                "accent" if here else "label",
                True,
                here and isinstance(selection, Unit),
                target,
            ),
            Span(" " + fixed(value), tone(value, scale), target=target),
        ]
        if activation.gated and z is not None:
            group = z[start : start + column.size]
            opened = int((group > 0).sum())
            text = f"{opened}/{len(group)}" if opened else shut_sign(activation)
            spans.append(Span(f" {text}", "dim" if opened else "warn", not opened))
        put(cells, row, column.left, tuple(spans))


def _selected(selection: Selection, layer: int) -> int | None:
    """The unit of a layer that the selection is about."""
    if isinstance(selection, Weight) and selection.layer == layer + 1:
        return selection.row
    return selection.column if selection.layer == layer else None


def _latest(moment: Moment, layer: int) -> Array | None:
    """What was computed of a layer last: on the way up its activation, on the way down its δ."""
    if layer == 0:
        return moment.activation(0)
    found: Array | None = None
    hidden = layer < moment.experiment.network.depth
    for array in (
        moment.sum(layer), moment.activation(layer), moment.upstream(layer) if hidden else None,
        moment.delta(layer) if hidden or moment.phase.backward else None,
    ):  # fmt: skip
        found = array if array is not None else found
    return found
