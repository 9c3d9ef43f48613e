"""The error chart: axes and a braille curve, drawn by plotext."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from tui_backprop.core.phases import Moment
from tui_backprop.render.spans import Line, line
from tui_backprop.widgets.pane import Pane

_LARGEST = 1e300
"""Larger errors overflow when the axis is laid out."""
_SAME = 1e-9
"""Errors that differ by a smaller part stand on one line."""


class Chart(Pane):
    """How did the error get here?"""

    TITLE = "Error of each epoch  (l: log axis, c: back)"
    ANSWERS = "How did the error get here? Every epoch so far, with axes; the dotted line is where we are. l: log axis."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "axis", "Logarithmic axis", show=False)]

    logarithmic: reactive[bool] = reactive(False, repaint=False)

    def watch_logarithmic(self) -> None:
        """The other axis."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The chart at the pane's size."""
        return [line(text) for text in chart(moment, self.logarithmic, columns, rows).splitlines()]

    def action_axis(self) -> None:
        """From linear to logarithmic, and back."""
        self.logarithmic = not self.logarithmic


def chart(moment: Moment, logarithmic: bool, columns: int, rows: int) -> str:
    """The chart as text. Epochs whose error cannot be drawn on the axis are left out, and the label says how many."""
    epochs, errors = np.arange(1, len(moment.errors) + 1), moment.errors
    drawable = (errors < _LARGEST) & ((errors > 1 / _LARGEST) | (not logarithmic))
    if not drawable.any():
        return "No epoch is completed yet." if not len(errors) else "No error so far can be drawn on this axis."
    every = max(1, int(drawable.sum()) // (4 * columns))
    x, y = epochs[drawable][::every], errors[drawable][::every]
    import plotext  # here, because it takes a fifth of a second that the studio's start can do without

    figure = plotext.figure
    figure.clear()
    figure.plot_size(columns, rows)
    for errors in moment.ghosts:
        ghost = (errors < _LARGEST) & ((errors > 1 / _LARGEST) | (not logarithmic))
        figure.draw(figure.signal((np.flatnonzero(ghost) + 1).tolist(), errors[ghost].tolist(), marker="·"))
    curve = figure.signal(x.tolist(), y.tolist(), marker="braille")
    curve.lines()
    figure.draw(curve)
    if moment.epochs_completed:
        figure.line(moment.epochs_completed, orientation="vertical", style="dotted")
    if y.max() - y.min() <= _SAME * y.max():  # plotext cannot part them: the axis is ours, from 0 to twice the error
        figure.ruler("y").lim(0, 2 * float(y.max()) or 1)
    elif logarithmic:
        figure.ruler("y").scale("log")
    ticks = np.linspace(x[0], x[-1], min(len(x), columns // 12 + 1))
    whole = sorted({round(tick) for tick in ticks})
    figure.ruler("x").ticks(whole, [f"{tick:,}" for tick in whole])
    left_out = len(errors) - int(drawable.sum())
    figure.label(
        "epoch" + (f" ({left_out} with an error that this axis has no place for)" if left_out else ""), axis="x"
    )
    return str(figure.build().string(colorless=True))
