"""The network's output, unit by unit, over the plane of two inputs, or along one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Data
from tui_backprop.core.forward import layers
from tui_backprop.core.run.moment import Moment

MARGIN = 0.1
"""How far the plane reaches beyond the samples, as a share of their range."""


class Plane(NamedTuple):
    """Two axes of the input space; `points` (samples, 2) are where the training samples stand on them.

    `names` are those of the axes. `features` says that the inputs are functions of the two; `held` names the
    inputs that stay at their mean. With one input only, the second axis means nothing.
    """

    names: tuple[str, str]
    axes: tuple[int, int]
    points: Array
    low: tuple[float, float]
    high: tuple[float, float]
    features: bool
    held: tuple[str, ...]


def plane_of(data: Data, first: int = 0, second: int = 1) -> Plane:
    """The plane of inputs `first` and `second`, or of x1 and x2 where inputs are features of these."""
    count = data.inputs.shape[1]
    points = _featured(data)
    features = points is not None
    if features:
        names, axes, held = ("x1", "x2"), (0, 1), tuple[str, ...]()
    else:
        axes = (first, second) if count > 1 else (0, 0)
        names = (data.input_names[axes[0]], data.input_names[axes[1]])
        held = tuple(name for place, name in enumerate(data.input_names) if place not in axes)
    points = data.inputs[:, list(axes)] if points is None else points
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, (high - low) * MARGIN, 1.0)
    low, high = low - margin, high + margin
    return Plane(
        names, axes, points, (float(low[0]), float(low[1])), (float(high[0]), float(high[1])),
        features, held,
    )  # fmt: skip


def is_plane(data: Data) -> bool:
    """Whether there are exactly two inputs, so that a plane shows every possible input."""
    return data.inputs.shape[1] > 1 and not plane_of(data).held


def over_plane(moment: Moment, plane: Plane, columns: int, rows: int) -> tuple[Array, ...]:
    """The activations of layers 1…L on a grid from the upper left: each (rows, columns, units)."""
    data = moment.ahead.data
    x = _centres(plane.low[0], plane.high[0], columns)
    y = _centres(plane.low[1], plane.high[1], rows)[::-1]
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return tuple(a.reshape(rows, columns, -1) for a in _activations(moment, _inputs(data, plane, grid)))


def along_line(moment: Moment, plane: Plane, columns: int) -> tuple[Array, tuple[Array, ...]]:
    """(x (columns,), activations of layers 1…L (columns, units)) along the first axis."""
    x = _centres(plane.low[0], plane.high[0], columns)
    inputs = _inputs(moment.ahead.data, plane, np.stack([x, x], axis=-1))
    return x, tuple(_activations(moment, inputs))


def _centres(low: float, high: float, count: int) -> Array:
    return low + (np.arange(count) + 0.5) * (high - low) / count


def _activations(moment: Moment, inputs: Array) -> list[Array]:
    """a[1]…a[L] by matrix products: a map need not have training's last bits, but must be quick."""
    with np.errstate(all="ignore"):
        return [a for _, a in layers(moment.parameters, inputs, np.matmul)]


def _inputs(data: Data, plane: Plane, grid: Array) -> Array:
    """The network's inputs at points of the plane."""
    if plane.features and data.expand is not None:
        return data.expand(grid)
    inputs = np.repeat(data.inputs.mean(axis=0)[None], len(grid), axis=0)
    for column, axis in enumerate(plane.axes):
        inputs[:, axis] = grid[:, column]
    return inputs


def _featured(data: Data) -> Array | None:
    """x1 and x2 of the samples (samples, 2), where inputs are features of these and both are among them.

    A standardised column is a + b·x, and so tells x.
    """
    if data.expand is None or data.inputs.shape[1] == 2 or not {"x1", "x2"} <= set(data.input_names):
        return None
    columns = [data.input_names.index(name) for name in ("x1", "x2")]
    origin, unit = data.expand(np.array([[0.0, 0.0], [1.0, 1.0]]))[:, columns]
    return np.asarray((data.inputs[:, columns] - origin) / (unit - origin))
