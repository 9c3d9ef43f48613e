"""The error over the epochs: figures, a line with its axes and the cursor of time, and the present epoch's samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui_backprop.core.run.moment import Moment
from tui_backprop.core.scores import Score, scored, scores
from tui_backprop.render.canvas import joined, put
from tui_backprop.render.error_plot import Axis, ErrorPlot, axis_of, plot
from tui_backprop.render.narration import goal
from tui_backprop.render.numbers import percent, short
from tui_backprop.render.spans import Line, Span, clip, fit, length, line, pad, width

_LEAST_PLOT = 8
"""The least columns of a line for which it gets an axis."""
_LATEST = 28
"""Cells that the error of the latest epoch seldom exceeds."""

_Ways = Sequence[Line]
"""One message in several wordings, the longest first."""

_ELSEWHERE = ("1–8: views  w: by hand  ^p: lessons, and more", "1–8: views  ^p: lessons, more", "^p: more")
"""Keys that a small screen names nowhere else, while the place of the line is empty: as many as fit."""


def error(moment: Moment, columns: int, rows: int) -> list[Line]:
    """Figures; the line with its axes, in the rows that are left; and the errors of this epoch so far."""
    if not len(moment.errors):
        figures = _packed([_latest(moment), *_marks(moment)], columns, max(1, rows - 1))
        return [*figures, _this_epoch(moment, columns)][:rows]
    axis = axis_of(moment)
    last = [_this_epoch(moment, columns)] if rows > 5 else []
    figures = _packed(_figures(moment, axis), columns, max(1, (rows - 2) // 3))
    axes = rows > 2
    height = rows - len(figures) - len(last) - axes
    return [*figures, *(_with_axes(moment, axis, columns, height, axes) if height else ()), *last]


def error_line(moment: Moment, columns: int) -> Line:
    """The error in one line: figures of a fixed width, so that the line stays in its place, and then the scale."""
    text = [Span("error ", "label"), *_latest(moment)[0]]
    if not len(moment.errors):
        room = columns - length(text) - 2
        says = ("the line starts after one epoch", "") if moment.step else _ELSEWHERE
        later = next((words for words in says if width(words) <= room), says[-1])
        return clip(line(*text, Span(f"  {later}", "dim")), columns)
    axis = axis_of(moment)
    scale = width(axis.text) + 1
    least, spans = length(text), [*pad(line(*text), max(length(text), _LATEST)), Span("  ")]
    kept = _LEAST_PLOT
    for ways in [*_converged(moment), *_marks(moment)]:
        for way in ways:
            cells = -(-length(way) // 4) * 4  # so that another digit seldom moves the line
            if length(spans) + cells + 2 + kept + scale <= columns:
                spans, kept = [*spans, *pad(way, cells), Span("  ")], 3 * _LEAST_PLOT
                break
    room = columns - length(spans) - scale
    if room < _LEAST_PLOT:
        spans, room, scale = [*text, Span(" ")], columns - least - 1, 0
    drawn = joined(plot(moment, axis, room, 1).cells[0]) if room > 0 else ()
    return clip(line(*spans, *drawn, Span(fit(axis.text, scale, right=True) if scale else "", "dim")), columns)


def _packed(parts: Sequence[_Ways], columns: int, most: int) -> list[Line]:
    """The parts in at most `most` lines, each in the longest form that fits; what does not fit is left out."""
    lines: list[Line] = []
    for ways in parts:
        for way in ways:
            if lines and length(lines[-1]) + 2 + length(way) <= columns:
                lines[-1] = (*lines[-1], Span("  "), *way)
                break
            if len(lines) < most and length(way) <= columns:
                lines.append(way)
                break
        if not lines:
            lines.append(clip(ways[-1], columns))
    return lines


def _figures(moment: Moment, axis: Axis) -> list[_Ways]:
    """What to say about the error, the most important first."""
    found: list[_Ways] = [_latest(moment), *_converged(moment), *_marks(moment)]
    finite = moment.errors[np.isfinite(moment.errors)]
    if len(moment.errors) > moment.epochs_completed:
        found.append([line(Span(f"reached epoch {len(moment.errors):,}", "dim"))])
    if len(finite) and moment.epochs_completed and moment.converged_at is None:
        best, low = int(np.nanargmin(moment.errors)) + 1, short(float(finite.min()))
        found.append([line(Span(f"lowest {low} in epoch {best:,}", "dim")), line(Span(f"lowest {low}", "dim"))])
    if axis.powers:
        found.append([line(Span("log scale", "dim"))])
    return found


def _latest(moment: Moment) -> _Ways:
    done = moment.epochs_completed
    if not done:
        texts = (
            ("before the end of epoch 1", "in epoch 1")
            if len(moment.errors)
            else ("no epoch completed yet", "no epoch yet")
        )
        return [line(Span(text, "dim")) for text in texts]
    total = Span(short(float(moment.errors[done - 1])), bold=True)
    return [line(Span(f"epoch {done:,}: sum "), total), line(Span("sum "), total)]


def _converged(moment: Moment) -> list[_Ways]:
    if moment.converged_at is None:
        return []
    where, reached = f"converged in epoch {moment.converged_at:,}", goal(moment)
    texts = (f"{where} ({reached})", f"{where} ({reached.removeprefix('error ').removeprefix('every ')})", where)
    return [[line(Span(text, "+3")) for text in texts]]


def _marks(moment: Moment) -> list[_Ways]:
    """The mean error of a sample and the share of right classes under the present weights, in training and test set."""
    if not scored(moment.experiment):
        return []
    found = scores(moment)
    training, test = found or (None, None)
    both = [(training, "train"), (test, "test")] if moment.experiment.data.test is not None else [(training, "")]
    texts = [(_mean(score), part) for score, part in both]
    ways = [_marked("mean per sample ", texts), _marked("mean ", texts)]
    if training is None or training.accuracy is None:
        return [ways]
    texts = [(percent(score.accuracy) if score and score.accuracy is not None else "·", part) for score, part in both]
    return [[_marked("accuracy ", texts, True), _marked("", texts, True), _marked("", texts, True, " {}")], ways]


def _mean(score: Score | None) -> str:
    return "·" if score is None else short(score.error)


def _marked(name: str, texts: Sequence[tuple[str, str]], bold: bool = False, form: str = " ({})") -> Line:
    """`accuracy 97.1 % (train), 95.6 % (test)`, or the part in another form."""
    spans = [Span(name, "dim")]
    for place, (text, part) in enumerate(texts):
        spans += [Span(", ", "dim")] * bool(place) + [Span(text, bold=bold)]
        spans += [Span(form.format(part), "dim")] * bool(part)
    return tuple(spans)


def _with_axes(moment: Moment, axis: Axis, columns: int, rows: int, epochs: bool) -> list[Line]:
    """The line with its top and bottom value at the left, and below it, with `epochs`, those and the cursor."""
    low, top = axis.labels
    cells = max(width(low), width(top)) + 1
    if columns - cells < _LEAST_PLOT:
        cells = 0
    drawn = plot(moment, axis, columns - cells, rows)
    sides = [top, *[""] * (rows - 2), low] if rows > 1 else [axis.text]
    left = [Span(fit(side, cells - 1, right=True) + " ", "dim") if cells else Span("") for side in sides]
    lines = [line(side, *joined(row)) for side, row in zip(left, drawn.cells, strict=True)]
    below = [line(Span(" " * cells), *_epochs(moment, drawn, columns - cells))] if epochs else []
    return [*lines, *below]


def _epochs(moment: Moment, drawn: ErrorPlot, columns: int) -> Line:
    """The first epoch, the last one, and ▲ under the present one, which takes precedence."""
    total = max(map(len, (moment.errors, *moment.ghosts)))
    cells = [[Span(" ")] * columns]
    cursor = drawn.cursor
    first, last = "1", f"{total:,}"
    size = f"{drawn.size:,} epochs a column" if drawn.size > 1 else ""
    start = 1 if cursor == 0 else 0
    end = columns - width(last)
    if cursor is not None and cursor >= end:
        end = cursor - width(last)
    if total > 1 and end > start + width(first):
        put(cells, 0, end, line(Span(last, "dim")))
    put(cells, 0, start, line(Span(first, "dim")))
    middle = (columns - width(size)) // 2
    if size and middle > start + 2 and middle + width(size) < end - 1:
        put(cells, 0, middle, line(Span(size, "dim")))
    if cursor is not None:
        put(cells, 0, cursor, line(Span("▲", "accent")))
    return joined(cells[0])


def _this_epoch(moment: Moment, columns: int) -> Line:
    """The latest samples of this epoch, with their errors, as many as fit."""
    many = "…" if moment.experiment.training.batch > 1 else ""
    found = [line(Span(f"#{sample}{many} ", "dim"), Span(short(value))) for sample, value in moment.recent]
    if moment.step:
        total = Span("·", "dim")
        if moment.error is not None and moment.passage is not None:
            total = Span(short(float(np.sum(moment.passage.error))), bold=True)
        found.append(line(Span(f"#{moment.samples[0]}{many} ", "accent"), total))
    shown: list[Span] = []
    head = Span("this epoch", "dim")
    for spans in reversed(found):
        if length([head, *shown, *spans]) + 2 > columns:
            break
        shown = [Span("  "), *spans, *shown]
    return clip(line(head, *shown), columns)
