"""The tug-of-war: which samples pull a parameter up, which down, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array, sum_in_order
from tui_backprop.core.backprop import Backprop
from tui_backprop.core.diagnostics.gates import sampled_rows
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Parameter, Weight
from tui_backprop.core.passes import Frame
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.past import PastStep


def _cancel(parts: Array) -> bool:
    """Whether there are any, and their sum is nothing but rounding error."""
    with np.errstate(all="ignore"):
        size = float(np.abs(parts).sum())
    return bool(size > 0 and abs(sum_in_order(parts)) <= 1e-12 * size)


@dataclass(frozen=True, eq=False)
class Pulls:
    """`pull` (samples,) is −∂E/∂w of each of the data rows `rows`: up where positive. `total` counts all rows."""

    rows: NDArray[np.intp]
    total: int
    pull: Array

    @property
    def net(self) -> float:
        """The net pull: the sum, in order."""
        return sum_in_order(self.pull)

    @property
    def cancel(self) -> bool:
        """Whether some pull, and the net pull is nothing but rounding error."""
        return _cancel(self.pull)


MOST_MOVES = 64
"""The longest epoch whose updates are looked back on."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What the updates of a whole epoch, the last one up to a moment, did to a parameter, one after the other.

    Unlike pulls they were made at weights that moved on in between. `samples` are the data rows of each.
    `by_hand` is what edits in between, and after the last update, added.
    """

    samples: tuple[tuple[int, ...], ...]
    change: Array
    by_hand: float

    @property
    def net(self) -> float:
        """How far updates have brought the parameter in that epoch."""
        return sum_in_order(self.change)

    @property
    def cancel(self) -> bool:
        """Whether updates moved it, but their sum is nothing."""
        return _cancel(self.change)


def moves_of(moment: Moment, index: int) -> Moves | None:
    """The updates of the parameter at `index` of the flat array; None before an epoch is over, and in long epochs.

    They are the latest updates with every sample once among them. Where these are not the latest of all (samples come
    in another order, or in batches), they are those of the last epoch that is over.
    """
    past, last, length = moment.past, moment.position, moment.experiment.steps_per_epoch
    end = last if moment.complete and moment.order == length else past.epoch_start(moment.step)
    every = np.arange(len(moment.experiment.data))

    def taken(step: PastStep) -> tuple[tuple[int, ...], float, float]:
        return step.samples, float(step.before.flat[index]), float(step.after.flat[index])

    for before, latest in ((last - length, last), (past.epoch_start(end), end)):
        if not 0 <= before < latest <= before + MOST_MOVES:
            continue
        steps = past.of_steps(f"moves of {index}", before + 1, latest, taken, moment.made)
        if not steps:
            continue
        samples, old, new = zip(*steps, strict=True)
        if np.array_equal(np.sort(np.concatenate(samples)), every):
            following = [*old[1:], float(moment.parameters.flat[index]) if latest == last else new[-1]]
            with np.errstate(all="ignore"):
                return Moves(samples, np.subtract(new, old), float(np.sum(np.subtract(following, new))))
    return None


def pulls_of(moment: Moment, parameter: Parameter) -> Pulls:
    """The pulls on a weight or a bias, at the moment's parameters."""
    rows, frame = _passes(moment)
    pull = -frame.delta[parameter.layer - 1][:, parameter.column]
    if isinstance(parameter, Weight):
        below = frame.activation(parameter.layer - 1)
        with np.errstate(all="ignore"):
            pull = below[:, parameter.row] * pull
    return Pulls(rows, len(moment.experiment.data), pull + 0.0)


def net_pulls(moment: Moment, layer: int) -> tuple[Array, Array]:
    """The net pull on every weight (fan_in, fan_out) and bias (fan_out,) of a layer, over the rows looked at."""
    _, frame = _passes(moment)
    below, delta = frame.activation(layer - 1), frame.delta[layer - 1]
    with np.errstate(all="ignore"):
        return -np.einsum("si,sj->ij", below, delta), -np.add.reduce(delta, axis=0)


@lru_cache(maxsize=1)
def _passes(moment: Moment) -> tuple[NDArray[np.intp], Frame]:
    return passes_of(moment.ahead, moment.parameters)


def passes_of(experiment: Experiment, parameters: Parameters) -> tuple[NDArray[np.intp], Frame]:
    """The data rows looked at, and their pass under the parameters, by the rules of training, rounding included.

    Of many networks at once, with `parameters` of (networks, size), the frame has an axis over these in front.
    """
    rows, networks = sampled_rows(experiment.data, parameters), parameters.flat.shape[:-1]
    passes = Backprop(experiment.network, experiment.training, len(rows), *networks)
    np.copyto(passes.parameters, parameters.flat)
    with np.errstate(all="ignore"):
        passes.run(experiment.data.inputs[rows], experiment.data.targets[rows])
    return rows, passes.frame
