"""The named parts of a network: weights, biases and units, and how text and code refer to them.

Layers count from 1, and layer 0 is the input; rows, columns and units count from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import BiasMode, Network, Parameters
from tui_backprop.errors import BackpropError

_PARAMETER = re.compile(r"([Wb])([0-9]{1,3})\[(.+)\]")


@dataclass(frozen=True)
class Weight:
    """W[layer][row, column]: from unit `row` of the layer below to unit `column`."""

    layer: int
    row: int
    column: int

    def index(self, network: Network) -> int:
        """The place in the flat array of all parameters."""
        before = sum(rows * columns for rows, columns in pairwise(network.units[: self.layer]))
        return before + self.row * network.units[self.layer] + self.column

    def value(self, parameters: Parameters) -> float:
        """The value among these parameters."""
        return float(parameters.flat[self.index(parameters.network)])

    def name(self, experiment: Experiment) -> str:
        """`W1[x1→h2]`, unit names as they are."""
        below, above = experiment.unit_names(self.layer - 1), experiment.unit_names(self.layer)
        return f"W{self.layer}[{below[self.row]}→{above[self.column]}]"


@dataclass(frozen=True)
class Bias:
    """b[layer][column]."""

    layer: int
    column: int

    def index(self, network: Network) -> int:
        """The place in the flat array of all parameters."""
        return network.weight_count + sum(network.units[1 : self.layer]) + self.column

    def value(self, parameters: Parameters) -> float:
        """The value among these parameters."""
        return float(parameters.flat[self.index(parameters.network)])

    def name(self, experiment: Experiment) -> str:
        """`b1[h2]`."""
        return f"b{self.layer}[{experiment.unit_names(self.layer)[self.column]}]"


@dataclass(frozen=True)
class Unit:
    """Unit `column` of a layer: the weights of that column of its matrix lead to it."""

    layer: int
    column: int

    def name(self, experiment: Experiment) -> str:
        """`h2`."""
        return experiment.unit_names(self.layer)[self.column]


Parameter = Weight | Bias
Part = Weight | Bias | Unit


def parameter_at(network: Network, index: int) -> Parameter:
    """The parameter at a place of the flat array. Raises `IndexError` where there is none."""
    if not 0 <= index < network.size:
        raise IndexError(index)
    for layer, (rows, columns) in enumerate(pairwise(network.units), 1):
        if index < rows * columns:
            return Weight(layer, *divmod(index, columns))
        index -= rows * columns
    layer = 1
    while index >= network.units[layer]:
        index -= network.units[layer]
        layer += 1
    return Bias(layer, index)


def parse_unit(name: str, experiment: Experiment) -> Unit:
    """A unit of any layer by its name."""
    layers = [experiment.unit_names(layer) for layer in range(experiment.network.depth + 1)]
    for layer, names in enumerate(layers):
        if name in names:
            return Unit(layer, names.index(name))
    known = ", ".join(name for names in layers for name in names[:9])
    raise BackpropError(f"{name!r} is not in this network", f"a unit ({known}), W1[x1→h1], b1[h1], a phase, a pane")


def parse_parameter(name: str, experiment: Experiment) -> Parameter:
    """A weight `W1[x1→h2]` (also written `W1[x1->h2]`) or a bias `b1[h2]`."""
    found = _PARAMETER.fullmatch(name)
    layer = int(found[2]) if found else 0
    if not found or not 1 <= layer <= experiment.network.depth:
        raise BackpropError(f"{name!r} is not a weight of this network", "e.g. W1[x1→h1]")
    above = experiment.unit_names(layer)
    if found[1] == "b":
        if found[3] not in above or not experiment.initial.biases:
            raise BackpropError(f"{name!r} is not a bias of this network", "b1[h1], where units have biases")
        return Bias(layer, above.index(found[3]))
    below = experiment.unit_names(layer - 1)
    left, _, right = (part.strip() for part in found[3].replace("->", "→").partition("→"))
    if left not in below or right not in above:
        raise BackpropError(f"{name!r} is not a weight of this network", f"W{layer}[{below[0]}→{above[0]}]")
    return Weight(layer, below.index(left), above.index(right))


def neighbours(parameter: Parameter, network: Network) -> list[Parameter]:
    """The other trained parameters of the unit that `parameter` leads to, the next one first.

    Those that lead to the unit come first, then those that lead on from it. If there are none, the list is of others in
    the layer, or else of some in the layer below.
    """
    layer, column = parameter.layer, parameter.column
    into: list[Parameter] = [Weight(layer, row, column) for row in range(network.units[layer - 1])]
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
