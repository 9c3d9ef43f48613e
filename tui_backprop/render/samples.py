"""Every sample: what goes in, what should come out, what does, and what this update did to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.diagnostics.samples import SampleView, samples_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import near_answers
from tui_backprop.core.run.moment import Moment
from tui_backprop.reading.numerals import typeset
from tui_backprop.render.graph.plan import shorten
from tui_backprop.render.layout import Want
from tui_backprop.render.numbers import fixed, given, short
from tui_backprop.render.spans import Line, Span, clip, fit, safe, width

_ALL_INPUTS = 8
"""Up to this many inputs, other things are shortened to make room; of more inputs, those that fit are shown."""
_NAMES = (24, 12, 8)
"""The cells of a name that are tried first, where numbers leave room."""
_MOST_DECIMALS = 4
_FEW_DIGITS = 8
"""Cells of the longest inputs and targets that are shown exactly."""
_ROWS = 12
"""Notes on how a file was read are shown if they leave more rows than this to the samples."""


class _Form(NamedTuple):
    """How much of each field is shown."""

    name: int = 24
    """Cells of an input's name, where its numbers need fewer; 0 for one heading over all inputs."""
    inputs: int = _MOST_DECIMALS
    """Decimals of inputs that are not shown exactly; of targets, prediction and error they are `decimals`."""
    decimals: int = _MOST_DECIMALS
    classes: int = 14
    """Cells of a class's name."""
    change: bool = True
    """Whether the change of the error is there as a number, not as a word alone."""
    word: bool = True
    """Whether that word is there, and not its sign alone, in the place of ✓."""
    gap: int = 2
    zeros: bool = True
    """Whether fractions have a zero before the point, and samples a # before the number."""
    sure: bool = True
    """Whether a predicted class has its probability."""
    exact: bool = True
    """Whether inputs and targets of few digits are shown exactly: computed numbers are shortened first."""


_FORMS = (
    _Form(), _Form(12), _Form(8, gap=1), _Form(8, 2, gap=1), _Form(8, 2, change=False, gap=1),
    _Form(6, 2, 2, change=False, gap=1), _Form(5, 2, 2, 7, False, gap=1), _Form(3, 1, 2, 7, False, gap=1),
    _Form(3, 1, 2, 5, False, False, 1), _Form(0, 1, 2, 4, False, False, 1, False),
    _Form(0, 1, 2, 4, False, False, 1, False, exact=False), _Form(0, 1, 2, 4, False, False, 1, False, False, False),
    _Form(0, 0, 2, 4, False, False, 1, False, False, False), _Form(0, 0, 1, 4, False, False, 1, False, False, False),
)  # fmt: skip
"""From the most to the least."""


class _Column(NamedTuple):
    """A heading, and a span for each sample, set flush right after a gap."""

    heading: str
    spans: list[Span]
    gap: int = 1

    @property
    def cells(self) -> int:
        return max(width(self.heading), *(width(span.text) for span in self.spans))

    def aligned(self) -> list[Span]:
        """The heading and the spans, each as wide as the column."""
        cells, gap = self.cells, " " * self.gap
        return [
            span._replace(text=gap + fit(span.text, cells, right=True))
            for span in (Span(self.heading, "dim"), *self.spans)
        ]


class _Shown(NamedTuple):
    """The visible samples, and what is known about them."""

    moment: Moment
    rows: slice
    view: SampleView
    right: NDArray[np.bool_]
    cursor: int | None

    @property
    def numbers(self) -> range:
        return range(self.rows.start, self.rows.stop)


def samples(moment: Moment, columns: int, rows: int, cursor: int | None = None) -> list[Line]:
    """A heading and one line per sample, scrolled so that sample `cursor`, or else the present one, is visible.

    Only visible samples are evaluated. If columns are few, what matters least is shortened first.
    """
    experiment = moment.ahead
    data = experiment.data
    notes = data.notes if rows - len(data.notes) > _ROWS else ()
    fitting = max(1, rows - 1 - len(notes))
    centre = (moment.sample or 0) if cursor is None else cursor
    first = min(max(0, centre - fitting // 2), max(0, len(data) - fitting))
    part = slice(first, min(first + fitting, len(data)))
    view = samples_of(moment, part)
    right = near_answers(experiment, view.prediction, data.targets[part])
    shown = _Shown(moment, part, view, right, cursor)
    table = _table(shown, columns)
    lines = zip(*(column.aligned() for column in table), strict=True)
    targets = [None, *(f"choose_sample({number})" for number in shown.numbers)]
    found = [
        tuple(span._replace(target=target) for span in spans) for spans, target in zip(lines, targets, strict=True)
    ]
    found += [(Span(safe(note), "dim"),) for note in notes]
    return [clip(spans, columns) for spans in found][-rows:]


def want_of_samples(experiment: Experiment) -> Want:
    """Room for every sample, or for a dozen where there are more."""
    data, outputs = experiment.data, experiment.network.units[-1]
    number = 2 if not (data.inputs % 1).any() else 5
    inputs = sum(max(width(name), number) + 1 for name in data.input_names[:_ALL_INPUTS])
    answers = 26 if experiment.network.output.joint else 10 * min(outputs, 3)
    in_units = 18 if data.target_scale is not None else 0
    return Want(min(12 + inputs + answers + in_units, 60), min(1 + len(data), 13), 19, 4)


def _table(shown: _Shown, columns: int) -> list[_Column]:
    """All inputs in the fullest form that fits; if none does, the inputs that fit."""
    count = len(shown.moment.ahead.data.input_names)
    for form in _FORMS if count <= _ALL_INPUTS else _FORMS[:4]:
        others = _others(shown, form)
        if _most_inputs(shown, form, columns - _cells(others)) == count:
            for name in sorted({form.name, *_NAMES}, reverse=True) if form.name else (0,):
                table = _with_inputs(others, shown, form._replace(name=max(name, form.name)), count)
                if _cells(table) <= columns:
                    return table
    for form in _FORMS[2:]:
        others = _others(shown, form)
        most = min(count - 1, _most_inputs(shown, form, columns - _cells(others)))
        for some in range(most, min(2, count - 1) - 1, -1):  # a heading may be wider than its numbers
            table = _with_inputs(others, shown, form, some)
            if _cells(table) <= columns:
                return table
    return _others(shown, _FORMS[-1])


def _with_inputs(others: Sequence[_Column], shown: _Shown, form: _Form, count: int) -> list[_Column]:
    """The first inputs behind the samples' numbers."""
    return [others[0], *_inputs(shown, form, count), *others[1:]]


def _most_inputs(shown: _Shown, form: _Form, room: int) -> int:
    """How many inputs fit at most: the first ones whose numbers fit, without their headings."""
    values = shown.moment.ahead.data.inputs[shown.rows]
    for index in range(values.shape[1]):
        room -= 1 + max(map(width, _given(tuple(values[:, index].tolist()), form.inputs, form.exact, form.zeros)))
        if room < 0:
            return index
    return len(values[0])


def _cells(table: Sequence[_Column]) -> int:
    return sum(column.gap + column.cells for column in table)


def _others(shown: _Shown, form: _Form) -> list[_Column]:
    """All columns but the inputs."""
    moment, data = shown.moment, shown.moment.ahead.data
    found = [_numbers(shown, form)]
    updated = " now" if moment.updated and form.gap > 1 else ""
    found += _answers(shown, form, data.targets[shown.rows].tolist(), "t", False)
    found += _answers(shown, form, shown.view.prediction.tolist(), f"ŷ{updated}", True)
    if data.target_scale is not None and form.zeros:
        found.append(_in_units(shown))
    errors = _decimals(tuple(shown.view.error.tolist()), form.decimals, form.zeros, form.decimals, rough=True)
    inks = ["dim" if right else "text" for right in shown.right]
    found.append(_Column("error" if form.zeros else "err", [*map(Span, errors, inks)], form.gap))
    marks = [Span("✓" if right else " ", "+3") for right in shown.right]
    change = shown.view.change
    if change is None:
        return [*found, _Column("", marks, 1 if form.zeros else 0)]
    if form.word:
        words = [_change(value, form.change) for value in change.tolist()]
        cells = max(width(span.text) for span in words)
        words = [span._replace(text=fit(span.text, cells)) for span in words]
        return [*found, _Column("", marks), _Column(fit("Δ error", cells) if cells > 6 else "Δ", words)]
    signs = [_sign(value) or mark for value, mark in zip(change.tolist(), marks, strict=True)]
    return [*found, _Column("", signs, 1 if form.zeros else 0)]


def _in_units(shown: _Shown) -> _Column:
    """Targets and predictions in the file's units, where these are not those of training."""
    data = shown.moment.ahead.data
    assert data.target_scale is not None
    both = (data.target_scale.back(values) for values in (data.targets[shown.rows], shown.view.prediction))
    pairs = zip(*(values.tolist() for values in both), strict=True)
    texts = [f"{given(target[0])} / {_estimate(predicted[0])}" for target, predicted in pairs]
    return _Column("in file's units", [Span(text, "dim") for text in texts], 2)


def _estimate(value: float) -> str:
    return typeset(f"{value:.0f}") if 1e4 <= abs(value) < 1e7 else short(value)


def _numbers(shown: _Shown, form: _Form) -> _Column:
    """▸ and the sample's number."""
    spans = []
    cells = len(str(len(shown.moment.ahead.data) - 1))
    for number in shown.numbers:
        here, chosen = number in shown.moment.samples, number == shown.cursor
        text = f"{'▸' if here else ' '}{'#' * form.zeros}{number}"
        spans.append(Span(text.ljust(cells + 1 + form.zeros), "accent" if here or chosen else "label", here, chosen))
    return _Column("", spans, 0)


def _inputs(shown: _Shown, form: _Form, count: int) -> Iterator[_Column]:
    data = shown.moment.ahead.data
    names = [safe(name) for name in data.input_names]
    values = data.inputs[shown.rows]
    columns = [tuple(values[:, index].tolist()) for index in range(count)]
    texts = [_flush(_given(column, form.inputs, form.exact, form.zeros)) for column in columns]
    if not form.name and count:
        rows = [Span(" ".join(row)) for row in zip(*texts, strict=True)]
        cells = max(width(span.text) for span in rows)
        yield _Column(fit(next((word for word in ("inputs", "in", "") if width(word) <= cells), ""), cells), rows)
    else:
        least = min((width(column[0]) for column in texts), default=0)
        headings = [name.strip() for name in shorten(names, max(form.name, least))]
        for heading, column in zip(headings, texts, strict=False):
            yield _Column(heading, [Span(text) for text in column])
    if 0 < count < len(names):
        yield _Column("", [Span("…", "dim")] * len(values))


def _answers(shown: _Shown, form: _Form, rows: list[list[float]], heading: str, predicted: bool) -> Iterator[_Column]:
    """The outputs; of a softmax the class of the largest, and of a prediction how large that is."""
    experiment = shown.moment.ahead
    bold = [predicted and number in shown.moment.samples for number in shown.numbers]

    def column(texts: Sequence[str], heading: str = "", gap: int = 1) -> _Column:
        return _Column(heading, [Span(text, "text", here) for text, here in zip(texts, bold, strict=True)], gap)

    if experiment.network.output.joint:
        names = [name.strip() for name in shorten([safe(name) for name in experiment.data.target_names], form.classes)]
        largest = [max(range(len(row)), key=row.__getitem__) for row in rows]
        yield column([names[index] for index in largest], heading, form.gap)
        if predicted and form.sure:
            sure = tuple(row[index] for row, index in zip(rows, largest, strict=True))
            yield column(_decimals(sure, 2, form.zeros, 2))
        return
    decimals = min(experiment.training.round or 0, form.decimals)
    count = min(len(rows[0]), 3)
    for output in range(count):
        values = tuple(row[output] for row in rows)
        if predicted:
            texts = _decimals(values, form.decimals, form.zeros, decimals)
        else:
            texts = _given(values, form.decimals, form.exact, form.zeros)
        yield column(texts, heading if output == count - 1 else "", form.gap if output == 0 else 1)
    if count < len(rows[0]):
        yield column(["…"] * len(rows))


def _flush(texts: Sequence[str]) -> list[str]:
    """Texts of one width."""
    cells = max(map(width, texts))
    return [fit(text, cells, right=True) for text in texts]


@lru_cache(maxsize=1024)  # they are the same from moment to moment
def _given(values: tuple[float, ...], most: int, exact: bool, zeros: bool) -> Sequence[str]:
    """Inputs or targets: exact, if asked for, where they have few digits; and never as a false zero."""
    if exact:
        texts = _decimals(values, _MOST_DECIMALS, zeros, whole=True)
        if all(width(text) <= _FEW_DIGITS for text in texts) and _are(values, texts):
            return texts
    return _decimals(values, most, zeros, rough=True, whole=exact)


def _are(values: Sequence[float], texts: Sequence[str]) -> bool:
    """Whether the texts are the values, with all their digits."""
    return all(
        not math.isfinite(value) or float(text.replace("−", "-")) == value
        for value, text in zip(values, texts, strict=True)
    )


@lru_cache(maxsize=256)  # one form after another asks for the same
def _decimals(
    values: tuple[float, ...], most: int, zeros: bool, least: int = 0, rough: bool = False, whole: bool = False
) -> Sequence[str]:
    """Numbers with the same decimals: as few as show all of them exactly, or `most`.

    With `rough` a size is given instead of a false zero; large numbers have nothing else,
    unless `whole` gives them room for all digits before the point.
    """
    exact = (n for n in range(least, most) if all(round(value, n) == value for value in values if math.isfinite(value)))
    decimals = next(exact, most)
    return [_text(value, decimals, zeros, rough, 10.0 ** (_FEW_DIGITS - 1 if whole else 4)) for value in values]


def _text(value: float, decimals: int, zeros: bool, rough: bool, large: float) -> str:
    if not math.isfinite(value):
        return short(value)
    size = abs(value)
    if size >= 10_000:
        decimals = 0
    if size >= large or (rough and 0 < size < 0.5 * 10.0**-decimals):
        return typeset(f"{value:.0e}")
    text = f"{size:.{decimals}f}"
    if not zeros and text.startswith("0."):
        text = text[1:]
    return "−" * (value < 0 and float(text) > 0) + text


def _change(change: float, number: bool) -> Span:
    """What the update did to the error, in a word that is never cut off."""
    if change == 0:
        return Span("same", "dim")
    if math.isnan(change):
        return Span("NaN", "warn")
    word, ink = ("▼ better", "+3") if change < 0 else ("▲ worse", "-3")
    return Span(f"{fixed(change)} {word}" if number else word, ink)


def _sign(change: float) -> Span | None:
    if change == 0 or math.isnan(change):
        return None
    return Span("▼", "+3") if change < 0 else Span("▲", "-3")
