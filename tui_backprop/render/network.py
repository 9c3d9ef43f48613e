"""The network as a graph: nodes with their values and errors, edges whose sign and strength can be seen.

A positive edge is a solid line, a negative one is dashed; the stronger, the thicker. What is not part of this
phase is dim. Where a gate is shut the node shows ✕ and the error stops there; where it leaks, ╌.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import Canvas, joined, put
from tui_backprop.render.groups import caption, grouped
from tui_backprop.render.numbers import SHUT, fixed, level, scale_of, shut_sign, tone
from tui_backprop.render.selection import Selection, layer_of, touches
from tui_backprop.render.spans import Line, Span, clip, fit, line, width

LEAST_GAP = 7
"""Cells between two layers below which edges cannot be told apart."""
MOST_EDGES = 64
"""Of more edges than this between two layers only the strongest are drawn: all of them would be a smear."""
LEAST_GROUPED = 8
"""In so few rows groups of units would be too large to mean much: there some units are shown, and the rest counted."""


@dataclass(frozen=True)
class _Form:
    """How much room a node takes: rows of a hidden or output node, and cells besides its name."""

    name: str
    rows: int
    cells: int


_FORMS = (_Form("tall", 4, 12), _Form("wide", 2, 22), _Form("tiny", 1, 10), _Form("micro", 1, 7))


@dataclass(frozen=True)
class _Layout:
    """Where everything stands: the form, the first and last layer shown, and per layer its column and units."""

    form: _Form
    first: int
    columns: list[tuple[int, int]]
    """(left edge, cells) of each shown layer."""
    rows: list[list[tuple[int, int, int]]]
    """(unit, top row, height) of each shown unit of each shown layer."""


def network(moment: Moment, selection: Selection, columns: int, rows: int) -> list[Line]:
    """The graph in `rows` lines of at most `columns` cells; the last line says what the edges show."""
    if rows > LEAST_GROUPED and max(moment.experiment.network.units) >= rows:
        edges = [_edge_values(moment, layer) for layer in range(1, moment.experiment.network.depth + 1)]
        means = line(*_what_edges_show(moment), *caption(moment, columns, rows - 1))
        return [*grouped(moment, selection, columns, rows - 1, edges), clip(means, columns)]
    layout = _layout(moment, selection, columns, rows - 1)
    canvas = Canvas(columns, rows - 1)
    for place in range(len(layout.columns) - 1):
        _draw_edges(canvas, moment, selection, layout, place)
    cells = canvas.lines()
    for place in range(len(layout.columns)):
        _write_nodes(cells, moment, selection, layout, place)
    _label_selected_edge(cells, moment, selection, layout)
    return [*(joined(row) for row in cells), clip(_caption(moment, layout), columns)]


def _names(moment: Moment, layer: int) -> tuple[str, ...]:
    return moment.experiment.unit_names(layer)


def _name_cells(moment: Moment, layer: int) -> int:
    return min(max(width(name) for name in _names(moment, layer)), 8)


def _cells(moment: Moment, layer: int, form: _Form) -> int:
    if form.name == "micro":
        return form.cells
    name = _name_cells(moment, layer)
    return name + 8 if layer == 0 else name + form.cells + (0 if form.rows == 1 else 1)


def _layout(moment: Moment, selection: Selection, columns: int, rows: int) -> _Layout:
    units = moment.experiment.network.units
    for form in _FORMS:
        widths = [_cells(moment, layer, form) for layer in range(len(units))]
        fits_down = all(form.rows * n <= rows for n in units[1:]) and units[0] <= rows
        fits_across = sum(widths) + LEAST_GAP * (len(units) - 1) <= columns
        if fits_across and (fits_down or form.rows == 1):
            break
    first, last = _layers_shown(moment, widths, columns)
    widths = widths[first : last + 1]
    gap = (columns - sum(widths)) / max(1, len(widths) - 1)
    edges, left = [], 0.0
    for cells in widths:
        edges.append((round(left), cells))
        left += cells + gap
    heights = [1 if layer == 0 else form.rows for layer in range(first, last + 1)]
    shown = [
        _units_shown(units[layer], height, rows, _wanted(selection, layer))
        for layer, height in zip(range(first, last + 1), heights, strict=True)
    ]
    return _Layout(form, first, edges, shown)


def _wanted(selection: Selection, layer: int) -> int:
    """The unit of a layer that must be in sight."""
    if isinstance(selection, Weight) and selection.layer == layer + 1:
        return selection.row
    return selection.column if selection.layer == layer else 0


def _layers_shown(moment: Moment, widths: list[int], columns: int) -> tuple[int, int]:
    """The first and last layer of the stretch around the phase's layer for which there is room."""
    here = min(max(moment.phase.layer, 1), len(widths) - 1)
    first = last = here
    while True:
        room = columns - sum(widths[first : last + 1]) - LEAST_GAP * (last - first)
        if first > 0 and widths[first - 1] + LEAST_GAP <= room:
            first -= 1
        elif last < len(widths) - 1 and widths[last + 1] + LEAST_GAP <= room:
            last += 1
        else:
            return first, last


def _units_shown(units: int, height: int, rows: int, wanted: int) -> list[tuple[int, int, int]]:
    """(unit, top row, height) of the units that fit, among them the one wanted."""
    fitting = max(1, min(units, rows // height if units * height <= rows else (rows - 1) // height))
    start = min(max(0, wanted - fitting + 1), units - fitting)
    room = rows if fitting == units else rows - 1
    slot = room / fitting
    return [(start + i, int(i * slot + (slot - height) / 2), height) for i in range(fitting)]


def _edge_values(moment: Moment, layer: int) -> tuple[Array, bool]:
    """What the edges of W[layer] show in this phase, and whether this phase is about them."""
    kind, at = moment.phase.kind, moment.phase.layer
    weights = moment.parameters.weights[layer - 1]
    if kind in ("upstream", "mask") and at == layer - 1:
        delta = moment.delta(layer)
        assert delta is not None
        shares = moment.before.weights[layer - 1] * delta
        mask = moment.mask(layer - 1)
        return (shares if mask is None else shares * mask[:, None]), True
    if kind == "gradient":
        gradient = moment.gradient(layer)
        assert gradient is not None
        return gradient, True
    active = (kind == "sum" and at == layer) or kind in ("start", "input", "update")
    return weights, active


def _what_edges_show(moment: Moment) -> Line:
    kind, layer = moment.phase.kind, moment.phase.layer
    what = {
        "upstream": f"blame, W{layer + 1}·δ",
        "mask": "blame past the gates",
        "gradient": "gradients",
        "update": "weights, updated",
    }.get(kind, "weights")
    sums = {"upstream": "◂ ", "mask": "◂ "}.get(kind, "")
    if kind == "update":  # the pass was made with the old ones
        return line(Span(f"edges: {what}; nodes: before it", "label"), Span("  solid +  dashed −", "dim"))
    return line(Span(f"{sums}edges: {what}", "label"), Span("  solid +  dashed −  thick: strong", "dim"))


def _caption(moment: Moment, layout: _Layout) -> Line:
    parts = list(_what_edges_show(moment))
    most = max(len(below) * len(above) for below, above in pairwise(layout.rows)) if len(layout.rows) > 1 else 0
    if most > MOST_EDGES:
        parts.insert(1, Span(f" (the {MOST_EDGES} strongest)", "warn"))
    depth, last = moment.experiment.network.depth, layout.first + len(layout.columns) - 1
    if layout.first or last < depth:
        parts.insert(0, Span(f"layers {layout.first}–{last} of {depth}  ", "warn"))
    return tuple(parts)


def _centre(top: int, height: int) -> int:
    return (top * 4) + (height * 4) // 2


def _draw_edges(canvas: Canvas, moment: Moment, selection: Selection, layout: _Layout, place: int) -> None:
    layer = layout.first + place + 1
    above, below = layout.rows[place + 1], layout.rows[place]
    values, active = _edge_values(moment, layer)
    scale = scale_of(values)
    x0 = (layout.columns[place][0] + layout.columns[place][1]) * 2 + 1
    x1 = layout.columns[place + 1][0] * 2 - 2
    edges = [(abs(float(values[i, j])), i, j, a, b) for i, *a in below for j, *b in above]
    edges.sort(
        key=lambda edge: (touches(selection, layer, edge[1], edge[2]), edge[0] if edge[0] == edge[0] else np.inf)
    )
    for _, i, j, (top0, height0), (top1, height1) in edges[-MOST_EDGES:]:
        ink = tone(float(values[i, j]), scale)
        strength = abs(level(ink))
        chosen = touches(selection, layer, i, j)
        look = Span(
            "", "accent" if chosen else ink if active and strength else "dim", chosen, target=Weight(layer, i, j)
        )
        thickness = (1, 1, 1, 2, 3)[strength] if active else 1
        dash = (1, 5) if strength == 0 else (1, 0) if values[i, j] > 0 else (7, 4)
        canvas.draw((x0, _centre(top0, height0)), (x1, _centre(top1, height1)), look, thickness, dash)


def _write_nodes(cells: list[list[Span]], moment: Moment, selection: Selection, layout: _Layout, place: int) -> None:
    layer = layout.first + place
    left = layout.columns[place][0]
    for unit, top, height in layout.rows[place]:
        for offset, spans in enumerate(_node(moment, selection, layout.form, layer, unit)[:height]):
            put(cells, top + offset, left, spans)
    hidden = moment.experiment.network.units[layer] - len(layout.rows[place])
    if hidden:
        put(cells, len(cells) - 1, left, line(Span(f"… {hidden} more", "warn")))


def _node(moment: Moment, selection: Selection, form: _Form, layer: int, unit: int) -> list[Line]:
    """The lines of one node."""
    target = Unit(layer, unit)
    chosen = selection == target
    name = fit(_names(moment, layer)[unit], _name_cells(moment, layer))
    title = Span(name, "accent" if chosen else "label", bold=True, selected=chosen, target=target)
    values = _values(moment, layer, unit)
    if form.name == "micro":
        return [_number(values, _foremost(moment, values), 6, target)]
    if layer == 0:
        return [line(title, Span(" "), *_number(values, "x", 7, target))]
    if form.name == "tiny":
        key = _foremost(moment, values)
        return [line(title, Span(key if key != "x" else " ", "dim"), *_number(values, key, 7, target))]
    keys = list(values)
    blank = " " * len(name) if width(name) == len(name) else fit("", width(name))
    if form.name == "tall":
        heads = [(Span("╭", "dim"), title), *((Span(edge, "dim"), Span(blank)) for edge in "││╰")]
        return [
            line(*head, Span(f" {key} ", "dim"), *_number(values, key, 7, target))
            for head, key in zip(heads, keys, strict=True)
        ]
    rows = [(Span("╭", "dim"), title), (Span("╰", "dim"), Span(blank))]
    return [
        line(*head, *(span for key in pair for span in (Span(f" {key}", "dim"), *_number(values, key, 7, target))))
        for head, pair in zip(rows, (keys[:2], keys[2:]), strict=True)
    ]


@dataclass(frozen=True)
class _Value:
    """A number of a node, the scale of its tone, whether this phase brought it, the sign of the gate that is shut."""

    value: float | None
    scale: float
    fresh: bool = False
    shut: str = ""


def _values(moment: Moment, layer: int, unit: int) -> dict[str, _Value]:
    """The numbers of a node by their letter, in the order in which they are computed."""

    def entry(array: Array | None, *phases: str, shut: str = "") -> _Value:
        value = None if array is None else float(array[unit])
        return _Value(value, scale_of(array), str(moment.phase) in phases, shut if value is not None else "")

    if layer == 0:
        return {"x": entry(moment.activation(0), "input")}
    z, a = moment.sum(layer), moment.activation(layer)
    activation = ACTIVATIONS[moment.experiment.network.activations[layer - 1]]
    shut = shut_sign(activation) if activation.gated and z is not None and z[unit] <= 0 else ""
    values = {"z": entry(z, f"sum{layer}")}
    if layer == moment.experiment.network.depth:
        return {
            **values,
            "ŷ": entry(moment.prediction, f"activate{layer}", shut=shut),
            "y": entry(moment.target, "error"),
            "δ": entry(moment.delta(layer), "error"),
        }
    return {
        **values,
        "a": entry(a, f"activate{layer}", shut=shut),
        "↑": entry(moment.upstream(layer), f"upstream{layer}"),
        "δ": entry(moment.delta(layer), f"mask{layer}", shut=shut),
    }


def _foremost(moment: Moment, values: dict[str, _Value]) -> str:
    """The letter of the one number to show where there is room for one: the latest that is known."""
    known = [key for key, value in values.items() if value.value is not None]
    if "ŷ" in known:
        return "ŷ" if not moment.phase.backward else "δ"
    return known[-1] if known else next(iter(values))


def _number(values: dict[str, _Value], key: str, cells: int, target: Unit) -> Line:
    entry = values[key]
    ink = "shut" if entry.shut == SHUT else tone(entry.value, entry.scale)
    number = Span(fixed(entry.value, cells), ink, entry.fresh, target=target)
    return line(number, Span(entry.shut, "warn", entry.shut == SHUT) if entry.shut else Span(" "))


def _label_selected_edge(cells: list[list[Span]], moment: Moment, selection: Selection, layout: _Layout) -> None:
    """The number of the selected edge, written on its middle."""
    if not isinstance(selection, Weight) or not layout.first < layer_of(selection) < layout.first + len(layout.columns):
        return
    place = selection.layer - layout.first - 1
    ends = [
        [_centre(top, height) for unit, top, height in layout.rows[place + side] if unit == wanted]
        for side, wanted in ((0, selection.row), (1, selection.column))
    ]
    left, right = sum(layout.columns[place]), layout.columns[place + 1][0]
    if not all(ends) or right - left < 9:
        return
    value = float(_edge_values(moment, selection.layer)[0][selection.row, selection.column])
    row = (ends[0][0] + ends[1][0]) // 8
    label = Span(fixed(value).strip(), "accent", bold=True, selected=True, target=selection)
    put(cells, min(row, len(cells) - 1), (left + right - len(label.text)) // 2, (label,))
