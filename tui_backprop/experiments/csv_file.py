"""A CSV file as a table of numbers, its texts counted as classes; every mistake told with its line and column."""

from __future__ import annotations

import csv
import io
import math
import os
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment, Stamp
from tui_backprop.errors import ExperimentError, one_line
from tui_backprop.reading.disk import UnreadableError, check_ordinary, read_bytes

DELIMITERS = ",;\t|"
"""Tried in this order; the one that parts the first line into most fields is taken."""
LARGEST_FILE = 512 * 2**20
MOST_COLUMNS = 2048
MOST_CLASSES = 64
"""Different texts in a column."""
LONGEST_NAME = 60
_BEGINNING = 2**20
"""Characters in which the delimiter is looked for."""
_WATCHED = 1000
"""Rows from one look of whoever watches to the next."""
_MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})


Watch = Callable[[int], object]
"""Told the number of rows read so far; may raise, and so end the reading."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of a CSV file: `values` (rows, columns), in which a column of texts holds the number of its class.

    `classes` has for each column the texts that its numbers stand for, sorted; None for a column of numbers.
    """

    names: tuple[str, ...]
    values: Array
    classes: tuple[tuple[str, ...] | None, ...]


class CsvFile:
    """A file whose first lines have been read: the names of its columns, and which of them hold text."""

    watch: Watch | None = None
    """Who watches while tables are read."""

    def __init__(self, path: Path, header: bool | None, delimiter: str | None) -> None:
        """`header` and `delimiter` are found out where they are None. A first line without any number is a header."""
        self.path = path
        self._tables: dict[tuple[tuple[int, ...], frozenset[int]], Table] = {}
        self.stamp = stamp_of(path)
        self._text = _text_of(path)
        self._delimiter = delimiter or self._found_delimiter()
        rows = self._rows(headed=False)
        _, first = next(rows, (0, []))
        if not any(map(str.strip, first)):
            raise self.error("", "holds no samples", "a header line, then one sample a line")
        if len(first) > MOST_COLUMNS:
            raise self.error("line 1", f"{len(first):,} columns", f"at most {MOST_COLUMNS:,}")
        self._headed = not any(map(_is_number, first)) if header is None else header
        line, sample = next(rows, (0, [])) if self._headed else (1, first)
        if not sample:
            raise self.error("", "holds no samples", "a header line, then one sample a line")
        self.names = tuple(
            (self._headed and one_line(name.strip(), LONGEST_NAME)) or f"x{index + 1}"
            for index, name in enumerate(first)
        )
        twice = next((name for index, name in enumerate(self.names) if name in self.names[:index]), None)
        if twice is not None:
            raise self.error("line 1", f"two columns are named {twice!r}", "a header of different names")
        self.texts = {index for index, field in enumerate(sample) if not _is_number(field) and not _is_missing(field)}
        self._first_sample = line

    def error(self, where: str, message: str, expected: str) -> ExperimentError:
        """A mistake in the file."""
        return ExperimentError(str(self.path), where, message, expected)

    def read(self, columns: Sequence[int], as_classes: Collection[int] = ()) -> Table:
        """These columns of all rows. Columns of text, and those in `as_classes`, become classes."""
        key = (tuple(columns), frozenset(as_classes))
        if key not in self._tables:
            table = self._read(columns, as_classes)
            self._tables.clear()  # the latest is enough
            self._tables[key] = table
        return self._tables[key]

    def _read(self, columns: Sequence[int], as_classes: Collection[int]) -> Table:
        watch = self.watch or (lambda rows: None)
        codes: dict[int, dict[str, int]] = {i: {} for i in columns if i in self.texts or i in as_classes}
        unused = [index for index in range(len(self.names)) if index not in columns]
        values, lines, width = array("d"), array("q"), len(self.names)
        number = float if self._text.isascii() and "_" not in self._text else _strictly
        for line, row in self._rows(self._headed):
            if len(row) != width:
                like = "the header" if self._headed else "line 1"
                raise self.error(f"line {line}", f"{len(row)} fields", f"{width}, as in {like}")
            for index, known in codes.items():
                text = row[index].strip()
                code = known.get(text)
                if code is None:
                    code = known[text] = len(known)
                    self._check_class(line, index, text, known, forced=index not in self.texts)
                row[index] = code  # type: ignore[call-overload]  # float() takes it as well
            for index in unused:
                row[index] = "0"
            try:
                values.extend(map(number, row))
            except ValueError:
                index = next(i for i, field in enumerate(row) if isinstance(field, str) and _number(field) is None)
                raise self._not_a_number(line, index, row[index]) from None
            if len(lines) % _WATCHED == 0:
                watch(len(lines))
            lines.append(line)
        table = np.frombuffer(values, dtype=np.float64).reshape(-1, width)
        if not np.isfinite(table).all():
            place, column = (int(index[0]) for index in np.nonzero(~np.isfinite(table)))
            fields = next(fields for line, fields in self._rows(self._headed) if line == lines[place])
            raise self._not_a_number(lines[place], column, fields[column])
        return self._sorted(table.copy(), codes, columns)

    def _sorted(self, table: Array, codes: dict[int, dict[str, int]], columns: Sequence[int]) -> Table:
        classes: dict[int, tuple[str, ...]] = {}
        for index, known in codes.items():
            texts = sorted(known, key=_by_number_or_text)
            rank = np.empty(len(texts))
            rank[[known[text] for text in texts]] = np.arange(len(texts))
            table[:, index] = rank[table[:, index].astype(np.intp)]
            classes[index] = tuple(one_line(text, LONGEST_NAME) for text in texts)
        return Table(
            tuple(self.names[index] for index in columns),
            np.ascontiguousarray(table[:, columns]),
            tuple(classes.get(index) for index in columns),
        )

    def _check_class(self, line: int, index: int, text: str, known: dict[str, int], forced: bool) -> None:
        if _is_missing(text):
            raise self._mistake(line, index, f"{text!r}: the value is missing", "a value in every field")
        if not forced and _is_number(text):
            other = f"line {self._first_sample} has a text"
            raise self._mistake(line, index, f"{text!r} is a number, but {other}", "one kind of values in a column")
        if len(known) > MOST_CLASSES:
            raise self._mistake(line, index, f"more than {MOST_CLASSES} different texts", "numbers, or a few classes")

    def _not_a_number(self, line: int, index: int, field: str) -> ExperimentError:
        if _is_missing(field):
            return self._mistake(line, index, f"{field!r}: the value is missing", "a value in every field")
        return self._mistake(line, index, f"{field!r} is not a number", "a finite number")

    def _mistake(self, line: int, index: int, message: str, expected: str) -> ExperimentError:
        return self.error(f"line {line}, column {self.names[index]}", message, expected)

    def _found_delimiter(self) -> str:
        beginning = self._text[:_BEGINNING]

        def fields(delimiter: str) -> int:
            try:
                return len(next(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter, strict=True), []))
            except csv.Error:
                return 0

        return max(DELIMITERS, key=fields)

    def _rows(self, headed: bool) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line that is not empty, without the header."""
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True)
        skip = headed
        try:
            for row in reader:
                if row and not skip:
                    yield reader.line_num, row
                skip = skip and not row
        except csv.Error as error:
            where = f"line {reader.line_num}"
            raise self.error(where, f"is not valid CSV: {error}", "a header, then numbers") from None


def stamp_of(path: str | Path) -> Stamp | None:
    """What tells a file from what it was before, or from another in its place; None where there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def changed_file(experiment: Experiment) -> str:
    """What has become of the file of an experiment's samples since they were read, and its path; or nothing."""
    if experiment.data.stamp is None:
        return ""
    path = experiment.definition["data"]["csv"]
    stamp = stamp_of(path)
    if stamp == experiment.data.stamp:
        return ""
    return f"the file of its samples has {'gone' if stamp is None else 'changed'}: {one_line(path)}"


def ordinary(path: Path, header: bool | None, delimiter: str | None) -> CsvFile:
    """As `CsvFile`, but of a file that nobody has to wait for."""
    refuse_unless_ordinary(path, str(path))
    return CsvFile(path, header, delimiter)


def refuse_unless_ordinary(path: Path, source: str) -> None:
    """Raises `ExperimentError` for what is not a file, or would have to be waited for; `source` names it."""
    try:
        check_ordinary(path, "")
    except FileNotFoundError:
        raise ExperimentError(source, "", "no such file", "the path of a CSV file") from None
    except UnreadableError as error:
        raise ExperimentError(source, "", error.what, "the path of a CSV file") from None


def _text_of(path: Path) -> str:
    """The file's text, whatever it begins with; refuses what is no text and what is too large."""

    def mistake(where: str, message: str, expected: str = "a CSV file") -> ExperimentError:
        return ExperimentError(str(path), where, message, expected)

    try:
        data = read_bytes(path, LARGEST_FILE, "")
    except FileNotFoundError:
        raise mistake("", "no such file") from None
    except UnreadableError as error:
        raise mistake("", error.what) from None
    if (place := data.find(b"\0")) >= 0:
        line = 1 + data.count(b"\n", 0, place)
        raise mistake(f"line {line}", "holds a zero byte: is not text in UTF-8", "a CSV file in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise mistake(f"line {line}", "is not text in UTF-8", "a CSV file in UTF-8") from None


def _strictly(field: str | int) -> float:
    """As `float`, but of figures as files have them only: Python takes `1_000` and the digits of every script."""
    if isinstance(field, str) and ("_" in field or not field.isascii()):
        raise ValueError(field)
    return float(field)


def _number(text: str) -> float | None:
    try:
        return _strictly(text)
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return _number(text) is not None and not _is_missing(text)


def _is_missing(text: str) -> bool:
    return text.strip().lower() in _MISSING


def _by_number_or_text(text: str) -> tuple[float, str]:
    number = _number(text)
    return (math.inf if number is None or math.isnan(number) else number, text)
