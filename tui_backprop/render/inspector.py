"""The arithmetic behind one weight, bias or node, with every number in it, in the order of the phases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.losses import LOSSES, output_delta
from tui_backprop.core.network import BiasMode
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.render.breadcrumb import phase_label
from tui_backprop.render.learning import learning
from tui_backprop.render.numbers import SHUT, full
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, safe, width, wrap

MOST_TERMS = 12
"""The most terms of a sum that are written out."""
_LABEL = 11
_DIGITS = 20
"""Cells that a number with all its digits seldom exceeds."""
_MANY = re.compile(r"\d+\.\d{6,}(?!\d|e)")
"""A number of many digits."""
_LONG = re.compile(r"\d+\.\d{6,}|(?<![\w)])·(?!\w)|(?<![\w.])0(?![\w.×])")
"""A number of many digits, or what often takes its place: the sign for what is not known yet, and zero."""


@dataclass(frozen=True)
class Inspection:
    """The lines, and which of them belongs to the present phase (or is the last computed before it)."""

    lines: list[Line]
    focus: int


def inspect(moment: Moment, selection: Selection, columns: int, most: int = MOST_TERMS) -> Inspection:
    """Every term from the input to the new weight, at most so many of a sum; what is not computed yet is `·`."""
    equations = list(_equations(moment, selection, most))
    order = phases(moment.experiment.network.depth)
    now = order.index(moment.phase) if moment.step else -1
    lines: list[Line] = []
    focus = 0
    for phase, spans in equations:
        at = order.index(phase)
        here = at == now
        if at <= now:
            focus = len(lines)
        label = Span(
            f"{phase_label(phase, moment.experiment)} ".ljust(_LABEL),
            "accent" if here else "label" if at < now else "dim",
            here,
        )
        shown = spans if at <= now else [span._replace(ink="dim", bold=False) for span in spans]
        lines += wrap([label, *shown], columns, _LABEL + 2, _room)
    return Inspection(lines, focus)


def _room(text: str) -> int:
    """Cells to keep for a text, as many for each number of many digits: lines break alike from step to step."""
    return width(text) + sum(max(0, _DIGITS - len(number)) for number in _LONG.findall(text))


def once(lines: list[Line]) -> list[Line]:
    """The lines, with all digits of a number where it first stands in them, and the first few where it comes again."""
    seen: set[str] = set()

    def told(number: re.Match[str]) -> str:
        digits = number[0]
        again = digits in seen
        seen.add(digits)
        return f"{digits[: digits.index('.') + 5]}…" if again else digits

    return [tuple(span._replace(text=_MANY.sub(told, span.text)) for span in spans) for spans in lines]


_Equation = tuple[Phase, list[Span]]


def _equations(moment: Moment, selection: Selection, most: int) -> Iterable[_Equation]:
    if isinstance(selection, Unit):
        yield from _forward(moment, selection.layer, selection.column, None, most)
        if selection.layer:
            yield from _backward(moment, selection.layer, selection.column, most)
        return
    row = selection.row if isinstance(selection, Weight) else None
    if isinstance(selection, Weight) and selection.layer > 1:
        yield from _forward(moment, selection.layer - 1, selection.row, None, most)
    elif isinstance(selection, Weight):
        yield from _forward(moment, 0, selection.row, None, most)
    yield from _forward(moment, selection.layer, selection.column, row, most)
    yield from _backward(moment, selection.layer, selection.column, most)
    yield from _learning(moment, selection, most)


def _unit(moment: Moment, layer: int, unit: int) -> str:
    return safe(moment.experiment.unit_names(layer)[unit])


def _number(array: Array | None, *place: int) -> str:
    return full(None if array is None else float(array[place]))


def _result(text: str) -> Span:
    return Span(text, "text", bold=True)


def _forward(moment: Moment, layer: int, unit: int, row: int | None, most: int) -> Iterable[_Equation]:
    """input, or sum and activation of one unit; the term of `row` stands out."""
    name = _unit(moment, layer, unit)
    if layer == 0:
        yield Phase("input"), [Span(f"{name} = "), _result(_number(moment.activation(0), unit))]
        return
    network, z = moment.experiment.network, moment.sum(layer)
    below = moment.activation(layer - 1)
    weights = moment.before.weights[layer - 1][:, unit]
    extra = []
    if moment.before.biases:
        extra = [Span(f"+ {_signed(full(float(moment.before.biases[layer - 1][unit])))} ")]
    terms = _terms(below, weights, row, most)
    yield Phase(f"sum{layer}"), [Span(f"z({name}) = "), *terms, *extra, Span("= "), _result(_number(z, unit))]
    activation, a = ACTIVATIONS[network.activations[layer - 1]], moment.activation(layer)
    if layer < network.depth:
        spans = [
            Span(f"a({name}) = {activation.name}(z) = "),
            Span(f"{activation.name}({_number(z, unit)}) = "),
            _result(_number(a, unit)),
        ]
        yield Phase(f"activate{layer}"), spans
        return
    decimals = moment.experiment.training.round
    value = "z" if activation.linear else f"{activation.name}({_number(z, unit)})"
    if decimals is None:
        spans = [Span(f"ŷ = {value} = "), _result(_number(a, unit))]
    else:
        spans = [] if activation.linear else [Span(f"a = {value} = "), Span(f"{_number(a, unit)},  ")]
        spans += [Span(f"ŷ = round({_number(a, unit)}, {decimals}) = "), _result(_number(moment.prediction, unit))]
    yield Phase(f"activate{layer}"), spans


def _terms(left: Array | None, right: Array | None, wanted: int | None, most: int) -> list[Span]:
    """`1×0.5 + 0×(−0.2) ` …: every product of a sum, the wanted one in the accent ink; long sums are cut."""
    count = len(next(factors for factors in (left, right) if factors is not None))
    shown = list(range(count)) if count <= most else sorted({*range(most - 1), wanted or 0})
    spans = []
    for place, index in enumerate(shown):
        plus = "+ " if place else ""
        first = _number(left, index)
        product = f"{_signed(first) if place else first}×{_signed(_number(right, index))}"
        spans.append(Span(f"{plus}{product} ", "accent" if index == wanted else "text", index == wanted))
    if len(shown) < count:
        spans.append(Span(f"+ … {count - len(shown)} more terms ", "dim"))
    return spans


def _signed(number: str) -> str:
    """A negative factor or summand in brackets, as one writes it by hand."""
    return f"({number})" if number.startswith("−") else number


def _backward(moment: Moment, layer: int, unit: int, most: int) -> Iterable[_Equation]:
    """error, or upstream and mask of one unit."""
    network, name = moment.experiment.network, _unit(moment, layer, unit)
    delta, mask = moment.delta(layer), moment.mask(layer)
    if layer == network.depth:
        yield Phase("error"), _output_delta(moment, unit)
        return
    above, upstream = moment.delta(layer + 1), moment.upstream(layer)
    yield from _blame_from_above(moment, layer + 1, unit, most)
    known = above if moment.reached(f"upstream{layer}") else None
    shares = _terms(moment.before.weights[layer][unit], known, None, most)
    formula = Span(f"∂E/∂a({name}) = W{layer + 1}·δ = ")
    yield Phase(f"upstream{layer}"), [formula, *shares, Span("= "), _result(_number(upstream, unit))]
    product = f"{_number(upstream, unit)}×{_signed(_number(mask, unit))} = "
    activation = ACTIVATIONS[network.activations[layer - 1]]
    slope = f"f′ = {activation.slope},  " if activation.slope else ""
    spans = [Span(f"{slope}δ({name}) = upstream·f′(z) = "), Span(product), _result(_number(delta, unit))]
    if activation.gated and mask is not None and mask[unit] == 0:
        spans.append(Span(f" {SHUT} shut", "shut"))
    yield Phase(f"mask{layer}"), spans


def _blame_from_above(moment: Moment, layer: int, row: int, most: int) -> Iterable[_Equation]:
    """Where the δ of each unit of `layer` comes from; the terms of `row`, a unit below them, stand out."""
    units = range(min(moment.experiment.network.units[layer], most))
    if layer < moment.experiment.network.depth:
        upstream, mask, delta = moment.upstream(layer), moment.mask(layer), moment.delta(layer)
        for unit in units:
            product = f"{_number(upstream, unit)}×{_signed(_number(mask, unit))} = "
            formula = f"δ({_unit(moment, layer, unit)}) = upstream·f′(z) = "
            yield Phase(f"mask{layer}"), [Span(formula), Span(product), _result(_number(delta, unit))]
        return
    forward = [equation for unit in units for equation in _forward(moment, layer, unit, row, most)]
    yield from sorted(forward, key=lambda equation: equation[0].kind != "sum")
    for unit in units:
        yield Phase("error"), _output_delta(moment, unit)


def _output_delta(moment: Moment, unit: int) -> list[Span]:
    """δ of an output by the loss, and the reported error where there is one output."""
    experiment = moment.experiment
    network, loss = experiment.network, LOSSES[experiment.training.loss]
    name, activation = _unit(moment, network.depth, unit), ACTIVATIONS[network.activations[-1]]
    known = moment.reached("error")
    prediction, target = _number(moment.prediction if known else None, unit), _number(moment.target, unit)
    delta, mask = _number(moment.delta(network.depth), unit), _number(moment.mask(network.depth), unit)
    rule = output_delta(loss, activation)
    formula = rule.format(ŷ="ŷ", y="y", n="n", mask="f′(z)") or f"Jᵀ·∂E/∂ŷ, J the slopes of {activation.name}"
    spans = [Span(f"δ({name}) = {formula} = ")]
    if rule:
        numbers = {"ŷ": prediction, "y": _signed(target), "n": str(network.units[-1]), "mask": _signed(mask)}
        spans.append(Span(f"{rule.replace('·', '×').format(**numbers)} = "))
    spans.append(_result(delta))
    if network.units[-1] == 1:
        formula = f"loss {loss.name}" if experiment.training.report == "loss" else "(ŷ − y)²"
        spans.append(Span(f"   reported {formula} = {full(moment.error)}", "dim"))
    return spans


def _learning(moment: Moment, selection: Weight | Bias, most: int) -> Iterable[_Equation]:
    """gradient and update of one parameter."""
    layer, column = selection.layer, selection.column
    name, delta = _unit(moment, layer, column), moment.delta(layer)
    if isinstance(selection, Weight):
        gradient, old = moment.gradient(layer), moment.before.weights[layer - 1]
        below = _unit(moment, layer - 1, selection.row)
        formula = f"∂E/∂W = {'x' if layer == 1 else 'a'}({below})·δ({name}) = "
        product = f"{_number(moment.activation(layer - 1), selection.row)}×{_signed(_number(delta, column))} = "
    else:
        gradient, old = moment.bias_gradient(layer), moment.before.biases[layer - 1]
        formula, product = f"∂E/∂b = δ({name}) = ", ""
    value = _number(gradient, *selection.within)
    if len(moment.samples) > 1:
        spans = [Span(f"mean of {formula}"), *_shares(moment, selection, most), _result(value)]
    else:
        spans = [Span(formula), Span(product), _result(value)]
    yield Phase("gradient"), spans
    if isinstance(selection, Bias) and moment.experiment.network.bias is BiasMode.FROZEN:
        stays = Span("a frozen bias is used, but not trained, and stays ")
        yield Phase("update"), [stays, _result(_number(old, *selection.within))]
        return
    yield from learning(moment, selection, None if gradient is None else float(gradient[selection.within]))


def _shares(moment: Moment, selection: Weight | Bias, most: int) -> list[Span]:
    """`(0.5×0.1 + 1×(−0.2) + …)/4 = `: what each sample of a mini-batch adds to the gradient."""
    count, layer = len(moment.samples), selection.layer
    known = moment.passage if moment.reached("gradient") else None
    delta = None if known is None else known.delta[layer - 1][:, selection.column]
    if isinstance(selection, Weight):
        below = None if known is None else (known.input if layer == 1 else known.a[layer - 2])[:, selection.row]
        terms = [f"{_number(below, i)}×{_signed(_number(delta, i))}" for i in range(min(count, most))]
    else:
        terms = [_signed(_number(delta, i)) for i in range(min(count, most))]
    spans = [Span("("), Span(" + ".join(terms))]
    if count > most:
        spans.append(Span(f" + … {count - most} more", "dim"))
    return [*spans, Span(f")/{count} = ")]
