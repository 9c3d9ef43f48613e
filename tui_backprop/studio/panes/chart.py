"""The error chart: axes and a braille curve, drawn by plotext."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from tui_backprop.core.arrays import Array
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import short
from tui_backprop.render.spans import Line, line
from tui_backprop.studio.panes.pane import Pane

_LARGEST = 1e300
"""Larger errors overflow when the axis is laid out."""
_TEST = "×"
"""The mark for the test samples' error."""
_SAME = 1e-9
"""Relative differences below this are drawn as a flat line."""


class ChartPane(Pane):
    """How did the error get here?"""

    DOES = "chart"
    TITLE = "Error of each epoch  (l: log axis, c: back)"
    ANSWERS = (
        "How did the error get here? Every epoch so far, with axes; the dotted line is where you are, × the error of "
        "the test set, if there is one. l: log axis."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "axis", "Logarithmic axis", show=False)]

    logarithmic: reactive[bool] = reactive(False, repaint=False)

    def watch_logarithmic(self) -> None:
        """Repaints with the other axis."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The chart at the pane's size."""
        return [line(text) for text in chart(moment, self.logarithmic, columns, rows).splitlines()]

    def action_axis(self) -> None:
        """Switches between a linear and a logarithmic axis."""
        self.logarithmic = not self.logarithmic


def chart(moment: Moment, logarithmic: bool, columns: int, rows: int) -> str:
    """The chart as text. Epochs whose error cannot be drawn on the axis are left out, and the label says how many.

    The error of test samples stands beside that of training, scaled to the training set.
    """
    errors = moment.errors
    x, y = _drawable(np.arange(1.0, len(errors) + 1), errors, logarithmic)
    if not len(x):
        return "No epoch completed yet." if not len(errors) else "No error so far can be drawn on this axis."
    left_out = len(errors) - len(x)
    every = max(1, len(x) // (4 * columns))
    x, y = x[::every], y[::every]
    import plotext  # imported here: it takes a fifth of a second, too long for the studio's start

    figure = plotext.figure
    figure.clear()
    figure.plot_size(columns, rows)
    ghosts = [_drawable(np.arange(1.0, len(ghost) + 1), ghost, logarithmic) for ghost in moment.ghosts]
    places, heights, of_test = _test_errors(moment)
    test = _drawable(places, heights, logarithmic)
    every_y = np.concatenate([y, test[1], *(ghost[1] for ghost in ghosts)])
    low, high = float(every_y.min()), float(every_y.max())
    flat = high - low <= _SAME * high  # too close for plotext: the axis is ours, from 0 to twice the error
    if flat:
        low, high = 0.0, 2 * high or 1.0
        figure.ruler("y").lim(low, high)
    # plotext's own labels have too few digits or too many, above all on its logarithmic axis
    scaled = np.log10 if logarithmic and not flat else np.positive
    levels = np.linspace(scaled(low), scaled(high), max(2, min(5, rows // 3)))
    shown = 10.0**levels if scaled is np.log10 else levels
    figure.ruler("y").ticks(levels.tolist(), [short(float(f"{level:.3g}")) for level in shown])
    for at, found in ghosts:
        figure.draw(figure.signal(at.tolist(), scaled(found).tolist(), marker="·"))
    curve = figure.signal(x.tolist(), scaled(y).tolist(), marker="braille")
    curve.lines()
    figure.draw(curve)
    if of_test:
        figure.draw(figure.signal(test[0].tolist(), scaled(test[1]).tolist(), marker=_TEST))
    if moment.epochs_completed:
        figure.line(moment.epochs_completed, orientation="vertical", style="dotted")
    ticks = np.linspace(x[0], x[-1], min(len(x), columns // 12 + 1))
    whole = sorted({round(tick) for tick in ticks})
    figure.ruler("x").ticks(whole, [f"{tick:,}" for tick in whole])
    figure.label(f"epoch{of_test}" + (f" ({left_out} with errors off this axis)" if left_out else ""), axis="x")
    return str(figure.build().string(colorless=True))


def _test_errors(moment: Moment) -> tuple[Array, Array, str]:
    """Epochs, the test samples' errors there, scaled to the training set, and what the label says of them."""
    from tui_backprop.core.diagnostics.generalisation import held_out_of

    held_out = held_out_of(moment)
    if held_out is None:
        return np.empty(0), np.empty(0), ""
    with np.errstate(all="ignore"):
        sums = held_out.errors * len(moment.ahead.data)
    part = "" if held_out.looked == held_out.total else f" ({held_out.looked:,} of {held_out.total:,})"
    return held_out.epochs, sums, f"   line: training, {_TEST}: test{part}, scaled to the training set"


def _drawable(places: Array, errors: Array, logarithmic: bool) -> tuple[Array, Array]:
    """Those that can be drawn on the axis."""
    drawable = (errors < _LARGEST) & ((errors > 1 / _LARGEST) | (not logarithmic))
    return places[drawable], errors[drawable]
