"""A true step, and the same step with mistakes: what wrong figures are compared with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.bugs import Keep, WrongPass, wrong_pass
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.losses import reported
from tui_backprop.core.network import Parameters
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Parameter, Part, Unit
from tui_backprop.core.passes import Pass
from tui_backprop.core.penalty import penalty_gradient
from tui_backprop.core.run.moment import Moment

OLD_WEIGHTS = "Pass the blame down through the old weights: all updates come last."


@dataclass(frozen=True)
class Mistake:
    """A mistake by its name, the figure that it leads to, and a sentence that says what to look at again."""

    name: str
    value: float
    says: str


Found = Iterator[Mistake]
Carry = Callable[[int], Keep]
"""What is done to the intermediate figures of a row of the batch."""


Known = Mapping[tuple[FigureKind, Part, int], float]
"""Figures that are settled, by kind, part and row of the batch; a new weight among them changes nothing in its step."""


def _as_it_is(row: int) -> Keep:
    return lambda kind, layer, values: values


@dataclass(frozen=True, eq=False)
class OwnPass:
    """A pass of one sample in which some figures are given; it has the parts of a `Pass` that the mistakes need."""

    input: Array
    target: Array
    z: tuple[Array, ...]
    a: tuple[Array, ...]
    prediction: Array
    error: float
    upstream: tuple[Array, ...]
    mask: tuple[Array, ...]
    delta: tuple[Array, ...]
    gradients: Parameters

    @property
    def gradient(self) -> tuple[Array, ...]:
        """∂E/∂W of layers 1…L."""
        return self.gradients.weights

    def activation(self, layer: int) -> Array:
        """a[layer]; layer 0 is the input."""
        return self.a[layer - 1] if layer else self.input


class TrueStep:
    """One step's true pass, of the sample that its moment shows, and wrong ones.

    `known` figures are taken as given, and the others follow from them.
    """

    def __init__(self, moment: Moment, known: Known | None = None) -> None:
        assert moment.passage is not None
        self.moment, self.experiment, self.known = moment, moment.experiment, known
        self.depth = moment.experiment.network.depth
        self._passes: dict[frozenset[str], WrongPass] = {}
        true = moment.passage.sample(moment.shown)
        self.passage: Pass | OwnPass = true if known is None else self._own(true)

    def knows(self, figure: FigureKind, part: Part) -> bool:
        """Whether a figure of the shown sample is settled."""
        return (figure, part, self.moment.shown) in (self.known or ())

    def value(self, figure: FigureKind, part: Part) -> float:
        """The true one."""
        passage = self.passage
        if figure == "error":
            return float(self.passage.error)
        if isinstance(part, Unit):
            values = (
                self.passage.prediction if figure == "prediction" else getattr(self.passage, figure)[part.layer - 1]
            )
            return float(values[part.column])
        if figure != "gradient" and self.known is not None:
            return self.from_gradient(figure, part, self.passage.gradients.flat)
        if figure == "new":
            return part.value(self.moment.after)
        if figure == "change":
            return part.value(self.moment.after) - part.value(self.moment.before)
        return part.value(passage.gradients)

    def slope(self, layer: int) -> tuple[str, str]:
        """What forgetting a layer's f′(z) is called, and what it is."""
        gated = self.experiment.network.activation(layer).gated
        return ("mask-forgotten", "the gate") if gated else ("slope-forgotten", "the slope f′(z)")

    # Wrong ones

    def wrong(self, *bugs: str) -> WrongPass:
        """The shown sample's pass with mistakes, at the weights of this step."""
        key = frozenset(bugs)
        if key not in self._passes:
            self._passes[key] = self._pass_of(self.moment.shown, bugs, _as_it_is)
        return self._passes[key]

    def wrong_value(self, figure: FigureKind, part: Part, bugs: Collection[str], carry: Carry = _as_it_is) -> float:
        """A figure of the whole step with mistakes; `carry` sees all that is computed on the way."""
        if isinstance(part, Unit):
            found = self.wrong(*bugs) if carry is _as_it_is else self._pass_of(self.moment.shown, bugs, carry)
            if figure == "error":
                return self._error(found, self.passage.target)
            values = found.prediction if figure == "prediction" else getattr(found, figure)[part.layer - 1]
            return float(values[part.column])
        return self.from_gradient(figure, part, self.gradient(bugs, carry))

    def from_gradient(self, figure: FigureKind, part: Parameter, gradient: Array) -> float:
        """A gradient, a change or a new parameter, by this ∂E of all of them (size,)."""
        index = part.index(self.experiment.network)
        if figure == "gradient":
            return float(gradient[index])
        old = float(self.moment.before.flat[index])
        return float(self.updated(gradient + self.penalty)[index]) - (old if figure == "change" else 0.0)

    def gradient(self, bugs: Collection[str], carry: Carry = _as_it_is) -> Array:
        """∂E of all parameters (size,) by a pass with mistakes, the mean over the batch."""
        rows = range(len(self.moment.samples))
        chosen = rows[-1:] if "last-sample-only" in bugs else rows
        found = np.asarray(np.mean([self._pass_of(row, bugs, carry).gradient for row in chosen], axis=0))
        for (kind, part, _), value in (self.known or {}).items():
            if kind == "gradient" and not isinstance(part, Unit):
                found[part.index(self.experiment.network)] = value
        return found

    @property
    def penalty(self) -> Array:
        """The penalty's gradient of all parameters (size,); biases are free."""
        network, flat = self.experiment.network, np.zeros(self.experiment.network.size)
        weights = slice(0, network.weight_count)
        flat[weights] = penalty_gradient(self.experiment.training, self.moment.before.flat[weights])
        return flat

    def updated(self, gradient: Array) -> Array:
        """All parameters (size,) after an update by this gradient (size,), which includes the penalty's."""
        training, trained = self.experiment.training, self.experiment.network.trained
        flat, memory = self.moment.before.flat.copy(), self.moment.memory_before
        optimizer = OPTIMIZERS[training.optimizer](training, flat[trained].shape)
        optimizer.update(flat[trained], gradient[trained].copy(), memory.slots.copy(), memory.age)
        return flat

    def _pass_of(self, row: int, bugs: Collection[str], carry: Carry) -> WrongPass:
        data, sample = self.experiment.data, self.moment.samples[row]
        settled, further = self._settled(row), carry(row)

        def keep(kind: FigureKind, layer: int, values: Array) -> Array:
            return further(kind, layer, settled(kind, layer, values))

        return wrong_pass(bugs, self.experiment, self.moment.before, data.inputs[sample], data.targets[sample], keep)

    def _settled(self, row: int) -> Keep:
        """Puts the known figures of a row in their places."""
        here = [(kind, part, value) for (kind, part, of_row), value in (self.known or {}).items() if of_row == row]

        def keep(kind: FigureKind, layer: int, values: Array) -> Array:
            kept = np.array(values)
            for known, part, value in here:
                if isinstance(part, Unit) and (known, part.layer) == (kind, layer):
                    kept[part.column] = value
            return kept

        return keep if here else _as_it_is(row)

    def _own(self, true: Pass) -> OwnPass:
        found = self.wrong()
        gradients = Parameters(self.experiment.network, self.gradient(()))
        return OwnPass(
            true.input, true.target, found.z, found.a, found.prediction, self._error(found, true.target),
            found.upstream, found.mask, found.delta, gradients,
        )  # fmt: skip

    def _error(self, found: WrongPass, target: Array) -> float:
        loss, row = reported(self.experiment.training), self.moment.shown
        if any((kind, of_row) == ("prediction", row) for kind, _, of_row in self.known or ()):
            shown = float(loss.of_prediction(found.prediction, target))
            if np.isfinite(shown):
                return shown
        return float(loss.of(found.z[-1], found.prediction, target))


Round = Callable[[Array], Array]
"""How numbers are rounded before they are used."""


def to_decimals(decimals: int) -> Round:
    """To `decimals` decimals."""
    return lambda values: np.round(values, decimals)


def to_digits(digits: int) -> Round:
    """To `digits` decimals, and a size below 0.1 to as many significant digits."""

    def rounded(values: Array) -> Array:
        size = np.abs(values)
        small = (size > 0) & (size < 0.1)
        scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.where(small, size, 1.0))))
        return np.where(small, np.rint(values * scale) / scale, np.round(values, digits))

    return rounded


def stated(experiment: Experiment, rounded: Round) -> Experiment:
    """The same from rounded data and first weights, as an exercise states them."""
    inputs, targets = rounded(experiment.data.inputs), rounded(experiment.data.targets)
    first = experiment.initial
    return replace(
        experiment,
        data=replace(experiment.data, inputs=inputs, targets=targets),
        initial=Parameters(first.network, rounded(first.flat)),
    )


def as_printed(moment: Moment, rounded: Round, weights: bool = True) -> Moment:
    """The same with the data, and perhaps the weights before its step, rounded."""
    flat = rounded(moment.before.flat) if weights else moment.before.flat
    before = Parameters(moment.before.network, flat)
    return replace(moment, experiment=stated(moment.experiment, rounded), before=before)


def places(decimals: int) -> str:
    """`to 1 decimal`"""
    return f"to {decimals} decimal{'s'[: decimals != 1]}"
