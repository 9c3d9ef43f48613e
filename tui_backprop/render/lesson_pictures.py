"""Pictures of a lesson: curves of activations, plots at a moment, and a program with its current line highlighted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import number
from tui_backprop.lessons.computed_page import RenderedBlock
from tui_backprop.lessons.curves import curve
from tui_backprop.lessons.plots import Plot, plot
from tui_backprop.render.canvas import Canvas, joined
from tui_backprop.render.numbers import short
from tui_backprop.render.spans import Line, Span, clip, fit, line, safe

ROWS, PLOT_ROWS = 7, 9
WIDEST = 60
"""The most columns of a plot."""
_CURVE, _LINE = Span("", "+4", True), Span("", "-3")


def curves(names: Sequence[str], columns: int) -> list[Line]:
    """Curves of activations from −4 to 4, solid, and of their slopes, dotted; as many side by side as fit."""
    each = max(16, min(26, columns // max(1, len(names)) - 2))
    beside = max(1, columns // (each + 2))
    lines: list[Line] = []
    for start in range(0, len(names), beside):
        group = [_one_curve(name, min(each, columns)) for name in names[start : start + beside]]
        for row in zip(*group, strict=True):
            lines.append(tuple(span for part in row for span in (*part, Span("  "))))
    return [*lines, line(Span("━ curve  ┄ slope, z from −4 to 4", "dim"))]


def _one_curve(name: str, columns: int) -> list[Line]:
    canvas = Canvas(columns, ROWS)
    dots, tall = columns * 2, ROWS * 4
    z = np.linspace(-4.0, 4.0, dots)
    a, slope = curve(name, z)
    low, high = float(min(a.min(), 0.0)), float(max(a.max(), 1.0))

    def row(value: float) -> int:
        return round((high - value) / (high - low) * (tall - 1))

    axis = Span("", "dim")
    canvas.draw((0, row(0.0)), (dots - 1, row(0.0)), axis, 1, (1, 3))
    for values, look, dash in ((slope, Span("", "-3"), (2, 2)), (a, Span("", "+4", True), (1, 0))):
        for x in range(dots - 1):
            ends = row(float(values[x])), row(float(values[x + 1]))
            on = dash[1] == 0 or x % sum(dash) < dash[0]
            if on:
                canvas.draw((x, ends[0]), (x + 1, ends[1]), look, 1, (1, 0))
    title = line(Span(fit(f"{safe(name)} {short(low)}…{short(high)}", columns), "label", True))
    return [title, *(joined(cells) for cells in canvas.lines())]


def plotted(source: str, moment: Moment, columns: int) -> list[Line]:
    """A plot at this moment; empty if the network at this moment has nothing of the kind."""
    columns = min(columns, WIDEST)
    try:
        found = plot(source, moment, 2 * columns)
    except BackpropError:
        return []
    points = [point for point in (*found.marks, found.here) if point is not None and np.isfinite(point).all()]
    some = np.concatenate([found.curve, np.array([y for _, y in points])])
    if found.line is not None and found.here is None:  # a tangent may leave the plot
        some = np.concatenate([some, found.line])
    some = some[np.isfinite(some)]
    low, high = float(some.min(initial=0.0)), min(float(some.max(initial=0.0)), found.top)
    size = (high - low) or 1.0
    beyond = " and beyond" if some.max(initial=0.0) > high else ""

    def dot(value: float) -> int:
        return round((high - value) / size * (4 * PLOT_ROWS - 1))

    canvas = Canvas(columns, PLOT_ROWS)
    canvas.draw((0, dot(0.0)), (2 * columns - 1, dot(0.0)), Span("", "dim"), 1, (1, 3))
    if found.line is not None:
        _trace(canvas, found.line, _LINE, (2, 2), low - size, high + size, dot)
    _trace(canvas, found.curve, _CURVE, (1, 0), low - size, high + size, dot)
    cells = canvas.lines()
    for x, y in points:
        column = round((x - found.x[0]) / (found.x[-1] - found.x[0]) * (columns - 1))
        cells[min(max(dot(y) // 4, 0), PLOT_ROWS - 1)][column] = Span("●", "accent" if found.here else "text", True)
    return [
        line(Span(fit(f"{safe(found.words[0])}: {short(low)} to {short(high)}{beyond}", columns), "label", True)),
        *(joined(row) for row in cells),
        clip(line(Span(_legend(found), "dim")), columns),
    ]


def _trace(
    canvas: Canvas,
    values: Array,
    look: Span,
    dash: tuple[int, int],
    low: float,
    high: float,
    dot: Callable[[float], int],
) -> None:
    """A line through values, as far as it is within the picture."""
    for x in range(len(values) - 1):
        ends = float(values[x]), float(values[x + 1])
        if all(low <= end <= high for end in ends) and (dash[1] == 0 or x % sum(dash) < dash[0]):
            canvas.draw((x, dot(ends[0])), (x + 1, dot(ends[1])), look, 1, (1, 0))


def _legend(found: Plot) -> str:
    what = "● here" if found.here else "● targets"
    second = f"  ┄ {found.words[1]}" if found.words[1] else ""
    return f"{what}{second}, from {short(float(found.x[0]))} to {short(float(found.x[-1]))}"


def program(block: RenderedBlock, moment: Moment | None, columns: int) -> list[Line]:
    """A program. The line at work at this moment is highlighted, with what it has just computed below it."""
    lines: list[Line] = []
    now = str(moment.phase) if moment is not None and moment.step else ""
    for text, *named in block.cells:
        current = now in [phase.text for phase in named]
        lines.append(
            clip(
                line(Span("▸ " if current else "  ", "accent", True), Span(safe(text.text), "text", current, current)),
                columns,
            )
        )
        values = _computed(moment) if moment is not None and current else None
        if values is not None:
            indent = " " * (2 + len(text.text) - len(text.text.lstrip()))
            lines.append(
                clip(
                    line(Span(f"{indent}= {'  '.join(number(value) for value in values.tolist())}", "accent")), columns
                )
            )
    return lines


def _computed(moment: Moment) -> Array | None:
    """The values of the layer that the phase is about."""
    kind, layer = moment.phase.kind, moment.phase.layer
    depth = moment.experiment.network.depth
    match kind:
        case "input":
            return moment.activation(0)
        case "sum":
            return moment.sum(layer)
        case "activate":
            return moment.prediction if layer == depth else moment.activation(layer)
        case "error":
            return moment.delta(depth)
        case "upstream":
            return moment.upstream(layer)
        case "mask":
            return moment.delta(layer)
    return None
