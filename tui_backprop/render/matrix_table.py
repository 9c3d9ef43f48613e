"""One layer's weights as a table: what its rows and columns are called, and what each view shows in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Bias, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import scale_of
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import safe, width

BETWEEN = 2
"""Cells between matrices side by side."""


class View(Enum):
    """What the matrices show; `v` goes from one to the next."""

    VALUE = "value"
    GRADIENT = "gradient"
    UPDATE = "update"
    PULL = "pull"

    @property
    def title(self) -> str:
        """The pane's title then."""
        return {"value": "Weights", "gradient": "Gradients", "update": "Updates", "pull": "Net pulls"}[self.value]

    def next(self) -> View:
        """The view after this one; after the last comes the first."""
        views = list(View)
        return views[(views.index(self) + 1) % len(views)]


class Look(NamedTuple):
    """Cells of a number with the gap before it, its decimals, and the most cells of a row's name."""

    size: int
    decimals: int
    name: int


@dataclass(frozen=True, eq=False)
class MatrixTable:
    """A layer's rows by name; in the update view each has three: old, Δ, new.

    `bare`, a layer with a single unit has no heading: its rows are called `h1→y`.
    """

    layer: int
    columns: tuple[str, ...]
    rows: list[tuple[str, list[Array | None]]]
    marks: tuple[str, ...]
    """The label of each line of a row."""
    changed: Array | None
    """Which entries this update has changed: (rows, columns) of bool."""
    change: bool = False
    bare: bool = False
    fold: int = 1
    """Rows of a bare layer that stand side by side."""

    @property
    def title(self) -> str:
        """`W1`, or where its rows are changes alone `ΔW1`."""
        return f"{'Δ' * self.change}W{self.layer}"

    @cached_property
    def names(self) -> list[str]:
        """The rows' names, unshortened."""
        return [f"{name}→{self.columns[0]}" if self.bare else name for name, _ in self.rows]

    @cached_property
    def _widest(self) -> int:
        return max(width(self.title), *map(width, self.names))

    def name_cells(self, look: Look) -> int:
        """The width of the column of names."""
        return min(self._widest, look.name)

    def names_fit(self, look: Look) -> bool:
        """Whether no name has to be shortened."""
        return self._widest <= look.name

    def label_cells(self, look: Look) -> int:
        """The width of names and marks together."""
        return self.name_cells(look) + max(map(width, self.marks))

    def cells(self, look: Look) -> int:
        """The width of it all."""
        row = self.label_cells(look) + len(self.columns) * look.size
        return self.fold * row + (self.fold - 1) * BETWEEN

    @property
    def lines(self) -> int:
        """The table's height in lines."""
        return (not self.bare) - (-len(self.rows) // self.fold) * len(self.marks)


def table_of(moment: Moment, layer: int, view: View, stacked: bool) -> MatrixTable:
    """What a view shows of a layer; `stacked`, old weight, update and new weight stand below each other."""
    experiment = moment.experiment
    names = [*experiment.unit_names(layer - 1)]
    names += [bias_row(names)] if experiment.initial.biases else []
    before, after = _of_layer(moment.before, layer), _of_layer(moment.after, layer)
    now = _of_layer(moment.parameters, layer)
    parts: list[Array | None] = [now]
    marks: tuple[str, ...] = ("",)
    if view is View.GRADIENT:
        parts = [_gradient(moment, layer)]
    elif view is View.PULL:
        from tui_backprop.core.diagnostics.pulls import net_pulls  # for this view alone

        of_weights, of_biases = net_pulls(moment, layer)
        parts = [np.vstack([of_weights, of_biases]) if experiment.initial.biases else of_weights]
    elif view is View.UPDATE:
        change = after - before if moment.updated else None
        parts = [before, change, after if moment.updated else None] if stacked else [change]
        marks = (" old", "   Δ", " new") if stacked else ("",)
    changed = now != before if moment.updated else None
    rows = [(safe(name), [None if part is None else part[row] for part in parts]) for row, name in enumerate(names)]
    return MatrixTable(
        layer, tuple(map(safe, experiment.unit_names(layer))), rows, marks, changed, view is View.UPDATE and not stacked
    )


def bias_row(names: Sequence[str]) -> str:
    """What the row of the biases is called below those of units with these `names`."""
    return "b" if "b" not in names else "bias"


def _of_layer(parameters: Parameters, layer: int) -> Array:
    """The layer's weights, its biases as a last row."""
    weights = parameters.weights[layer - 1]
    return np.vstack([weights, parameters.biases[layer - 1]]) if parameters.biases else weights


def _gradient(moment: Moment, layer: int) -> Array | None:
    weights, bias = moment.gradient(layer), moment.bias_gradient(layer)
    return weights if weights is None or bias is None else np.vstack([weights, bias])


def scales_of(table: MatrixTable) -> list[float]:
    """One scale for each kind of line of the table."""
    return [scale_of(*(parts[kind] for _, parts in table.rows)) for kind in range(len(table.marks))]


def parameter_at(moment: Moment, layer: int, row: int, column: int) -> Selection:
    """The weight at a place of a layer's table, or the bias."""
    return Weight(layer, row, column) if row < moment.experiment.network.units[layer - 1] else Bias(layer, column)
