"""What a page can plot at a moment: the loss over one weight, or the output over a sum of inputs.

error over W1[x1→y]              E, the loss, with the gradient as the slope of its curve
y over x1 + x3                   through the samples, whose targets are marked
y over x1 + x3 without h2        with what it would be without that unit, too
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gradient_check import loss_along
from tui_backprop.core.forward import layers
from tui_backprop.core.parts import Unit, parse_parameter, parse_unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import number

FORMS = "error over W1[x1→y], y over x1 + x3, y over x1 + x3 without h2"
REACH = 2.0
"""How far to either side of a weight's start its loss is plotted, at most; less where the loss is steep."""
FURTHEST = 1e6
HEADROOM = 4.0
"""How far up, in errors such as those at the weight's start and at present; about as far the plot goes across."""
_NUDGE = 1e-4
_POINTS = 7
"""The number of points of a plot that its text names."""


@dataclass(frozen=True, eq=False)
class Plot:
    """Values over `x`: `curve`, and where there is one, a second `line`; `marks` are points (x, y), `here` the present
    one. `words` say what is plotted, and what the line is; above `top` there is nothing worth seeing."""

    words: tuple[str, str]
    x: Array
    curve: Array
    line: Array | None
    marks: tuple[tuple[float, float], ...]
    here: tuple[float, float] | None = None
    top: float = math.inf


def plot(source: str, moment: Moment, points: int = _POINTS) -> Plot:
    """The plot that a text stands for, at `points` points."""
    what, over, where = (part.strip() for part in source.partition(" over "))
    if not over or not where:
        raise BackpropError(f"{source!r} cannot be plotted", FORMS)
    if what == "error":
        return _error(where, moment, points)
    axis, _, without = (part.strip() for part in where.partition(" without "))
    output, inputs = _unit(what, moment), [_unit(name.strip(), moment) for name in axis.split("+")]
    depth = moment.experiment.network.depth
    if output.layer != depth or any(unit.layer for unit in inputs):
        raise BackpropError(f"{source!r} cannot be plotted", FORMS)
    left_out = _unit(without, moment) if without else None
    if left_out is not None and left_out.layer != depth - 1:
        raise BackpropError(f"{without!r} does not lead to the output", "a unit of the last hidden layer")
    return _answers(f"{what} over {axis}", output, [unit.column for unit in inputs], left_out, moment, points)


def plot_table(found: Plot) -> list[str]:
    """A plot as text."""
    rows = [("", found.x), (found.words[0].partition(" over ")[0], found.curve)]
    rows += [(found.words[1], found.line)] if found.line is not None else []
    wide = max(len(name) for name, _ in rows)
    lines = [
        f"  {name:<{wide}}" + "".join(number(value).rjust(9) for value in values.tolist()) for name, values in rows
    ]
    points = ", ".join(f"{number(y)} at {number(x)}" for x, y in found.marks)
    return [f"  {found.words[0]}:", *lines, *([f"  targets: {points}"] if points else [])]


def _unit(name: str, moment: Moment) -> Unit:
    return parse_unit(name, moment.experiment)


def _error(name: str, moment: Moment, points: int) -> Plot:
    """The loss of the step's samples, unrounded, and the line that touches it at the present weight."""
    part = parse_parameter(name, moment.experiment)
    index = part.index(moment.experiment.network)
    began, now = float(moment.base.initial.flat[index]), float(moment.parameters.flat[index])
    if not np.isfinite(now) or abs(now) > FURTHEST:
        raise BackpropError(f"{name} is too large to plot", FORMS)
    (below, first, above), here, slope = loss_along(moment, index, began + _NUDGE * np.array([-1.0, 0.0, 1.0]))
    steep = abs(above - below) / (2 * _NUDGE)
    reach = min(REACH, HEADROOM * first / steep) if steep and first else REACH
    x = np.linspace(min(began - reach, now), max(began + reach, now), points)
    losses, *_ = loss_along(moment, index, x)
    top = HEADROOM * max(here, float(first)) or math.inf
    return Plot((f"E over {name}", "tangent"), x, losses, here + slope * (x - now), (), (now, here), top)


def _answers(words: str, output: Unit, columns: list[int], left_out: Unit | None, moment: Moment, points: int) -> Plot:
    """The network's output between the samples, in the order of the sum of some inputs; equal sums share a mean."""
    data, parameters = moment.ahead.data, moment.parameters
    sums = data.inputs[:, columns].sum(axis=1)
    places = np.unique(sums)
    if len(places) < 2:
        raise BackpropError(f"{words!r} cannot be plotted: it is the same for all samples", FORMS)
    corners = np.stack([data.inputs[sums == place].mean(axis=0) for place in places])
    x = np.linspace(places[0], places[-1], points)
    inputs = np.stack([np.interp(x, places, corner) for corner in corners.T], axis=1)
    with np.errstate(all="ignore"):
        *_, below, (z, a) = [(inputs, inputs), *layers(parameters, inputs, np.matmul)]
        curve, line = a[:, output.column], None
        if left_out is not None:
            others = z - np.outer(below[1][:, left_out.column], parameters.weights[-1][left_out.column])
            line = moment.ahead.network.output.of(others)[:, output.column]
    marks = zip(sums.tolist(), data.targets[:, output.column].tolist(), strict=True)
    without = f"without {moment.experiment.unit_names(left_out.layer)[left_out.column]}" if left_out else ""
    return Plot((words, without), x, curve, line, tuple(dict.fromkeys(marks)))
