"""From a gradient to a new weight: the arithmetic of penalty and optimiser, with every number in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tui_backprop.core.network import Network
from tui_backprop.core.optimizers import BETA1, BETA2, DECAY, EPSILON
from tui_backprop.core.penalty import penalised, penalty_gradient
from tui_backprop.core.phases import Moment, Phase
from tui_backprop.render.numbers import full
from tui_backprop.render.selection import Bias, Weight
from tui_backprop.render.spans import Span

Equation = tuple[Phase, list[Span]]


def index_of(selection: Weight | Bias, network: Network) -> int:
    """The parameter's place in the flat array."""
    places = np.arange(network.size, dtype=np.float64)
    if isinstance(selection, Weight):
        return int(network.weights(places)[selection.layer - 1][selection.row, selection.column])
    return int(network.biases(places)[selection.layer - 1][selection.column])


def learning(moment: Moment, selection: Weight | Bias, gradient: float | None) -> Iterable[Equation]:
    """The penalty's share of the gradient, and the update; `gradient` is that of the loss, None before it is known."""
    training, index = moment.experiment.training, index_of(selection, moment.experiment.network)
    old = float(moment.before.flat[index])
    symbol = "gradient"
    if penalised(training) and isinstance(selection, Weight):
        price = float(penalty_gradient(training, moment.before.flat[index : index + 1])[0])
        total = None if gradient is None else gradient + price
        terms = [f"{full(training.l1)}×sign(w)"] * bool(training.l1) + [f"{full(training.l2)}×w"] * bool(training.l2)
        formula = f"g = gradient + {' + '.join(terms)} = {full(gradient)} + {_signed(full(price))} = "
        yield Phase("gradient"), [Span(formula), _result(full(total))]
        gradient, symbol = total, "g"
    new = float(moment.after.flat[index]) if moment.updated else None
    if training.optimizer == "sgd":
        numbers = f"{full(old)} − {full(training.rate)}×{_signed(full(gradient))} = "
        yield Phase("update"), [Span(f"new = old − rate·{symbol} = "), Span(numbers), _result(full(new))]
    elif training.optimizer == "momentum":
        yield from _momentum(moment, index, symbol, gradient, old, new)
    elif training.optimizer == "rmsprop":
        yield from _rmsprop(moment, index, symbol, gradient, old, new)
    else:
        yield from _adam(moment, index, symbol, gradient, old, new)
    for edit in moment.edits:
        if moment.complete and edit.of_parameter and moment.edited is not None:
            place = (selection.layer, *((selection.row,) if isinstance(selection, Weight) else ()), selection.column)
            if edit.place == place and (edit.what == "weight") == isinstance(selection, Weight):
                yield Phase("update"), [Span("edited by hand to "), _result(full(float(moment.edited.flat[index])))]


def _momentum(
    moment: Moment, index: int, symbol: str, gradient: float | None, old: float, new: float | None
) -> Iterable[Equation]:
    training = moment.experiment.training
    assert moment.memory_before is not None
    assert moment.memory_after is not None
    was = float(moment.memory_before.slots[0, index])
    velocity = float(moment.memory_after.slots[0, index]) if moment.updated else None
    numbers = f"{full(training.momentum)}×{_signed(full(was))} + {_signed(full(gradient))} = "
    yield Phase("update"), [Span(f"v = momentum·v + {symbol} = "), Span(numbers), _result(full(velocity))]
    numbers = f"{full(old)} − {full(training.rate)}×{_signed(full(velocity))} = "
    yield Phase("update"), [Span("new = old − rate·v = "), Span(numbers), _result(full(new))]


def _rmsprop(
    moment: Moment, index: int, symbol: str, gradient: float | None, old: float, new: float | None
) -> Iterable[Equation]:
    assert moment.memory_before is not None
    assert moment.memory_after is not None
    was = float(moment.memory_before.slots[0, index])
    square = float(moment.memory_after.slots[0, index]) if moment.updated else None
    g, share = _signed(full(gradient)), f"{1 - DECAY:.3g}"
    formula = f"v = {DECAY}·v + {share}·{symbol}² = {DECAY}×{full(was)} + {share}×{g}² = "
    yield Phase("update"), [Span(formula), _result(full(square))]
    numbers = f"{full(old)} − {full(moment.experiment.training.rate)}×{g}/(√{full(square)} + {EPSILON:.0e}) = "
    yield Phase("update"), [Span(f"new = old − rate·{symbol}/(√v + ε) = "), Span(numbers), _result(full(new))]


def _adam(
    moment: Moment, index: int, symbol: str, gradient: float | None, old: float, new: float | None
) -> Iterable[Equation]:
    assert moment.memory_before is not None
    assert moment.memory_after is not None
    means = [float(moment.memory_before.slots[slot, index]) for slot in range(2)]
    after = [float(moment.memory_after.slots[slot, index]) if moment.updated else None for slot in range(2)]
    t, g = moment.memory_after.age, _signed(full(gradient))
    for name, beta, was, now, squared in zip("mv", (BETA1, BETA2), means, after, ("", "²"), strict=True):
        formula = f"{name} = {beta}·{name} + {1 - beta:.3g}·{symbol}{squared} = "
        numbers = f"{beta}×{_signed(full(was))} + {1 - beta:.3g}×{g}{squared} = "
        yield Phase("update"), [Span(formula), Span(numbers), _result(full(now))]
    hats: list[float | None] = []
    for name, beta, now in zip("mv", (BETA1, BETA2), after, strict=True):
        hat = None if now is None else now / (1.0 - beta**t)
        hats.append(hat)
        formula = f"{name}̂ = {name}/(1 − {beta}^{t}) = {full(now)}/{full(1.0 - beta**t)} = "
        yield Phase("update"), [Span(formula), _result(full(hat))]
    rate = full(moment.experiment.training.rate)
    numbers = f"{full(old)} − {rate}×{_signed(full(hats[0]))}/(√{full(hats[1])} + {EPSILON:.0e}) = "
    yield Phase("update"), [Span("new = old − rate·m̂/(√v̂ + ε) = "), Span(numbers), _result(full(new))]


def _result(text: str) -> Span:
    return Span(text, "text", bold=True)


def _signed(number: str) -> str:
    """A negative factor or summand in brackets, as one writes it by hand."""
    return f"({number})" if number.startswith("−") else number
