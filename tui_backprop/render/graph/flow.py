"""What the edges of a layer carry in a phase, and in which direction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.run.moment import Moment


class Direction(Enum):
    """The direction of a flow; its value is the ink of its marks."""

    FORWARD = "signal"
    BACKWARD = "error"

    @property
    def head(self) -> str:
        """The arrow head at the receiving end."""
        return "▶" if self is Direction.FORWARD else "◀"


@dataclass(frozen=True, eq=False)
class Flow:
    """What the edges of W[l] show: `values` (fan_in, fan_out), named by `what`.

    `direction` is None where nothing flows: weights and gradients stay where they are. A flow is `moving` in the
    phase that sends it, and has arrived in the one after. Edges that are not `active` have no part in this phase.
    """

    values: Array
    what: str
    active: bool = True
    direction: Direction | None = None
    moving: bool = False
    changes: Array | None = None
    """How far this update has moved each weight: (fan_in, fan_out), 0 or more; None outside of an update."""


def flow(moment: Moment, layer: int) -> Flow:
    """What the edges of W[layer] show at a moment."""
    kind, at, depth = moment.phase.kind, moment.phase.layer, moment.experiment.network.depth
    weights = moment.parameters.weights[layer - 1]
    if (kind in ("sum", "activate") and at == layer) or (kind == "error" and layer == depth):
        below = moment.activation(layer - 1)
        assert below is not None
        return Flow(
            _product(below[:, None], moment.before.weights[layer - 1]), "x·w" if layer == 1 else "a·w",
            direction=Direction.FORWARD, moving=kind == "sum",
        )  # fmt: skip
    if kind in ("upstream", "mask") and at == layer - 1:
        delta = moment.delta(layer)
        assert delta is not None
        return Flow(
            _product(moment.before.weights[layer - 1], delta), "w·δ", direction=Direction.BACKWARD,
            moving=kind == "upstream",
        )  # fmt: skip
    if kind == "gradient":
        gradient = moment.gradient(layer)
        assert gradient is not None
        return Flow(gradient, "∂E/∂w")
    if kind == "update":
        with np.errstate(all="ignore"):
            return Flow(weights, "new w", changes=np.abs(weights - moment.before.weights[layer - 1]))
    return Flow(weights, "w", active=kind in ("start", "input"))


def _product(left: Array, right: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(left * right)
