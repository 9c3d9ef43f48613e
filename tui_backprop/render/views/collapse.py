"""Several layers as the one layer that they amount to, with the outputs of both."""

from __future__ import annotations

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.collapse import Collapse, collapses_of
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import fixed, full, scale_of, short, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, fit, line, paragraph, safe, width
from tui_backprop.render.trouble import advice
from tui_backprop.render.views.page import ViewPage

_CELL = 9
_MOST_SYMBOLS = 24
"""The formula is left out for more weights than this."""
_MOST_SAMPLES = 64


def collapse(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """Which layers are one at this moment, that one's matrix, and the samples through both."""
    network = moment.ahead.network
    if network.depth == 1:
        return ViewPage(paragraph(columns, "There is only one layer: nothing to collapse."))
    if not moment.finite:
        return ViewPage(paragraph(columns, Span("Some weights are no longer finite.", "warn")))
    found = collapses_of(moment)
    if not found:
        return ViewPage([], verdict=_nothing(moment, columns))
    head: list[Line] = []
    body: list[Line] = []
    for one in found:
        head += _claim(one, columns)
        if one.matrix is not None and one.bias is not None:
            body += [*_matrix(moment, one, one.matrix, one.bias, columns), *_formula(moment, one, one.matrix, columns)]
            body += _outputs(moment, one, columns)
    return ViewPage([], body, verdict=head + advice(moment, "collapse", columns))


def _name(one: Collapse) -> str:
    return "·".join(f"W{layer}" for layer in range(one.first, one.last + 1))


def _nothing(moment: Moment, columns: int) -> list[Line]:
    """Why there is nothing to collapse."""
    names = moment.ahead.network.activations[:-1]
    bends = ", ".join(f"{name} of layer {layer}" for layer, name in enumerate(names, 1))
    text = f"Nothing collapses: between any two layers something bends ({bends}), for these samples and these weights."
    lines = paragraph(columns, text)
    if any(ACTIVATIONS[name].gated for name in names):
        lines += paragraph(columns, Span("Gates that switch between samples keep these layers from being one.", "dim"))
    return lines


def _claim(one: Collapse, columns: int) -> list[Line]:
    layers = (
        "Layers " + " and ".join(map(str, range(one.first, one.last + 1)))
        if one.last == one.first + 1
        else (f"Layers {one.first} to {one.last}")
    )
    data = "this data" if len(one.rows) == one.total else f"the {len(one.rows):,} samples looked at"
    why = "nothing bends between them" if one.always else f"no gate switches on {data} now"
    lines = paragraph(
        columns, Span(f"{layers} are one: ", "accent", True), f"{why}, so {_name(one)} does what they do."
    )
    if one.matrix is None:
        return lines + paragraph(columns, Span("That one matrix would take too long to multiply out.", "dim"))
    same = full(one.difference) if one.difference else "0"
    ink = "text" if one.difference <= 1e-12 * max(1.0, float(np.max(np.abs(one.deep), initial=0.0))) else "warn"
    return lines + paragraph(columns, "Largest difference between the two: ", Span(same, ink, True))


def _matrix(moment: Moment, one: Collapse, matrix: Array, bias: Array, columns: int) -> list[Line]:
    """The product, a row an input, b the bias."""
    below, above = moment.ahead.unit_names(one.first - 1), moment.ahead.unit_names(one.last)
    cells = min(max(2, *map(width, below)), 8)
    heading = line(Span(fit("", cells), "label"), *(Span(fit(name, _CELL, right=True), "label") for name in above))
    rows: list[tuple[str, Array]] = list(zip(below, matrix, strict=True))
    if moment.parameters.biases:
        rows.append(("b", bias))
    strength = scale_of(matrix, bias)
    lines = [
        line(Span(_name(one), "label", True), Span(" =" if one.always else " = with the gates as they are", "dim")),
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
    """A line a sample: the sums by layers and by the product, all digits, and their difference."""
    output = safe(moment.ahead.unit_names(one.last)[0])
    roomy = columns >= 60
    lines: list[Line] = [
        (),
        line(
            Span(f"      z({output}) layer by layer".ljust(30) + "in one layer".ljust(24), "dim"),
            Span("difference" if roomy else "", "dim"),
        ),
    ]
    for place, sample in enumerate(one.rows[:_MOST_SAMPLES]):
        deep, flat = float(one.deep[place, 0]), float(one.flat[place, 0])
        apart = Span(full(deep - flat), "dim" if deep == flat else "text")
        lines.append(line(Span(f"#{sample}".ljust(6), "label"), full(deep).ljust(24), full(flat).ljust(24), apart))
    if len(one.rows) > _MOST_SAMPLES:
        lines.append(line(Span(f"… {len(one.rows) - _MOST_SAMPLES} more", "dim")))
    return [clip(spans, columns) for spans in lines]
