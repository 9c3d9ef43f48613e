"""The same step for a small network, written out as plain Python, one statement for each unit.

On a few dozen weights NumPy spends nearly all its time preparing calls; straight-line arithmetic on Python floats,
which are the same doubles, is about ten times as fast. The statements are generated from the shape of the network
alone, add in the same order as `backprop`, and have the same values: the tests hold the two against each other.
Only activations of plain arithmetic are written out; exponentials stay with NumPy, whose last bit is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.backprop import Frame
from tui_backprop.core.experiment import Training
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.network import Network
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.penalty import penalised

LARGEST = 150
"""Networks with more parameters than this are faster in NumPy."""

Row = Sequence[float]
"""One sample: its inputs, then its targets."""


@dataclass(frozen=True)
class UnrolledStep:
    """`run(parameters, rows, error)` → (parameters, error + reported errors), a step for each row.

    `record(parameters, row)` → (the values of a `Frame`, parameters, reported error) for one step.
    """

    run: Callable[[Row, Iterable[Row], float], tuple[Row, float]]
    record: Callable[[Row, Row], tuple[Row, Row, float]]


def unroll(network: Network, training: Training) -> UnrolledStep | None:
    """The step of this network, or None where NumPy does it better."""
    if (
        network.size > LARGEST
        or training.batch != 1
        or penalised(training)
        or not OPTIMIZERS[training.optimizer].plain
        or LOSSES[training.loss].plain is None
        or reported(training).plain is None
        or any(ACTIVATIONS[name].plain is None for name in network.activations)
    ):
        return None
    namespace: dict[str, Any] = {"rint": _rint}
    exec(_source(network, training), namespace)  # made of the network's shape and rules alone, no text of a user's
    return UnrolledStep(namespace["run"], namespace["record"])


def _rint(value: float) -> float:
    """Round half to even; what is beyond every fraction, infinite or not a number stays as it is."""
    return float(round(value)) if -(2.0**52) < value < 2.0**52 else value


def _source(network: Network, training: Training) -> str:
    parameters = [f"p{i}" for i in range(network.size)]
    places = np.arange(Frame(network, 1).flat.size)
    frame = Frame(network, 1, places)  # type: ignore[arg-type]  # the place of each value instead of the value
    row = ", ".join(_names(frame.inputs) + _names(frame.targets))
    everything = ", ".join(f"f{place}" for place in places)
    body = _forward(network, training, frame) + _backward(network, training, frame)
    update = _update(network, training, frame)
    indent = "\n        "
    return f"""
def run(parameters, rows, error):
    {", ".join(parameters)}, = parameters
    for {row} in rows:
        {indent.join(body + update)}
        error += f{frame.error[0, 0]}
    return ({", ".join(parameters)},), error

def record(parameters, row):
    {" = ".join(f"f{place}" for place in places)} = 1.0
    {", ".join(parameters)}, = parameters
    for {row} in (row,):
        {indent.join(body + update)}
    return ({everything},), ({", ".join(parameters)},), f{frame.error[0, 0]}
"""


def _names(places: Any) -> list[str]:
    return [f"f{place}" for place in places.ravel()]


def _plain(network: Network, layer: int) -> tuple[str, str]:
    """f and f′ of the layer from 0 on."""
    return _written(ACTIVATIONS[network.activations[layer]].plain)


def _written(plain: tuple[str, str] | None) -> tuple[str, str]:
    assert plain is not None
    return plain


def _weights(network: Network) -> list[list[list[str]]]:
    """The name of each weight, by layer, row and column."""
    views = network.weights(np.arange(network.size))  # type: ignore[arg-type]
    return [[[f"p{place}" for place in row] for row in view] for view in views]


def _sum(left: Iterable[str], right: Iterable[str]) -> str:
    return " + ".join(f"{a} * {b}" for a, b in zip(left, right, strict=True))


def _forward(network: Network, training: Training, frame: Frame) -> list[str]:
    lines = []
    biases = network.biases(np.arange(network.size))  # type: ignore[arg-type]
    below = _names(frame.inputs)
    for layer, weights in enumerate(_weights(network)):
        units = zip(_names(frame.z[layer]), _names(frame.a[layer]), strict=True)
        for unit, (z, a) in enumerate(units):
            bias = f" + p{biases[layer][unit]}" if biases else ""
            lines.append(f"{z} = {_sum(below, (row[unit] for row in weights))}{bias}")
            if a != z:
                lines.append(f"{a} = {_plain(network, layer)[0].format(z=z)}")
        below = _names(frame.a[layer])
    for raw, prediction in zip(below, _names(frame.prediction), strict=True):
        scale = None if training.round is None else 10.0**training.round
        lines.append(f"{prediction} = {raw}" if scale is None else f"{prediction} = rint({raw} * {scale}) / {scale}")
    return lines


def _backward(network: Network, training: Training, frame: Frame) -> list[str]:
    (report, _), (_, gradient) = _written(reported(training).plain), _written(LOSSES[training.loss].plain)
    errors = [f"{p} - {y}" for p, y in zip(_names(frame.prediction), _names(frame.targets), strict=True)]
    lines = [f"e{unit} = {error}" for unit, error in enumerate(errors)]
    names = [f"e{unit}" for unit in range(len(errors))]
    lines.append(f"f{frame.error[0, 0]} = {report.format(sum=_sum(names, names), n=len(names))}")
    slopes = [gradient.format(error=name, n=len(names)) for name in names]
    weights = _weights(network)
    for layer in reversed(range(network.depth)):
        above = None if layer == network.depth - 1 else _names(frame.delta[layer + 1])
        for unit, upstream in enumerate(_names(frame.upstream[layer])):
            arriving = slopes[unit] if above is None else _sum(weights[layer + 1][unit], above)
            z, mask = f"f{frame.z[layer][0, unit]}", f"f{frame.mask[layer][0, unit]}"
            delta = f"f{frame.delta[layer][0, unit]}"
            lines.append(f"{upstream} = {arriving}")
            if delta != upstream:
                lines.append(f"{mask} = {_plain(network, layer)[1].format(z=z)}")
                lines.append(f"{delta} = {upstream} * {mask}")
    below = _names(frame.inputs)
    bias_gradients = network.biases(frame.gradient)
    for layer, view in enumerate(network.weights(frame.gradient)):
        deltas = _names(frame.delta[layer])
        for a, places in zip(below, view, strict=True):
            lines += [f"f{place} = {a} * {delta}" for place, delta in zip(places, deltas, strict=True)]
        if bias_gradients:
            lines += [f"f{place} = {delta}" for place, delta in zip(bias_gradients[layer], deltas, strict=True)]
        below = _names(frame.a[layer])
    return lines


def _update(network: Network, training: Training, frame: Frame) -> list[str]:
    gradients = _names(frame.gradient)
    trained = range(network.trained.start, network.trained.stop)
    rule = OPTIMIZERS[training.optimizer].plain
    return [rule.format(p=f"p{place}", rate=training.rate, g=gradients[place]) for place in trained]
