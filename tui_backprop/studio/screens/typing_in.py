"""The set-up's grids: what they start with, and the draft with what has been typed in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.columns import Opener
from tui_backprop.experiments.draft import Draft
from tui_backprop.experiments.fields import TYPED
from tui_backprop.experiments.reader import ORIENTATIONS
from tui_backprop.experiments.typed_values import ARROW, read_biases, read_samples, read_weights, short
from tui_backprop.studio.screens.grid import Fields, Grid, NumberBlock

Value = TypeVar("Value")


def weights_grid(draft: Draft, open_csv: Opener) -> Grid:
    """A grid for the first weights and biases of the draft's network; raises as the draft does."""
    drawn = replace(draft, init=Draft.init, test="") if draft.init == TYPED else draft
    experiment = drawn.experiment(open_csv=open_csv)
    names = [experiment.unit_names(layer) for layer in range(experiment.network.depth + 1)]
    turned = draft.orientation == ORIENTATIONS[1]
    shapes = [(above, below) if turned else (below, above) for below, above in pairwise(names)]
    weights = _known(lambda: read_weights(draft.weights))
    biases = _known(lambda: read_biases(draft.biases))
    blocks = []
    what = f"a row for each {'output' if turned else 'input'}"
    for layer, (rows, columns) in enumerate(shapes):
        typed = _fields(weights[layer] if layer < len(weights) else [], len(rows), len(columns))
        blocks.append(NumberBlock(f"W{layer + 1}, {what}", rows, columns, typed))
        if draft.bias != "no":
            typed = _fields([biases[layer]] if layer < len(biases) else [], 1, len(names[layer + 1]))
            blocks.append(NumberBlock(f"b{layer + 1}", ("b",), names[layer + 1], typed))
    first = "set" if draft.init == TYPED else "choose weights 'typed in' and set"
    other = f"A row for each {'input' if turned else 'output'}? First {first} 'rows of W'."
    return Grid(f"Weights and biases at the start. {other}", blocks, lambda fields: "")


def with_weights(draft: Draft, fields: list[Fields]) -> Draft:
    """The draft with the weights and biases of `weights_grid`."""
    step = 1 if draft.bias == "no" else 2
    weights = " / ".join("; ".join(map(" ".join, rows)) for rows in fields[::step])
    biases = "" if step == 1 else " / ".join(" ".join(rows[0]) for rows in fields[1::2])
    return replace(draft, init=TYPED, weights=weights, biases=biases)


def samples_grid(draft: Draft, new: bool) -> Grid:
    """A grid for the draft's samples, inputs before targets; `new` where they replace other data."""
    inputs, targets = draft.typed_names
    known = _known(lambda: list(zip(*read_samples(draft.typed, len(inputs), len(targets)), strict=True)))
    rows = [[*first, *last] for first, last in known]
    columns = (*inputs, *(f"{ARROW} {name}" for name in targets))
    first = "first choose data 'typed in', and " * new
    title = f"Other columns: {first}name inputs and target in the set-up"
    block = NumberBlock(title, (), columns, _fields(rows, max(1, len(rows)), len(columns)), grows=True)
    which = "New samples, instead of the set-up's" if new else "Samples"
    return Grid(f"{which}, one per row; enter in an empty row: done", [block], _no_sample)


def with_samples(draft: Draft, fields: list[Fields]) -> Draft:
    """The draft with the samples of `samples_grid`."""
    width = len(draft.typed_names[0])
    rows = (f"{' '.join(row[:width])} {ARROW} {' '.join(row[width:])}" for row in fields[0])
    return replace(draft, typed="; ".join(rows))


def _no_sample(fields: list[Fields]) -> str:
    return "" if fields[0] else "no sample typed yet"


def _known(read: Callable[[], list[Value]]) -> list[Value]:
    """What has been typed so far, if it can be read."""
    try:
        return read()
    except ExperimentError:
        return []


def _fields(rows: list[list[float]], height: int, width: int) -> Fields:
    """Numbers as fields of this shape; empty ones if they have another shape."""
    if len(rows) != height or any(len(row) != width for row in rows):
        return [[""] * width for _ in range(height)]
    return [[short(number) for number in row] for row in rows]
