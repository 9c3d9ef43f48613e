"""Samples that are Python objects: arrays, lists, mappings and data frames of any library."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.errors import ExperimentError, quoted
from tui_backprop.experiments.columns import Opener
from tui_backprop.experiments.csv_files.file import Layout, TableFile
from tui_backprop.experiments.csv_files.kinds import MOST_CLASSES
from tui_backprop.reading.numerals import counted

SOURCE = "data"
"""The name in errors of samples that have no file."""


def opened(data: Any) -> tuple[Opener, list[str]]:
    """What opens `data` whatever path is asked for, and the columns to be learned, if `data` says which.

    See `load_experiment` for what it may be. Raises `ExperimentError` where it is not a table.
    """
    names, rows, target = _table(data)
    file = TableFile(Path(SOURCE), Layout(True, ",", ".", "utf-8"), _text(names, rows))
    return lambda path, layout: file, target


def with_samples(experiment: Experiment) -> Experiment:
    """The experiment with its samples in its definition, instead of their source."""
    data = _listed(experiment.data)
    data |= {} if experiment.data.test is None else {"test": _samples(experiment.data.test)}
    return replace(experiment, definition={**experiment.definition, "data": data})


def _listed(data: Data) -> dict[str, Any]:
    return {**_samples(data), "names": list(data.input_names), "target_names": list(data.target_names)}


def _samples(data: Data) -> dict[str, Any]:
    return {"inputs": data.inputs, "targets": data.targets}


def _table(data: Any) -> tuple[list[str], Iterable[Sequence[Any]], list[str]]:
    """The data as (names of the columns, rows), and the columns to be learned where these are apart."""
    if hasattr(data, "columns") and hasattr(data, "__getitem__"):  # a data frame
        return [str(name) for name in data.columns], _columns([data[name] for name in data.columns]), []
    if isinstance(data, Mapping):
        return [str(name) for name in data], _columns(list(data.values())), []
    if (
        isinstance(data, tuple)
        and len(data) == 2
        and all(part.ndim in (1, 2) and part.size for part in map(_array, data))
    ):
        inputs, targets = map(_array, data)
        if len(inputs) != len(targets):
            message = f"{counted(len(inputs), 'input')}, but {counted(len(targets), 'target')}"
            raise _error(message, "the same number of both")
        parts = [part.reshape(len(part), -1) for part in (inputs, targets)]
        names, target = (
            [f"{name}{i + 1}" for i in range(part.shape[1])] for name, part in zip("xy", parts, strict=True)
        )
        if _are_classes(parts[1]):
            classes = np.array([f"y{i + 1:02}" if len(target) > 9 else f"y{i + 1}" for i in range(len(target))])
            parts[1], target = classes[parts[1].argmax(axis=1)][:, None], ["y"]  # in this order when they are sorted
        return [*names, *target], [[*a, *b] for a, b in zip(*(part.tolist() for part in parts), strict=True)], target
    rows = [row.tolist() if hasattr(row, "tolist") else row for row in data] if np.iterable(data) else []
    if rows and all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        return [str(name) for name in names], [[row.get(name) for name in names] for row in rows], []
    if not rows or not all(isinstance(row, Sequence) and not isinstance(row, str) for row in rows):
        raise _error(f"{type(data).__name__} is not a table", "rows of numbers, mappings, or a data frame")
    return [f"x{i + 1}" for i in range(len(rows[0]))], rows, []


def _are_classes(targets: NDArray[Any]) -> bool:
    """Whether each row of targets is 0 but for a single 1, and each column holds one: a class for each column."""
    if not 2 <= targets.shape[1] <= MOST_CLASSES or targets.dtype.kind not in "biuf":
        return False
    ones = targets == 1
    return bool((ones | (targets == 0)).all() and (ones.sum(axis=1) == 1).all() and ones.any(axis=0).all())


def _array(part: Any) -> NDArray[Any]:
    try:
        return np.asarray(part)
    except ValueError:
        raise _error("its rows differ in length", "rows of the same length") from None


def _columns(columns: list[Any]) -> Iterable[Sequence[Any]]:
    try:
        return list(zip(*map(list, columns), strict=True))
    except (TypeError, ValueError):
        raise _error("its columns differ in length", "lists of the same length") from None


def _text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(names)
    writer.writerows([_field(value) for value in row] for row in rows)
    return text.getvalue()


def _field(value: Any) -> str:
    """A value as in a file; whatever stands for a missing value is an empty field."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple | Mapping | np.ndarray | complex) or type(value) is object:
        raise _error(f"{quoted(str(value))} is not a number or text", "one value in each place")
    try:
        if value is None or value != value:  # NaN, and what stands for it
            return ""
    except TypeError:  # the NA of pandas is neither equal to itself nor not
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _error(message: str, expected: str) -> ExperimentError:
    return ExperimentError(SOURCE, "", message, expected)
