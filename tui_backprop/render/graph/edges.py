"""Edges as lines of dots: the sign in colour and dashes, the strength in thickness, the flow in marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.parts import Weight
from tui_backprop.render.canvas import Canvas, put
from tui_backprop.render.graph.flow import Direction, Flow
from tui_backprop.render.graph.plan import Column, UnitSlot
from tui_backprop.render.numbers import fixed, level, scale_of, tone
from tui_backprop.render.selection import Selection, touches
from tui_backprop.render.spans import Span

MOST_EDGES = 64
"""If there are more edges than this between two layers, only the strongest are drawn: all would be a blur."""
MOST_MARKED = 16
"""How many edges of a layer, the strongest, have marks along them."""
_MARK_EVERY = 7
"""Cells from one mark along an edge to the next."""
CHANGED = "●"
"""The mark on an edge whose weight this update has changed; where there are many, on those it has moved most."""
_STAGGERED = 5
"""The columns of an edge in which such a mark can be, so that marks do not cover each other where edges meet."""
_THICKNESS = (1, 1, 1, 2, 3)
"""Dots, for each level of strength."""
_SOLID, _DASHED, _DOTTED, _FAINT = (1, 0), (7, 4), (1, 5), (1, 2)


class Edge(NamedTuple):
    """An edge from cell (x, row) `start` to `end`, both given from left to right, with what it carries."""

    start: tuple[int, int]
    end: tuple[int, int]
    value: float
    ink: str
    weight: Weight
    selected: bool

    @property
    def strength(self) -> int:
        """0 where nothing flows, else 1 to 4."""
        return abs(level(self.ink))

    def at(self, x: int) -> int:
        """The row in which the edge passes column `x`."""
        (x0, y0), (x1, y1) = self.start, self.end
        return round(y0 + (y1 - y0) * (x - x0) / max(1, x1 - x0))


def edges(flow: Flow, selection: Selection, below: Column, above: Column) -> list[Edge]:
    """The edges between two columns; the most important come last, to be drawn on top."""
    values = _means(flow.values, below, above)
    scale = scale_of(values)
    backward = flow.direction is Direction.BACKWARD
    found = []
    for i, lower in enumerate(below.slots):
        for j, upper in enumerate(above.slots):
            value = float(values[i, j])
            rows = (
                (below.error_row(lower), above.error_row(upper))
                if backward
                else (below.signal_row(lower), above.signal_row(upper))
            )
            selected = _selected(selection, above.layer, lower, upper)
            found.append(
                Edge(
                    (below.right + 1, rows[0]), (above.left - 2, rows[1]), value, tone(value, scale),
                    Weight(above.layer, lower.first, upper.first), selected,
                )
            )  # fmt: skip
    found.sort(key=lambda edge: (edge.selected, abs(edge.value) if edge.value == edge.value else np.inf))
    return found[-MOST_EDGES:]


def _selected(selection: Selection, layer: int, lower: UnitSlot, upper: UnitSlot) -> bool:
    if isinstance(selection, Weight):
        return selection.layer == layer and lower.holds(selection.row) and upper.holds(selection.column)
    return upper.count == 1 and touches(selection, layer, lower.first, upper.first)


def _means(values: Array, below: Column, above: Column) -> Array:
    """The values between the units shown; between slots of several units, the mean of their block."""
    if all(slot.count == 1 for slot in (*below.slots, *above.slots)):
        return values[np.ix_([slot.first for slot in below.slots], [slot.first for slot in above.slots])]
    with np.errstate(all="ignore"):
        return np.array([[values[lower.units, upper.units].mean() for upper in above.slots] for lower in below.slots])


def draw(canvas: Canvas, flow: Flow, drawn: Sequence[Edge]) -> None:
    """The lines, in the colour of their sign; dim if they have no part in the phase."""
    for edge in drawn:
        (x0, y0), (x1, y1) = edge.start, edge.end
        ends = (x0 * 2, y0 * 4 + 1), (x1 * 2 + 1, y1 * 4 + 1)
        ink = edge.ink if flow.active and edge.strength else "dim"
        look = Span("", ink, edge.selected, target=edge.weight)
        dash = _DOTTED if not edge.strength else _SOLID if edge.value > 0 else _DASHED
        if not flow.active:
            dash = _DOTTED if not edge.strength else _FAINT if edge.value > 0 else (1, 4)
        canvas.draw(*ends, look, _THICKNESS[edge.strength] if flow.active else 1, dash)


def mark(cells: list[list[Span]], flow: Flow, drawn: Sequence[Edge]) -> None:
    """Which way it flows, along each of the strongest edges that carry something; or which weights have changed.

    A change is a single mark on an edge that stays as it is, so that few cells differ from step to step.
    """
    for edge in _moved(flow, drawn)[-MOST_MARKED:]:
        x0, x1 = edge.start[0], edge.end[0]
        x = x0 + (x1 - x0) * ((2 * edge.weight.row + edge.weight.column) % _STAGGERED + 1) // (_STAGGERED + 1)
        put(cells, edge.at(x), x, (Span(CHANGED, "text", True, target=edge.weight),))
    if flow.direction is None or not flow.moving:
        return
    carrying = [edge for edge in drawn if edge.strength][-MOST_MARKED:]
    for place, edge in enumerate(carrying):
        x0, x1 = edge.start[0], edge.end[0]
        offset = 2 + (place * 3) % max(1, min(_MARK_EVERY, x1 - x0 - 3))  # on a short edge, too
        for x in range(x0 + offset, x1 - 1, _MARK_EVERY):
            put(cells, edge.at(x), x, (Span(flow.direction.head, flow.direction.value, True, target=edge.weight),))


def _moved(flow: Flow, drawn: Sequence[Edge]) -> list[Edge]:
    """The edges whose weights an update has changed; those that it has moved most come last."""
    if flow.changes is None:
        return []
    moves = [(float(flow.changes[edge.weight.row, edge.weight.column]), edge) for edge in drawn]
    return [edge for _, edge in sorted(((move, edge) for move, edge in moves if move != 0), key=lambda moved: moved[0])]


def heads(cells: list[list[Span]], flow: Flow, drawn: Sequence[Edge], stay: bool = False) -> None:
    """An arrow head where something arrives, dim once it has arrived, unless nothing else shows where it ends."""
    if flow.direction is None:
        return
    forward, ink = flow.direction is Direction.FORWARD, flow.direction.value if flow.moving or stay else "dim"
    for edge in drawn:
        if edge.strength:
            x, row = (edge.end[0] + 1, edge.end[1]) if forward else (edge.start[0] - 1, edge.start[1])
            put(cells, row, x, (Span(flow.direction.head, ink, flow.moving),))


def label(cells: list[list[Span]], drawn: Sequence[Edge], selection: Selection) -> None:
    """The number of the selected edge, written on its middle."""
    if not isinstance(selection, Weight):
        return
    for edge in drawn:
        if edge.selected and edge.end[0] - edge.start[0] >= 9:
            text = fixed(edge.value).strip()
            middle = (edge.start[0] + edge.end[0]) // 2
            span = Span(text, "accent", bold=True, selected=True, target=edge.weight)
            put(cells, edge.at(middle), middle - len(text) // 2, (span,))
