"""The arithmetic of a unit or a parameter, as data: each line is `label = formula = terms = result`.

What a line contains is decided here, once for all; the digits and colours of its numbers are up to whoever prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array, number_at
from tui_backprop.core.losses import LOSSES, Loss, output_delta, reported
from tui_backprop.core.optimizers import worked_out
from tui_backprop.core.parts import Parameter, Unit, Weight
from tui_backprop.core.penalty import penalised, penalty_gradient
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.reading.numerals import counted

Piece = str | float | None
"""Signs and words; a number; a number that is not computed yet."""
Term = tuple[Piece, ...]


class Equation(NamedTuple):
    """`label = formula = terms = result`: the sum of `terms`, divided by `parts`.

    `formula` is in symbols, and may be empty; without `terms` it is complete. In a long sum `left_out` terms are
    missing before `last` (the bias). The term at `place` of the sum is number `numbers[place]`.
    """

    phase: Phase
    label: str
    formula: str
    terms: tuple[Term, ...]
    result: float | None
    numbers: tuple[int, ...] = ()
    left_out: int = 0
    last: Term = ()
    parts: int = 1


Write = Callable[[float | None], str]


def written(pieces: Iterable[Piece], write: Write, begins: bool = True) -> str:
    """Signs and numbers in a row; a negative number in brackets, unless the row or a bracket begins with it."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        number = write(piece)
        first = text.endswith("(") or (begins and not text)
        text += f"({number})" if number.startswith("−") and not first else number
    return text


def summands(equation: Equation, write: Write) -> Iterator[str]:
    """The terms as text, and what stands for those left out; joined by ` + ` they are the sum."""
    for place, term in enumerate(equation.terms):
        yield written(term, write, not place)
    if equation.left_out:
        yield f"… {counted(equation.left_out, 'more term')}"
    if equation.last:
        yield written(equation.last, write, False)


def _filled(template: str, known: Mapping[str, Piece]) -> Term:
    """A template with `{names}` as pieces."""
    pieces: list[Piece] = []
    for before, name, _, _ in Formatter().parse(template):
        pieces += [before] * bool(before)
        if name is not None:
            pieces.append(known[name])
    return tuple(pieces)


def _products(
    left: Array | None, right: Array | None, wanted: int | None, most: int
) -> tuple[tuple[Term, ...], tuple[int, ...], int]:
    """The terms of Σ left·right, their numbers, and how many are left out; the `wanted` one never is."""
    count = len(next(factors for factors in (left, right) if factors is not None))
    shown = range(count) if count <= most else sorted({*range(most - 1), wanted or 0})
    return tuple((number_at(left, n), "×", number_at(right, n)) for n in shown), tuple(shown), count - len(shown)


# --- Forward ----------------------------------------------------------------------------------------------------------


def of_input(moment: Moment, unit: Unit) -> Equation:
    """The value of an input."""
    return Equation(Phase("input"), unit.name(moment.experiment), "", (), number_at(moment.activation(0), unit.column))


def of_sum(moment: Moment, unit: Unit, most: int, wanted: int | None = None) -> Equation:
    """z of a unit: at most `most` terms, and the `wanted` one."""
    layer, column = unit.layer, unit.column
    weights, biases = moment.before.weights[layer - 1][:, column], moment.before.biases
    products = _products(moment.activation(layer - 1), weights, wanted, most)
    last = (float(biases[layer - 1][column]),) if biases else ()
    result = number_at(moment.sum(layer), column)
    return Equation(
        Phase(f"sum{layer}"), f"z({unit.name(moment.experiment)})", "", products[0], result, *products[1:], last
    )


def of_activation(moment: Moment, unit: Unit, most: int) -> tuple[Equation, ...]:
    """a of a unit; of an output ŷ, and before it what is rounded, if anything is computed to get there."""
    network, decimals = moment.experiment.network, moment.experiment.training.round
    layer, column, output = unit.layer, unit.column, unit.layer == network.depth
    activation, z = network.activation(layer), moment.sum(layer)
    phase, a = Phase(f"activate{layer}"), number_at(moment.activation(layer), column)
    term: Term = (f"{activation.name}(", number_at(z, column), ")")
    if activation.joint:
        term = _share(z, column, network.units[layer], most)
    if not output:
        return (Equation(phase, f"a({unit.name(moment.experiment)})", f"{activation.name}(z)", (term,), a),)
    formula = f"{activation.name}(z)" if activation.joint else ""
    if decimals is None and activation.linear:
        return (Equation(phase, "ŷ", "z", (), a),)
    if decimals is None:
        return (Equation(phase, "ŷ", formula, (term,), a),)
    rounded = Equation(phase, "ŷ", "", (("round(", a, f", {decimals})"),), number_at(moment.prediction, column))
    return (rounded,) if activation.linear else (Equation(phase, "a", formula, (term,), a), rounded)


def _share(z: Array | None, unit: int, count: int, most: int) -> Term:
    """`e^0.5/(e^0.5 + e^(−1))`: one unit's share of all."""
    pieces: list[Piece] = ["e^", number_at(z, unit), "/("]
    for place in range(min(count, most)):
        pieces += [" + " * bool(place) + "e^", number_at(z, place)]
    return (*pieces, *_cut(count, most), ")")


def _cut(count: int, most: int) -> list[Piece]:
    return [f" + … {count - most} more terms"] if count > most else []


# --- Backward ---------------------------------------------------------------------------------------------------------


def of_upstream(moment: Moment, unit: Unit, most: int) -> Equation:
    """The error that arrives at a hidden unit from above."""
    layer, column = unit.layer, unit.column
    phase = Phase(f"upstream{layer}")
    above = moment.delta(layer + 1) if moment.reached(phase) else None
    products = _products(moment.before.weights[layer][column], above, None, most)
    result = number_at(moment.upstream(layer), column)
    return Equation(
        phase, "↑", f"∂E/∂a({unit.name(moment.experiment)}) = W{layer + 1}·δ", products[0], result, *products[1:]
    )


def of_delta(moment: Moment, unit: Unit, most: int) -> Equation:
    """δ of a unit: of an output, from the loss; of a hidden unit, what arrives times the slope."""
    layer, column, label = unit.layer, unit.column, f"δ({unit.name(moment.experiment)})"
    mask, delta = number_at(moment.mask(layer), column), number_at(moment.delta(layer), column)
    if layer < moment.experiment.network.depth:
        term: Term = (number_at(moment.upstream(layer), column), "×", mask)
        return Equation(Phase(f"mask{layer}"), label, "upstream·f′(z)", (term,), delta)
    experiment = moment.experiment
    loss, activation = LOSSES[experiment.training.loss], experiment.network.output
    rule, outputs = output_delta(loss, activation), str(experiment.network.units[-1])
    if not rule:
        formula = f"a·(u − Σ a·u) with u = {loss.slope.format(ŷ='ŷ', y='t', n=outputs)}"
        return Equation(Phase("error"), label, formula, (_joint_delta(moment, loss, column, most),), delta)
    prediction = moment.prediction if moment.reached("error") else None
    known = {"ŷ": number_at(prediction, column), "y": number_at(moment.target, column), "n": outputs, "mask": mask}
    term = _filled(rule.replace("·", "×"), known)
    return Equation(Phase("error"), label, rule.format(ŷ="ŷ", y="t", n="n", mask="f′(z)"), (term,), delta)


def of_error(moment: Moment, most: int) -> Equation:
    """The reported error of the sample: what each output adds to it."""
    depth, loss = moment.experiment.network.depth, reported(moment.experiment.training)
    outputs, target = moment.experiment.network.units[-1], moment.target
    predicted = moment.activation(depth) if loss.of_sums else moment.prediction
    terms = tuple(
        _filled(
            loss.share.replace("·", "×"), {"ŷ": number_at(predicted, n), "y": number_at(target, n), "n": str(outputs)}
        )
        for n in range(min(outputs, most))
    )
    formula = loss.share.format(ŷ="ŷ", y="t", n=outputs)
    return Equation(Phase("error"), "E", formula, terms, moment.error, left_out=max(0, outputs - most))


def _joint_delta(moment: Moment, loss: Loss, unit: int, most: int) -> Term:
    """`a×(u − (a×u + …))`: where each output's δ depends on them all."""
    a: Array | None = None
    u: Array | None = None
    if moment.reached("error"):
        prediction, target = moment.prediction, moment.target
        assert prediction is not None
        assert target is not None
        a, u = moment.activation(moment.experiment.network.depth), np.empty_like(prediction)
        with np.errstate(all="ignore"):
            loss.gradient(prediction, target, u)
    count = moment.experiment.network.units[-1]
    pieces: list[Piece] = [number_at(a, unit), "×(", number_at(u, unit), " − ("]
    for place in range(min(count, most)):
        pieces += [" + " * bool(place), number_at(a, place), "×", number_at(u, place)]
    return (*pieces, *_cut(count, most), "))")


# --- Learning ---------------------------------------------------------------------------------------------------------


def of_gradient(moment: Moment, parameter: Parameter, most: int) -> Equation:
    """∂E/∂W or ∂E/∂b; over a mini-batch, the mean."""
    layer, phase, batch = parameter.layer, Phase("gradient"), len(moment.samples)
    above = f"δ({Unit(layer, parameter.column).name(moment.experiment)})"
    if isinstance(parameter, Weight):
        below = Unit(layer - 1, parameter.row).name(moment.experiment)
        label, formula = "∂E/∂W", f"{'x' if layer == 1 else 'a'}({below})·{above}"
    else:
        label, formula = "∂E/∂b", above
    result = None if moment.gradients is None else parameter.value(moment.gradients)
    if batch > 1:
        terms = tuple(_of_samples(moment, parameter, min(batch, most)))
        return Equation(phase, f"mean of {label}", formula, terms, result, left_out=max(0, batch - most), parts=batch)
    delta = number_at(moment.delta(layer), parameter.column)
    if not isinstance(parameter, Weight):
        return Equation(phase, label, formula, (), result)
    term = (number_at(moment.activation(layer - 1), parameter.row), "×", delta)
    return Equation(phase, label, formula, (term,), result)


def _of_samples(moment: Moment, parameter: Parameter, count: int) -> Iterator[Term]:
    """What each sample of a mini-batch contributes to the gradient."""
    known, layer = moment.passage if moment.reached("gradient") else None, parameter.layer
    delta = None if known is None else known.delta[layer - 1][:, parameter.column]
    if not isinstance(parameter, Weight):
        yield from ((number_at(delta, sample),) for sample in range(count))
        return
    below = None if known is None else known.activation(layer - 1)[:, parameter.row]
    yield from ((number_at(below, sample), "×", number_at(delta, sample)) for sample in range(count))


def of_update(moment: Moment, parameter: Parameter) -> Iterator[Equation]:
    """The penalty's share of the gradient, if it has one, and the optimiser's rule, line by line."""
    training, index = moment.experiment.training, parameter.index(moment.experiment.network)
    old, symbol = float(moment.before.flat[index]), "gradient"
    if index >= moment.experiment.network.trained.stop:  # a frozen bias
        yield Equation(Phase("update"), "new", "old", ((old,),), old if moment.updated else None)
        return
    gradient = None if moment.gradients is None else parameter.value(moment.gradients)
    if penalised(training) and isinstance(parameter, Weight):
        prices = [("l1·sign(w)", (training.l1, "×", float(np.sign(old))))] * bool(training.l1)
        prices += [("l2·w", (training.l2, "×", old))] * bool(training.l2)
        formula = " + ".join(["gradient", *(symbols for symbols, _ in prices)])
        terms = ((gradient,), *(term for _, term in prices))
        gradient = None if gradient is None else _with_penalty(moment, index, gradient)
        symbol = "g"
        yield Equation(Phase("gradient"), "g", formula, terms, gradient)
    after, new = (moment.memory_after, float(moment.after.flat[index])) if moment.updated else (None, None)
    numbers = {"old": old, "g": gradient, "new": new}
    for line, known, result in worked_out(training, index, numbers, moment.memory_before, after):
        formula = line.formula.format(g=symbol, t=moment.memory_before.age + 1)
        yield Equation(Phase("update"), line.result, formula, (_filled(line.numbers, known),), result)


def _with_penalty(moment: Moment, index: int, gradient: float) -> float:
    return gradient + float(penalty_gradient(moment.experiment.training, moment.before.flat[index : index + 1])[0])
