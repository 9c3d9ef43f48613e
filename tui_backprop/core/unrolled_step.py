"""The same step for a small network, written out as plain Python, one statement for each unit.

On a few hundred weights NumPy spends nearly all its time preparing calls; straight-line arithmetic on Python floats,
which are the same doubles, is about ten times as fast. The statements are generated from the shape of the network and
what the registries say about its functions, add in the same order as `backprop`, and have the same values: the tests
compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from math import sqrt
from struct import Struct, pack
from typing import Any

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import SMALL
from tui_backprop.core.elementary import exp, expm1, log, log1p, sigmoid, tanh
from tui_backprop.core.experiment import Training
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.network import Network
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.passes import Frame
from tui_backprop.core.penalty import penalised, plain_penalty

Row = Sequence[float]
"""One sample: its inputs, then its targets."""
Run = Callable[[Row, int, Iterable[Any], float], tuple[Row, float]]
Record = Callable[[Row, int, Row], tuple[bytes, Array, float]]


@lru_cache(maxsize=32)
def unroll(network: Network, training: Training) -> UnrolledStep | None:
    """The step of this network, or None if NumPy is faster."""
    written = all(ACTIVATIONS[name].plain[1] for name in network.activations)
    if network.size * training.batch > SMALL or not written or not OPTIMIZERS[training.optimizer].plain:
        return None
    return UnrolledStep(network, training)


class UnrolledStep:
    """`run(state, age, rows, error)` → (state, error + reported errors), a step for each row.

    A state is all parameters, then all that the optimiser remembers, slot by slot, after `age` updates. Instead of
    rows mini-batches take lists of rows. `record(state, age, row)` → (the doubles of a `Frame`, the state as a
    read-only array, reported error) for one step of one sample. Code is made when it is first needed.
    """

    def __init__(self, network: Network, training: Training) -> None:
        self._network, self._training = network, training
        self._remembered = len(OPTIMIZERS[training.optimizer].memory) * network.trained.stop

    @cached_property
    def run(self) -> Run:
        """Many steps."""
        return self._made(_Writer(self._network, self._training).run())  # type: ignore[no-any-return]

    @cached_property
    def record(self) -> Record:
        """One step with every intermediate."""
        return self._made(_Writer(self._network, self._training).record())  # type: ignore[no-any-return]

    def _made(self, source: str) -> Any:
        constants = OPTIMIZERS[self._training.optimizer].constants
        functions = (exp, expm1, log, log1p, sigmoid, tanh, sqrt)
        namespace: dict[str, Any] = {"rint": _rint, "constants": constants, "array": np.frombuffer}
        namespace |= {function.__name__: function for function in functions}
        values, numbers = Frame.size_of(self._network, 1), self._network.size + self._remembered
        namespace |= {"values": Struct(f"{values}d").pack, "numbers": Struct(f"{numbers}d").pack}
        exec(source, namespace)  # made from the network's shape and rules alone, never from a user's text
        return namespace["step"]


def packed(*values: float) -> Array:
    """Python floats as a read-only array, several times as fast as `numpy.array`."""
    return np.frombuffer(pack(f"{len(values)}d", *values))


def _rint(value: float) -> float:
    """Round half to even; what is beyond every fraction, infinite or not a number stays as it is."""
    return float(round(value)) if -(2.0**52) < value < 2.0**52 else value


def _names(places: Any) -> list[str]:
    return [f"f{place}" for place in places.ravel()]


def _sum(left: Iterable[str], right: Iterable[str]) -> str:
    return " + ".join(f"{a} * {b}" for a, b in zip(left, right, strict=True))


class _Writer:
    """Writes the statements: f0, f1 … are the values of a `Frame`, p0, p1 … the parameters, g0, g1 … gradients."""

    def __init__(self, network: Network, training: Training) -> None:
        self._network, self._training = network, training
        self._optimizer = OPTIMIZERS[training.optimizer]
        places = np.arange(Frame.size_of(network, 1))
        self._frame = Frame(network, 1, places)  # type: ignore[arg-type]  # the place of each value instead of the value
        self._values = [f"f{place}" for place in places]
        parameters: Any = np.arange(network.size)
        self._weights = [[[f"p{place}" for place in row] for row in view] for view in network.weights(parameters)]
        self._biases = [[f"p{place}" for place in view] for view in network.biases(parameters)]
        self._trained = range(network.trained.start, network.trained.stop)
        slots = [f"{slot.symbol}{place}" for slot in self._optimizer.memory for place in self._trained]
        self._state = ", ".join([*(f"p{place}" for place in parameters), *slots])
        self._row = ", ".join(_names(self._frame.inputs) + _names(self._frame.targets))
        self._constants = [*self._optimizer.constants(0)]
        # these come often, and only a function's first 256 names are read at full speed
        self._often = f"{' = '.join(['g', *self._constants])} = 0.0"
        self._error = f"f{self._frame.error[0, 0]}"

    def run(self) -> str:
        lines = self._forward() + self._reported() + self._backward(masks=False)
        if self._training.batch == 1:
            steps = [self._for_each(f"({self._row})"), *_indented(lines + self._update(self._gradients()))]
            steps.append(f"    error += {self._error}")
        else:
            gradients = self._gradients()
            sums = [f"g{place} += {gradients[place]}" for place in self._trained]
            # −0 is what leaves every first term as it is
            steps = [
                self._for_each("batch"),
                f"    {' = '.join(f'g{place}' for place in self._trained)} = -0.0",
                f"    for {self._row} in batch:",
                *_indented(_indented([*lines, f"error += {self._error}", *sums])),
                "    count = float(len(batch))",
                *_indented(self._update({place: f"g{place} / count" for place in self._trained})),
            ]
        first, last = f"{self._state}, = state", f"return ({self._state},), error"
        return "\n".join(["def step(state, age, rows, error):", *_indented([self._often, first, *steps, last])])

    def _for_each(self, row: str) -> str:
        """The head of the loop over `rows`, with the optimiser's constants for each."""
        if not self._constants:
            return f"for {row} in rows:"
        return f"for {', '.join(self._constants)}, {row} in zip(*constants(age, len(rows)).values(), rows):"

    def record(self) -> str:
        lines = self._forward() + self._reported() + self._backward(masks=True)
        given = {*self._row.split(", "), *(line.partition(" = ")[0] for line in lines)}
        constant = ["one", *(name for name in self._values if name not in given)]  # the mask of a linear layer
        if self._constants:
            lines.append(f"[{'], ['.join(self._constants)}], = constants(age).values()")
        lines += self._update(self._gradients())
        return "\n".join(
            [
                "def step(state, age, row):",
                f"    {self._often}",
                f"    {' = '.join(constant)} = 1.0",
                f"    {self._state}, = state",
                f"    {self._row}, = row",
                *_indented(lines),
                f"    return values({', '.join(self._values)}), array(numbers({self._state})), {self._error}",
            ]
        )

    def _forward(self) -> list[str]:
        lines = []
        below = _names(self._frame.inputs)
        for layer, weights in enumerate(self._weights):
            z, a = _names(self._frame.z[layer]), _names(self._frame.a[layer])
            for unit, total in enumerate(z):
                bias = f" + {self._biases[layer][unit]}" if self._biases else ""
                lines.append(f"{total} = {_sum(below, (row[unit] for row in weights))}{bias}")
            if a != z:
                lines += ACTIVATIONS[self._network.activations[layer]].lines(z, a)
            below = a
        scale = None if self._training.round is None else 10.0**self._training.round
        for raw, prediction in zip(below, _names(self._frame.prediction), strict=True):
            lines.append(
                f"{prediction} = {raw}" if scale is None else f"{prediction} = rint({raw} * {scale}) / {scale}"
            )
        return lines

    def _outputs(self) -> list[dict[str, Any]]:
        """The output units as the losses' formulas know them."""
        sums, predictions, targets = map(_names, (self._frame.z[-1], self._frame.prediction, self._frame.targets))
        return [
            {"z": z, "ŷ": prediction, "y": target, "e": f"e{unit}", "n": len(targets)}
            for unit, (z, prediction, target) in enumerate(zip(sums, predictions, targets, strict=True))
        ]

    def _reported(self) -> list[str]:
        plain, outputs = reported(self._training).plain, self._outputs()
        lines = [*(plain.first,) * bool(plain.first), *("{e} = {ŷ} - {y}".format(**output) for output in outputs)]
        total = " + ".join(plain.term.format(**output) for output in outputs)
        return [*lines, f"{self._error} = {plain.total.format(sum=total, n=len(outputs))}"]

    def _backward(self, masks: bool) -> list[str]:
        """All δ; with `masks` those, too, that they do not need."""
        lines, loss = list[str](), LOSSES[self._training.loss]
        for layer in reversed(range(self._network.depth)):
            activation = ACTIVATIONS[self._network.activations[layer]]
            z, a, mask, upstream, delta = (
                _names(part[layer])
                for part in (self._frame.z, self._frame.a, self._frame.mask, self._frame.upstream, self._frame.delta)
            )
            slopes = [activation.plain[1].format(z=total, a=value) for total, value in zip(z, a, strict=True)]
            direct = layer == self._network.depth - 1 and loss.canonical == activation.name
            if masks and not activation.linear:
                lines += [f"{name} = {slope}" for name, slope in zip(mask, slopes, strict=True)]
                slopes = mask
            if direct:
                arriving = [str(output["e"]) for output in self._outputs()]
            elif layer == self._network.depth - 1:
                arriving = [loss.plain.slope.format(**output) for output in self._outputs()]
            else:
                above = _names(self._frame.delta[layer + 1])
                arriving = [_sum(row, above) for row in self._weights[layer + 1]]
            if direct or activation.linear:
                lines += [f"{name} = {value}" for name, value in zip(delta, arriving, strict=True)]
                continue
            lines += [f"{name} = {value}" for name, value in zip(upstream, arriving, strict=True)]
            passed = activation.delta_lines(upstream, slopes, a)
            lines += [f"{name} = {value}" for name, value in zip(delta, passed, strict=True)]
        return lines

    def _gradients(self) -> dict[int, str]:
        """∂E of each parameter of one sample, by its number."""
        found, place = dict[int, str](), 0
        for layer in range(self._network.depth):
            below = _names(self._frame.inputs if layer == 0 else self._frame.a[layer - 1])
            for value in below:
                for delta in _names(self._frame.delta[layer]):
                    found[place] = f"{value} * {delta}"
                    place += 1
        for deltas in self._frame.delta if self._biases else ():
            for name in _names(deltas):
                found[place] = name
                place += 1
        return found

    def _update(self, gradients: dict[int, str]) -> list[str]:
        """The optimiser's lines for each parameter that is trained."""
        optimizer, training, lines = self._optimizer, self._training, list[str]()
        known: dict[str, Any] = {name: name for name in self._constants} | {"rate": repr(training.rate)}
        known |= {name: repr(getattr(training, name)) for name in optimizer.settings}
        once = sum(line.count("{g}") for line in optimizer.plain) == 1
        for place in self._trained:
            gradient = gradients[place]
            if penalised(training) and place < self._network.weight_count:
                gradient = f"({gradient}) + {plain_penalty(training, f'p{place}')}"
            if not once:
                lines.append(f"g = {gradient}")
            names = {slot.symbol: f"{slot.symbol}{place}" for slot in optimizer.memory}
            filled = {**known, **names, "p": f"p{place}", "g": f"({gradient})" if once else "g"}
            lines += [line.format(**filled) for line in optimizer.plain]
        return lines


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
