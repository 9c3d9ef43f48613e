"""A phase of a step as an exercise: what is given, what is asked, and the rule that leads from one to the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.lessons.arithmetic import significant
from tui_backprop.lessons.by_hand.figures import Figure, figures, phase_of
from tui_backprop.lessons.worksheet import error_rule, loss_rule, output_rule, refuse_more_than, slope_rule, update_rule

MOST_SAMPLES = 4
"""The most samples of a batch that can be worked out at once."""


@dataclass(frozen=True)
class BlankTable:
    """Rows under the names of `columns`: those `asked`, and above the one of its number each that is `given`."""

    title: str
    columns: tuple[str, ...]
    given: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    asked: tuple[tuple[str, tuple[Figure, ...]], ...] = ()

    def parts(self, most: int) -> Iterator[BlankTable]:
        """Tables of at most `most` columns that make this one when put side by side."""
        for first in range(0, len(self.columns), most):
            here = slice(first, first + most)
            given = tuple((above, name, texts[here]) for above, name, texts in self.given)
            asked = tuple((name, asked[here]) for name, asked in self.asked)
            yield BlankTable(self.title, self.columns[here], given, asked)


@dataclass(frozen=True)
class Exercise:
    """The figures of a phase to work out: its rule in symbols, and the tables for it."""

    phase: Phase
    rule: str
    tables: tuple[BlankTable, ...]

    def finite(self, moment: Moment) -> bool:
        """Whether each figure can be written down; in a step that diverges some are infinite or NaN."""
        rows = (row for table in self.tables for _, row in table.asked)
        return all(math.isfinite(figure.truth(moment)) for row in rows for figure in row)


def refuse_too_much(experiment: Experiment) -> None:
    """Raises `BackpropError` where a step is too long for an exercise."""
    refuse_more_than(experiment, MOST_SAMPLES)


def exercises(moment: Moment) -> Iterator[Exercise]:
    """The exercises for the remaining phases of a moment's step, in order."""
    asked = figures(moment)
    for phase in phases(moment.experiment.network.depth):
        here = [figure for figure in asked if phase_of(figure, moment.experiment) == phase]
        if here and not moment.reached(phase):
            yield _exercise(_Given(moment), phase, here)


class _Given:
    """What is known before a phase, as texts."""

    def __init__(self, moment: Moment) -> None:
        self.moment, self.experiment = moment, moment.experiment
        self.rows = range(len(moment.samples))

    def names(self, layer: int) -> tuple[str, ...]:
        return self.experiment.unit_names(layer)

    def row(self, kind: FigureKind | Literal["target"], layer: int, row: int) -> tuple[str, ...]:
        """A kind of figure of all units of a layer; of layer 0 and of targets, the data."""
        data, sample = self.experiment.data, self.moment.samples[row]
        if kind == "target" or not layer:
            return tuple(significant(v) for v in (data.targets if kind == "target" else data.inputs)[sample].tolist())
        units = range(self.experiment.network.units[layer])
        return tuple(significant(Figure(kind, Unit(layer, unit), row).truth(self.moment)) for unit in units)

    def label(self, name: str, row: int) -> str:
        return f"{name} #{self.moment.samples[row]}" if len(self.rows) > 1 else name

    def of_samples(
        self, label: str, kind: FigureKind | Literal["target"], layer: int
    ) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
        return tuple((0, self.label(label, row), self.row(kind, layer, row)) for row in self.rows)

    def matrix(self, layer: int) -> list[list[str]]:
        return [[significant(v) for v in row] for row in self.moment.before.weights[layer - 1].tolist()]

    def biases(self, layer: int) -> list[str]:
        before = self.moment.before
        return [significant(v) for v in before.biases[layer - 1].tolist()] if before.biases else []


def _exercise(given: _Given, phase: Phase, asked: list[Figure]) -> Exercise:
    if phase.kind in ("gradient", "update"):
        depth = given.experiment.network.depth
        tables = [_of_parameters(given, phase, layer, asked) for layer in range(1, depth + 1)]
        if phase.kind == "gradient":
            mean = ", the mean over the batch" if len(given.rows) > 1 else ""
            network = given.experiment.network
            bias = "; of a bias: δ" if network.trained.stop > network.weight_count else ""
            tables = [*_of_each_sample(given), *tables] if mean else tables
            return Exercise(phase, f"∂E/∂W = what comes in × δ{bias}{mean}", tuple(tables))
        rate = f", rate {significant(given.experiment.training.rate)}"
        return Exercise(phase, update_rule(given.experiment.training) + rate, tuple(tables))
    kind = asked[-1].kind
    layer, label = asked[-1].part.layer, {"delta": "δ", "prediction": "ŷ"}.get(kind, kind)
    rows = tuple(
        (given.label(label, row), tuple(figure for figure in asked if (figure.kind, figure.row) == (kind, row)))
        for row in given.rows
    )
    columns = given.names(layer)
    return {"z": _sum, "upstream": _upstream}.get(kind, _of_units)(given, phase, layer, columns, rows)


Rows = tuple[tuple[str, tuple[Figure, ...]], ...]


def _sum(given: _Given, phase: Phase, layer: int, columns: tuple[str, ...], rows: Rows) -> Exercise:
    below, biases = "a" if layer > 1 else "x", given.biases(layer)
    lines = [(0, name, tuple(row)) for name, row in zip(given.names(layer - 1), given.matrix(layer), strict=True)]
    lines += [(0, "bias", tuple(biases))] if biases else []
    return Exercise(
        phase,
        f"z = {below}·W{layer}{' + bias' if biases else ''}",
        (
            BlankTable("What comes in", given.names(layer - 1), given.of_samples(below, "a", layer - 1)),
            BlankTable(f"W{layer}", columns, tuple(lines), rows),
        ),
    )


def _upstream(given: _Given, phase: Phase, layer: int, columns: tuple[str, ...], rows: Rows) -> Exercise:
    above = given.names(layer + 1)
    turned = [(0, name, row) for name, row in zip(above, zip(*given.matrix(layer + 1), strict=True), strict=True)]
    return Exercise(
        phase,
        f"upstream = W{layer + 1}·δ: the unit's weights × δ above",
        (
            BlankTable("δ above", above, given.of_samples("δ", "delta", layer + 1)),
            BlankTable(f"W{layer + 1}, a row for each unit above", columns, tuple(turned), rows),
        ),
    )


def _of_units(given: _Given, phase: Phase, layer: int, columns: tuple[str, ...], rows: Rows) -> Exercise:
    """Figures worked out unit by unit: a value, a prediction, a δ."""
    experiment = given.experiment
    activation = experiment.network.activation(layer)
    known = given.of_samples("z", "z", layer)
    if phase.kind == "activate":
        decimals = experiment.training.round if layer == experiment.network.depth else None
        places = "" if decimals is None else f", rounded to {decimals} decimal{'s' * (decimals != 1)}"
        name = "ŷ" if layer == experiment.network.depth else "a"
        return Exercise(phase, f"{name} = {activation.name}(z){places}", (BlankTable("", columns, known, rows),))
    if phase.kind == "error":
        known += given.of_samples("ŷ", "prediction", layer) + given.of_samples("t", "target", layer)
        errors = tuple((given.label("E", row), (Figure("error", Unit(layer, 0), row),)) for row in given.rows)
        tables = (BlankTable("", columns, known), BlankTable("", ("",), (), errors), BlankTable("", columns, (), rows))
        return Exercise(phase, _error_rules(experiment), tables)
    slope = slope_rule(activation)
    known += given.of_samples("a", "a", layer) if "a" in slope else ()
    known += given.of_samples("upstream", "upstream", layer)
    return Exercise(phase, f"δ = upstream × f′(z), f′ = {slope}", (BlankTable("", columns, known, rows),))


def _error_rules(experiment: Experiment) -> str:
    """The error that is written down and δ, with the loss that δ is the slope of, where that is another one."""
    error, delta = error_rule(experiment), output_rule(experiment)
    if experiment.training.report == "loss":
        return f"E = {error}; {delta}"
    return f"reported E = {error}; loss {loss_rule(experiment)}: {delta}"


def _of_each_sample(given: _Given) -> Iterator[BlankTable]:
    """What a gradient of several samples is made of."""
    for layer in range(1, given.experiment.network.depth + 1):
        yield BlankTable(f"into layer {layer}", given.names(layer - 1), given.of_samples("in", "a", layer - 1))
        yield BlankTable(f"δ of layer {layer}", given.names(layer), given.of_samples("δ", "delta", layer))


def _of_parameters(given: _Given, phase: Phase, layer: int, asked: list[Figure]) -> BlankTable:
    """The gradients, or the new values, of a layer: as large as its matrix."""
    names, single = given.names(layer - 1), len(given.rows) == 1
    here = [figure for figure in asked if figure.part.layer == layer]
    inputs = given.row("a", layer - 1, 0)
    lines: list[tuple[str, tuple[Figure, ...]]] = []
    known: list[tuple[int, str, tuple[str, ...]]] = []
    if phase.kind == "gradient" and single:
        known = list(given.of_samples("δ", "delta", layer))
    for row, name in enumerate(names):
        line = tuple(f for f in here if isinstance(f.part, Weight) and f.part.row == row)
        come = f"{name} = {inputs[row]}" if phase.kind == "gradient" and single else name
        if phase.kind == "update":
            known += [(row, *before) for before in _before(given, name, given.matrix(layer)[row], line)]
            come = f"{name} new"
        lines.append((come, line))
    if biases := tuple(f for f in here if isinstance(f.part, Bias)):
        if phase.kind == "update":
            known += [(len(names), *before) for before in _before(given, "bias", given.biases(layer), biases)]
        lines.append(("bias new" if phase.kind == "update" else "bias", biases))
    title = f"∂E/∂W{layer}" if phase.kind == "gradient" else f"new W{layer}"
    return BlankTable(title, given.names(layer), tuple(known), tuple(lines))


def _before(given: _Given, name: str, old: list[str], line: tuple[Figure, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """What an update of a row of parameters depends on."""
    moment, memory = given.moment, given.moment.memory_before
    rows = [(f"{name} old", tuple(old))]
    gradients = [significant(replace(figure, kind="gradient").truth(moment)) for figure in line]
    rows.append((f"{name} ∂E", tuple(gradients)))
    if memory.age:
        indices = [figure.part.index(moment.experiment.network) for figure in line if not isinstance(figure.part, Unit)]
        for place, slot in enumerate(OPTIMIZERS[given.experiment.training.optimizer].memory):
            rows.append((f"{name} {slot.symbol}", tuple(significant(float(memory.slots[place, i])) for i in indices)))
    return rows
