"""The arithmetic behind one weight, bias or node, with every number in it, in the order of the phases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.equations import Equation, backward, forward, of_parameter
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, safe, width, wrap

MOST_TERMS = 12
"""The most terms of a sum that are written out."""
NARROW = 43
"""With fewer columns, numbers have four decimals, and labels no column of their own."""
_LABEL = 11
_MANY = re.compile(r"\d+\.\d{6,}(?!\d|e)")
"""A number of many digits."""
_LONG = re.compile(r"\d+\.\d{6,}|(?<![\w)])·(?!\w)|(?<![\w.])0(?![\w.×])")
"""A number of many digits, or what often takes its place: the dot for what is not known yet, or zero."""
_DIGITS = 20
"""The cells that a number with all its digits seldom exceeds."""
_CUT = re.compile(r"(\d+\.\d{4})\d+(e[-+]?\d+)?")
"""A number of more than four decimals: what is kept of it."""

_BRIEF_NUMBER, _BRIEF = re.compile(r"\(?−?\d+\.\d{4}…\)?|(?<![\w.])0(?![\w.×])"), len("(−0.0000…)")


class Inspection(NamedTuple):
    """The lines, and which of them belong to the present phase: from `focus` up to `end`."""

    lines: list[Line]
    focus: int
    end: int


def inspect(moment: Moment, selection: Selection, columns: int, most: int = MOST_TERMS) -> Inspection:
    """Every term from the input to the new weight, at most `most` of a sum; what is not computed yet is `·`.

    If the selection has no part in the present phase, the unit or weight that has most is shown, too.
    """
    order = phases(moment.experiment.network.depth)
    now = order.index(moment.phase) if moment.step else -1
    equations = list(_equations(moment, selection, most))
    if moment.step and all(phase != moment.phase for phase, _ in equations):
        equations = sorted((*equations, *_present(moment, selection, most)), key=lambda pair: order.index(pair[0]))
    narrow = columns < NARROW
    lines: list[Line] = []
    focus = end = 0
    for phase, spans in equations:
        at = order.index(phase)
        here = at == now
        text = phase_label(phase, moment.experiment) + " "
        ink = "accent" if here else "label" if at < now else "dim"
        label = Span(text if narrow else text.ljust(_LABEL), ink, here)
        shown = spans if at <= now else [span._replace(ink="dim", bold=False) for span in spans]
        if narrow:
            wrapped = wrap([label, *_brief(shown if at <= now else _formula(spans))], columns, 2, _brief_room)
        else:
            wrapped = wrap([label, *shown], columns, _LABEL + 2, _room)
        if here:
            focus, end = focus if end else len(lines), len(lines) + len(wrapped)
        lines += wrapped
    return Inspection(lines, focus, end)


def _equations(moment: Moment, selection: Selection, most: int) -> Iterable[Equation]:
    if isinstance(selection, Unit):
        yield from forward(moment, selection.layer, selection.column, None, most)
        if selection.layer:
            yield from backward(moment, selection.layer, selection.column, most)
        return
    row = selection.row if isinstance(selection, Weight) else None
    if isinstance(selection, Weight):
        yield from forward(moment, selection.layer - 1, selection.row, None, most)
    yield from forward(moment, selection.layer, selection.column, row, most)
    yield from backward(moment, selection.layer, selection.column, most)
    yield from of_parameter(moment, selection, most)


def _present(moment: Moment, selection: Selection, most: int) -> Iterable[Equation]:
    """The present phase's equations, for what fits the selection best."""
    phase, depth = moment.phase, moment.experiment.network.depth
    if phase.kind in ("gradient", "update"):
        weight = _weight_at(moment, selection)
        for of, spans in of_parameter(moment, weight, most):
            if of == phase:
                yield of, [Span(f"{safe(weight.name(moment.experiment))}: ", "label"), *spans]
        return
    layer = {"input": 0, "error": depth}.get(phase.kind, phase.layer)
    unit = selection.row if isinstance(selection, Weight) and selection.layer == layer + 1 else _unit(moment, layer)
    found = (
        forward(moment, layer, unit, None, most) if not _is_backward(moment) else backward(moment, layer, unit, most)
    )
    yield from (equation for equation in found if equation[0] == phase)


def _is_backward(moment: Moment) -> bool:
    return moment.phase.backward or moment.phase.kind == "error"


def _unit(moment: Moment, layer: int) -> int:
    """The unit with most to show in this phase: one that is shut, else the one with the largest number."""
    kind = moment.phase.kind
    values = {
        "sum": moment.sum, "upstream": moment.upstream, "mask": moment.delta, "error": moment.delta,
    }.get(kind, moment.activation)(layer)  # fmt: skip
    mask = moment.mask(layer) if kind == "mask" else None
    if mask is not None and (mask == 0).any():
        upstream = moment.upstream(layer)
        assert upstream is not None
        return int(np.where(mask == 0, np.abs(upstream), -1.0).argmax())
    return _largest(values)


def _weight_at(moment: Moment, selection: Selection) -> Weight:
    """The weight with the largest gradient of those that lead to the selected unit, or away from an input."""
    assert isinstance(selection, Unit)
    layer = max(1, selection.layer)
    gradient = moment.gradient(layer)
    assert gradient is not None
    if selection.layer:
        return Weight(layer, _largest(gradient[:, selection.column]), selection.column)
    return Weight(layer, selection.column, _largest(gradient[selection.column]))


def _largest(values: Array | None) -> int:
    return 0 if values is None else int(np.abs(values).argmax())


@lru_cache(maxsize=1024)
def _room(text: str) -> int:
    """The cells to keep for a text, the same for each number of many digits: so lines break alike from step to step."""
    return width(text) + sum(max(0, _DIGITS - len(number)) for number in _LONG.findall(text))


@lru_cache(maxsize=1024)
def _brief_room(text: str) -> int:
    """The same where numbers are cut: for each, as many as for one below 0, and so for a 0 in its place."""
    return width(text) + sum(max(0, _BRIEF - len(number)) for number in _BRIEF_NUMBER.findall(text))


def _formula(spans: list[Span]) -> list[Span]:
    """An equation cut down to its left side and its result."""
    result = next((span for span in reversed(spans) if span.bold), spans[-1])
    return [span._replace(ink="dim", bold=False) for span in dict.fromkeys((spans[0], result))]


def _brief(spans: Iterable[Span]) -> Iterator[Span]:
    """Numbers cut after four decimals, and a span for each side of an equation, so that lines begin with a =."""
    equals = ""
    for span in spans:
        text = equals + _CUT.sub(r"\1…\2", span.text)
        aside = text.startswith("   ")  # it stays in one piece
        equals = "= " if text.endswith("= ") and not aside else ""
        parts = [text] if aside else re.split(r"(?<= )(?== )", text.removesuffix("= "))
        yield from (span._replace(text=part) for part in parts if part)


def abbreviate_repeats(lines: list[Line]) -> list[Line]:
    """The lines, with all digits of a number where it first appears, and the first few where it is repeated."""
    seen: set[str] = set()

    def abbreviated(number: re.Match[str]) -> str:
        digits = number[0]
        again = digits in seen
        seen.add(digits)
        return f"{digits[: digits.index('.') + 5]}…" if again else digits

    return [tuple(span._replace(text=_MANY.sub(abbreviated, span.text)) for span in spans) for spans in lines]
