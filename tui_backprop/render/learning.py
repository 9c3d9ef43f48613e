"""From a gradient to a new weight: the arithmetic of penalty and optimiser, with every number in it."""

from __future__ import annotations

from collections.abc import Iterable

from tui_backprop.core.optimizers import worked_out
from tui_backprop.core.parts import Bias, Weight
from tui_backprop.core.penalty import penalised, penalty_gradient
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.render.numbers import full
from tui_backprop.render.spans import Span

Equation = tuple[Phase, list[Span]]


def learning(moment: Moment, selection: Weight | Bias, gradient: float | None) -> Iterable[Equation]:
    """The penalty's share of the gradient, and the update; `gradient` is that of the loss, None before it is known."""
    training, index = moment.experiment.training, selection.index(moment.experiment.network)
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
    assert moment.memory_before is not None
    after = moment.memory_after if moment.updated else None
    numbers = {"old": old, "g": gradient, "new": new}
    for row, known, result in worked_out(training, index, numbers, moment.memory_before, after):
        formula = row.formula.format(g=symbol, t=moment.memory_before.age + 1)
        worked = [Span(f"{row.result} = {formula} = "), Span(f"{row.filled(known, full)} = ")]
        yield Phase("update"), [*worked, _result(full(result))]
    for edit in moment.edits:
        if moment.complete and edit.parameter == selection and moment.edited is not None:
            yield Phase("update"), [Span("edited by hand to "), _result(full(selection.value(moment.edited)))]


def _result(text: str) -> Span:
    return Span(text, "text", bold=True)


def _signed(number: str) -> str:
    """A negative factor or summand in brackets, as one writes it by hand."""
    return f"({number})" if number.startswith("−") else number
