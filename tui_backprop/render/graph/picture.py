"""The graph put together: edges, units and a legend within the rails of the phases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import Canvas, joined, put
from tui_backprop.render.graph import edges as wires
from tui_backprop.render.graph.flow import Direction, Flow, flow
from tui_backprop.render.graph.plan import BARE, TINY, Column, plan, thumbed_columns
from tui_backprop.render.graph.rail import rails
from tui_backprop.render.graph.units import write_units
from tui_backprop.render.layout import Want
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, length, line
from tui_backprop.render.views.shades import Shading

if TYPE_CHECKING:
    from tui_backprop.render.graph.maps import Maps


def graph(
    moment: Moment, selection: Selection, columns: int, rows: int, frame: str = "frame", maps: Shading | None = None
) -> list[Line]:
    """`rows` lines of `columns` cells; `frame` is the ink of the frame, "accent" where the graph has the focus.

    With `maps`, each unit has a map of its output over the plane of the inputs, shaded that way.
    """
    if columns < 12 or rows < 4:
        return []
    shown = plan(moment, selection, *inside(columns, rows), maps is not None)
    content = _content(moment, selection, shown, *inside(columns, rows), maps)
    shifted = [column._replace(left=column.left + 1) for column in shown]  # the rails begin a cell further left
    top, bottom = rails(moment, shifted, columns, frame)
    side, blank = Span("│", frame), Span(" ")
    return [
        clip(top, columns),
        *((side, blank, *joined(row), blank, side) for row in content),
        clip(bottom, columns),
    ]


def want_of_graph(experiment: Experiment) -> Want:
    """The size in which every unit has its frame."""
    units = experiment.network.units
    rows = max(units[0], 4 * max(units[1:])) + 2
    rows = min(rows, 40)
    mapped = thumbed_columns(experiment) + 2  # blank ones, as `inside` has them
    return Want(60 + 25 * (len(units) - 1), rows, 44, 6, stretches=True, narrower=((mapped, rows),))


def inside(columns: int, rows: int) -> tuple[int, int]:
    """The size that a frame leaves for units and edges: it takes its lines, and a blank column on each side."""
    return columns - 4, rows - 2


def _content(
    moment: Moment, selection: Selection, shown: Sequence[Column], columns: int, rows: int, maps: Shading | None
) -> list[list[Span]]:
    canvas = Canvas(columns, rows)
    layers = []
    for below, above in pairwise(shown):
        carried = flow(moment, above.layer)
        drawn = wires.edges(carried, selection, below, above)
        wires.draw(canvas, carried, drawn)
        layers.append((carried, drawn, below.form in (TINY, BARE)))
    cells = canvas.lines()
    for carried, drawn, gateless in layers:
        wires.mark(cells, carried, drawn)
        wires.heads(cells, carried, drawn, gateless)
    drawn_maps: Maps = {}
    if maps is not None:
        from tui_backprop.render.graph.maps import unit_maps  # most graphs have none

        drawn_maps = unit_maps(moment, shown, maps)
    for column in shown:
        write_units(cells, moment, selection, column, "dim", drawn_maps)
    for _, drawn, _ in layers:
        wires.label(cells, drawn, selection)
    _write_legend(cells, [carried for carried, *_ in layers], shown)
    if not moment.step:
        _write_block(cells, _BEGIN) or _write_block(cells, _BEGIN[1:3])
    return cells


def _write_legend(cells: list[list[Span]], flows: Sequence[Flow], shown: Sequence[Column]) -> None:
    """What the edges show, in the blank corner with the most room for it."""
    active = [carried for carried in flows if carried.active]
    if not active:
        return
    carried = active[-1]
    arrow = {None: "", Direction.FORWARD: " ▶", Direction.BACKWARD: " ◀"}[carried.direction]
    hidden = max(len(below.slots) * len(above.slots) for below, above in pairwise(shown)) > wires.MOST_EDGES
    kind: Line = (Span("·· 0", "dim"),)
    if carried.changes is not None:
        most = max(np.count_nonzero(each.changes) for each in active if each.changes is not None) > wires.MOST_MARKED
        kind = (Span(wires.CHANGED, "text", True), Span(" changed most" if most else " changed", "dim"))
    lines = [
        line(
            Span(f"edges: {carried.what}", "label"),
            Span(arrow, carried.direction.value if carried.direction else "label"),
        ),
        line(Span("━ +", "+3"), Span("  "), Span("╍ −", "-3"), Span("  "), *kind),
        line(Span("thicker: larger", "dim")),
        *([line(Span(f"{wires.MOST_EDGES} strongest", "warn"))] if hidden else []),
    ]
    _write_block(cells, lines) or _write_block(cells, lines[:2])


def _key(key: str, does: str, action: str) -> Line:
    return line(Span(f"{key:<6}", "accent", True, target=action), Span(does, "text", target=action))


_BEGIN = [
    line(Span("Begin:", "label", True)),
    _key(".", "one phase forward", "phase(1)"),
    _key("space", "one sample forward", "step(1)"),
    _key("p", "play", "play"),
    (*_key("u", "run …  ", "until"), *_key("w", "by hand", "by_hand")),
    (*_key("?", "help   ", "help"), *_key("1–8", "views", "help")),
    _key("^p", "lessons, and all else", "app.command_palette"),
]
"""The keys to press before anything has been computed."""


def _write_block(cells: list[list[Span]], lines: Sequence[Line]) -> bool:
    """Writes lines into a blank corner; returns whether one has room for them."""
    place = _blank_corner(cells, max(map(length, lines)), len(lines))
    if place is None:
        return False
    for offset, spans in enumerate(lines):
        put(cells, place[0] + offset, place[1], spans)
    return True


def _blank_corner(cells: list[list[Span]], columns: int, rows: int) -> tuple[int, int] | None:
    """(row, column) of a block of blank cells in a corner, with a blank cell around it."""
    height, wide = len(cells), len(cells[0])
    for bottom in (True, False):
        for right in (True, False):
            top = height - rows if bottom else 0
            left = wide - columns if right else 0
            block = [
                cell.text
                for row in cells[max(0, top - 1) : top + rows + 1]
                for cell in row[max(0, left - 1) : left + columns + 1]
            ]
            if top >= 0 and left >= 0 and all(text == " " for text in block):
                return top, left
    return None
