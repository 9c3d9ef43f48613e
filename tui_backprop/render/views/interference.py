"""What each update of the epoch did to every sample's error."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.diagnostics.interference import Interference, interference_of
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.heat_map import shade
from tui_backprop.render.numbers import fixed, scale_of, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, line, paragraph
from tui_backprop.render.views.page import Paragraph, ViewPage

_CELL = 9


def interference(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """A row per update, a column per sample: − the error fell, + it rose."""
    found = interference_of(moment)
    label = len(str(len(moment.experiment.data))) + 3
    cell = _CELL if label + _CELL * len(found.rows) <= columns else 3 if len(found.rows) < 100 else 4
    shown = max(1, (columns - label) // cell)
    strength = scale_of(found.change)
    body = [_row(found, place, label, cell, shown, strength, moment) for place in range(len(found.steps))]
    if not moment.updated and moment.step:
        sample = "" if len(moment.samples) > 1 else f"#{moment.sample}"
        unknown = "·".rjust(cell) * min(shown, len(found.rows))
        body.append(line(Span(f"▸{sample}".ljust(label), "accent", True), Span(unknown, "dim")))
    numbers = [
        f"#{row}".rjust(cell) if len(f"#{row}") < cell else str(row)[-cell + 1 :].rjust(cell)
        for row in found.rows[:shown]
    ]
    heading = line(Span(" " * label), Span("".join(numbers), "label"))
    rest, verdict = _rest(moment, found, shown, columns), _verdict(moment, found, columns)
    return ViewPage([heading], body, rest, len(body), [verdict])


def _row(found: Interference, place: int, label: int, cell: int, shown: int, strength: float, moment: Moment) -> Line:
    """One update: a bold entry is the sample that it was made for."""
    here = found.steps[place] == moment.step
    trained = found.trained[place]
    name = f"#{trained[0]}" if len(trained) == 1 else f"{found.steps[place]}"
    spans = [Span((("▸" if here else " ") + name).ljust(label), "accent" if here else "label", here)]
    for column, sample in enumerate(found.rows[:shown]):
        change = float(found.change[place, column])
        text = fixed(change).rjust(cell) if cell == _CELL else shade(change, strength).rjust(cell)
        ink = "warn" if not math.isfinite(change) else tone(-change, strength)  # blue is better
        spans.append(Span(text, ink, sample in trained))
    return tuple(spans)


def _verdict(moment: Moment, found: Interference, columns: int) -> list[Line]:
    if not moment.step:
        return paragraph(columns, "No update yet: each will have a row, each sample a column.")
    if not moment.updated:
        return paragraph(columns, "What this update does to each sample's error is known once it is made.")
    last = found.change[-1]
    trained = [column for column, row in enumerate(found.rows) if row in found.trained[-1]]
    others = [float(change) for column, change in enumerate(last) if column not in trained]
    better, worse = sum(change < 0 for change in others), sum(change > 0 for change in others)
    if not np.isfinite(last).all():
        return paragraph(columns, Span("Some errors are no longer finite: nothing can be compared.", "warn", True))
    if not last.any():
        return paragraph(columns, "This update changed no sample's error.")
    text = f"Of {len(others)} others {better} got better, {worse} worse"
    mine = f"; its own: {fixed(float(last[trained[0]])).strip()}." if len(trained) == 1 else "."
    ink = "warn" if worse > better else "text"
    return paragraph(columns, Span(text, ink, True), mine)


def _rest(moment: Moment, found: Interference, shown: int, columns: int) -> list[Paragraph]:
    total, seen = len(moment.experiment.data), min(shown, len(found.rows))
    rows = "rows: updates" + (f" ({found.left_out:,} earlier ones left out)" if found.left_out else "")
    columns_are = "columns: errors" + (f" ({seen} of {total:,})" if seen < total else "")
    keys = "− better, + worse"
    whole = paragraph(columns, Span(f"{keys}; {rows}, {columns_are}", "dim"))
    if len(whole) == 1:
        return [whole]
    return [paragraph(columns, Span(text, "dim")) for text in (keys, f"{rows}, {columns_are}")]
