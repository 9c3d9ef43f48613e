"""A table in a text file, as numbers; every mistake is reported with its line and column."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array
from tui_backprop.errors import ExperimentError, one_line
from tui_backprop.experiments.csv_files.delimiter import DELIMITER_NAMES
from tui_backprop.experiments.csv_files.dialect import Dialect, dialect_of
from tui_backprop.experiments.csv_files.kinds import (
    MOST_CLASSES,
    Kind,
    holds_days,
    holds_numbers,
    identifies_rows,
    kind_of_texts,
    numbers_rows,
)
from tui_backprop.experiments.csv_files.notation import (
    POINT,
    by_number_or_text,
    have_a_unit,
    is_like_number,
    is_missing,
    is_number,
    unit_of,
)
from tui_backprop.experiments.csv_files.rows import sample
from tui_backprop.experiments.csv_files.scan import Rows, Scan, Watch
from tui_backprop.experiments.csv_files.stamp import stamp_of
from tui_backprop.experiments.csv_files.text import refuse_unless_ordinary, shown_path, text_of

MOST_COLUMNS = 2048
LONGEST_NAME = 200
_BLAMED = 3
"""The most columns that are named where most rows are left out."""


@dataclass(frozen=True)
class Layout:
    """What the user says about a file; None means that it is detected."""

    header: bool | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None


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


class TableFile:
    """A file whose layout is known. Its rows are read on demand, and kept."""

    watch: Watch | None = None
    """Called while rows are read."""
    _kinds: tuple[Kind, ...] = ()

    def __init__(self, path: Path, layout: Layout = Layout(), text: str | None = None) -> None:
        """Raises `ExperimentError` where the file cannot be read, holds nothing, or is not a table.

        `text` is what is in it, if that is known.
        """
        self.path, self._cache = path, dict[object, Scan | list[str]]()
        self._tables: dict[object, Table] = {}
        self.stamp = stamp_of(path) if text is None else None
        self._text = text_of(path, layout.encoding) if text is None else text
        dialect = dialect_of(self._text, layout.header, layout.delimiter, layout.decimal)
        if dialect is None:
            raise self._no_samples(layout)
        self.dialect: Dialect = dialect
        width = len(dialect.names) or dialect.width
        if width > MOST_COLUMNS:
            raise self.error(self._top, f"{width:,} columns", f"at most {MOST_COLUMNS:,}")
        self.names = self._named(dialect)
        self._beginning = [row for _, row in self._sampled() if len(row) == len(self.names)]
        columns = [[row[index] for row in self._beginning] for index in range(len(self.names))]
        self._numeric = list(map(holds_numbers, columns))
        self._numbers = [index for index, numeric in enumerate(self._numeric) if numeric]
        if not self._beginning:
            self._check_first_rows(layout)

    @property
    def _top(self) -> str:
        return f"line {self.dialect.header or self.dialect.skipped + 1}"

    def error(self, where: str, message: str, expected: str) -> ExperimentError:
        """A mistake in the file."""
        return ExperimentError(shown_path(self.path), where, message, expected)

    def _no_samples(self, layout: Layout) -> ExperimentError:
        if not self._text.strip():
            return self.error("", "is empty", "a header line, then one sample a line")
        if layout.delimiter is not None:
            name = DELIMITER_NAMES.get(layout.delimiter, layout.delimiter)
            return self.error(
                "delimiter", f"the file has no columns separated by {name}", "what separates them, or detected"
            )
        return self.error("", "has no samples", "a header line, then one sample a line")

    def _named(self, dialect: Dialect) -> tuple[str, ...]:
        given = [_shown(name) for name in dialect.names] or [""] * dialect.width
        if all(len(name) > 1 and name[0] == name[-1] == "'" for name in given):
            given = [name[1:-1] for name in given]
        twice = next((name for index, name in enumerate(given) if name and name in given[:index]), None)
        if twice is not None:
            raise self.error(self._top, f"two columns are named {twice!r}", "a header of different names")
        taken, names = set(given), []
        for place, name in enumerate(given, 1):
            own = name or f"x{place}"
            while not name and own in taken:
                own += "_"
            names.append(own)
            taken.add(own)
        self._unnamed = {index for index, name in enumerate(given) if not name} if dialect.names else set[int]()
        return tuple(names)

    def _sampled(self) -> list[tuple[int, list[str]]]:
        return sample(self._text, self.dialect.delimiter, self.dialect.skipped)

    def _check_first_rows(self, layout: Layout) -> None:
        """Raises for a file without a row as wide as the first, and says why."""
        for _ in self._rows.fields():
            return
        raise self._no_samples(layout)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What each column holds. Texts are compared over all rows."""
        if not self._kinds:  # in Python 3.11 a `cached_property` waits for a thread that is just reading the rows
            self._kinds = tuple(map(self._kind, range(len(self.names))))
        return self._kinds

    def _kind(self, index: int) -> Kind:
        if index == 0 and self.dialect.row_names:
            return Kind.INDEX
        scan = self._scan  # by now it is known what columns hold that begin far down
        if not self._numeric[index]:
            return kind_of_texts(scan.texts[index], index not in self._unnamed)
        named = "" if index in self._unnamed else self.names[index]
        fields = [row[index] for row in self._beginning]
        if index == 0 and numbers_rows(named, fields[:100]):
            return Kind.INDEX
        if holds_days(fields):
            return Kind.DATES
        if identifies_rows(named, scan.numbers[:, self._numbers.index(index)]):
            return Kind.NAMES
        return Kind.NUMBER

    def why_left_out(self, index: int) -> str:
        """The reason why nothing can be learned from a column; empty if something can."""
        kind = self.kinds[index]
        if kind is Kind.UNITS:
            row, field = next((row, text) for row, text in enumerate(self._scan.texts[index]) if unit_of(text))
            return f"{kind}: line {self._scan.lines[row]:.0f}, {_shown(field)!r}"
        return str(kind) if kind.is_left_out else ""

    def begins_with_zeros(self, index: int) -> bool:
        """Whether a column's numbers are whole and begin with a zero, as codes do."""
        fields = [field for row in self._beginning if not is_missing(field := row[index].strip(), True)]
        return all(map(str.isdecimal, fields)) and any(len(field) > 1 and field[0] == "0" for field in fields)

    @property
    def texts(self) -> set[int]:
        """The columns that do not hold numbers."""
        return {index for index, numeric in enumerate(self._numeric) if not numeric}

    def has_numbers_in_texts(self, index: int) -> bool:
        """Whether some values in a column of texts are numbers."""
        return any(map(is_number, set(self._scan.texts[index])))

    @property
    def layout(self) -> str:
        """What was detected in the file, in a line."""
        dialect = self.dialect
        parts = [
            f"columns separated by {DELIMITER_NAMES.get(dialect.delimiter, dialect.delimiter)}",
            _SIGNS[(dialect.notation or POINT).decimal].removeprefix("a "),
            f"header in line {dialect.header}" if dialect.header else "no header",
            *(f"above it {text!r}" for text in map(_shown, filter(None, dialect.above[:1]))),
            *(f"below it {text!r}" for text in map(_shown, dialect.below[:1])),
        ]
        return f"{Path(shown_path(self.path)).name}: {len(self):,} rows; {', '.join(parts)}"

    def __len__(self) -> int:
        return len(self._scan.lines)

    def read(self, columns: Sequence[int], as_classes: Collection[int] = (), drop: bool = False) -> Table:
        """These columns. Columns of text, and those in `as_classes`, become classes.

        A row in which one of their values is missing is left out if `drop`, else refused.
        """
        key = (tuple(columns), frozenset(as_classes), drop)
        if key not in self._tables:
            table = self._read(columns, as_classes, drop)
            self._tables.clear()  # the latest is enough
            self._tables[key] = table
        return self._tables[key]

    def _read(self, columns: Sequence[int], as_classes: Collection[int], drop: bool) -> Table:
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
            raise self.error("", "no row is complete", "at least one row with a value in every field")
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
                texts[index] = tuple(map(_shown, known))
        names = tuple(self.names[index] for index in columns)
        return Table(names, table, tuple(map(texts.get, columns)), len(self) - len(kept))

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
            count, rows = int(np.isnan(self._scan.numbers[:, self._numbers.index(index)]).sum()), len(self)
            most = f"; {count:,} of {rows:,} rows lack it: perhaps leave the column out, f3" if count * 2 > rows else ""
            return self._mistake(line, index, f"{field!r}: the value is missing", _COMPLETE + most)
        notation, expected = self.dialect.notation, f"a finite number, or NA for a value that is missing{_OTHERWISE}"
        if notation is None or notation.may_be_grouped(field):
            return self._mistake(line, index, f"{field!r} can be read in two ways", _SIGN_OR_NOT)
        if notation.number(field) is not None:
            expected = f"a number up to {sys.float_info.max:.1e}"
        elif is_number(field):
            expected = f"a number with {_SIGNS[notation.decimal]}"
        return self._mistake(line, index, f"{field!r} is not a number", expected)

    def _mistake(self, line: int, index: int, message: str, expected: str) -> ExperimentError:
        return self.error(f"line {line}, column {self.names[index]}", message, expected)

    @property
    def _rows(self) -> Rows:
        return Rows(self._text, self.dialect, self._numbers, self.watch or (lambda rows: None), self.error)

    def _fields(self, index: int) -> list[str]:
        """All fields of a column, as texts."""
        if index in self._scan.texts:
            return self._scan.texts[index]
        if index not in self._cache:
            self._cache[index] = [row[index].strip() for _, row in self._rows.fields()]
        return self._cache[index]  # type: ignore[return-value]

    @property
    def _scan(self) -> Scan:
        if "scan" not in self._cache:
            scan = self._rows.scan()
            if late := [index for index, fields in scan.texts.items() if self._is_late(index, fields)]:
                for index in late:
                    self._numeric[index] = True
                self._numbers[:] = [index for index, numeric in enumerate(self._numeric) if numeric]
                scan = self._rows.scan()
            self._cache["scan"] = scan
        return self._cache["scan"]  # type: ignore[return-value]

    def _is_late(self, index: int, fields: Sequence[str]) -> bool:
        """Whether a column holds numbers, but none in the beginning, by which columns are judged."""
        judged = any(not is_missing(row[index], among_numbers=True) for row in self._beginning)
        return not judged and holds_numbers(list(dict.fromkeys(fields)))


def ordinary(path: Path, layout: Layout) -> TableFile:
    """As `TableFile`, but only for a regular file, which never has to be waited for."""
    refuse_unless_ordinary(path, str(path))
    return TableFile(path, layout)


JOINER, NON_JOINER = "\u200d", "\u200c"
_COMPLETE = (
    'a value in every field; to leave such rows out: "missing values" in the set-up, --missing drop, '
    'or missing = "drop" in [data]'
)
_OTHERWISE = "; to leave the column out or make it classes: f3 in the set-up, or columns and classes in [data]"
_ANOTHER = "; to leave it out or learn another: f3 in the set-up, or columns and target in [data]"
_SIGN_OR_NOT = '"decimal sign" in the set-up, or decimal = "," or decimal = "." in [data]'
_SIGNS = {".": "a decimal point", ",": "a decimal comma"}


def _shown(name: str) -> str:
    """A name as it is shown: its letters composed, every blank a plain one, nothing that could move a cursor.

    What keeps letters apart stays, since some scripts are spelled with it.
    """
    blank = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", name.strip()))
    parts = blank.replace(JOINER, "")[:LONGEST_NAME].split(NON_JOINER)
    return NON_JOINER.join(one_line(part, LONGEST_NAME) for part in parts)
