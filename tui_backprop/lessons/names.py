"""Names of what is on the screen, as lessons write them: `h2`, `W1[x1→h2]`, `b1[h2]`, `W1`, `mask1`, `samples`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Part, parse_parameter, parse_unit
from tui_backprop.core.run.moment import Phase
from tui_backprop.core.run.place import phase_named
from tui_backprop.errors import BackpropError
from tui_backprop.lessons import PANES

_MATRIX = re.compile(r"W([0-9]{1,3})")


@dataclass(frozen=True)
class Matrix:
    """All weights of a layer."""

    layer: int


@dataclass(frozen=True)
class PaneName:
    """The name of a pane, one of `PANES`."""

    name: str


Thing = Part | Matrix | Phase | PaneName
"""Something that the screen shows."""


def thing(name: str, experiment: Experiment) -> Thing:
    """What a name stands for in a network; refuses an unknown one."""
    if "[" in name:
        return parse_parameter(name, experiment)
    matrix = _MATRIX.fullmatch(name)
    if matrix and 1 <= int(matrix[1]) <= experiment.network.depth:
        return Matrix(int(matrix[1]))
    with suppress(BackpropError):
        return phase_named(name, experiment)
    return PaneName(name) if name in PANES else parse_unit(name, experiment)
