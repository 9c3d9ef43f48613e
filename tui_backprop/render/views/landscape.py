"""The loss as a map over two weights: where the present weights are, the path to them, and what is around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.landscape import Landscape, landscape_of, path_so_far, window_around
from tui_backprop.core.parts import Bias, Unit, Weight, neighbours
from tui_backprop.core.penalty import penalised
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import joined
from tui_backprop.render.numbers import percent, short
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, beside, clip, fit, length, line, paragraph, safe
from tui_backprop.render.views.shades import Shading, put_sign, shaded

HERE, LOWEST, START, WAY = "●", "▼", "◇", "+"
_SAME = 1e-9
"""Losses that differ by a smaller part are the same."""
_LEVEL = 0.01
"""The least share of the loss that counts as lower."""
_NUMBER = 6
"""Cells of the numbers at the vertical axis."""
_ASIDE = 44
"""From this many columns on, the words stand beside a map that is low."""
_LOW = 14
_WORDS = 3
"""Lines for what is seen, above a map, and as many for what it means, below."""


def landscape(
    moment: Moment, selection: Selection, other: int, columns: int, rows: int, shading: Shading
) -> list[Line]:  # fmt: skip
    """What is seen, the map, its axes and its signs; `other` counts through the parameters for the vertical axis."""
    across = _parameter(selection)
    found = neighbours(across, moment.experiment.network)
    if not found:
        text = "There is only one weight, and a map needs two: see the gradient check (7)."
        return paragraph(columns, text)[:rows]
    up = found[other % len(found)]
    axes = (across, up)
    way = path_so_far(moment, axes)
    window = window_around(way) if moment.finite else None
    if window is None:
        return paragraph(columns, Span("Some weights are too large or no longer finite.", "warn"))[:rows]
    names = safe(across.name(moment.experiment)), safe(up.name(moment.experiment))
    heading = [Span(names[0], "accent", True), Span(" ▸ and "), Span(names[1], "accent", True), Span(" ▲")]
    aside = columns >= _ASIDE and rows < _LOW
    map_rows = max(1, rows - 1) if aside else max(2, rows - 2 - 2 * _WORDS)
    map_columns = max(1, min(4 * map_rows, (2 * columns // 5 if aside else columns) - _NUMBER - 1))
    left = _NUMBER + 1 + map_columns + 2
    room = columns - left if aside else columns
    hint = Span("  x: another", "dim")
    heading += [hint] if len(found) > 1 and length([*heading, hint]) <= room else []
    seen = landscape_of(moment, axes, window, map_columns, map_rows * shading.points)
    drawn = _map(seen, way, map_columns, map_rows, shading)
    if aside:
        words = paragraph(room, *heading)
        words += _words(seen, room, rows - len(words))
        lines = beside(drawn, [*words, *_signs(moment, seen, room, rows - len(words), shading)], left)
    else:
        words = _words(seen, columns, _WORDS)
        words += [()] * (_WORDS - len(words))  # always the same number: the map must not jump
        lines = [tuple(heading), *words, *drawn]
        lines += _signs(moment, seen, columns, rows - len(lines), shading)
    return [clip(spans, columns) for spans in lines][:rows]


def _parameter(selection: Selection) -> Weight | Bias:
    """The selected one, or the first that leads to the selected node, or from an input."""
    if not isinstance(selection, Unit):
        return selection
    return Weight(selection.layer, 0, selection.column) if selection.layer else Weight(1, selection.column, 0)


def _map(seen: Landscape, way: list[tuple[float, float]], columns: int, rows: int, shading: Shading) -> list[Line]:
    """The cells with the signs on them, numbers at the left and below."""
    points = rows * shading.points
    levels = _levels(seen)
    levels = np.repeat(np.repeat(levels, seen.block, axis=0), seen.block, axis=1)[:points, :columns]
    cells = shaded([[None if at == _NOT_FINITE else int(at) for at in row] for row in levels], shading)
    for sign, (x, y) in [
        *((WAY, place) for place in way[1:-1]), (START, way[0]), (LOWEST, seen.lowest[:2]), (HERE, seen.place),
    ]:  # fmt: skip
        row, column = _cell(seen, x, y, rows, columns)
        put_sign(cells, row, column, sign, shading, sign == HERE)
    left, bottom, size = seen.window
    heights = {rows // 2: bottom + size / 2, rows - 1: bottom, 0: bottom + size}
    drawn = [
        line(
            Span(fit(short(heights[row]) if row in heights else "", _NUMBER, right=True) + " ", "dim"),
            *joined(cells[row]),
        )
        for row in range(rows)
    ]
    ends, middle = (short(left), short(left + size)), short(left + size / 2)
    below = middle.center(columns)
    below = ends[0] + below[len(ends[0]) : columns - len(ends[1])] + ends[1] if columns > 3 * _NUMBER else ends[0]
    return [*drawn, line(Span(" " * (_NUMBER + 1) + below, "dim"))]


def _cell(seen: Landscape, x: float, y: float, rows: int, columns: int) -> tuple[int, int]:
    left, bottom, size = seen.window
    column, row = int((x - left) / size * columns), int((1 - (y - bottom) / size) * rows)
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


_NOT_FINITE = 9


def _levels(seen: Landscape) -> Array:
    """1 to 4: lower than here, by quarters of the way to the lowest; −1 to −4: higher; on a scale of square roots.

    On that the sides of a bowl are straight, so that the rings around its floor are equally wide.
    """
    _, _, floor = seen.lowest
    with np.errstate(all="ignore"):
        height = np.sqrt(np.maximum(seen.loss - floor, 0.0))
        here = float(np.sqrt(seen.here - floor))
        top = float(np.max(height, where=np.isfinite(height), initial=here))
        below, above = (here - height) / here, (height - here) / (top - here)
        levels = np.where(height < here, np.ceil(4 * below), -np.ceil(4 * above))
        levels[_same(seen)] = 0
    return np.where(np.isfinite(levels), np.clip(levels, -4, 4), _NOT_FINITE)


def _same(seen: Landscape) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.abs(seen.loss - seen.here) <= _SAME * abs(seen.here)


def _fitting(rows: int, columns: int, *ways: Sequence[Span | str]) -> list[Line]:
    """The first wording that takes no more than `rows`; nothing where none does."""
    return next((lines for lines in (paragraph(columns, *way) for way in ways) if len(lines) <= rows), [])


def _words(seen: Landscape, columns: int, rows: int) -> list[Line]:
    """What is seen, in a sentence or two."""
    x, y, floor = seen.lowest
    same = _same(seen)
    parts: list[Span | str] = []
    brief: list[Span | str] = []
    if not np.isfinite(seen.here):
        parts = [Span("The loss here is not finite.", "warn", True)]
    elif same.all():
        parts = [Span("A plateau: ", "warn", True), f"whatever these two are here, the loss stays {short(seen.here)}."]
        brief = [Span(f"A plateau: all at {short(seen.here)}.", "warn", True)]
    elif floor < seen.here - _LEVEL * abs(seen.here):
        where = f" at {short(x)} and {short(y)}{', on the edge' if _at_edge(seen) else ''}."
        points = f"{seen.loss.shape[1]}×{seen.loss.shape[0]}"
        start = f"Lowest of {points} points: loss "
        parts = [start, Span(short(floor), "text", True), f" instead of {short(seen.here)},{where}"]
        brief = ["Lowest: loss ", Span(short(floor), "text", True), where]
    else:
        nowhere = f"Nowhere on this map is the loss more than {percent(_LEVEL)} below the {short(seen.here)} here"
        parts = [Span(nowhere, "text", True), ": changing only these two does not help."]
        brief = [Span(f"Nowhere is the loss {percent(_LEVEL)} lower.", "text", True)]
    flat: list[Span | str] = []
    if not same.all() and _flat_around(seen, same):
        flat = [Span(f" Flat around here: {percent(float(same.mean()))} of the map is as high.", "warn")]
    return _fitting(rows, columns, [*parts, *flat], [*brief, *flat], parts, brief)


def _at_edge(seen: Landscape) -> bool:
    x, y, _ = seen.lowest
    return x in (seen.x[0], seen.x[-1]) or y in (seen.y[0], seen.y[-1])


def _flat_around(seen: Landscape, same: np.ndarray) -> bool:
    """Whether the points around the present place all have its loss."""
    row, column = _cell(seen, *seen.place, *same.shape)
    return bool(same[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].all())


def _signs(moment: Moment, seen: Landscape, columns: int, rows: int, shading: Shading) -> list[Line]:
    """What the signs and tones mean, what the loss is taken over, and what was left out, as far as rows allow."""
    finite = seen.loss[np.isfinite(seen.loss)]
    highest = short(float(finite.max())) if len(finite) else "∞"
    tones = "blue lower, orange higher" if shading is not Shading.SHADES else "░▒▓█ lower, ╌–=≡ higher"
    training, count = moment.ahead.training, len(seen.rows)
    of = f"Loss: {training.loss}, mean of {count:,} samples" + (
        ", with the weight penalty" if penalised(training) else ""
    )
    of += f" of {seen.total:,}" if count < seen.total else ""
    of += ", ŷ not rounded" if training.round is not None else ""
    keys = f"{HERE} here {LOWEST} lowest {START} start {WAY} path"
    toned = f"{keys}; {tones}, up to {highest}."
    ways = (f"{toned} {of}; all other weights held.", toned, keys, keys.removesuffix(f" {WAY} path"))
    return _fitting(rows, columns, *([Span(text, "dim")] for text in ways))
