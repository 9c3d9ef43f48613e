"""The equations of a unit and of a parameter as spans, with every digit; what is not computed yet is `·`."""

from __future__ import annotations

from collections.abc import Iterable

from tui_backprop.core import equations as core
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import BiasMode
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.render.numbers import SHUT, full
from tui_backprop.render.spans import Span, safe

Equation = tuple[Phase, list[Span]]


def _result(text: str) -> Span:
    return Span(text, "text", bold=True)


def _spans(equation: core.Equation, wanted: int | None = None) -> list[Span]:
    """An equation; the term with the number `wanted` stands out."""
    formula = f"{equation.formula} = " if equation.formula else ""
    spans = [Span(safe(f"{equation.label} = {formula}"))]
    if equation.terms:
        spans += _sum(equation, wanted)
    return [*spans, _result(full(equation.result))]


def _sum(equation: core.Equation, wanted: int | None) -> Iterable[Span]:
    """`1×0.5 + 0×(−0.2) = `: every summand a span of its own, so that lines break between them."""
    opened, closed = ("(", f")/{equation.parts}") if equation.parts > 1 else ("", "")
    texts = list(core.summands(equation, full))
    for place, text in enumerate(texts):
        here = wanted is not None and equation.numbers[place : place + 1] == (wanted,)
        ink = "accent" if here else "dim" if text.startswith("…") else "text"
        end = closed if place == len(texts) - 1 else ""  # no line begins with it
        yield Span(f"{'+ ' if place else opened}{text}{end} ", ink, here)
    yield Span("= ")


def forward(moment: Moment, layer: int, unit: int, row: int | None, most: int) -> Iterable[Equation]:
    """input, or sum and activation of one unit; the term of `row` stands out."""
    place = Unit(layer, unit)
    if layer == 0:
        equation = core.of_input(moment, place)
        yield equation.phase, _spans(equation)
        return
    equation = core.of_sum(moment, place, most, row)
    yield equation.phase, _spans(equation, row)
    *rest, last = core.of_activation(moment, place, most)
    spans = [span for raw in rest for span in (*_spans(raw)[:-1], Span(f"{full(raw.result)},  "))]
    yield last.phase, [*spans, *_spans(last)]


def backward(moment: Moment, layer: int, unit: int, most: int) -> Iterable[Equation]:
    """error, or upstream and mask of one unit."""
    network = moment.experiment.network
    if layer == network.depth:
        yield _output_delta(moment, unit, most)
        return
    yield from _blame_from_above(moment, layer + 1, unit, most)
    upstream = core.of_upstream(moment, Unit(layer, unit), most)
    yield upstream.phase, _spans(upstream)
    activation, mask = network.activation(layer), moment.mask(layer)
    delta = core.of_delta(moment, Unit(layer, unit), most)
    spans = [Span(f"f′ = {activation.slope},  ")] if activation.slope else []
    spans += _spans(delta)
    if activation.gated and mask is not None and mask[unit] == 0:
        spans.append(Span(f" {SHUT} shut", "shut"))
    yield delta.phase, spans


def _blame_from_above(moment: Moment, layer: int, row: int, most: int) -> Iterable[Equation]:
    """Where the δ of each unit of `layer` comes from; the terms of `row`, a unit below them, stand out."""
    units = range(min(moment.experiment.network.units[layer], most))
    if layer < moment.experiment.network.depth:
        for unit in units:
            delta = core.of_delta(moment, Unit(layer, unit), most)
            yield delta.phase, _spans(delta)
        return
    sums = [equation for unit in units for equation in forward(moment, layer, unit, row, most)]
    yield from sorted(sums, key=lambda equation: equation[0].kind != "sum")
    for unit in units:
        yield _output_delta(moment, unit, most)


def _output_delta(moment: Moment, unit: int, most: int) -> Equation:
    """δ of an output by the loss, and the reported error where there is one output."""
    experiment = moment.experiment
    delta = core.of_delta(moment, Unit(experiment.network.depth, unit), most)
    spans = _spans(delta)
    if experiment.network.units[-1] == 1:
        loss = LOSSES[experiment.training.loss]
        formula = f"loss {loss.name}" if experiment.training.report == "loss" else "(ŷ − t)²"
        spans.append(Span(f"   reported {formula} = {full(moment.error)}", "dim"))
    return delta.phase, spans


def of_parameter(moment: Moment, selection: Weight | Bias, most: int) -> Iterable[Equation]:
    """gradient and update of one parameter."""
    gradient = core.of_gradient(moment, selection, most)
    yield gradient.phase, _spans(gradient)
    if isinstance(selection, Bias) and moment.experiment.network.bias is BiasMode.FROZEN:
        stays = Span("a frozen bias is used, but not trained, and stays ")
        yield Phase("update"), [stays, _result(full(selection.value(moment.before)))]
        return
    for equation in core.of_update(moment, selection):
        yield equation.phase, _spans(equation)
    for edit in moment.edits:
        if moment.complete and edit.parameter == selection and moment.edited is not None:
            yield Phase("update"), [Span("then edited by hand to "), _result(full(selection.value(moment.edited)))]
