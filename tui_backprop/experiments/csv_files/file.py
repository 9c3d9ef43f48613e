"""A file of samples, opened: how it is laid out, and what its columns hold. Mistakes name their line and column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.csv_files.delimiter import DELIMITER_NAMES
from tui_backprop.experiments.csv_files.dialect import Dialect, dialect_of
from tui_backprop.experiments.csv_files.kinds import (
    Kind,
    holds_days,
    holds_numbers,
    identifies_rows,
    kind_of_texts,
    numbers_rows,
)
from tui_backprop.experiments.csv_files.notation import (
    POINT,
    is_missing,
    is_number,
    unit_of,
)
from tui_backprop.experiments.csv_files.rows import sample
from tui_backprop.experiments.csv_files.scan import Rows, Scan, Watch
from tui_backprop.experiments.csv_files.stamp import stamp_of
from tui_backprop.experiments.csv_files.table import SIGNS, Table, TableReader, shown_name
from tui_backprop.experiments.csv_files.text import refuse_unless_ordinary, shown_path, text_of
from tui_backprop.reading.numerals import counted

MOST_COLUMNS = 2048


@dataclass(frozen=True)
class Layout:
    """What the user says about a file; None means that it is detected."""

    header: bool | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None


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
        given = [shown_name(name) for name in dialect.names] or [""] * dialect.width
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
            return f"{kind}: line {self._scan.lines[row]:.0f}, {shown_name(field)!r}"
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
            SIGNS[(dialect.notation or POINT).decimal].removeprefix("a "),
            f"header in line {dialect.header}" if dialect.header else "no header",
            *(f"above it {text!r}" for text in map(shown_name, filter(None, dialect.above[:1]))),
            *(f"below it {text!r}" for text in map(shown_name, dialect.below[:1])),
        ]
        return f"{Path(shown_path(self.path)).name}: {counted(len(self), 'row')}; {', '.join(parts)}"

    def __len__(self) -> int:
        return len(self._scan.lines)

    def read(self, columns: Sequence[int], as_classes: Collection[int] = (), drop: bool = False) -> Table:
        """These columns. Columns of text, and those in `as_classes`, become classes.

        A row in which one of their values is missing is left out if `drop`, else refused.
        """
        key = (tuple(columns), frozenset(as_classes), drop)
        if key not in self._tables:
            scan = self._scan  # first: it may find more columns of numbers
            notation = self.dialect.notation
            reader = TableReader(scan, self._numbers, self.names, notation, self._fields, self.error)
            table = reader.read(columns, as_classes, drop)
            self._tables.clear()  # the latest is enough
            self._tables[key] = table
        return self._tables[key]

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
