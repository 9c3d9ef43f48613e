"""What a person has selected: a weight, a bias or a node. Layers count from 1, units and rows from 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Bias as BiasMode
from tui_backprop.core.network import Network


@dataclass(frozen=True)
class Weight:
    """W[layer][row, column]: from unit `row` of the layer below to unit `column`."""

    layer: int
    row: int
    column: int


@dataclass(frozen=True)
class Bias:
    """b[layer][column]."""

    layer: int
    column: int


@dataclass(frozen=True)
class Node:
    """Unit `index` of layer `layer`; layer 0 is the input."""

    layer: int
    index: int


Selection = Weight | Bias | Node


def layer_of(selection: Selection) -> int:
    """The layer whose matrix the selection belongs to; an input node belongs to the first."""
    return max(1, selection.layer)


def column_of(selection: Selection) -> int:
    """The unit of its layer that the selection leads to."""
    return selection.index if isinstance(selection, Node) else selection.column


def touches(selection: Selection, layer: int, row: int, column: int) -> bool:
    """Whether the edge W[layer][row, column] is selected, or leads to the selected node."""
    if isinstance(selection, Node):
        return selection.layer == layer and selection.index == column
    return selection == Weight(layer, row, column)


def companions(parameter: Weight | Bias, experiment: Experiment) -> list[Weight | Bias]:
    """The unit's other trained parameters: those that lead to it, after this one and around, then those from it on.

    Where it has none, those of the same layer.
    """
    network, layer, column = experiment.network, parameter.layer, parameter.column
    into: list[Weight | Bias] = [Weight(layer, row, column) for row in range(network.units[layer - 1])]
    if network.bias is BiasMode.TRAINED or isinstance(parameter, Bias):
        into.append(Bias(layer, column))
    here = into.index(parameter)
    found = into[here + 1 :] + into[:here]
    if layer < network.depth:
        found += [Weight(layer + 1, column, unit) for unit in range(network.units[layer + 1])]
    if not found:
        fan_in, units = network.units[layer - 1 : layer + 1]
        found = [Weight(layer, row, unit) for row in range(fan_in) for unit in range(units)]
        found.remove(parameter)
    if not found and layer > 1:
        found = [Weight(layer - 1, row, 0) for row in range(network.units[layer - 2])]
    return found


def place_in_flat(selection: Weight | Bias, network: Network) -> int:
    """Where the parameter stands in the flat array of all of them."""
    places = np.arange(network.size, dtype=np.float64)
    if isinstance(selection, Weight):
        return int(network.weights(places)[selection.layer - 1][selection.row, selection.column])
    return int(network.biases(places)[selection.layer - 1][selection.column])


def move_in_matrix(selection: Selection, experiment: Experiment, rows: int, columns: int) -> Selection:
    """The parameter so many rows down and columns right; past the last column comes the next layer."""
    units = experiment.network.units
    layer, column = layer_of(selection), column_of(selection) if selection.layer else 0
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
    """The node so many places down its layer, or in the layer so many to the right."""
    units = experiment.network.units
    node = selection if isinstance(selection, Node) else Node(selection.layer, selection.column)
    layer = min(max(node.layer + right, 0), len(units) - 1)
    return Node(layer, min(max(node.index + down, 0), units[layer] - 1))
