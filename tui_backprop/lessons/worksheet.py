"""A by-hand exercise: every number of the first steps of an experiment, as blanks or with its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.experiment import Experiment, Training
from tui_backprop.core.losses import LOSSES, output_delta
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Unit, Weight, parameter_at
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.arithmetic import DECIMALS, number

MOST_WEIGHTS = 64
"""More would not be an exercise."""
MOST_STEPS = 100
_BLANK = "______"


def worksheet(experiment: Experiment, steps: int, answers: bool) -> str:
    """The exercise as text; with `answers`, its solution."""
    if experiment.network.weight_count > MOST_WEIGHTS or experiment.training.batch > 1 or steps > MOST_STEPS:
        raise BackpropError(
            "that is too much to do by hand", f"up to {MOST_WEIGHTS} weights, {MOST_STEPS} steps, one sample a step"
        )
    timeline = Timeline(experiment)
    lines = [f"{_printable(experiment.title)}: by hand{', solved' if answers else ''}", "", *_given(experiment)]
    for step in range(1, steps + 1):
        lines += _step(timeline.go(step), answers)
    return "\n".join(lines) + "\n"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def _names(experiment: Experiment, layer: int) -> list[str]:
    return [_printable(name) for name in experiment.unit_names(layer)]


def _given(experiment: Experiment) -> Iterator[str]:
    training, network = experiment.training, experiment.network
    yield f"Rate {number(training.rate)}. Numbers to at most four decimals; carry on with all the digits you have."
    if training.round is not None:
        yield f"The prediction is rounded: {training.round} decimal{'s' * (training.round != 1)}."
    yield f"Activations, layer by layer: {', '.join(network.activations)}."
    yield f"Loss {training.loss}: of an output {output_rule(experiment)}. Optimiser {training.optimizer}."
    yield ""
    yield from _weights(experiment)


def output_rule(experiment: Experiment) -> str:
    """δ of an output as a formula, and the slope in it."""
    loss, activation = LOSSES[experiment.training.loss], ACTIVATIONS[experiment.network.activations[-1]]
    symbols = {"ŷ": "ŷ", "y": "t", "n": experiment.network.units[-1]}
    rule = output_delta(loss, activation).format(**symbols, mask="f′(z)")
    if not rule:
        return f"δ = ŷ·(u − the sum of u·ŷ over all outputs), u = {loss.slope.format(**symbols)}"
    slope = f", f′ = {activation.slope}" if "f′" in rule and activation.slope else ""
    return f"δ = {rule}{slope}"


def update_rule(training: Training) -> str:
    """From the gradient to the new weight, as formulas."""
    prices = [f"{number(training.l1)}×sign of the weight"] * bool(training.l1)
    prices += [f"{number(training.l2)}×weight"] * bool(training.l2)
    first = [f"g = gradient + {' + '.join(prices)}"] if prices else []
    rule = OPTIMIZERS[training.optimizer].rule
    lines = (f"{line.result} = {line.formula.format(g='g' if prices else 'gradient', t='step')}" for line in rule)
    return "; ".join([*first, *lines])


def _weights(experiment: Experiment) -> Iterator[str]:
    biases = experiment.initial.biases
    for layer, matrix in enumerate(experiment.initial.weights, 1):
        yield f"W{layer}".ljust(8) + "".join(name.rjust(10) for name in _names(experiment, layer))
        for name, row in zip(_names(experiment, layer - 1), matrix.tolist(), strict=True):
            yield f"  {name}".ljust(8) + "".join(_aligned(value).rjust(10) for value in row)
        if biases:
            yield "  bias".ljust(8) + "".join(_aligned(value).rjust(10) for value in biases[layer - 1].tolist())


def _aligned(value: float) -> str:
    """With all decimals, so that decimal points align."""
    text = number(value)
    return text if "e" in text or not math.isfinite(value) else f"{value:.{DECIMALS}f}".replace("-", "−")


def _step(moment: Moment, answers: bool) -> Iterator[str]:
    experiment = moment.experiment
    data, depth = experiment.data, experiment.network.depth
    assert moment.sample is not None
    inputs = ", ".join(
        f"{name} = {number(value)}"
        for name, value in zip(_names(experiment, 0), data.inputs[moment.sample].tolist(), strict=True)
    )
    targets = ", ".join(number(value) for value in data.targets[moment.sample].tolist())
    yield from ("", f"Step {moment.step}: sample #{moment.sample}, {inputs}; target t = {targets}", "")

    def entry(label: str, work: str) -> str:
        return f"  {label} = {work if answers else _BLANK}"

    yield "Forward"
    for layer in range(1, depth + 1):
        for unit, name in enumerate(_names(experiment, layer)):
            place = Unit(layer, unit)
            yield entry(f"z({name})", arithmetic.of_sum(moment, place, MOST_WEIGHTS))
            yield entry(f"{'ŷ' if layer == depth else 'a'}({name})", arithmetic.of_activation(moment, place))
    yield "Backward"
    for layer in range(depth, 0, -1):
        for unit, name in enumerate(_names(experiment, layer)):
            place = Unit(layer, unit)
            if layer < depth:
                yield entry(f"upstream({name})", arithmetic.of_upstream(moment, place, MOST_WEIGHTS))
            yield entry(f"δ({name})", arithmetic.of_delta(moment, place))
    yield "Gradient: input of the weight × δ above it" + (", of a bias δ" if moment.before.biases else "")
    for index in range(experiment.network.weight_count):
        weight = parameter_at(experiment.network, index)
        assert isinstance(weight, Weight)
        yield entry(f"∂E/∂{_printable(weight.name(experiment))}", arithmetic.of_gradient(moment, weight))
    yield f"Update: {update_rule(experiment.training)}"
    for index in range(experiment.network.size):
        parameter = parameter_at(experiment.network, index)
        yield entry(_printable(parameter.name(experiment)), arithmetic.of_update(moment, parameter))
