"""The weight matrices: one block a layer, rows are inputs, columns are units, biases in a last row `b`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.pulls import net_pulls
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Bias, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import UNKNOWN, fixed, level, scale_of, tone
from tui_backprop.render.selection import Selection, layer_of
from tui_backprop.render.spans import Line, Span, beside, clip, fit, line, width

_CELL = 8
"""Cells of a number and the gap before it."""
_HEAT = 2
"""Cells of an entry of a heat map: its sign and its shade."""
_SHADES = "0░▒▓█"
_BETWEEN = 2


class View(Enum):
    """What the matrices show; `v` goes from one to the next."""

    VALUE = "value"
    GRADIENT = "gradient"
    UPDATE = "update"
    PULL = "pull"

    def next(self) -> View:
        """The view after this one, round and round."""
        views = list(View)
        return views[(views.index(self) + 1) % len(views)]


@dataclass(frozen=True, eq=False)
class _Table:
    """A layer's rows by name; in the update view each has three: old, Δ, new."""

    layer: int
    columns: tuple[str, ...]
    rows: list[tuple[str, list[Array | None]]]
    marks: tuple[str, ...]
    """What stands before each line of a row."""
    changed: Array | None
    """Which entries this update has changed: (rows, columns) of bool."""

    @property
    def label_cells(self) -> int:
        return min(max(2, *(width(name) for name, _ in self.rows)), 8) + max(width(mark) for mark in self.marks)

    @property
    def lines(self) -> int:
        return 1 + len(self.rows) * len(self.marks)

    @property
    def cells(self) -> int:
        return self.label_cells + len(self.columns) * _CELL


def matrices(moment: Moment, selection: Selection, view: View, columns: int, rows: int) -> list[Line]:
    """All layers where they fit beside or below each other; else the selected layer, scrolled or as a heat map."""
    depth = moment.experiment.network.depth
    for stacked in (True, False):
        tables = [_table(moment, layer, view, stacked) for layer in range(1, depth + 1)]
        placed = _placed(tables, columns, rows)
        if placed is not None:
            return _flow(placed, moment, selection)
    lines = _one(tables[layer_of(selection) - 1], moment, selection, columns, rows)
    return [clip(spans, columns) for spans in lines[:rows]]


def title(view: View) -> str:
    """The name of a view."""
    return {
        View.VALUE: "Weights",
        View.GRADIENT: "Gradients",
        View.UPDATE: "Updates",
        View.PULL: "Net pulls",
    }[view]


def _table(moment: Moment, layer: int, view: View, stacked: bool) -> _Table:
    experiment = moment.experiment
    names = [*experiment.unit_names(layer - 1)] + (["b"] if experiment.initial.biases else [])
    before, after = _of_layer(moment.before, layer), _of_layer(moment.after, layer)
    now = _of_layer(moment.parameters, layer)
    parts: list[Array | None] = [now]
    marks: tuple[str, ...] = ("",)
    if view is View.GRADIENT:
        parts = [_gradient(moment, layer)]
    elif view is View.PULL:
        of_weights, of_biases = net_pulls(moment, layer)
        parts = [np.vstack([of_weights, of_biases]) if experiment.initial.biases else of_weights]
    elif view is View.UPDATE:
        change = after - before if moment.updated else None
        parts = [before, change, after if moment.updated else None] if stacked else [change]
        marks = (" old", "   Δ", " new") if stacked else ("  Δ",)
    changed = now != before if moment.updated else None
    rows = [(name, [None if part is None else part[row] for part in parts]) for row, name in enumerate(names)]
    return _Table(layer, experiment.unit_names(layer), rows, marks, changed)


def _of_layer(parameters: Parameters, layer: int) -> Array:
    """The layer's weights, its biases as a last row."""
    weights = parameters.weights[layer - 1]
    return np.vstack([weights, parameters.biases[layer - 1]]) if parameters.biases else weights


def _gradient(moment: Moment, layer: int) -> Array | None:
    weights, bias = moment.gradient(layer), moment.bias_gradient(layer)
    return weights if weights is None or bias is None else np.vstack([weights, bias])


def _placed(tables: list[_Table], columns: int, rows: int) -> list[list[_Table]] | None:
    """The tables in bands from top to bottom, each from left to right; None where they do not fit."""
    bands: list[list[_Table]] = [[]]
    for table in tables:
        used = sum(other.cells + _BETWEEN for other in bands[-1])
        if used + table.cells > columns and bands[-1]:
            bands.append([])
        bands[-1].append(table)
    fits = all(table.cells <= columns for table in tables)
    height = sum(max(table.lines for table in band) for band in bands)
    return bands if fits and height <= rows else None


def _flow(bands: list[list[_Table]], moment: Moment, selection: Selection) -> list[Line]:
    lines: list[Line] = []
    for band in bands:
        block: list[Line] = []
        left = 0
        for table in band:
            block = beside(block, _lines(table, moment, selection), left) if left else _lines(table, moment, selection)
            left += table.cells + _BETWEEN
        lines += block
    return lines


def _scale(table: _Table) -> list[float]:
    """One scale for each kind of line of the table."""
    return [scale_of(*(parts[kind] for _, parts in table.rows)) for kind in range(len(table.marks))]


def _lines(table: _Table, moment: Moment, selection: Selection, first: int = 0, last: int | None = None) -> list[Line]:
    """Heading and rows `first` to `last` as numbers."""
    cells = table.label_cells
    scales, rows = _scale(table), range(first, len(table.rows) if last is None else last)
    lines = [_heading(table, cells, range(len(table.columns)), _CELL, selection)]
    name_cells = cells - max(width(mark) for mark in table.marks)
    for row in rows:
        name, parts = table.rows[row]
        for kind, (mark, values) in enumerate(zip(table.marks, parts, strict=True)):
            head = fit(name if kind == 0 else "", name_cells)
            spans = [Span(head, "label"), Span(mark, "dim")] if mark else [Span(fit(name, cells), "label")]
            for column in range(len(table.columns)):
                target = _parameter(moment, table.layer, row, column)
                value = None if values is None else float(values[column])
                changed = table.changed is not None and bool(table.changed[row, column])
                spans.append(Span(" "))
                ink = tone(value, scales[kind])
                spans.append(Span(fixed(value), ink, changed, selection == target, target))
            lines.append(tuple(spans))
    return lines


def _parameter(moment: Moment, layer: int, row: int, column: int) -> Selection:
    return Weight(layer, row, column) if row < moment.experiment.network.units[layer - 1] else Bias(layer, column)


def _heading(table: _Table, cells: int, columns: range, size: int, selection: Selection) -> Line:
    spans = [Span(fit(f"W{table.layer}", cells), "label", bold=True)]
    chosen = selection.column if layer_of(selection) == table.layer and selection.layer else -1
    for column in columns:
        name = " " + fit(table.columns[column], size - 1, right=True)
        spans.append(Span(name, "accent" if column == chosen else "label"))
    return tuple(spans)


def _one(table: _Table, moment: Moment, selection: Selection, columns: int, rows: int) -> list[Line]:
    """The selected layer alone, around the selection, as numbers if its columns fit, else as a heat map."""
    row = selection.row if isinstance(selection, Weight) else len(table.rows) - 1 if isinstance(selection, Bias) else 0
    kinds = len(table.marks)
    if table.cells <= columns:
        fitting = max(1, (rows - 2) // kinds)
        first = _window(row, fitting, len(table.rows))
        last = min(first + fitting, len(table.rows))
        where = f"W{table.layer} of {moment.experiment.network.depth} · rows {first + 1}–{last} of {len(table.rows)}"
        return [*_lines(table, moment, selection, first, last), line(Span(where, "dim"))]
    return _heat_map(table, moment, selection, row, columns, rows)


def _window(wanted: int, fitting: int, total: int) -> int:
    return min(max(0, wanted - fitting // 2), max(0, total - fitting))


def _heat_map(table: _Table, moment: Moment, selection: Selection, row: int, columns: int, rows: int) -> list[Line]:
    cells = table.label_cells
    across, down = max(1, (columns - cells) // _HEAT), max(1, rows - 2)
    left = _window(selection.column, across, len(table.columns))
    top = _window(row, down, len(table.rows))
    right, bottom = min(left + across, len(table.columns)), min(top + down, len(table.rows))
    scale = _scale(table)[-1]
    lines = [line(Span(fit(f"W{table.layer}", cells), "label", bold=True), Span(_ruler(left, right), "dim"))]
    for index in range(top, bottom):
        name, parts = table.rows[index]
        values = parts[-1]
        spans = [Span(fit(name, cells), "label")]
        for column in range(left, right):
            target = _parameter(moment, table.layer, index, column)
            value = None if values is None else float(values[column])
            changed = table.changed is not None and bool(table.changed[index, column])
            spans.append(Span(shade(value, scale), tone(value, scale), changed, selection == target, target))
        lines.append(tuple(spans))
    where = f"W{table.layer} of {moment.experiment.network.depth} · rows {top + 1}–{bottom} of {len(table.rows)}"
    where += f", columns {left + 1}–{right} of {len(table.columns)}"
    lines.append(line(Span(where, "dim")))
    return lines


def shade(value: float | None, scale: float) -> str:
    """An entry of a heat map, readable without colour: its sign, and the darker the larger."""
    if value is None:
        return UNKNOWN.rjust(_HEAT)
    ink = tone(value, scale)
    if ink == "warn":
        return " !"
    return {0: " ", 1: "+", -1: "−"}[int(np.sign(level(ink)))] + _SHADES[abs(level(ink))]


def _ruler(left: int, right: int) -> str:
    """Column numbers above a heat map, every fifth one."""
    text = [" "] * ((right - left) * _HEAT + 4)
    for column in range(left, right):
        if (column + 1) % 5 == 0 or column == left:
            for offset, digit in enumerate(str(column + 1)):
                text[(column - left) * _HEAT + 1 + offset] = digit
    return "".join(text)[: (right - left) * _HEAT]
