"""The fields of an experiment being set up: one entry each, with its default, its label and its possible values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS, LINEAR, RELU
from tui_backprop.core.experiment import GOALS, REPORTS, Training
from tui_backprop.core.initialisers import INITIALISERS
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.errors import ExperimentError
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
"""What the choices for each field of a file's layout stand for in an experiment file."""


class Field(NamedTuple):
    """What the set-up shows of a field; `kind` are the names to choose from, or says what is to be typed."""

    label: str
    kind: tuple[str, ...] | str
    about: str


def _field(default: str, label: str, kind: tuple[str, ...] | str, about: str) -> Any:
    return field(default=default, metadata={"field": Field(label, kind, about)})


@dataclass(frozen=True)
class DraftFields:
    """The fields, each as text. `layers` are the hidden ones: those at the ends follow from the data."""

    preset: str = _field("article", "preset", (), "The experiment to start from; the other fields change it.")
    data: str = _field(
        PRESETS_OWN, "data", DATA, "What to learn from: the preset's samples, a generator, your own, or a file."
    )
    file: str = _field("", "file", "path of a CSV file", "A table with one sample per line.")
    target: str = _field("", "target", "a column; else the last", "The columns to predict.")
    columns: str = _field("", "inputs", "columns; else all others", "The columns to predict from.")
    classes: str = _field(
        "", "classes", "yes, or columns", "Columns whose numbers stand for classes; yes means the target."
    )
    missing: str = _field(MISSING[0], "missing values", MISSING, "What to do with lines that lack a value.")
    header: str = _field(DETECTED, "header", tuple(HEADERS), "Whether the first line holds the columns' names.")
    delimiter: str = _field(DETECTED, "delimiter", tuple(DELIMITERS), "What separates the values of a line.")
    decimal: str = _field(DETECTED, "decimal sign", tuple(DECIMALS), "The decimal sign of the numbers.")
    encoding: str = _field(DETECTED, "encoding", tuple(ENCODINGS), "How the file encodes its text.")
    typed: str = _field("", "samples", "0 1 > 1; 1 1 > 0, or f5", "Inputs > targets; a semicolon between samples.")
    samples: str = _field("", "samples", "e.g. 200", "How many samples to generate.")
    noise: str = _field("", "noise", "0 to 0.5", "How far the samples are scattered.")
    features: str = _field(
        "", "features", "x1,x2,x1^2,x1*x2,sin(x1)", "What the network gets as inputs, computed from x1 and x2."
    )
    test: str = _field("", "test set", "a fraction, e.g. 0.3", "The fraction of samples held out as the test set.")
    data_seed: str = _field("", "data's seed", "0", "Another seed draws other samples.")
    standardise: str = _field(
        "no", "standardise", YES_NO, "Whether inputs are scaled to a mean of 0 and a standard deviation of 1."
    )
    standardise_targets: str = _field("no", "targets, too", YES_NO, "Whether targets are scaled in the same way.")
    layers: str = _field(
        "", "hidden layers", "units, e.g. 8 or 8,6", "Units per hidden layer. Inputs and outputs follow from the data."
    )
    hidden: str = _field(RELU.name, "activation", HIDDEN_ACTIVATIONS, "The activation of the hidden layers.")
    output: str = _field(LINEAR.name, "output", tuple(ACTIVATIONS), "The activation of the output layer.")
    bias: str = _field("yes", "bias", tuple(BIAS), "Whether units have a bias; a frozen one is used, but not trained.")
    init: str = _field("xavier", "weights", (*INITIALISERS, TYPED), "How the initial weights are chosen.")
    weights: str = _field("", "W1 / W2 …", "1 2; 3 4 / 5; 6, or f4", "The initial weights, one matrix per layer.")
    orientation: str = _field(
        ORIENTATIONS[0], "rows of W", ORIENTATIONS, "What the rows and the columns of these matrices stand for."
    )
    biases: str = _field("", "b1 / b2 …", "1 2 / 3, or f4", "The initial biases, one row per layer.")
    seed: str = _field("0", "seed", "a whole number", "Another seed draws other initial weights.")
    loss: str = _field(Training.loss, "loss", tuple(LOSSES), "What training minimises.")
    report: str = _field("loss", "reported error", REPORTS, "Which error is shown: the loss, or the squared error.")
    optimizer: str = _field(
        Training.optimizer, "optimiser", tuple(OPTIMIZERS), "The rule by which a gradient changes a weight."
    )
    momentum: str = _field("", "momentum", "0.9", "The share of the previous change that is added to the next one.")
    rate: str = _field("0.1", "rate", "e.g. 0.1", "The learning rate: how large each change is.")
    batch: str = _field("1", "batch", "samples, or full", "Samples per update; their gradients are averaged.")
    shuffle: str = _field("no", "shuffle", YES_NO, "Whether each epoch takes the samples in a new order.")
    l1: str = _field("", "L1 penalty", "0, or e.g. 0.001", "Adds this times the sum of |w| to the loss.")
    l2: str = _field("", "L2 penalty", "0, or e.g. 0.001", "Adds half of this times the sum of w² to the loss.")
    round: str = _field("", "decimals", "of predictions; else all", "Decimals to which predictions are rounded.")
    goal: str = _field(
        Training.goal,
        "converged at",
        GOALS,
        "When training has converged: at a small error, or once all answers are right.",
    )
    stop: str = _field("", "stop at error", "0", "Training has converged once an epoch's error is at most this.")


FIELDS: dict[str, Field] = {entry.name: entry.metadata["field"] for entry in fields(DraftFields)}
OF_FILE = ("file", "classes", "missing", *LAYOUT)
"""Fields that are for a CSV file only."""
_OTHERWISE = {"generator": "data", "seed": "data_seed", "names": "columns", "target_names": "target"}
"""Keys of [data] and their fields, where these are named otherwise."""


def field_of(error: ExperimentError) -> str:
    """The name of the field that a mistake is about; "file" where it belongs to no other."""
    section, _, key = error.key.rpartition(".")
    if section == "data" and key in _OTHERWISE:
        return _OTHERWISE[key]
    return key if section in ("network", "training", "data", "") and key in FIELDS else "file"
