"""Columns of a file's rows as numbers and classes; what is wrong with a value is reported with its line and column."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array
from tui_backprop.errors import ExperimentError, one_line
from tui_backprop.experiments.csv_files.kinds import MOST_CLASSES
from tui_backprop.experiments.csv_files.notation import (
    Notation,
    by_number_or_text,
    have_a_unit,
    is_like_number,
    is_missing,
    is_number,
)
from tui_backprop.experiments.csv_files.scan import Scan
from tui_backprop.reading.numerals import counted

LONGEST_NAME = 200
_BLAMED = 3
"""The most columns that are named where most rows are left out."""
JOINER, NON_JOINER = "\u200d", "\u200c"
_COMPLETE = (
    'a value in every field; to leave such rows out: "missing values" in the set-up, --missing drop, '
    'or missing = "drop" in [data]'
)
_OTHERWISE = "; to leave the column out or make it classes: f3 in the set-up, or columns and classes in [data]"
_ANOTHER = "; to leave it out or learn another: f3 in the set-up, or columns and target in [data]"
_SIGN_OR_NOT = '"decimal sign" in the set-up, or decimal = "," or decimal = "." in [data]'
SIGNS = {".": "a decimal point", ",": "a decimal comma"}


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of a file: `values` (rows, columns), in which a column of texts holds the number of its class.

    `classes` has for each column the texts that its numbers stand for, sorted; None for a column of numbers.
    `dropped` rows have been left out because a value is missing in them: in `missing` rows, for each column.
    """

    names: tuple[str, ...]
    values: Array
    classes: tuple[tuple[str, ...] | None, ...]
    dropped: int = 0
    missing: tuple[int, ...] = ()

    @property
    def reason(self) -> str:
        """Why rows have been left out: where it is most of them, the columns in which most values are missing."""
        rows = len(self.values) + self.dropped
        if self.dropped * 2 <= rows:
            return "a value is missing"
        pairs = sorted(zip(self.missing, self.names, strict=True), key=lambda pair: -pair[0])[:_BLAMED]
        most = [
            f"{name} {'in' if place else 'is missing in'} {100 * count / rows:.0f} %"
            for place, (count, name) in enumerate(pairs)
            if count * 2 >= pairs[0][0]
        ]
        return f"{', '.join(most)}; leave such columns out to keep the rows"


class TableReader:
    """Makes tables of a file that has been scanned; `numbers` are its columns of numbers."""

    def __init__(
        self,
        scan: Scan,
        numbers: Sequence[int],
        names: Sequence[str],
        notation: Notation | None,
        fields: Callable[[int], list[str]],
        error: Callable[[str, str, str], ExperimentError],
    ) -> None:
        """`fields` gives all fields of a column as texts; `error` reports a mistake: where, what, what is expected."""
        self._scan, self._numbers, self._names, self._notation = scan, list(numbers), names, notation
        self._fields, self._error = fields, error

    def read(self, columns: Sequence[int], as_classes: Collection[int], drop: bool) -> Table:
        """See `TableFile.read`."""
        scan, places = self._scan, {index: place for place, index in enumerate(self._numbers)}
        classes = {index: self._fields(index) for index in columns if index not in places or index in as_classes}
        numbers = [index for index in columns if index not in classes]
        values = scan.numbers
        if numbers != self._numbers:
            values = values[:, [places[index] for index in numbers]]
        odd = np.isnan(values)
        missing = np.zeros(len(values), dtype=bool)
        counts = dict(zip(numbers, odd.sum(axis=0).tolist(), strict=True)) if drop else {}
        for row in np.flatnonzero(odd.any(axis=1)).tolist():
            field = {index: scan.odd[row, index] for index, bad in zip(numbers, odd[row], strict=True) if bad}
            index = next((i for i, text in field.items() if not is_missing(text, among_numbers=True)), None)
            if index is not None or not drop:
                index = next(iter(field)) if index is None else index
                self._check_classes(classes, as_classes, row)
                raise self._not_a_number(int(scan.lines[row]), index, field[index])
            missing[row] = True
        for index in filter(scan.marks.__contains__, numbers):
            self._check_marks(index, scan.numbers[:, places[index]])
        for index, fields in classes.items() if drop else ():
            lacks = np.fromiter(map(is_missing, fields), bool, len(fields))
            missing, counts[index] = missing | lacks, int(lacks.sum())
        kept = np.flatnonzero(~missing)
        if not len(kept):
            raise self._error("", "no row is complete", "at least one row with a value in every field")
        self._check_classes(classes, as_classes, len(missing), missing)
        table = self._coded(columns, classes, values, kept)
        return replace(table, missing=tuple(counts[index] for index in columns)) if table.dropped else table

    def _coded(
        self, columns: Sequence[int], classes: dict[int, list[str]], numbers: Array, kept: NDArray[np.intp]
    ) -> Table:
        numbers = numbers if len(kept) == len(numbers) else numbers[kept]
        table, texts = numbers, dict[int, tuple[str, ...]]()
        if classes:
            table = np.empty((len(kept), len(columns)))
            places = [place for place, index in enumerate(columns) if index not in classes]
            first = places == list(range(len(places)))  # faster
            table[:, slice(len(places)) if first else places] = numbers
        for place, index in enumerate(columns):
            if index in classes:
                fields = [unicodedata.normalize("NFC", classes[index][row]) for row in kept.tolist()]
                known = sorted(set(fields), key=by_number_or_text)
                code = {text: number for number, text in enumerate(known)}
                table[:, place] = [code[field] for field in fields]
                texts[index] = tuple(map(shown_name, known))
        names = tuple(self._names[index] for index in columns)
        return Table(names, table, tuple(map(texts.get, columns)), len(self._scan.lines) - len(kept))

    def _check_marks(self, index: int, values: Array) -> None:
        """Raises where only some of a column's numbers have a percent sign or a currency, or not all the same."""
        marks, rows = self._scan.marks[index], np.flatnonzero((values != 0) & ~np.isnan(values)).tolist()
        other = next((row for row in rows if marks.get(row) != marks.get(rows[0])), None)
        if other is not None:
            fields, lines = self._fields(index), self._scan.lines
            message = f"{fields[other]!r}, but line {lines[rows[0]]:.0f} has {fields[rows[0]]!r}"
            raise self._mistake(int(lines[other]), index, message, f"one unit in a column{_OTHERWISE}")

    def _check_classes(
        self, classes: dict[int, list[str]], forced: Collection[int], rows: int, dropped: Array | None = None
    ) -> None:
        """Raises for the first of the rows in which a class is missing, is a number, or is one too many."""
        first: tuple[int, int, str, str] | None = None
        for index, fields in classes.items():
            known: set[str] = set()
            for row, field in enumerate(fields[: rows if first is None else first[0]]):
                if field in known or (dropped is not None and dropped[row]):
                    continue
                known.add(field)
                wrong = self._wrong_class(index, row, field, len(known), forced=index in forced)
                if wrong is not None:
                    first = (row, index, *wrong)
                    break
        if first is not None:
            raise self._mistake(int(self._scan.lines[first[0]]), *first[1:])

    def _wrong_class(self, index: int, row: int, field: str, known: int, forced: bool) -> tuple[str, str] | None:
        if is_missing(field):
            return f"{field!r}: the value is missing", _COMPLETE
        if not forced and is_number(field):
            line = next(
                line
                for line, text in zip(self._scan.lines, self._fields(index), strict=True)
                if not is_like_number(text)
            )
            return f"{field!r} is a number, but line {line:.0f} has text", f"one kind of value in a column{_OTHERWISE}"
        if known > MOST_CLASSES:
            return (
                f"more than {MOST_CLASSES} different texts",
                f"numbers or a few classes{_ANOTHER}",
            )
        if " #" in field and field.partition(" #")[0].rstrip() in self._fields(index):
            return f"{field!r} ends in a comment", "comments in lines of their own"
        if not forced and row == 0 and have_a_unit(self._fields(index)):
            return f"{field!r} is a number with a unit", f"numbers only{_OTHERWISE}"
        return None

    def _not_a_number(self, line: int, index: int, field: str) -> ExperimentError:
        if is_missing(field, among_numbers=True):
            count, rows = int(np.isnan(self._scan.numbers[:, self._numbers.index(index)]).sum()), len(self._scan.lines)
            most = (
                f"; {count:,} of {counted(rows, 'row')} lack it: perhaps leave the column out, f3"
                if count * 2 > rows
                else ""
            )
            return self._mistake(line, index, f"{field!r}: the value is missing", _COMPLETE + most)
        notation, expected = self._notation, f"a finite number, or NA for a value that is missing{_OTHERWISE}"
        if notation is None or notation.may_be_grouped(field):
            return self._mistake(line, index, f"{field!r} can be read in two ways", _SIGN_OR_NOT)
        if notation.number(field) is not None:
            expected = f"a number up to {sys.float_info.max:.1e}"
        elif is_number(field):
            expected = f"a number with {SIGNS[notation.decimal]}"
        return self._mistake(line, index, f"{field!r} is not a number", expected)

    def _mistake(self, line: int, index: int, message: str, expected: str) -> ExperimentError:
        return self._error(f"line {line}, column {self._names[index]}", message, expected)


def shown_name(name: str) -> str:
    """A name as it is shown: its letters composed, every blank a plain one, nothing that could move a cursor.

    What keeps letters apart stays, since some scripts are spelled with it.
    """
    blank = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", name.strip()))
    parts = blank.replace(JOINER, "")[:LONGEST_NAME].split(NON_JOINER)
    return NON_JOINER.join(one_line(part, LONGEST_NAME) for part in parts)
