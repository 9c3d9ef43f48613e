"""What is trained: a network, its data and the rules of the training."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.network import Network, Parameters
from tui_backprop.reading.numerals import counted

Stamp = tuple[int, int, int]
"""A file's inode number, size and time of modification."""


@dataclass(frozen=True, eq=False)
class Scale:
    """What was subtracted from each column, and what it was then divided by: (columns,) each."""

    mean: Array
    deviation: Array

    def __call__(self, values: Array) -> Array:
        """From the file's units to those of training: (rows, columns)."""
        return (values - self.mean) / self.deviation

    def back(self, values: Array) -> Array:
        """From the units of training to the file's: (rows, columns)."""
        return values * self.deviation + self.mean


@dataclass(frozen=True, eq=False)
class Data:
    """The samples, one per row: `inputs` (samples, units[0]), `targets` (samples, units[L]).

    `test` are samples of the same kind that training never sees. `standardised` inputs have had the training samples'
    mean subtracted, and were divided by their deviation. Where inputs are features of x1 and x2, `expand` computes
    them from points (points, 2). `stamp` tells whether the file that they were read from is still the same.
    """

    inputs: Array
    targets: Array
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    test: Data | None = None
    standardised: bool = False
    expand: Callable[[Array], Array] | None = None
    input_scale: Scale | None = None
    target_scale: Scale | None = None
    notes: tuple[str, ...] = ()
    stamp: Stamp | None = None

    def __repr__(self) -> str:
        widths = counted(self.inputs.shape[1], "input"), counted(self.targets.shape[1], "target")
        test = () if self.test is None else (counted(len(self.test), "test sample"),)
        return f"Data({', '.join((counted(len(self), 'sample'), *widths, *test))})"

    def __len__(self) -> int:
        return len(self.inputs)

    @cached_property
    def table(self) -> Array:
        """Inputs and targets side by side, one sample per row."""
        return np.hstack([self.inputs, self.targets])

    @property
    def all_targets(self) -> Array:
        """The targets of all samples, test samples included."""
        return self.targets if self.test is None else np.concatenate([self.targets, self.test.targets])


SMALL_ERROR, ALL_RIGHT = "error", "all_right"
GOALS = (SMALL_ERROR, ALL_RIGHT)
REPORTS = ("loss", "squared")


class Range(NamedTuple):
    """A range of numbers: above one bound, or from one on, and below another."""

    above: float = -math.inf
    least: float = -math.inf
    below: float = math.inf

    def side(self, value: float) -> int:
        """0 for a number within, −1 for one that is too small (or NaN), 1 for one that is too large."""
        return -1 if not (value > self.above and value >= self.least) else 0 if value < self.below else 1

    def __str__(self) -> str:
        bounds = zip(("above", "from", "below"), self, strict=True)
        return " and ".join(f"{name} {bound:g}" for name, bound in bounds if math.isfinite(bound))


@dataclass(frozen=True)
class Training:
    """The rules. `batch` is the number of samples an update averages over; `round` the decimals of a prediction.

    A run has converged once its error is at most `stop`; where `goal` says so, once every answer is right instead.
    `momentum` is that of the optimiser of this name; `l1` and `l2` are the factors of the weight penalty.
    """

    rate: float = 0.1
    loss: str = "half_squared"
    report: str = "loss"
    batch: int = 1
    shuffle: bool = False
    round: int | None = None
    stop: float = 0.0
    optimizer: str = "sgd"
    momentum: float = 0.9
    l1: float = 0.0
    l2: float = 0.0
    goal: str = SMALL_ERROR


NumberRule = Literal["rate", "momentum", "l1", "l2"]
RANGES: dict[NumberRule, Range] = {
    "rate": Range(above=0.0), "momentum": Range(least=0.0, below=1.0), "l1": Range(least=0.0), "l2": Range(least=0.0)
}  # fmt: skip
"""The rules that are numbers, and what they can be."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything that determines a run: the same experiment gives the same bits.

    `init` names the initialiser for another seed's weights. `definition` is the plain mapping it was read from, for
    variants of it (another seed, another rate).
    """

    name: str
    title: str
    watch: str
    network: Network
    initial: Parameters
    training: Training
    data: Data
    seed: int
    definition: Mapping[str, Any] = field(default_factory=dict)
    init: str = "uniform01"

    def __repr__(self) -> str:
        return f"Experiment({self.name!r}, {self.network.shape}, {counted(len(self.data), 'sample')})"

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one pass over the samples; the last may average over fewer."""
        return -(-len(self.data) // self.training.batch)

    def unit_names(self, layer: int) -> tuple[str, ...]:
        """Names of the units of layer 0…L."""
        if layer == 0:
            return self.data.input_names
        if layer == self.network.depth:
            return self.data.target_names
        prefix = "h" if self.network.depth == 2 else f"h{layer}."
        return tuple(f"{prefix}{unit + 1}" for unit in range(self.network.units[layer]))
