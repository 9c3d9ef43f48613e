"""Samples from files."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from tui_backprop.core.arrays import frozen
from tui_backprop.core.experiment import Data
from tui_backprop.errors import ExperimentError


def read_csv(path: Path, target: list[str] | None, outputs: int) -> Data:
    """Reads numbers separated by commas under a header of column names.

    The columns named in `target`, or else the last `outputs` ones, are the targets; all others are inputs.
    Raises `ExperimentError`, which names the line and the column.
    """
    name = str(path)
    lines = _lines(path)
    if len(lines) < 2:
        raise ExperimentError(name, "", "holds no samples", "a header line, then one sample a line")
    header = lines[0][1]
    if all(_is_number(name) for name in header):
        raise ExperimentError(name, "line 1", "holds numbers", "a header with the names of the columns")
    twice = next((column for index, column in enumerate(header) if column in header[:index]), None)
    if twice is not None:
        raise ExperimentError(name, "line 1", f"two columns are named {twice!r}", "a header of different names")
    targets = header[len(header) - outputs :] if target is None else target
    for column in targets:
        if column not in header:
            raise ExperimentError(name, "target", f"no column {column!r}", f"columns of the file: {', '.join(header)}")
    if len(targets) != outputs:
        raise ExperimentError(name, "target", f"{len(targets)} columns for {outputs} outputs", f"{outputs} columns")
    values = np.array([_numbers(name, header, number, row) for number, row in lines[1:]])
    last = [header.index(column) for column in targets]
    first = [index for index in range(len(header)) if index not in last]
    return Data(
        frozen(np.ascontiguousarray(values[:, first])),
        frozen(np.ascontiguousarray(values[:, last])),
        tuple(header[index] for index in first),
        tuple(targets),
    )


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """(line, fields) of every line that is not empty."""
    name = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [(reader.line_num, row) for reader in [csv.reader(file, strict=True)] for row in reader if row]
    except FileNotFoundError:
        raise ExperimentError(name, "", "no such file", "a CSV file") from None
    except UnicodeDecodeError:
        raise ExperimentError(name, "", "is not text in UTF-8", "a CSV file") from None
    except csv.Error as error:
        raise ExperimentError(name, "", f"is not valid CSV: {error}", "a header, then numbers") from None
    except (OSError, ValueError) as error:  # a path that no file can have is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise ExperimentError(name, "", f"cannot be read: {reason}", "a CSV file") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(name: str, header: list[str], line: int, row: list[str]) -> list[float]:
    if len(row) != len(header):
        raise ExperimentError(name, f"line {line}", f"{len(row)} fields", f"{len(header)}, as in the header")
    numbers = []
    for column, field in zip(header, row, strict=True):
        try:
            number = float(field)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ExperimentError(
                name, f"line {line}, column {column}", f"{field!r} is not a number", "a finite number"
            )
        numbers.append(number)
    return numbers
