"""Several layers as the one layer that they are equal to, with the outputs of both."""

from __future__ import annotations

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.collapse import Collapse, collapses_of
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.matrix_table import bias_row
from tui_backprop.render.numbers import digits, fixed, scale_of, short, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, fit, line, paragraph, safe, width
from tui_backprop.render.trouble import advice
from tui_backprop.render.views.page import Paragraph, ViewPage

_CELL = 9
_LABEL, _DIGITS = 6, 24
"""Cells of a sample's number, and of a sum with all its digits."""
_MOST_SYMBOLS = 24
"""The formula is left out for more weights than this."""
_MOST_SAMPLES = 64


def collapse(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """Which layers are one at this moment, that one's matrix, and the samples through both."""
    network = moment.ahead.network
    if network.depth == 1:
        return ViewPage(body=paragraph(columns, "There is only one layer: nothing to collapse."))
    if not moment.finite:
        return ViewPage(body=paragraph(columns, Span("Some weights are no longer finite.", "warn")))
    found = collapses_of(moment)
    if not found:
        return ViewPage([], verdict=_nothing(moment, columns))
    said: list[Paragraph] = []
    body: list[Line] = []
    for one in found:
        said += _claim(one, columns)
        if one.matrix is not None and one.bias is not None:
            body += [*_matrix(moment, one, one.matrix, one.bias, columns), *_formula(moment, one, one.matrix, columns)]
            body += _outputs(moment, one, columns)
    return ViewPage([], body, verdict=[*said, advice(moment, "collapse", columns)])


def _name(one: Collapse) -> str:
    return "·".join(f"W{layer}" for layer in range(one.first, one.last + 1))


def _nothing(moment: Moment, columns: int) -> list[Paragraph]:
    """Why there is nothing to collapse."""
    names = moment.ahead.network.activations[:-1]
    bends = ", ".join(f"{name} of layer {layer}" for layer, name in enumerate(names, 1))
    text = f"Nothing collapses: between any two layers something bends ({bends}), for these samples and these weights."
    said = [paragraph(columns, text)]
    if any(ACTIVATIONS[name].gated for name in names):
        text = "Gates that switch between samples keep these layers from being one."
        said.append(paragraph(columns, Span(text, "dim")))
    return said


def _claim(one: Collapse, columns: int) -> list[Paragraph]:
    layers = (
        "Layers " + " and ".join(map(str, range(one.first, one.last + 1)))
        if one.last == one.first + 1
        else (f"Layers {one.first} to {one.last}")
    )
    data = "this data" if len(one.rows) == one.total else f"the {len(one.rows):,} samples looked at"
    why = "nothing bends between them" if one.always else f"no gate switches on {data}"
    claim = paragraph(columns, Span(f"{layers} are one: ", "accent", True), f"{why}.")
    if one.matrix is None:
        return [claim, paragraph(columns, Span("That one matrix would take too long to multiply out.", "dim"))]
    same = digits(one.difference, 7)
    ink = "text" if one.difference <= 1e-12 * max(1.0, float(np.max(np.abs(one.deep), initial=0.0))) else "warn"
    return [claim, paragraph(columns, "Largest difference: ", Span(same, ink, True))]


def _matrix(moment: Moment, one: Collapse, matrix: Array, bias: Array, columns: int) -> list[Line]:
    """The product, a row per input, and b the bias."""
    below, above = moment.ahead.unit_names(one.first - 1), moment.ahead.unit_names(one.last)
    rows: list[tuple[str, Array]] = list(zip(below, matrix, strict=True))
    if moment.parameters.biases:
        rows.append((bias_row(below), bias))
    cells = min(max(2, *(width(name) for name, _ in rows)), 8)
    heading = line(Span(fit("", cells), "label"), *(Span(fit(name, _CELL, right=True), "label") for name in above))
    strength = scale_of(matrix, bias)
    called = _name(one)
    ways = () if one.always else (" = with the gates as they are", " = with these gates")
    equals = next((text for text in ways if len(called + text) <= columns), " =")
    lines = [
        line(Span(called, "label", True), Span(equals, "dim")),
        heading,
    ]
    for name, values in rows:
        numbers = (Span(" " + fixed(float(value), _CELL - 1), tone(float(value), strength)) for value in values)
        lines.append(line(Span(fit(name, cells), "label"), *numbers))
    return [clip(spans, columns) for spans in lines]


def _formula(moment: Moment, one: Collapse, matrix: Array, columns: int) -> list[Line]:
    """The first output in symbols and numbers: weights are numbered unit by unit, layer by layer, from W1."""
    weights = moment.parameters.weights[one.first - 1 : one.last]
    if not one.always or len(weights) != 2 or sum(w.size for w in weights) > _MOST_SYMBOLS:
        return []
    first, second = weights
    inputs, hidden = first.shape
    terms: list[Span] = []
    numbers: list[Span] = []
    for row in range(inputs):
        names = [f"w{unit * inputs + row + 1}·w{inputs * hidden + unit + 1}" for unit in range(hidden)]
        products = [f"{_signed(first[row, unit])}·{_signed(second[unit, 0])}" for unit in range(hidden)]
        plus = " + " if row else ""
        terms.append(Span(f"{plus}I{row + 1}·({' + '.join(names)})"))
        numbers.append(Span(f"{plus}I{row + 1}·({' + '.join(products)})"))
    result = [
        Span(f"{' + ' if row else ''}I{row + 1}·{_signed(matrix[row, 0])}", "accent", True) for row in range(inputs)
    ]
    output = safe(moment.ahead.unit_names(one.last)[0])
    called = ", ".join(f"I{n} is {safe(name)}" for n, name in enumerate(moment.ahead.unit_names(one.first - 1), 1))
    wide = inputs * hidden
    numbered = f"w1 to w{wide} are W{one.first} unit by unit, w{wide + 1} to w{wide + hidden} lead to {output}"
    return [
        (),
        *paragraph(columns, Span(f"z({output}) = ", "label"), *terms, indent=4),
        *paragraph(columns, Span("= ", "label"), *numbers, indent=4),
        *paragraph(columns, Span("= ", "label"), *result, indent=4),
        *paragraph(columns, Span(f"{called}; {numbered}.", "dim")),
    ]


def _signed(value: float) -> str:
    text = short(float(value))
    return f"({text})" if text.startswith("−") else text


def _outputs(moment: Moment, one: Collapse, columns: int) -> list[Line]:
    """A line per sample: the sums by layers and by the product, all digits, and their difference."""
    label = f"z({safe(moment.ahead.unit_names(one.last)[0])})"
    roomy = columns >= 60
    cells = min(_DIGITS, (columns - _LABEL) // 2)
    deep_head, flat_head = ("layer by layer", "in one layer") if cells > 14 else ("by layers", "in one")
    lines: list[Line] = [
        (),
        line(
            Span(label.ljust(_LABEL) if width(label) < _LABEL else " " * _LABEL, "label"),
            Span(deep_head.ljust(cells) + flat_head.ljust(cells), "dim"),
            Span("difference" if roomy else "", "dim"),
        ),
    ]
    for place, sample in enumerate(one.rows[:_MOST_SAMPLES]):
        deep, flat = float(one.deep[place, 0]), float(one.flat[place, 0])
        sums = [digits(value, cells - 1).ljust(cells) for value in (deep, flat)]
        apart = digits(deep - flat, columns - _LABEL - 2 * cells) if roomy else ""
        ink = "dim" if deep == flat else "text"
        lines.append(line(Span(f"#{sample}".ljust(_LABEL), "label"), *sums, Span(apart, ink)))
    if len(one.rows) > _MOST_SAMPLES:
        lines.append(line(Span(f"… {len(one.rows) - _MOST_SAMPLES} more", "dim")))
    return [clip(spans, columns) for spans in lines]
