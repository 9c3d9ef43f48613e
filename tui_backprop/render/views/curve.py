"""The fitted curve of a network with one input, and the samples that it should pass through."""

from __future__ import annotations

import numpy as np

from tui_backprop.core.diagnostics.gates import sampled_rows
from tui_backprop.core.diagnostics.surface import along_line, plane_of
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import Canvas, joined
from tui_backprop.render.numbers import short
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, length, line, safe, width

_CURVE = Span("", "accent", bold=True)
_OF_OUTPUT = ("line: the network's output; ● a sample's target", "line: output  ● target", "● target")
"""What stands below the curve of an output, the longest that fits."""


def curve(moment: Moment, selection: Selection, columns: int, rows: int) -> list[Line]:
    """The selected node's activation, or the output's, over the input; ● is a target."""
    data, depth = moment.ahead.data, moment.ahead.network.depth
    layer = selection.layer if isinstance(selection, Unit) and selection.layer else depth
    unit = selection.column if layer == selection.layer else 0
    plane = plane_of(data)
    height = max(1, rows - 2)
    _, found = along_line(moment, plane, 2 * columns)
    values = found[layer - 1][:, unit]
    targets = data.targets[:, unit] if layer == depth else np.zeros(0)
    some = np.concatenate([values[np.isfinite(values)], targets])
    low, high = (float(some.min()), float(some.max())) if len(some) else (0.0, 1.0)
    size = (high - low) or 1.0
    canvas = Canvas(columns, height)
    dots = [round((1 - (value - low) / size) * (4 * height - 1)) if np.isfinite(value) else None for value in values]
    for x in range(len(dots) - 1):
        start, end = dots[x], dots[x + 1]
        if start is not None and end is not None:
            canvas.draw((x, start), (x + 1, end), _CURVE, 1, (1, 0))
    cells = canvas.lines()
    for row in sampled_rows(data, moment.parameters).tolist() if len(targets) else []:
        x = int((plane.points[row, 0] - plane.low[0]) / (plane.high[0] - plane.low[0]) * columns)
        y = round((1 - (float(targets[row]) - low) / size) * (height - 1))
        here = row in moment.samples
        cells[min(max(y, 0), height - 1)][min(max(x, 0), columns - 1)] = Span("●", "+4" if here else "text", here)
    name = safe(moment.ahead.unit_names(layer)[unit])
    parts = (
        Span(f"{'output' if layer == depth else 'hidden unit'} {name}", "accent", True),
        Span(f" over {safe(plane.names[0])}"),
        Span(f", {short(plane.low[0])}…{short(plane.high[0])}"),
        Span(f"  from {short(low)} to {short(high)}", "dim"),
    )
    heading = next((parts[:some] for some in range(4, 1, -1) if length(parts[:some]) <= columns), parts[:1])
    says = _OF_OUTPUT if layer == depth else ("its activation",)
    legend = line(Span(next((text for text in says if width(text) <= columns), says[-1]), "dim"))
    return [clip(spans, columns) for spans in (heading, *(joined(row) for row in cells), legend)][:rows]
