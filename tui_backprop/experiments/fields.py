"""The fields of an experiment being set up: one entry each, with its default, its label and its possible values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS, LINEAR, RELU
from tui_backprop.core.experiment import GOALS, REPORTS, Training
from tui_backprop.core.initialisers import INITIALISERS
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.experiments.columns import MISSING
from tui_backprop.experiments.generators import GENERATORS
from tui_backprop.experiments.reader import ORIENTATIONS

PRESETS_OWN = "the preset's"
CSV = "CSV file"
TYPED = "typed in"
DATA = (PRESETS_OWN, *GENERATORS, TYPED, CSV)
BIAS: dict[str, bool | str] = {"yes": True, "no": False, "frozen": "frozen"}
YES_NO = ("yes", "no")
DETECTED = "detected"
DELIMITERS = {DETECTED: "", "comma": ",", "semicolon": ";", "tab": "\t", "colon": ":", "blanks": " ", "|": "|"}
DECIMALS = {DETECTED: "", "point": ".", "comma": ","}
ENCODINGS = {DETECTED: "", "UTF-8": "utf-8", "cp1252": "cp1252", "UTF-16": "utf-16"}
HEADERS: dict[str, str | bool] = {DETECTED: "", "yes": True, "no": False}
LAYOUT: dict[str, Mapping[str, str | bool]] = {
    "header": HEADERS, "delimiter": DELIMITERS, "decimal": DECIMALS, "encoding": ENCODINGS,
}  # fmt: skip
"""What the names of each field of a file's layout stand for in an experiment file."""


def _field(default: str, label: str, kind: tuple[str, ...] | str) -> Any:
    """`kind` are the names to choose from, or says what is to be typed."""
    return field(default=default, metadata={"label": label, "kind": kind})


@dataclass(frozen=True)
class DraftFields:
    """The fields, each as text. `layers` are the hidden ones: those at the ends follow from the data."""

    preset: str = _field("article", "preset", ())
    data: str = _field(PRESETS_OWN, "data", DATA)
    file: str = _field("", "file", "path of a CSV file")
    target: str = _field("", "target", "a column; else the last")
    columns: str = _field("", "inputs", "columns; else all others")
    classes: str = _field("", "classes", "yes, or columns")
    missing: str = _field(MISSING[0], "missing values", MISSING)
    header: str = _field(DETECTED, "header", tuple(HEADERS))
    delimiter: str = _field(DETECTED, "delimiter", tuple(DELIMITERS))
    decimal: str = _field(DETECTED, "decimal sign", tuple(DECIMALS))
    encoding: str = _field(DETECTED, "encoding", tuple(ENCODINGS))
    typed: str = _field("", "samples", "0 1 > 1; 1 1 > 0, or f5")
    samples: str = _field("", "samples", "e.g. 200")
    noise: str = _field("", "noise", "0 to 0.5")
    features: str = _field("", "features", "x1,x2,x1^2,x1*x2,sin(x1)")
    test: str = _field("", "test set", "a fraction, e.g. 0.3")
    data_seed: str = _field("", "data's seed", "0")
    standardise: str = _field("no", "standardise", YES_NO)
    standardise_targets: str = _field("no", "targets, too", YES_NO)
    layers: str = _field("", "hidden layers", "units, e.g. 8 or 8,6")
    hidden: str = _field(RELU.name, "activation", HIDDEN_ACTIVATIONS)
    output: str = _field(LINEAR.name, "output", tuple(ACTIVATIONS))
    bias: str = _field("yes", "bias", tuple(BIAS))
    init: str = _field("xavier", "weights", (*INITIALISERS, TYPED))
    weights: str = _field("", "W1 / W2 …", "1 2; 3 4 / 5; 6, or f4")
    orientation: str = _field(ORIENTATIONS[0], "rows of W", ORIENTATIONS)
    biases: str = _field("", "b1 / b2 …", "1 2 / 3, or f4")
    seed: str = _field("0", "seed", "a whole number")
    loss: str = _field(Training.loss, "loss", tuple(LOSSES))
    report: str = _field("loss", "reported error", REPORTS)
    optimizer: str = _field(Training.optimizer, "optimiser", tuple(OPTIMIZERS))
    momentum: str = _field("", "momentum", "0.9")
    rate: str = _field("0.1", "rate", "e.g. 0.1")
    batch: str = _field("1", "batch", "samples, or full")
    shuffle: str = _field("no", "shuffle", YES_NO)
    l1: str = _field("", "L1 penalty", "0, or e.g. 0.001")
    l2: str = _field("", "L2 penalty", "0, or e.g. 0.001")
    round: str = _field("", "decimals", "of predictions; else all")
    goal: str = _field(Training.goal, "converged at", GOALS)
    stop: str = _field("", "stop at error", "0")


FIELDS: dict[str, tuple[str, tuple[str, ...] | str]] = {
    entry.name: (entry.metadata["label"], entry.metadata["kind"]) for entry in fields(DraftFields)
}
"""Label, and the names to choose from or what is to be typed."""
