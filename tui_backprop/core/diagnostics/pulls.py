"""The tug-of-war: which samples pull a parameter up, which down, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import Backprop, Frame
from tui_backprop.core.diagnostics.gates import looked_at
from tui_backprop.core.phases import Moment


@dataclass(frozen=True, eq=False)
class Pulls:
    """`pull` (samples,) is −∂E/∂w of each of the data rows `rows`: up where positive. `total` counts all rows."""

    rows: NDArray[np.intp]
    total: int
    pull: Array

    @property
    def net(self) -> float:
        """What is left when all have pulled: the sum, in order."""
        return float(np.add.accumulate(self.pull)[-1])

    @property
    def cancel(self) -> bool:
        """Whether some pull, and what is left is nothing but rounding."""
        with np.errstate(all="ignore"):
            size = float(np.abs(self.pull).sum())
        return bool(size > 0 and abs(self.net) <= 1e-12 * size)


MOST_MOVES = 64
"""The longest epoch whose updates are looked back on."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What the updates of a whole epoch, the last one up to a moment, did to a parameter, one after the other.

    Unlike pulls they were made at weights that moved on in between. `samples` are the data rows of each.
    """

    samples: tuple[tuple[int, ...], ...]
    change: Array

    @property
    def net(self) -> float:
        """How far the parameter has come in that epoch."""
        return float(np.add.accumulate(self.change)[-1])

    @property
    def cancel(self) -> bool:
        """Whether it has moved, and is where it was."""
        with np.errstate(all="ignore"):
            size = float(np.abs(self.change).sum())
        return bool(size > 0 and abs(self.net) <= 1e-12 * size)


def view_moves(moment: Moment, index: int) -> Moves | None:
    """The updates of the parameter at `index` of the flat array; None before an epoch is over, and in long epochs."""
    length = moment.experiment.steps_per_epoch
    if not length <= min(moment.position, MOST_MOVES):
        return None
    last = moment.position
    if moment.experiment.training.shuffle and moment.order != length:  # else a sample may come twice
        last -= moment.order if moment.complete else moment.order - 1
    if last < length:
        return None
    steps = list(moment.past.steps(last - length + 1, last))
    with np.errstate(all="ignore"):
        change = np.array([step.after.flat[index] - step.before.flat[index] for step in steps])
    return Moves(tuple(step.samples for step in steps), change)


def view_pulls(moment: Moment, layer: int, row: int | None, column: int) -> Pulls:
    """The pulls on W[layer][row, column], or without a row on b[layer][column], at the moment's parameters."""
    rows, frame = _passes(moment)
    delta = frame.delta[layer - 1][:, column]
    with np.errstate(all="ignore"):
        if row is None:
            pull = -delta
        else:
            below = frame.inputs if layer == 1 else frame.a[layer - 2]
            pull = -below[:, row] * delta
    return Pulls(rows, len(moment.experiment.data), pull + 0.0)


def net_pulls(moment: Moment, layer: int) -> tuple[Array, Array]:
    """The net pull on every weight (fan_in, fan_out) and bias (fan_out,) of a layer, over the rows looked at."""
    _, frame = _passes(moment)
    below = frame.inputs if layer == 1 else frame.a[layer - 2]
    delta = frame.delta[layer - 1]
    with np.errstate(all="ignore"):
        return -np.einsum("si,sj->ij", below, delta), -np.add.reduce(delta, axis=0)


@lru_cache(maxsize=1)
def _passes(moment: Moment) -> tuple[NDArray[np.intp], Frame]:
    """A pass of all samples at the moment's parameters, by the rules of its training, rounding included."""
    experiment = moment.ahead
    rows = looked_at(experiment.data, moment.parameters)
    passes = Backprop(experiment.network, experiment.training, len(rows))
    np.copyto(passes.parameters, moment.parameters.flat)
    with np.errstate(all="ignore"):
        passes.run(experiment.data.inputs[rows], experiment.data.targets[rows])
    return rows, passes.frame
