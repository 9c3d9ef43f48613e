"""The loss over two parameters, all others held as they are; and the path of these two so far."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.forward import sums
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Parameter, Weight
from tui_backprop.core.penalty import penalised, penalty
from tui_backprop.core.run.moment import Moment

WORK_BUDGET = 8_000_000
"""Multiplications that a map may take: beyond, it has fewer points, then fewer samples."""
LEAST_POINTS = 144
"""The fewest points of a map, whatever they take: rather than points, samples are left out then."""
_CHUNK = 100_000
"""Points times samples that are computed at a time."""
NARROWEST = 4.0
"""The least that an axis spans."""
MOST_MARKS = 48
"""The most places of the path so far that are marked."""


Axes = tuple[Parameter, Parameter]
"""The parameters on the horizontal and the vertical axis."""


class Window(NamedTuple):
    """A square of the plane of two parameters: where it begins on either axis, and how far it goes."""

    left: float
    bottom: float
    size: float


@dataclass(frozen=True, eq=False)
class Landscape:
    """What is minimised, on average over the data rows `rows` of `total`, weight penalty included.

    `loss` (down, across) is taken at the centres of equal parts of the window, from the upper left, each of them
    `block` × `block` of the points that were asked for; `x` (across,) and `y` (down,) are the parameters there.
    `here` is the loss at the present parameters, which are at `place`. Predictions are not rounded.
    """

    window: Window
    x: Array
    y: Array
    loss: Array
    block: int
    place: tuple[float, float]
    here: float
    rows: NDArray[np.intp]
    total: int

    @property
    def lowest(self) -> tuple[float, float, float]:
        """(x, y, loss) of the lowest point seen; the present one where none is lower."""
        seen = np.where(np.isfinite(self.loss), self.loss, np.inf)
        row, column = np.unravel_index(int(seen.argmin()), seen.shape)
        if not seen[row, column] < self.here:
            return (*self.place, self.here)
        return float(self.x[column]), float(self.y[row]), float(seen[row, column])


def landscape_of(
    moment: Moment, axes: Axes, window: Window, columns: int, lines: int
) -> Landscape:  # fmt: skip
    """The map of `columns` × `lines` points at the moment's parameters."""
    return _landscape(moment.ahead, moment.parameters, axes, window, columns, lines)


@lru_cache(maxsize=2)
def _landscape(
    experiment: Experiment, parameters: Parameters, axes: Axes, window: Window, columns: int, lines: int
) -> Landscape:
    data, size = experiment.data, experiment.network.size
    rows = np.arange(0, len(data), max(1, -(-len(data) * size * LEAST_POINTS // WORK_BUDGET)))
    most = max(LEAST_POINTS, WORK_BUDGET // (len(rows) * size))
    block = next(k for k in range(1, columns * lines + 1) if -(-columns // k) * -(-lines // k) <= most)
    x = _centres(columns, block) * window.size + window.left
    y = (1.0 - _centres(lines, block)) * window.size + window.bottom
    place = (axes[0].value(parameters), axes[1].value(parameters))
    part = Data(data.inputs[rows], data.targets[rows], data.input_names, data.target_names)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    loss = mean_losses(experiment, parameters, axes, np.vstack([grid, [place]]), part)
    return Landscape(
        window, x, y, loss[:-1].reshape(len(y), len(x)), block, place, float(loss[-1]), rows, len(data)
    )  # fmt: skip


def _centres(points: int, block: int) -> Array:
    """The middle of each group of points, as a share of all of them."""
    return (np.arange(0, points, block, dtype=np.float64) + block / 2) / points


def mean_losses(experiment: Experiment, parameters: Parameters, axes: Axes, points: Array, data: Data) -> Array:
    """What is minimised with the two parameters at each of `points` (points, 2): (points,).

    By matrix products: a map need not have training's last bits, but must be quick.
    """
    step = max(1, _CHUNK // len(data))
    with np.errstate(all="ignore"):
        found = [
            _data_losses(experiment, parameters, axes, points[start : start + step], data)
            for start in range(0, len(points), step)
        ]
        return np.concatenate(found) + _penalties(experiment, parameters, axes, points)


def _data_losses(experiment: Experiment, parameters: Parameters, axes: Axes, points: Array, data: Data) -> Array:
    """E on average over the samples (points,): shared by all points up to the first layer that differs."""
    changes = [points[:, place] - axis.value(parameters) for place, axis in enumerate(axes)]
    below = data.inputs[None]
    for layer, name in enumerate(experiment.network.activations, 1):
        z = sums(parameters, layer, below, np.matmul)
        for axis, change in zip(axes, changes, strict=True):
            if axis.layer == layer:
                z = np.repeat(z, len(points), axis=0) if len(z) != len(points) else z
                z[:, :, axis.column] += change[:, None] * (below[:, :, axis.row] if isinstance(axis, Weight) else 1.0)
        below = ACTIVATIONS[name].of(z)
    targets = np.broadcast_to(data.targets, below.shape)
    return np.asarray(LOSSES[experiment.training.loss].of(z, below, targets).mean(axis=1))


def _penalties(experiment: Experiment, parameters: Parameters, axes: Axes, points: Array) -> Array | float:
    """P at each of the points: that of the other weights, and of these two."""
    training = experiment.training
    if not penalised(training):
        return 0.0
    total = penalty(training, parameters.flat[: experiment.network.weight_count])
    prices = np.full(len(points), total)
    for place, axis in enumerate(axes):
        if isinstance(axis, Weight):
            now, values = np.array(axis.value(parameters)), points[:, place]
            prices += training.l1 * np.abs(values) + 0.5 * training.l2 * values * values - penalty(training, now)
    return prices


def path_so_far(moment: Moment, axes: Axes) -> list[tuple[float, float]]:
    """Where the two parameters have been, from the start to the moment, at marks a power of two apart.

    Where a step takes long there are marks only at states that are available. The last one is the present place.
    """
    every, past = 1, moment.past
    training = moment.experiment.training
    if training.batch * moment.experiment.network.size * past.interval > WORK_BUDGET // 8:
        every = past.interval
    while moment.position > every * MOST_MARKS:
        every *= 2
    if every >= 64:
        every = max(every, past.interval)

    def place(parameters: Parameters) -> tuple[float, float]:
        return axes[0].value(parameters), axes[1].value(parameters)

    def place_after(step: int) -> tuple[float, float]:
        return place(past.parameters(step))

    before = [
        past.cached(("way", *axes, step), partial(place_after, step)) for step in range(0, moment.position, every)
    ]
    return [*before, place(moment.parameters)]


def window_around(way: Iterable[tuple[float, float]]) -> Window | None:
    """A square with all these places well within; a power of two in size, so that it seldom changes.

    None where that would be too large for numbers.
    """
    places = np.array(list(way))
    low, high = places.min(axis=0), places.max(axis=0)
    with np.errstate(all="ignore"):
        reach = 1.6 * float((high - low).max())
        largest = float(np.abs(places).max())
    if not (math.isfinite(reach) and max(reach, largest) < 1e100):
        return None
    size = 2.0 ** math.ceil(math.log2(max(NARROWEST, reach, largest * 2.0**-40)))
    raster = size / 8
    left, bottom = (float(np.round(middle / raster) * raster - size / 2) for middle in (low + high) / 2)
    return Window(left, bottom, size)
