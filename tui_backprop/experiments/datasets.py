"""The table [data] of an experiment: where its samples come from, and what is made of them before training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.experiment import Data
from tui_backprop.core.network import Network
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.csv_file import CsvFile, Table
from tui_backprop.experiments.features import FEATURES, Expansion, expand
from tui_backprop.experiments.generators import GENERATORS, MOST_NOISE, MOST_SAMPLES, REGRESSIONS, generate
from tui_backprop.experiments.schema import Section

COLOURS = ("orange", "blue")
"""Names of a generator's two classes, −1 and 1, where each has an output of its own."""


Opener = Callable[[Path, bool | None, str | None], CsvFile]
"""(path, header, delimiter) → the file, as `CsvFile` itself makes it."""


def read_data(keys: Section, network: Network, folder: Path, open_csv: Opener = CsvFile) -> Data:
    """The samples that the table `keys` describes; files are relative to `folder`.

    Samples come from a generator, a CSV file, or the table itself. Then, in this order: features of two inputs, a
    part set aside for testing, inputs standardised by the training part. Raises `ExperimentError`.
    """
    if keys.has("generator"):
        data = _generated(keys, network)
    elif keys.has("csv"):
        data = _from_csv(keys, network, _file(keys, folder, open_csv))
    else:
        data = _listed(keys, network)
    names = keys.strings("names")
    if names is not None and len(names) != network.units[0]:
        raise keys.error("names", f"{len(names)} names", f"{network.units[0]}, one for each input")
    if names is not None:
        data = replace(data, input_names=tuple(names))
    data = _standardised(_parted(data, keys, network), keys)
    keys.done()
    return data


@dataclass(frozen=True)
class Outline:
    """What a network must fit: the number of inputs and of targets, and of classes; 0 where targets are numbers.

    `target` names the columns to be learned.
    """

    inputs: int
    targets: int
    classes: int
    target: tuple[str, ...] = ()


def outline(table: Mapping[str, Any], as_classes: bool, open_csv: Opener = CsvFile) -> Outline:
    """Of the table [data] that names a CSV file: one target is a class if it is text, or if `as_classes`."""
    keys = Section("draft", "data", table)
    file = _file(keys, Path(), open_csv)
    first, last = _columns(keys, file, outputs=1)
    names = tuple(file.names[column] for column in last)
    of_classes = len(last) == 1 and (as_classes or last[0] in file.texts)
    if not of_classes and file.texts.isdisjoint(first + last):
        return Outline(len(_features(keys) or first), len(last), 0, names)
    found = file.read([*first, *last], last if of_classes else ())
    inputs = _features(keys) or _encoded(found, range(len(first)))[1]
    targets = _encoded(found, range(len(first), len(first) + len(last)))[1]
    return Outline(len(inputs), len(targets), len(found.classes[-1] or ()) if of_classes else 0, names)


def _listed(keys: Section, network: Network) -> Data:
    """Samples written out in the table."""
    features = _features(keys)
    inputs, targets = _rows(keys, 2 if features else network.units[0], network.units[-1])
    if features:
        inputs = _expanded(keys, inputs, features, network)
    names = tuple(f"x{i + 1}" for i in range(network.units[0]))
    return Data(
        frozen(inputs),
        frozen(targets),
        tuple(features or names),
        _target_names(network.units[-1]),
        expand=Expansion(tuple(features)) if features else None,
    )


def _rows(keys: Section, width: int, outputs: int) -> tuple[Array, Array]:
    inputs, targets = keys.table("inputs", width), keys.table("targets", outputs)
    if len(inputs) != len(targets):
        raise keys.error("targets", f"{len(targets)} samples, but inputs has {len(inputs)}", f"{len(inputs)} rows")
    return inputs, targets


def _target_names(outputs: int) -> tuple[str, ...]:
    return ("y",) if outputs == 1 else tuple(f"y{i + 1}" for i in range(outputs))


def _generated(keys: Section, network: Network) -> Data:
    """Samples by formula. Two classes are 0 and 1 in one output, −1 and 1 if it is tanh, or have an output each."""
    name = keys.choice("generator", "", tuple(GENERATORS))
    samples, noise = keys.integer("samples", 200, 1, MOST_SAMPLES), keys.number("noise", 0.0)
    if not 0 <= noise <= MOST_NOISE:
        raise keys.error("noise", f"{noise:g} is out of range", f"a number from 0 to {MOST_NOISE}")
    features = _features(keys) or ["x1", "x2"]
    points, labels = generate(name, samples, noise, _seed(keys))
    inputs = _expanded(keys, points, features, network)
    outputs = 1 if name in REGRESSIONS else 2
    if network.units[-1] == 1:
        targets = labels[:, None] if name in REGRESSIONS else _one_output(labels > 0, network)
    elif network.units[-1] == outputs:
        targets = np.column_stack([labels < 0, labels > 0]).astype(np.float64)
    else:
        raise keys.error("generator", f"1 target for {network.units[-1]} outputs", _layers(network, outputs=outputs))
    names = ("y",) if network.units[-1] == 1 else COLOURS
    return Data(frozen(inputs), frozen(targets), tuple(features), names, expand=Expansion(tuple(features)))


def _seed(keys: Section) -> int:
    return keys.integer("seed", 0, 0, 2**32 - 1)


def _features(keys: Section) -> list[str]:
    if keys.has("features") and not keys.strings("features"):
        raise keys.error("features", "is empty", f"some of {', '.join(FEATURES)}")
    return [keys.chosen("features", name, tuple(FEATURES)) for name in keys.strings("features") or []]


def _expanded(keys: Section, points: Array, features: Sequence[str], network: Network) -> Array:
    if len(features) != network.units[0]:
        message = f"{len(features)} inputs for {network.units[0]} of the network"
        raise keys.error("features", message, _layers(network, inputs=len(features)))
    with np.errstate(all="ignore"):
        expanded = expand(points, features)
    if not np.isfinite(expanded).all():
        raise keys.error("features", "are too large for these inputs", "smaller inputs")
    return expanded


def _from_csv(keys: Section, network: Network, file: CsvFile) -> Data:
    """Samples from a file. The targets are the columns named, or the last one if it is text, or the last ones."""
    outputs = network.units[-1]
    first, last = _columns(keys, file, outputs)
    of_classes = len(last) == 1 and (outputs > 1 or last[0] in file.texts)
    if len(last) != outputs and not of_classes:
        raise file.error("target", f"{len(last)} columns for {outputs} outputs", f"{outputs} columns")
    table = file.read([*first, *last], last if of_classes else ())
    inputs, input_names = _encoded(table, range(len(first)))
    features = _features(keys)
    if features and inputs.shape[1] != 2:
        raise keys.error("features", f"of {inputs.shape[1]} columns", "columns = two of the file's columns")
    if features:
        inputs, input_names = _expanded(keys, inputs, features, network), tuple(features)
    targets, target_names = _encoded(table, range(len(first), len(first) + len(last)))
    classes = table.classes[-1] or ()
    if of_classes and outputs == 1 and len(classes) <= 2:
        targets, target_names = _one_output(table.values[:, -1:] == 1, network), classes[-1:]
    elif of_classes:
        targets, target_names = _one_hot(table.values[:, -1], len(classes)), classes
    if (inputs.shape[1], len(target_names)) != (network.units[0], outputs):
        raise _wrong_layers(file.path, network, input_names, target_names, of_classes)
    return Data(
        frozen(np.ascontiguousarray(inputs)), frozen(targets), input_names, target_names,
        expand=Expansion(tuple(features)) if features else None, stamp=file.stamp,
    )  # fmt: skip


def _file(keys: Section, folder: Path, open_csv: Opener) -> CsvFile:
    header = keys.flag("header", True) if keys.has("header") else None
    delimiter = keys.text("delimiter", ",") if keys.has("delimiter") else None
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise keys.error("delimiter", "is no single character", 'a character such as ";"')
    return open_csv(folder / keys.text("csv", ""), header, delimiter)


def _columns(keys: Section, file: CsvFile, outputs: int) -> tuple[list[int], list[int]]:
    """Places of the columns that go in, and of the targets."""
    names, target, columns = file.names, keys.strings("target"), keys.strings("columns")
    if target is None:
        target = list(names[-1:] if len(names) - 1 in file.texts else names[max(0, len(names) - outputs) :])
    if columns is None:
        columns = [name for name in names if name not in target]
    for key, chosen in (("target", target), ("columns", columns)):
        for name in chosen:
            if name not in names:
                raise file.error(key, f"no column {name!r}", f"columns of the file: {', '.join(names)}")
    return [names.index(name) for name in columns], [names.index(name) for name in target]


def _wrong_layers(
    path: Path, network: Network, inputs: Sequence[str], targets: Sequence[str], of_classes: bool
) -> ExperimentError:
    message = f"{len(inputs)} input columns for {network.units[0]} inputs"
    if len(inputs) == network.units[0]:
        message = f"{len(targets)} {'classes' if of_classes else 'targets'} for {network.units[-1]} outputs"
    return ExperimentError(str(path), "", message, _layers(network, len(inputs), len(targets)))


def _layers(network: Network, inputs: int | None = None, outputs: int | None = None) -> str:
    units = (inputs or network.units[0], *network.units[1:-1], outputs or network.units[-1])
    return f"layers {','.join(map(str, units))}"


def _encoded(table: Table, columns: range) -> tuple[Array, tuple[str, ...]]:
    """Columns as numbers: a column of classes becomes one of 0 and 1 for each class, or just one if there are two."""
    parts, names = [np.empty((len(table.values), 0))], []
    for column in columns:
        classes, values = table.classes[column], table.values[:, column]
        if classes is None:
            parts.append(values[:, None])
            names.append(table.names[column])
            continue
        shown = range(len(classes)) if len(classes) > 2 else (len(classes) - 1,)
        parts += [(values == code).astype(np.float64)[:, None] for code in shown]
        names += [f"{table.names[column]}={classes[code]}" for code in shown]
    return np.hstack(parts), tuple(names)


def _one_hot(codes: Array, classes: int) -> Array:
    return np.eye(classes)[codes.astype(np.intp)]


def _one_output(second: NDArray[np.bool_], network: Network) -> Array:
    """Two classes as one target (samples, 1): 0 and 1, or −1 and 1 for an output that reaches both."""
    low, high = ACTIVATIONS[network.activations[-1]].classes
    return np.where(np.reshape(second, (-1, 1)), high, low)


def _parted(data: Data, keys: Section, network: Network) -> Data:
    """With a test part, as `test` says: a share of the samples, drawn by the data's own seed, or samples listed.

    The seed is not that of the weights: from new weights the same samples are learned.
    """
    seed = _seed(keys)
    if not keys.has("test"):
        return data
    if keys.is_table("test"):
        section = keys.section("test")
        inputs, targets = _rows(section, network.units[0], network.units[-1])
        section.done()
        return replace(data, test=replace(data, inputs=frozen(inputs), targets=frozen(targets)))
    share = keys.number("test", 0.0)
    if not 0 <= share < 1:
        raise keys.error("test", f"{share:g} is no share", "a number from 0 to below 1, e.g. 0.3")
    if share == 0:
        return data
    if len(data) < 2:
        raise keys.error("test", f"of {len(data)} sample", "two samples at least")
    count = min(max(1, round(share * len(data))), len(data) - 1)
    order = np.random.default_rng((seed, 1)).permutation(len(data))
    test, training = (
        replace(data, inputs=frozen(data.inputs[rows]), targets=frozen(data.targets[rows]))
        for rows in (np.sort(order[:count]), np.sort(order[count:]))
    )
    return replace(training, test=test)


def _standardised(data: Data, keys: Section) -> Data:
    """Inputs less their mean, divided by their deviation, both of the training part; constant ones become 0."""
    if not keys.flag("standardise", False):
        return data
    with np.errstate(all="ignore"):
        mean, deviation = data.inputs.mean(axis=0), data.inputs.std(axis=0)
    if not np.isfinite(deviation).all():
        raise keys.error("standardise", "the inputs are too large for it", "smaller inputs")
    deviation[deviation == 0] = 1.0

    def scaled(part: Data) -> Data:
        inputs, made = frozen((part.inputs - mean) / deviation), part.expand
        expanded = replace(made, mean=mean, deviation=deviation) if isinstance(made, Expansion) else made
        return replace(part, inputs=inputs, standardised=True, expand=expanded)

    return replace(scaled(data), test=None if data.test is None else scaled(data.test))
