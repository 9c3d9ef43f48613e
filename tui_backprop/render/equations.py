"""The equations of a unit and of a parameter, with every number in them; what is not computed yet is `·`."""

from __future__ import annotations

from collections.abc import Iterable

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.losses import LOSSES, output_delta
from tui_backprop.core.network import BiasMode
from tui_backprop.core.parts import Bias, Weight
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.render.learning import Equation, learning
from tui_backprop.render.numbers import SHUT, full
from tui_backprop.render.spans import Span, safe


def _unit(moment: Moment, layer: int, unit: int) -> str:
    return safe(moment.experiment.unit_names(layer)[unit])


def _number(array: Array | None, *place: int) -> str:
    return full(None if array is None else float(array[place]))


def _result(text: str) -> Span:
    return Span(text, "text", bold=True)


def forward(moment: Moment, layer: int, unit: int, row: int | None, most: int) -> Iterable[Equation]:
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
    if activation.joint:
        value = f"{activation.name}(z) = {_share(z, unit, network.units[layer], most)}"
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


def _share(z: Array | None, unit: int, count: int, most: int) -> str:
    """`e^0.5/(e^0.5 + e^(−1))`: one unit's share of all."""
    powers = [f"e^{_signed(_number(z, place))}" for place in range(count)]
    cut = f" + … {count - most} more terms" if count > most else ""
    return f"{powers[unit]}/({' + '.join(powers[:most])}{cut})"


def _signed(number: str) -> str:
    """A negative factor or summand in brackets, as one writes it by hand."""
    return f"({number})" if number.startswith("−") else number


def backward(moment: Moment, layer: int, unit: int, most: int) -> Iterable[Equation]:
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
    formula = Span(f"↑ = ∂E/∂a({name}) = W{layer + 1}·δ = ")
    yield Phase(f"upstream{layer}"), [formula, *shares, Span("= "), _result(_number(upstream, unit))]
    product = f"{_number(upstream, unit)}×{_signed(_number(mask, unit))} = "
    activation = ACTIVATIONS[network.activations[layer - 1]]
    slope = f"f′ = {activation.slope},  " if activation.slope else ""
    spans = [Span(f"{slope}δ({name}) = upstream·f′(z) = "), Span(product), _result(_number(delta, unit))]
    if activation.gated and mask is not None and mask[unit] == 0:
        spans.append(Span(f" {SHUT} shut", "shut"))
    yield Phase(f"mask{layer}"), spans


def _blame_from_above(moment: Moment, layer: int, row: int, most: int) -> Iterable[Equation]:
    """Where the δ of each unit of `layer` comes from; the terms of `row`, a unit below them, stand out."""
    units = range(min(moment.experiment.network.units[layer], most))
    if layer < moment.experiment.network.depth:
        upstream, mask, delta = moment.upstream(layer), moment.mask(layer), moment.delta(layer)
        for unit in units:
            product = f"{_number(upstream, unit)}×{_signed(_number(mask, unit))} = "
            formula = f"δ({_unit(moment, layer, unit)}) = upstream·f′(z) = "
            yield Phase(f"mask{layer}"), [Span(formula), Span(product), _result(_number(delta, unit))]
        return
    sums = [equation for unit in units for equation in forward(moment, layer, unit, row, most)]
    yield from sorted(sums, key=lambda equation: equation[0].kind != "sum")
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
    formula = rule.format(ŷ="ŷ", y="t", n="n", mask="f′(z)") or f"Jᵀ·∂E/∂ŷ, J the slopes of {activation.name}"
    spans = [Span(f"δ({name}) = {formula} = ")]
    if rule:
        numbers = {"ŷ": prediction, "y": _signed(target), "n": str(network.units[-1]), "mask": _signed(mask)}
        spans.append(Span(f"{rule.replace('·', '×').format(**numbers)} = "))
    spans.append(_result(delta))
    if network.units[-1] == 1:
        formula = f"loss {loss.name}" if experiment.training.report == "loss" else "(ŷ − t)²"
        spans.append(Span(f"   reported {formula} = {full(moment.error)}", "dim"))
    return spans


def of_parameter(moment: Moment, selection: Weight | Bias, most: int) -> Iterable[Equation]:
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
