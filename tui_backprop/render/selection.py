"""What the user has selected, and where the arrow keys lead from there."""

from __future__ import annotations

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Bias, Part, Unit, Weight

Selection = Part


def layer_of(selection: Selection) -> int:
    """The layer whose matrix the selection belongs to; an input belongs to the first."""
    return max(1, selection.layer)


def touches(selection: Selection, layer: int, row: int, column: int) -> bool:
    """Whether the edge W[layer][row, column] is selected, or leads to the selected unit."""
    return selection in (Weight(layer, row, column), Unit(layer, column))


def move_in_matrix(selection: Selection, experiment: Experiment, rows: int, columns: int) -> Selection:
    """The parameter `rows` down and `columns` right; past the last column comes the next layer."""
    units = experiment.network.units
    layer, column = layer_of(selection), selection.column if selection.layer else 0
    fan_in, has_bias = units[layer - 1], experiment.initial.biases != ()
    row = selection.row if isinstance(selection, Weight) else fan_in if isinstance(selection, Bias) else 0
    row, column = row + rows, column + columns
    if column >= units[layer] and layer < experiment.network.depth:
        layer, column = layer + 1, 0
    elif column < 0 and layer > 1:
        layer -= 1
        column = units[layer] - 1
    column = min(max(column, 0), units[layer] - 1)
    last = units[layer - 1] - (0 if has_bias else 1)
    row = min(max(row, 0), last)
    return Bias(layer, column) if row == units[layer - 1] else Weight(layer, row, column)


def move_in_graph(selection: Selection, experiment: Experiment, down: int, right: int) -> Selection:
    """The unit `down` places down its layer, or `right` layers to the right."""
    units = experiment.network.units
    layer = min(max(selection.layer + right, 0), len(units) - 1)
    return Unit(layer, min(max(selection.column + down, 0), units[layer] - 1))
