"""Names of what is on the screen, as lessons write them: `h2`, `W1[x1→h2]`, `b1[h2]`, `W1`, `mask1`, `samples`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.phases import phases
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.lesson import PANES

_PARAMETER = re.compile(r"([Wb])([0-9]{1,3})\[(.+)\]")
_MATRIX = re.compile(r"W([0-9]{1,3})")


@dataclass(frozen=True)
class Thing:
    """Something that the screen shows. `kind` is "unit", "weight", "bias", "matrix", "phase" or "pane".

    `layer` counts from 1 (0 is the input), `row` and `column` from 0; `name` is that of a phase or a pane.
    """

    kind: str
    layer: int = 0
    row: int = 0
    column: int = 0
    name: str = ""


def thing(name: str, experiment: Experiment) -> Thing:
    """What a name stands for in a network; refuses one that stands for nothing."""
    if _PARAMETER.fullmatch(name):
        return parameter(name, experiment)
    matrix = _MATRIX.fullmatch(name)
    if matrix and 1 <= int(matrix[1]) <= experiment.network.depth:
        return Thing("matrix", int(matrix[1]))
    if name in phases(experiment.network.depth):
        return Thing("phase", name=name)
    if name in PANES:
        return Thing("pane", name=name)
    return unit(name, experiment)


def unit(name: str, experiment: Experiment) -> Thing:
    """A unit of any layer by its name."""
    for layer in range(experiment.network.depth + 1):
        names = experiment.unit_names(layer)
        if name in names:
            return Thing("unit", layer, column=names.index(name))
    known = ", ".join(
        name for layer in range(experiment.network.depth + 1) for name in experiment.unit_names(layer)[:9]
    )
    raise BackpropError(f"{name!r} is nothing in this network", f"a unit ({known}), W1[x1→h1], b1[h1], a phase, a pane")


def parameter(name: str, experiment: Experiment) -> Thing:
    """A weight `W1[x1→h2]` (also written `W1[x1->h2]`) or a bias `b1[h2]`."""
    found = _PARAMETER.fullmatch(name)
    layer = int(found[2]) if found else 0
    if not found or not 1 <= layer <= experiment.network.depth:
        raise BackpropError(f"{name!r} is no weight of this network", "e.g. W1[x1→h1]")
    above = experiment.unit_names(layer)
    if found[1] == "b":
        if found[3] not in above or not experiment.initial.biases:
            raise BackpropError(f"{name!r} is no bias of this network", "b1[h1], where units have biases")
        return Thing("bias", layer, column=above.index(found[3]))
    below = experiment.unit_names(layer - 1)
    left, _, right = found[3].replace("->", "→").partition("→")
    if left.strip() not in below or right.strip() not in above:
        raise BackpropError(f"{name!r} is no weight of this network", f"W{layer}[{below[0]}→{above[0]}]")
    return Thing("weight", layer, below.index(left.strip()), above.index(right.strip()))
