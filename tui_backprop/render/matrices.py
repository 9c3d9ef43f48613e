"""The weight matrices: one block per layer, rows are inputs, columns are units, biases in a last row `b`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.graph.plan import shorten
from tui_backprop.render.heat_map import CELLS, ruler, shaded
from tui_backprop.render.layout import Want
from tui_backprop.render.matrix_table import BETWEEN, Look, MatrixTable, View, parameter_at, scales_of, table_of
from tui_backprop.render.numbers import fixed, tone
from tui_backprop.render.selection import Selection, layer_of
from tui_backprop.render.spans import Line, Span, beside, clip, fit, line, width

_SIZES = (8, 7, 6)
"""Cells of a number and the gap before it: with four decimals, three and two where all numbers are below 10."""
_LEAST_DECIMALS = 2
_NAMES = (24, 12, 8)
"""Cells of a row's name at most: names are shortened only where fewer decimals do not make room."""
_MOST, _MOST_ROWS = 60, 16
"""Columns and rows that the pane asks for at most."""


def matrices(
    moment: Moment, selection: Selection, view: View, columns: int, rows: int, filled: bool = False
) -> list[Line]:
    """All layers where they fit beside or below each other; else the selected layer, scrolled or as a heat map.

    `filled`, a heat map has its tones behind the signs.
    """
    depth = moment.experiment.network.depth
    for stacked in (True, False) if view is View.UPDATE else (False,):
        tables = [table_of(moment, layer, view, stacked) for layer in range(1, depth + 1)]
        for look in _looks(tables):
            placed = _placed(tables, look, columns, rows)
            if placed is not None:
                return _flow(placed, look, moment, selection)
    lines = _one(tables[layer_of(selection) - 1], moment, selection, columns, rows, filled)
    return [clip(spans, columns) for spans in lines[:rows]]


def want_of_matrices(experiment: Experiment) -> Want:
    """Room for all matrices side by side if that is not much, else below each other or in turn.

    With the most decimals that fit; the widest of them has at least two.
    """
    units, bias = experiment.network.units, bool(experiment.initial.biases)
    layers = [
        (min(_NAMES[0], max(2, *map(width, experiment.unit_names(layer)))), above)
        for layer, above in enumerate(units[1:])
    ]
    heights = [1 + fan_in + bias for fan_in in units[:-1]]
    in_turn = min(max(heights) + 1, _MOST_ROWS)
    stacked = sum(heights) if sum(heights) <= _MOST_ROWS else in_turn
    least = max(name + _SIZES[-1] * fan_out for name, fan_out in layers)
    ways = [(sum(name + 8 * fan_out for name, fan_out in layers) + BETWEEN * (len(layers) - 1), max(heights))]
    ways += [(max(name + size * fan_out for name, fan_out in layers), stacked) for size in _SIZES]
    columns, rows = next((way for way in ways if way[0] <= _MOST), ways[-1])
    tones = (max(name + 1 + CELLS * fan_out for name, fan_out in layers), in_turn)
    narrower = tuple((fewer, min(high, _MOST_ROWS)) for fewer, high in (*ways, tones) if fewer < min(columns, _MOST))
    return Want(min(columns, _MOST), min(rows, _MOST_ROWS), min(27, least), 4, narrower=narrower)


def _looks(tables: Sequence[MatrixTable]) -> Iterator[Look]:
    """How numbers and names may look, the best first: all numbers of one look have the same decimals."""
    largest = max((_largest(values) for table in tables for _, parts in table.rows for values in parts), default=0.0)
    digits = len(str(int(largest + 0.5 * 10.0**-_LEAST_DECIMALS)))
    for name in _NAMES:
        for size in _SIZES:
            decimals = size - 3 - digits
            if decimals >= _LEAST_DECIMALS:
                yield Look(size, decimals, name)
            elif size == _SIZES[0]:  # large numbers: as many decimals as there is room for
                yield Look(size, max(decimals, 0) if largest < 1e6 else 4, name)


def _largest(values: Array | None) -> float:
    return 0.0 if values is None else float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def _placed(tables: list[MatrixTable], look: Look, columns: int, rows: int) -> list[list[MatrixTable]] | None:
    """The tables in bands from top to bottom, each from left to right; None where they do not fit."""
    bands: list[list[MatrixTable]] = [[]]
    for table in tables:
        used = sum(other.cells(look) + BETWEEN for other in bands[-1])
        if used + table.cells(look) > columns and bands[-1]:
            bands.append([])
        bands[-1].append(table)
    if max(table.cells(look) for table in tables) > columns:
        return None
    for folded in (False, True):
        if _height(bands) > rows:
            bands = [[_without_heading(band[0], look, columns, folded)] if len(band) == 1 else band for band in bands]
    return bands if _height(bands) <= rows else None


def _height(bands: list[list[MatrixTable]]) -> int:
    return sum(max(table.lines for table in band) for band in bands)


def _without_heading(table: MatrixTable, look: Look, columns: int, folded: bool) -> MatrixTable:
    """A layer of a single unit with the unit's name in each row, if that fits; else as it is.

    `folded`, as many of its rows stand side by side as there is room for.
    """
    bare = replace(table, bare=True)
    if len(table.columns) > 1 or not bare.names_fit(look) or bare.cells(look) > columns:
        return table
    most = (columns + BETWEEN) // (bare.cells(look) + BETWEEN)
    return replace(bare, fold=min(most, len(table.rows))) if folded and len(table.marks) == 1 else bare


def _flow(bands: list[list[MatrixTable]], look: Look, moment: Moment, selection: Selection) -> list[Line]:
    lines: list[Line] = []
    for band in bands:
        block: list[Line] = []
        left = 0
        for table in band:
            shown = _lines(table, look, moment, selection)
            block = beside(block, shown, left) if left else shown
            left += table.cells(look) + BETWEEN
        lines += block
    return lines


def _lines(
    table: MatrixTable, look: Look, moment: Moment, selection: Selection, first: int = 0, last: int | None = None
) -> list[Line]:
    """Heading and rows `first` to `last` as numbers."""
    scales, rows = scales_of(table), range(first, len(table.rows) if last is None else last)
    lines = [] if table.bare else [_heading(table, look, selection)]
    names, cells = shorten(table.names, look.name), table.name_cells(look)
    for row in rows:
        _, parts = table.rows[row]
        for kind, (mark, values) in enumerate(zip(table.marks, parts, strict=True)):
            head = Unit(table.layer - 1, row) if row < moment.experiment.network.units[table.layer - 1] else None
            spans = [Span(fit(names[row] if kind == 0 else "", cells), "label", target=head), Span(mark, "dim")]
            for column in range(len(table.columns)):
                target = parameter_at(moment, table.layer, row, column)
                value = None if values is None else float(values[column])
                changed = table.changed is not None and bool(table.changed[row, column])
                chosen = selection == target
                ink = "accent" if chosen else tone(value, scales[kind])
                number = fixed(value, look.size - 1, look.decimals)
                spans += [Span(" "), Span(number, ink, changed, chosen, target)]
            lines.append(tuple(spans))
    return _folded(lines, table.fold)


def _folded(lines: list[Line], fold: int) -> list[Line]:
    """The lines side by side, `fold` to a row."""
    gap = Span(" " * BETWEEN)
    starts = range(0, len(lines), fold)
    return [sum(((gap, *spans) for spans in lines[start + 1 : start + fold]), lines[start]) for start in starts]


def _heading(table: MatrixTable, look: Look, selection: Selection) -> Line:
    spans = [Span(fit(table.title, table.label_cells(look)), "label", bold=True)]
    chosen = selection.column if layer_of(selection) == table.layer and selection.layer else -1
    for column, name in enumerate(shorten(table.columns, look.size - 1)):
        ink = "accent" if column == chosen else "label"
        text = " " + fit(name.rstrip(), look.size - 1, right=True)
        spans.append(Span(text, ink, target=Unit(table.layer, column)))
    return tuple(spans)


def _one(table: MatrixTable, moment: Moment, selection: Selection, columns: int, rows: int, filled: bool) -> list[Line]:
    """The selected layer alone, around the selection, as numbers if its columns fit, else as a heat map."""
    row = selection.row if isinstance(selection, Weight) else len(table.rows) - 1 if isinstance(selection, Bias) else 0
    for look in _looks([table]):
        if table.cells(look) <= columns:
            fitting = max(1, (rows - 2) // len(table.marks))
            first = _window(row, fitting, len(table.rows))
            last = min(first + fitting, len(table.rows))
            where = _where(table, (first, last), (0, len(table.columns)), moment, columns)
            return [*_lines(table, look, moment, selection, first, last), where]
    return _heat_map(table, moment, selection, row, columns, rows, filled)


def _window(wanted: int, fitting: int, total: int) -> int:
    return min(max(0, wanted - fitting // 2), max(0, total - fitting))


def _where(table: MatrixTable, rows: tuple[int, int], across: tuple[int, int], moment: Moment, columns: int) -> Line:
    """Which part of which matrix is shown, and how to get to the next, in as many words as fit."""
    depth = moment.experiment.network.depth
    ranges = [("rows", rows, len(table.rows)), ("columns", across, len(table.columns))]
    on = [f"→ on to W{table.layer + 1}" if table.layer < depth else f"← back to W{depth - 1}"] * (depth > 1)
    cut = [(word, f"{first + 1}–{last}", total) for word, (first, last), total in ranges if last - first < total]
    long = [f"W{table.layer} of {depth}", *(f"{word} {part} of {total}" for word, part, total in cut)]
    short = [f"W{table.layer}", *(f"{word} {part}/{total}" for word, part, total in cut)]
    ways = [" · ".join(words) for words in ([*long, *on], long, short)]
    ways.append(" ".join([short[0], *(f"{part}/{total}" for _, part, total in cut)]))
    return line(Span(next((way for way in ways if width(way) <= columns), ways[-1]), "dim"))


def _heat_map(
    table: MatrixTable, moment: Moment, selection: Selection, row: int, columns: int, rows: int, filled: bool
) -> list[Line]:
    looks = [Look(CELLS, 0, name) for name in (2 * _NAMES[0], *_NAMES)]
    whole = CELLS * len(table.columns) + 1
    look = next((look for look in looks if table.label_cells(look) + whole <= columns), looks[-1])
    cells = table.label_cells(look) + 1
    names = shorten(table.names, look.name)
    across, down = max(1, (columns - cells) // CELLS), max(1, rows - 2)
    left = _window(selection.column, across, len(table.columns))
    top = _window(row, down, len(table.rows))
    right, bottom = min(left + across, len(table.columns)), min(top + down, len(table.rows))
    scale = scales_of(table)[-1]
    lines = [line(Span(fit(table.title, cells), "label", bold=True), Span(ruler(left, right), "dim"))]
    for index in range(top, bottom):
        values = table.rows[index][1][-1]
        spans = [Span(fit(names[index], cells), "label")]
        for column in range(left, right):
            target = parameter_at(moment, table.layer, index, column)
            value = None if values is None else float(values[column])
            changed = table.changed is not None and bool(table.changed[index, column])
            spans += shaded(value, scale, Span("", "text", changed, selection == target, target), filled)
        lines.append(tuple(spans))
    lines.append(_where(table, (top, bottom), (left, right), moment, columns))
    return lines
