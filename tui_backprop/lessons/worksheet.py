"""A by-hand exercise: every number of the first steps of an experiment, as blanks or with its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, Activation
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.experiment import Experiment, Training
from tui_backprop.core.losses import LOSSES, Loss, output_delta, reported
from tui_backprop.core.network import Network, Parameters
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Unit, parameter_at
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.place import step_at
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import DECIMALS, number, significant
from tui_backprop.lessons.by_hand.figures import MOST_WEIGHTS, Figure, work
from tui_backprop.reading.numerals import typeset

MOST_STEPS = 100
_BLANK = "______"


def worksheet(experiment: Experiment, steps: int, answers: bool, at: str = "0") -> str:
    """The exercise as text; with `answers`, its solution. It begins with the step at a place of the run."""
    refuse_more_than(experiment, 1, steps)
    timeline = Timeline(experiment)
    first = step_at(at, timeline)
    head = f"{_printable(experiment.title)}: by hand{', solved' if answers else ''}"
    lines = [head, "", *_given(timeline.go(first))]
    for step in range(first, first + steps):
        lines += _step(timeline.go(step), answers)
    return "\n".join(lines) + "\n"


def refuse_more_than(experiment: Experiment, samples: int, steps: int = 1) -> None:
    """Raises `BackpropError` for too many weights, samples a step or steps to work out on paper."""
    for has, most, what in (
        (experiment.network.weight_count, MOST_WEIGHTS, "weights"),
        (experiment.training.batch, samples, "samples a step"),
        (steps, MOST_STEPS, "steps"),
    ):
        if has > most:
            raise BackpropError(f"that is too much to do by hand: {has:,} {what}", f"at most {most}")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


def _names(experiment: Experiment, layer: int) -> list[str]:
    return [_printable(name) for name in experiment.unit_names(layer)]


def _given(moment: Moment) -> Iterator[str]:
    experiment = moment.experiment
    training, network, error = experiment.training, experiment.network, reported(experiment.training)
    yield f"Rate {number(training.rate)}. Write four decimals, below 0.1 four digits; calculate with all digits."
    if training.round is not None:
        yield f"The prediction is rounded: {training.round} decimal{'s' * (training.round != 1)}."
    yield f"Activations, layer by layer: {', '.join(network.activations)}."
    yield from _activation_rules(network)
    scales = ("inputs", experiment.data.input_scale), ("targets", experiment.data.target_scale)
    if scaled := " and ".join(name for name, scale in scales if scale):
        yield f"Standardised to a mean of 0 and a standard deviation of 1: {scaled}."
    yield f"Error E of a sample, {error.name}: {error_rule(experiment)}."
    yield f"Loss {training.loss}: of an output {output_rule(experiment)}. Optimiser {training.optimizer}."
    yield ""
    if moment.step > 1:
        yield f"Before step {moment.step}"
    yield from _parameters(experiment, moment.before)
    yield from _memory(moment)


def error_rule(experiment: Experiment) -> str:
    """The reported error of a sample as a formula."""
    share = _share(reported(experiment.training), experiment)
    return share if experiment.network.units[-1] == 1 else f"the sum of {share} over all outputs"


def loss_rule(experiment: Experiment) -> str:
    """The loss of an output as a formula."""
    return _share(LOSSES[experiment.training.loss], experiment)


def _share(loss: Loss, experiment: Experiment) -> str:
    return loss.share.format(ŷ="ŷ", y="t", n=experiment.network.units[-1])


def output_rule(experiment: Experiment) -> str:
    """δ of an output as a formula, and the slope in it."""
    loss, activation = LOSSES[experiment.training.loss], experiment.network.output
    symbols = {"ŷ": "ŷ", "y": "t", "n": experiment.network.units[-1]}
    rule = output_delta(loss, activation).format(**symbols, mask="f′(z)")
    if not rule:
        return f"δ = ŷ·(u − the sum of u·ŷ over all outputs), u = {loss.slope.format(**symbols)}"
    slope = f", f′ = {slope_rule(activation)}" if "f′" in rule else ""
    return f"δ = {rule}{slope}"


def slope_rule(activation: Activation) -> str:
    """f′ of a layer as a formula."""
    return activation.slope or ("1" if activation.shut is None else f"1 where z > 0, else {number(activation.shut)}")


def _activation_rules(network: Network) -> Iterator[str]:
    """What is needed of each activation: a where it goes by cases, and f′ where a hidden layer has it."""
    for name in dict.fromkeys(network.activations):
        activation = ACTIVATIONS[name]
        rules = [f"a = z where z > 0, else {activation.below}"] if activation.below else []
        if name in network.activations[:-1] and not activation.linear:
            rules.append(f"f′ = {slope_rule(activation)}")
        if rules:
            yield f"{name}: {'; '.join(rules)}."


def update_rule(training: Training) -> str:
    """From the gradient to the new weight, as formulas, with the values of the optimiser's own settings."""
    prices = [f"{number(training.l1)}×sign of the weight"] * bool(training.l1)
    prices += [f"{number(training.l2)}×weight"] * bool(training.l2)
    first = [f"g = gradient + {' + '.join(prices)}"] if prices else []
    optimizer = OPTIMIZERS[training.optimizer]
    symbols = {"g": "g" if prices else "gradient", "t": "step"}
    lines = (f"{line.result} = {line.formula.format(**symbols)}" for line in optimizer.rule)
    settings = (f"{name} = {number(getattr(training, name))}" for name in optimizer.settings)
    return "; ".join([*first, *lines, *settings])


def _parameters(experiment: Experiment, parameters: Parameters, symbol: str = "") -> Iterator[str]:
    """All parameters, or what the optimiser remembers for each, by its symbol."""
    for layer, matrix in enumerate(parameters.weights, 1):
        yield f"{symbol}W{layer}".ljust(8) + "".join(name.rjust(10) for name in _names(experiment, layer))
        for name, row in zip(_names(experiment, layer - 1), matrix.tolist(), strict=True):
            yield f"  {name}".ljust(8) + "".join(_aligned(value).rjust(10) for value in row)
        if parameters.biases:
            yield "  bias".ljust(8) + "".join(
                _aligned(value).rjust(10) for value in parameters.biases[layer - 1].tolist()
            )


def _memory(moment: Moment) -> Iterator[str]:
    """What the optimiser remembers of earlier steps, if there were any."""
    experiment, memory = moment.experiment, moment.memory_before
    if not memory.age:
        return
    for slot, values in zip(OPTIMIZERS[experiment.training.optimizer].memory, memory.slots, strict=True):
        flat = np.zeros(experiment.network.size)
        flat[experiment.network.trained] = values
        yield from _parameters(experiment, Parameters(experiment.network, flat), f"{slot.symbol} of ")


def _aligned(value: float) -> str:
    """Numbers with all decimals, so that decimal points align."""
    text = significant(value)
    few = math.isfinite(value) and len(text.partition(".")[2]) <= DECIMALS
    return typeset(f"{value:.{DECIMALS}f}") if few and "e" not in text else text


def _step(moment: Moment, answers: bool) -> Iterator[str]:
    experiment = moment.experiment
    data, depth = experiment.data, experiment.network.depth
    assert moment.sample is not None
    inputs = ", ".join(
        f"{name} = {significant(value)}"
        for name, value in zip(_names(experiment, 0), data.inputs[moment.sample].tolist(), strict=True)
    )
    targets = ", ".join(significant(value) for value in data.targets[moment.sample].tolist())
    yield from ("", f"Step {moment.step}: sample #{moment.sample}, {inputs}; target t = {targets}", "")

    def entry(figure: Figure) -> str:
        return f"  {_printable(figure.label(moment))} = {work(figure, moment) if answers else _BLANK}"

    def of_units(layer: int, *kinds: FigureKind) -> Iterator[str]:
        units = (Unit(layer, unit) for unit in range(experiment.network.units[layer]))
        return (entry(Figure(kind, unit)) for unit in units for kind in kinds)

    yield "Forward"
    for layer in range(1, depth):
        yield from of_units(layer, "z", "a")
    yield from of_units(depth, "z", "prediction")
    yield entry(Figure("error", Unit(depth, 0)))
    yield "Backward"
    yield from of_units(depth, "delta")
    for layer in range(depth - 1, 0, -1):
        yield from of_units(layer, "upstream", "delta")
    network = experiment.network
    trained = [parameter_at(network, index) for index in range(network.trained.stop)]
    yield "Gradient: input of the weight × δ above it" + (
        ", of a bias δ" if len(trained) > network.weight_count else ""
    )
    yield from (entry(Figure("gradient", parameter)) for parameter in trained)
    frozen = "; the biases stay as they are" if len(trained) < network.size else ""
    yield f"Update: {update_rule(experiment.training)}{frozen}"
    yield from (entry(Figure("new", parameter)) for parameter in trained)
