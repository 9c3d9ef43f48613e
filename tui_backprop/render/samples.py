"""Every sample: what goes in, what should come out, what does, and what this update did to it."""

from __future__ import annotations

import math

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.samples import view_samples
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.goal import right_classes
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import fixed, short
from tui_backprop.render.spans import Line, Span, clip, fit, line, safe, width

_CLASS = 14
"""Cells of a class's name at most; half of them in fewer than `_WIDE` columns."""
_WIDE = 72
_ROWS = 12
"""Rows from which there is room for what was made of a file, too."""


def samples(moment: Moment, columns: int, rows: int, cursor: int | None = None) -> list[Line]:
    """A heading and one line a sample, scrolled so that sample `cursor`, or else the present one, is in sight.

    Only the samples in sight are tried.
    """
    experiment = moment.ahead
    data = experiment.data
    notes = data.notes if rows - len(data.notes) > _ROWS else ()
    fitting = max(1, rows - 1 - len(notes))
    centre = (moment.sample or 0) if cursor is None else cursor
    first = min(max(0, centre - fitting // 2), max(0, len(data) - fitting))
    shown = slice(first, min(first + fitting, len(data)))
    view = view_samples(moment, shown)
    right = right_classes(experiment, view.prediction, data.targets[shown])
    if right is None:
        right = view.error == 0
    number_cells = len(str(len(data) - 1)) + 1
    inputs = [_values(row, 6) for row in data.inputs[shown].tolist()]
    targets = [_answer(experiment, row, "", columns) for row in data.targets[shown].tolist()]
    predictions = [_answer(experiment, row, " {}", columns) for row in view.prediction.tolist()]
    units = _in_units(data, data.targets[shown], view.prediction)
    heads = (" " + " ".join(data.input_names[:6]), "target", "ŷ now" if moment.updated else "ŷ")
    cells = [max(map(width, (head, *texts))) for head, texts in zip(heads, (inputs, targets, predictions), strict=True)]
    unit_cells = max(map(width, units)) + 2 if units[0] else 0
    cells[0] = min(cells[0], max(8, columns - number_cells - 28 - cells[1] - cells[2] - unit_cells))
    heading = (
        " " * (number_cells + 2) + fit(heads[0].strip(), cells[0]) + "  " + fit("target", cells[1], right=True)
        + "  " + fit(heads[2], cells[2], right=True) + fit(units[-1], unit_cells, right=True)
        + "   error  " + ("this update" if moment.updated else "")
    )  # fmt: skip
    lines = [clip(line(Span(heading, "dim")), columns)]
    for place, sample in enumerate(range(shown.start, shown.stop)):
        here = sample in moment.samples
        error = float(view.error[place])
        spans = [
            Span("▸" if here else " ", "accent", bold=True),
            Span(fit(f"#{sample}", number_cells), "accent" if here else "label", here, sample == cursor),
            Span(" " + fit(inputs[place], cells[0])),
            Span("  " + fit(targets[place], cells[1], right=True)),
            Span("  " + fit(predictions[place], cells[2], right=True), "text", bold=here),
            Span(fit(units[place], unit_cells, right=True), "dim"),
            Span(" " + fixed(error).replace("+", " "), "dim" if right[place] else "text"),
            Span(" ✓" if right[place] else "  ", "+3"),
        ]
        if view.change is not None:
            spans.append(_change(float(view.change[place])))
        lines.append(clip(tuple(spans), columns))
    lines += [clip(line(Span(safe(note), "dim")), columns) for note in notes]
    return lines[-rows:]


def _answer(experiment: Experiment, row: list[float], probability: str, columns: int) -> str:
    """The outputs; of classes that of the largest, and how large that is in the form `probability`."""
    if not ACTIVATIONS[experiment.network.activations[-1]].joint:
        return _values(row, 3)
    largest = max(range(len(row)), key=lambda index: row[index])
    name, most = experiment.data.target_names[largest], _CLASS if columns >= _WIDE else _CLASS // 2
    return (name if width(name) <= most else fit(name, most)) + probability.format(f"{row[largest]:.2f}")


def _in_units(data: Data, targets: Array, predictions: Array) -> list[str]:
    """Targets and predictions in the file's units, where these are not those of training; then the heading."""
    if data.target_scale is None:
        return [""] * (len(targets) + 1)
    pairs = zip(data.target_scale.back(targets).tolist(), data.target_scale.back(predictions).tolist(), strict=True)
    return [*(f"{_values(target, 1)} / {_values(prediction, 1)}" for target, prediction in pairs), "in file's units"]


def _values(row: list[float], most: int) -> str:
    shown = " ".join(short(value) for value in row[:most])
    return shown + (" …" if len(row) > most else "")


def _change(change: float) -> Span:
    if change == 0:
        return Span(" same", "dim")
    if math.isnan(change):
        return Span(" NaN", "warn")
    word, ink = ("▼ better", "+3") if change < 0 else ("▲ worse", "-3")
    return Span(f" {fixed(change)} {word}", ink)
