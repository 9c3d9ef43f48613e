"""The columns of a CSV file: which are inputs, which are learned, and what numbers they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.experiment import Data
from tui_backprop.core.network import Network
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.csv_files.file import Layout, TableFile
from tui_backprop.experiments.csv_files.kinds import Kind
from tui_backprop.experiments.csv_files.remarks import remarks
from tui_backprop.experiments.csv_files.table import Table
from tui_backprop.experiments.csv_files.text import STANDARD_INPUT
from tui_backprop.experiments.datasets import expanded, features_of, layers_for, one_output
from tui_backprop.experiments.features import Expansion
from tui_backprop.experiments.schema import MOST_UNITS, Section
from tui_backprop.reading.numerals import counted

MAY_BE_CLASSES = "these may be classes"
_AS_CLASSES = "--output softmax, f2 in the set-up, or classes = true in [data]"
MISSING = ("refuse", "drop")
"""What may be done with a row that lacks a value."""
_LAST_NAMES = 10
"""In files of up to this many rows, texts in the last column are classes even if they are all different."""
_FEW = 10
"""Up to this many different whole numbers may be classes."""
_ENOUGH = 5000
"""The most rows that decide whether columns need scaling."""
_TOLD = 8
"""The most names listed in a row."""
_DECIMALS = (".", ",")
_ROOM = 3.0
"""Values up to this size need no scaling, if they do not all lie closer together than `_CLOSE`."""
_CLOSE = 0.1

Opener = Callable[[Path, Layout], TableFile]
"""(path, layout) → the file, as `TableFile` itself makes it."""


@dataclass(frozen=True)
class Outline:
    """What a network must fit: the number of inputs and of targets, and of classes; 0 where targets are numbers.

    `target` names the columns to be learned. `scaled` tells whether inputs and targets should be standardised. An
    answer that is `near` to its target has a squared error, in training units, of a twentieth of the targets' range.
    `samples` are all there are.
    """

    inputs: int
    targets: int
    classes: int
    target: tuple[str, ...] = ()
    scaled: tuple[bool, bool] = (False, False)
    near: float = 0.0
    samples: int = 0


def outline(table: Mapping[str, Any], as_classes: bool, open_csv: Opener) -> Outline:
    """For a table [data] that names a file: one target is a class if it is text, or if `as_classes`."""
    keys = Section("draft", "data", table)
    file = _file(keys, Path(), open_csv)
    chosen = _choice(keys, file, outputs=1, as_classes=as_classes)
    found = chosen.table(file)
    values = _encoded(found, range(len(chosen.inputs)))[0]
    inputs = features_of(keys) or range(values.shape[1])
    targets = found.values[:, len(chosen.inputs) :]
    scaled = needs_scaling(values), not chosen.of_classes and needs_scaling(targets)
    names = tuple(file.names[column] for column in chosen.targets)
    classes = len(found.classes[-1] or ()) if chosen.of_classes else 0
    width = _encoded(found, range(len(chosen.inputs), len(found.names)))[0].shape[1]
    if len(inputs) > MOST_UNITS:
        way_out = "leave columns out in the set-up, or list those to use as columns in [data]"
        raise file.error("", f"{len(inputs):,} inputs", f"at most {MOST_UNITS:,}: {way_out}")
    near = 0.0 if chosen.of_classes else _near(targets, scaled[1])
    return Outline(len(inputs), width, classes, names, scaled, near, len(targets))


def _near(targets: Array, scaled: bool) -> float:
    """The squared error of an answer off by a twentieth of the range in each target, which may be `scaled`.

    At most a tenth of the variance: where few targets are far from the others, that is less.
    """
    with np.errstate(all="ignore"):
        off, deviation = np.ptp(targets, axis=0) / 20, targets.std(axis=0)
        square = np.minimum(off * off, 0.1 * deviation**2)
        square = np.divide(square, deviation**2, out=np.zeros_like(off), where=deviation > 0) if scaled else square
        return float(square.sum())


def chosen_columns(table: Mapping[str, Any], open_csv: Opener) -> tuple[TableFile, ColumnChoice]:
    """The file that the table [data] names, and its columns that are used."""
    keys = Section("draft", "data", table)
    file = _file(keys, Path(), open_csv)
    return file, _choice(keys, file, outputs=1, as_classes=False)


def needs_scaling(values: Array) -> bool:
    """Whether columns are so large, or so close together, that units would saturate or learn next to nothing."""
    values = values[:: 1 + len(values) // _ENOUGH]
    with np.errstate(all="ignore"):
        spread, size = values.std(axis=0), np.abs(values).max(axis=0)
    return bool(((spread > 0) & ((size > _ROOM) | (spread < _CLOSE))).any())


def _few(values: Array) -> tuple[str, ...]:
    """The different values, if they are a few whole numbers."""
    found = np.unique(values)
    is_few = 2 <= len(found) <= min(_FEW, len(values) // 2) and (found == np.round(found)).all()
    return tuple(f"{value:g}" for value in found) if is_few else ()


def from_csv(keys: Section, network: Network, folder: Path, open_csv: Opener | None) -> Data:
    """Samples from a file. The targets are the columns named, or the last one if it is text, or the last ones.

    Numbers that only tell rows apart are left out, unless the network fits only with them: there are such files.
    """
    file, outputs = _file(keys, folder, open_csv or TableFile), network.units[-1]
    choose = partial(_choice, keys, file, outputs, as_classes=outputs > 1)
    if not any(_tells_rows_apart(file, index) for index in range(len(file.names))):
        return _data(keys, network, file, choose())
    try:
        return _data(keys, network, file, choose())
    except ExperimentError:
        with suppress(ExperimentError):
            return _data(keys, network, file, choose(every_number=True))
        raise


def _data(keys: Section, network: Network, file: TableFile, chosen: ColumnChoice) -> Data:
    outputs = network.units[-1]
    if len(chosen.targets) != outputs and not chosen.of_classes:
        if len(chosen.targets) > 1 and not {*chosen.targets}.isdisjoint({*file.texts, *chosen.as_classes}):
            names = ", ".join(file.names[index] for index in chosen.targets)
            expected = "one column of classes, or columns of numbers: f3 in the set-up, or target in [data]"
            raise file.error("target", f"classes are learned alone, not {names} together", expected)
        raise file.error(
            "target",
            f"{counted(len(chosen.targets), 'column')} for {counted(outputs, 'output')}",
            counted(outputs, "column"),
        )
    table, width = chosen.table(file), len(chosen.inputs)
    inputs, input_names = _encoded(table, range(width))
    features = features_of(keys)
    if features and inputs.shape[1] != 2:
        raise keys.error(
            "features", f"need two columns, not {inputs.shape[1]:,}", "columns = two of the file's columns"
        )
    if features:
        inputs, input_names = expanded(keys, inputs, features, network), tuple(features)
    targets, target_names = _encoded(table, range(width, len(table.names)))
    classes = table.classes[-1] or ()
    if chosen.of_classes and outputs == 1 and len(classes) == 2:
        targets, target_names = one_output(table.values[:, -1:] == 1, network), classes[-1:]
    elif chosen.of_classes:
        targets, target_names = _one_hot(table.values[:, -1], len(classes)), classes
    if (inputs.shape[1], len(target_names)) != (network.units[0], outputs):
        fits = _as_classes_alone(keys, table, network, inputs.shape[1], width)
        raise _wrong_layers(file.path, network, input_names, target_names, chosen.of_classes, fits)
    if chosen.of_classes and keys.flag("standardise_targets", False):
        raise keys.error("standardise_targets", "classes cannot be standardised", "columns of numbers to be learned")
    return Data(
        frozen(inputs), frozen(targets), input_names, target_names,
        expand=Expansion(tuple(features)) if features else None, stamp=file.stamp,
        notes=_notes(file, chosen, table),
    )  # fmt: skip


def _file(keys: Section, folder: Path, open_csv: Opener) -> TableFile:
    header = keys.flag("header", True) if keys.has("header") else None
    delimiter = keys.text("delimiter", ",") if keys.has("delimiter") else None
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise keys.error("delimiter", "is not a single character", 'a character such as ";"; " " for any blanks')
    decimal = keys.choice("decimal", ".", _DECIMALS) if keys.has("decimal") else None
    encoding = keys.text("encoding", "") if keys.has("encoding") else None
    name = keys.text("csv", "")
    path = Path(name) if name == STANDARD_INPUT else folder / name
    return open_csv(path, Layout(header, delimiter, decimal, encoding))


@dataclass(frozen=True)
class ColumnChoice:
    """The indices of a file's input columns and of those to be learned; which of them become classes."""

    inputs: list[int]
    targets: list[int]
    of_classes: bool
    as_classes: frozenset[int]
    drop: bool

    def table(self, file: TableFile) -> Table:
        """Inputs, then targets."""
        table = file.read([*self.inputs, *self.targets], self.as_classes, self.drop)
        classes = table.classes[-1] or ()
        if self.of_classes and len(classes) == 1:
            where, message = f"column {table.names[-1]}", f"has only one class, {classes[0]!r}: nothing to learn"
            message += f"; {_left_out(table)}" if table.dropped else ""
            raise file.error(
                where, message, "at least two classes; or another target: f3 in the set-up, or target in [data]"
            )
        return table


def _tells_rows_apart(file: TableFile, index: int) -> bool:
    """Whether a column of numbers, such as ids or days, is left out; one that numbers the rows does not count."""
    kind = file.kinds[index]
    return kind.is_left_out and kind is not Kind.INDEX and index not in file.texts


def _choice(keys: Section, file: TableFile, outputs: int, as_classes: bool, every_number: bool = False) -> ColumnChoice:
    """Columns that are named, or else all that hold numbers or classes; of these the last ones are learned.

    With `every_number`, or where the inputs are named, these include numbers that only tell rows apart.
    """
    target, columns = keys.strings("target"), keys.strings("columns")
    said, listed = _classes(keys)
    for key, names in (("target", target), ("columns", columns), ("classes", listed)):
        for name in names or ():
            if name not in file.names:
                raise file.error(key, f"no column {name!r}", f"columns of the file: {', '.join(file.names)}")
    every_number = every_number or columns is not None
    used = [
        i
        for i, name in enumerate(file.names)
        if not file.kinds[i].is_left_out or name in listed or (every_number and _tells_rows_apart(file, i))
    ]
    last = [file.names.index(name) for name in target] if target is not None else _last(file, used, outputs, listed)
    first = [i for i in used if i not in last] if columns is None else [file.names.index(name) for name in columns]
    if not first or not last:
        only = "one column" if len(file.names) == 1 else "one column of numbers or classes"
        message = f"only {only}: no input is left" if len(used) <= 1 else "no input is left"
        if out := [index for index in range(len(file.names)) if file.kinds[index].is_left_out]:
            named = _grouped([file.names[index] for index in out], list(map(file.why_left_out, out)))
            message += f"; left out: {named}"
        where = "delimiter" if len(file.names) == 1 and keys.has("delimiter") else ""
        expected = "a column to learn and others to learn it from, separated by , ; tab | : or blanks"
        if any(kind is Kind.DATES for kind in file.kinds):
            expected += "; to learn from dates, write them as numbers, such as days"
        raise file.error(where, message, expected)
    as_classes = as_classes or said
    of_classes = len(last) == 1 and (as_classes or last[0] in file.texts or file.names[last[0]] in listed)
    forced = {file.names.index(name) for name in listed} | (set(last) if of_classes and as_classes else set())
    return ColumnChoice(first, last, of_classes, frozenset(forced), keys.choice("missing", "refuse", MISSING) == "drop")


def _classes(keys: Section) -> tuple[bool, list[str]]:
    """Whether the target holds classes, and which other columns do."""
    if keys.is_flag("classes"):
        return keys.flag("classes", False), []
    return False, keys.strings("classes") or []


def _last(file: TableFile, used: list[int], outputs: int, classes: list[str]) -> list[int]:
    """The columns that are learned where none is named."""
    last = len(file.names) - 1
    kind, few = file.kinds[last], len(file) <= _LAST_NAMES
    if kind in (Kind.MANY, Kind.SAME, Kind.UNITS) or (kind is Kind.NAMES and few and last in file.texts):
        return [last]
    alone = used and (used[-1] in file.texts or file.names[used[-1]] in classes)
    return used[-1:] if alone else used[max(0, len(used) - outputs) :]


def _notes(file: TableFile, chosen: ColumnChoice, table: Table) -> tuple[str, ...]:
    """How the file was read: its layout, then the inputs, what is learned, and what is left out."""
    dropped = f"; {_left_out(table)}" if table.dropped else ""
    width = len(chosen.inputs)
    kinds = ["numbers" if known is None else f"classes {_some(known)}" for known in table.classes]
    out = [index for index in range(len(file.names)) if index not in (*chosen.inputs, *chosen.targets)]
    why = list(map(file.why_left_out, out))
    few = () if chosen.of_classes or len(chosen.targets) > 1 else _few(table.values[:, -1])
    last = len(file.names) - 1
    skips = file.kinds[last] not in (Kind.NUMBER, Kind.CLASSES, Kind.EMPTY) and last in out
    instead = f", not {file.names[last]}, the last column: {file.why_left_out(last)}" if skips else ""
    codes = [
        file.names[index]
        for index, known in zip(chosen.inputs, table.classes, strict=False)
        if known is None and file.begins_with_zeros(index)
    ]
    is_constant = len(table.values) > 1 and (table.values[0, width:] == table.values[:, width:]).all()
    notes = [
        file.layout + dropped,
        f"inputs: {_grouped(table.names[:width], kinds)}",
        f"learned: {_grouped(table.names[width:], kinds[width:])}{instead}",
        *([f"left out: {_grouped([file.names[index] for index in out], why)}"] if out else []),
        *([f"{table.names[-1]} is {_some(few)}: {MAY_BE_CLASSES} ({_AS_CLASSES})"] if few else []),
        *(
            [f"{_some(codes)}: zeros in front are lost; classes keep them: f3 in the set-up, or classes in [data]"]
            if codes
            else []
        ),
        *([f"{table.names[-1]} is the same in every row: nothing to learn"] if is_constant else []),
        *remarks(table, width),
    ]
    return tuple(notes)


def _left_out(table: Table) -> str:
    return f"{table.dropped:,} of {counted(len(table.values) + table.dropped, 'row')} left out: {table.reason}"


def _grouped(names: Sequence[str], kinds: Sequence[str]) -> str:
    """Names with their kinds; neighbours of one kind share its name."""
    parts = []
    for kind, group in groupby(zip(names, kinds, strict=False), key=lambda pair: pair[1]):
        named = _some([name for name, _ in group])
        parts.append(f"{named} ({kind})" if kind else named)
    return "; ".join(parts)


def _some(texts: Sequence[str]) -> str:
    """All of them, or the first few and the last."""
    return ", ".join(texts if len(texts) <= _TOLD else [*texts[: _TOLD - 2], "…", texts[-1]])


def _wrong_layers(
    path: Path, network: Network, inputs: Sequence[str], targets: Sequence[str], of_classes: bool, fits: str
) -> ExperimentError:
    message = f"{counted(len(inputs), 'input column')} for {counted(network.units[0], 'input')}"
    if len(inputs) == network.units[0]:
        learned = counted(len(targets), "class", "classes") if of_classes else counted(len(targets), "target")
        message = f"{learned} for {counted(network.units[-1], 'output')}"
    message += f": {_some(targets)} are learned" if fits else ""
    return ExperimentError(str(path), "", message, fits + layers_for(network, len(inputs), len(targets)))


def _as_classes_alone(keys: Section, table: Table, network: Network, inputs: int, width: int) -> str:
    """The target that makes a network fit: its outputs are the classes of the last column, where none is named."""
    others, last = len(table.names) - width - 1, table.names[-1]
    if keys.has("target") or not others or inputs + others != network.units[0]:
        return ""
    classes = len(_few(table.values[:, -1]))
    return f'target = ["{last}"] for its {classes} classes, or ' if classes == network.units[-1] else ""


def _encoded(table: Table, columns: range) -> tuple[Array, tuple[str, ...]]:
    """Columns as numbers: a column of classes becomes one of 0 and 1 for each class, or just one if there are two."""
    if not any(table.classes[column] for column in columns):
        return table.values[:, columns.start : columns.stop], table.names[columns.start : columns.stop]
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
