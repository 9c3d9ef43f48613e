"""The error over the epochs as a line of blocks, with the cursor of time on it, and the present epoch's samples."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.scores import Score, scored, scores
from tui_backprop.render.numbers import percent, short
from tui_backprop.render.spans import Line, Span, clip, fit, length, line, pad

_BLOCKS = " ▁▂▃▄▅▆▇█"
_GHOST = "·"
_LOG_FROM = 30.0
"""From this ratio of the largest to the smallest error on the axis is logarithmic."""
_MARKED, _ROOMY = 74, 110
"""Columns from which the line has room for scores, and for all of them."""
_LATEST, _SHORT_MARKS, _ALL_MARKS, _SCALE = 20, 27, 52, 14
"""Cells of the parts of the line."""
_LEAST_BARS = 6


def error(moment: Moment, columns: int, rows: int) -> list[Line]:
    """Headline, scores, the curve in as many rows as are left, its cursor, and the errors of this epoch so far."""
    marks = [clip(_marks(moment), columns)] if scored(moment.experiment) else []
    if not len(moment.errors):
        return [_headline(moment, columns), *marks, clip(_this_epoch(moment), columns)][:rows]
    height = max(1, rows - 3 - len(marks))
    curve, scale = _curve(moment, columns, height)
    headline = line(*_headline(moment, columns), Span(f"  {scale}", "dim"))
    return [clip(headline, columns), *marks, *curve, clip(_this_epoch(moment), columns)][:rows]


def error_line(moment: Moment, columns: int) -> Line:
    """The same in one line: figures of a fixed width, so that bars stay in their place, and at the end their scale."""
    text = [Span("error ", "label"), *pad(_latest(moment), _LATEST)]
    if scored(moment.experiment) and columns >= _MARKED:
        text += [Span(" "), *pad(_marks(moment, columns >= _ROOMY), _ALL_MARKS if columns >= _ROOMY else _SHORT_MARKS)]
    if not len(moment.errors):
        return clip(
            line(Span("error ", "label"), *_latest(moment), Span("  after each epoch a bar is drawn here", "dim")),
            columns,
        )
    room = columns - length(text) - _SCALE
    if room < _LEAST_BARS:
        return clip(line(*text, Span(" "), *_bars(moment, max(1, columns - length(text) - 1), 1)[0][0]), columns)
    bars, _, scale = _bars(moment, room - 1, 1)
    return clip(line(*text, Span(" "), *pad(bars[0], room - 1), Span(fit(scale, _SCALE, right=True), "dim")), columns)


def _marks(moment: Moment, whole: bool = True) -> Line:
    """`train 0.0309 97.1 % right  test 0.0412 95.6 % right`: the mean error of a sample under the present weights.

    Not `whole`, where there are classes, it is their shares alone.
    """
    found = scores(moment)
    training, test = found or (None, None)
    spans = [Span("train ", "dim"), *_mark(training, whole)]
    if moment.experiment.data.test is not None:
        spans += [Span("  test ", "dim"), *_mark(test, whole)]
    return tuple(spans)


def _mark(score: Score | None, whole: bool) -> list[Span]:
    if score is None:
        return [Span("·", "dim")]
    if score.accuracy is not None and not whole:
        return [Span(percent(score.accuracy), bold=True)]
    spans = [Span(short(score.error))]
    if score.accuracy is not None:
        spans.append(Span(f" {percent(score.accuracy)} right", bold=True))
    return spans


def _latest(moment: Moment) -> Line:
    done = moment.epochs_completed
    if not done:
        return line(Span("no epoch completed yet", "dim"))
    return line(Span(f"epoch {done:,}: "), Span(short(float(moment.errors[done - 1])), bold=True))


def _headline(moment: Moment, columns: int) -> Line:
    spans = list(_latest(moment))
    finite = moment.errors[np.isfinite(moment.errors)]
    if len(finite) and moment.epochs_completed:
        best = int(np.nanargmin(moment.errors)) + 1
        spans.append(Span(f"  lowest {short(float(finite.min()))} in epoch {best:,}", "dim"))
    if len(moment.errors) > moment.epochs_completed:
        spans.append(Span(f"  been to epoch {len(moment.errors):,}", "dim"))
    return clip(tuple(spans), columns)


def _this_epoch(moment: Moment) -> Line:
    spans = [Span("this epoch ", "dim")]
    many = moment.experiment.training.batch > 1
    for sample, value in moment.recent:
        spans += [Span(f"#{sample}{'…' * many} ", "dim"), Span(short(value) + "  ")]
    if moment.step and moment.error is not None and moment.passage is not None:
        total = float(np.sum(moment.passage.error))
        spans += [Span(f"#{moment.samples[0]}{'…' * many} ", "accent"), Span(short(total), bold=True)]
    elif moment.step:
        spans += [Span(f"#{moment.samples[0]}{'…' * many} ", "accent"), Span("·", "dim")]
    return tuple(spans)


def binned(errors: Array, columns: int, epochs: int = 0) -> tuple[Array, int]:
    """At most `columns` bars, each the mean of the same number of epochs, and that number.

    A bin with an infinite or undefined error shows the worst of it. The last bin may hold fewer epochs. There is room
    for `epochs` of them, where that is more than there are.
    """
    size = max(1, -(-max(len(errors), epochs) // columns))
    bins = [errors[start : start + size] for start in range(0, len(errors), size)]
    return np.array([np.mean(part) for part in bins]), size


def _curve(moment: Moment, columns: int, rows: int) -> tuple[list[Line], str]:
    lines, size, scale = _bars(moment, columns, rows)
    place = (moment.epochs_completed - 1) // size
    cursor = line(Span(" " * place + "▲" if moment.epochs_completed else "", "accent"))
    return [*lines, cursor], f"bars {scale}" + (f", {size} epochs a bar" if size > 1 else "")


def _bars(moment: Moment, columns: int, rows: int) -> tuple[list[Line], int, str]:
    """The bars from top to bottom, the epochs a bar stands for, and what the axis reaches from and to.

    A logarithmic axis begins and ends at powers of ten, so that it seldom changes.

    Other branches are dots at the height of their errors, where no bar is in front.
    """
    epochs = max(map(len, moment.ghosts), default=0)
    with np.errstate(all="ignore"):
        values, size = binned(moment.errors, columns, epochs)
        ghosts = [binned(errors, columns, max(epochs, len(moment.errors)))[0] for errors in moment.ghosts]
    every = np.concatenate([values, *ghosts])
    finite = every[np.isfinite(every)]
    positive = finite[finite > 0]
    low, top = (float(positive.min()), float(positive.max())) if len(positive) else (0.0, 0.0)
    powers = (math.floor(math.log10(low)), math.ceil(math.log10(top))) if top > _LOG_FROM * low else None
    scale = f"0–{short(top)}" if powers is None else "–".join(_power(power) for power in powers) + " log"
    done = -(-moment.epochs_completed // size)
    bars = values.tolist() + [0.0] * (max([len(values), *map(len, ghosts)]) - len(values))
    heights = [_height(value, top, powers, rows * 8) for value in bars]
    dots = {
        (place, (_height(value, top, powers, rows * 8) - 1) // 8)
        for errors in ghosts
        for place, value in enumerate(errors.tolist())
        if value > 0
    }
    lines = []
    for row in reversed(range(rows)):
        past: list[str] = []
        future: list[str] = []
        for place, (value, height) in enumerate(zip(bars, heights, strict=True)):
            glyph = _BLOCKS[min(max(height - row * 8, 0), 8)] if math.isfinite(value) else "!" if row == 0 else " "
            glyph = _GHOST if glyph == " " and (place, row) in dots else glyph
            (past if place < done else future).append(glyph)
        lines.append(line(Span("".join(past), "text"), Span("".join(future), "dim")))
    return lines, size, scale


def _power(power: int) -> str:
    """Ten to the power, in few cells: `0.001`, `100`, `1e−6`."""
    return short(10.0**power) if -4 < power < 5 else f"1e{power}".replace("-", "−")


def _height(value: float, top: float, powers: tuple[int, int] | None, eighths: int) -> int:
    """The height of a bar in eighths of a cell; an error of exactly 0 has none, any other at least one."""
    if not math.isfinite(value) or value <= 0 or not top:
        return 0
    share = value / top if powers is None else (math.log10(value) - powers[0]) / (powers[1] - powers[0])
    return max(1, round(share * eighths))
