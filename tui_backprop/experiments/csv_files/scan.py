"""All rows of a table: plain numbers are read by NumPy, everything else field by field."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.errors import ExperimentError, one_line
from tui_backprop.experiments.csv_files.dialect import Dialect
from tui_backprop.experiments.csv_files.notation import COMMA, POINT, mark_of
from tui_backprop.experiments.csv_files.rows import BLANK, rows

_WATCHED = 1000
"""Rows between two calls of the watcher."""

_SHOWN = 60
"""The most characters of a field that an error shows."""
_BARE = frozenset("0123456789")
"""How a number begins and ends that has nothing beside it."""
_QUOTED = 'each quotation mark inside quotes twice, as in "5"" pipe"'

Watch = Callable[[int], object]
"""Called with the number of rows read so far; may raise to end the reading."""


@dataclass(frozen=True, eq=False)
class Scan:
    """All rows: their lines, the columns of numbers (rows, columns), and those of texts.

    A number is NaN where the field, at (row, column of the file) in `odd`, is none. `marks` has for a column the rows
    whose numbers have a percent sign or a currency, and which.
    """

    lines: Array
    numbers: Array
    texts: dict[int, list[str]]
    odd: dict[tuple[int, int], str]
    marks: dict[int, dict[int, str]]


def _lines(text: str) -> Iterable[str]:
    """The lines with their ends, of which Python knows more than a file does; of most texts it has them fast."""
    if text.isascii() and not any(end in text for end in "\v\f\x1c\x1d\x1e"):
        return text.splitlines(keepends=True)
    return io.StringIO(text, newline="")


def _is_comment(row: Sequence[str]) -> bool:
    """Whether a row of another width than the table's is a comment."""
    return row[0].startswith("#") and (len(row) == 1 or row[0][1:2] in ("", BLANK))


class Rows:
    """Reads the rows of `text`, in which the columns `numbers` hold numbers and the others hold texts.

    `watch` is called with the progress; `error` makes an error at a place of the file.
    """

    def __init__(
        self,
        text: str,
        dialect: Dialect,
        numbers: Sequence[int],
        watch: Watch,
        error: Callable[[str, str, str], ExperimentError],
    ) -> None:
        self._text, self._dialect, self._numbers = text, dialect, list(numbers)
        self._watch, self._error = watch, error
        self._width = len(dialect.names) or dialect.width
        self._texts = [index for index in range(self._width) if index not in numbers]

    def scan(self) -> Scan:
        """Reads all rows; raises for a row of another width, and for what is not CSV."""
        return self._quickly() or self._row_by_row()

    def _quickly(self) -> Scan | None:
        """Reads by NumPy's own reader, which knows plain numbers only; None where quotes or widths rule that out."""
        skip, watch, odd = self._dialect.skipped, self._watch, dict[tuple[int, int], str]()
        marks = dict[int, dict[int, str]]()
        text = iter(_lines(self._text))
        head = "".join(islice(text, skip))
        if head.count('"') % 2 or (self._dialect.delimiter == "," and self._dialect.notation == COMMA):
            return None
        lines, parts, texts = array("q"), list[Array](), {index: list[str]() for index in self._texts}
        after = skip + 1
        while chunk := list(islice(text, _WATCHED)):
            watch(len(lines))
            places: Sequence[int] = range(after, after + len(chunk))
            after += len(chunk)
            if any(map(str.isspace, chunk)):
                full = [not line.isspace() for line in chunk]
                chunk, places = list(compress(chunk, full)), list(compress(places, full))
            part = self._plain_numbers(chunk) if chunk else np.empty((0, len(self._numbers)))
            if part is None or texts:
                rows = self._split(chunk, last_only=part is not None)
                if rows is None:
                    return None
                if part is None:
                    full = [any(map(str.strip, row)) for row in rows]
                    places, rows = list(compress(places, full)), list(compress(rows, full))
                    part = np.array(
                        [self._numbers_in(row, len(lines) + place, odd, marks) for place, row in enumerate(rows)]
                    )
                    part = part.reshape(len(rows), len(self._numbers))
                for index, column in texts.items():
                    column.extend([row[index - self._width].strip() for row in rows])
            parts.append(part)
            lines.extend(places)
        numbers = np.concatenate(parts) if parts else np.empty((0, len(self._numbers)))
        return Scan(np.frombuffer(lines, dtype=np.int64), numbers, texts, odd, marks)

    def _split(self, lines: list[str], last_only: bool) -> list[list[str]] | None:
        """The fields of lines; None where they are more or fewer, or quoted in other ways than as a whole.

        If `last_only`, of the last column alone where no other holds texts.
        """
        delimiter, width = self._dialect.delimiter, self._width
        if last_only and self._texts == [width - 1] and delimiter != BLANK and width > 1:  # as in most files
            rows = [[line[line.rfind(delimiter) + 1 :]] for line in lines]
            alike = all(line.count(delimiter) == width - 1 for line in lines)
        else:
            rows = [line.split(None if delimiter == BLANK else delimiter) for line in lines]
            alike = all(len(row) == width for row in rows)
        quoted = any('"' in line for line in lines)
        return rows if alike and (not quoted or self._unquote(lines, rows)) else None

    @staticmethod
    def _unquote(lines: list[str], rows: list[list[str]]) -> bool:
        """Takes plain quotation marks off the fields; whether there are no others in the lines."""
        marks = 0
        for row in rows:
            for place, field in enumerate(row):
                if '"' in field:
                    bare = field.strip()
                    if len(bare) < 2 or bare[0] != '"' or bare[-1] != '"' or '"' in bare[1:-1]:
                        return False
                    marks += 2
                    row[place] = bare[1:-1].strip()
        return marks == sum(line.count('"') for line in lines)

    def _numbers_in(
        self, row: list[str], place: int, odd: dict[tuple[int, int], str], marks: dict[int, dict[int, str]]
    ) -> list[float]:
        """The numbers of a row; a field that is none is NaN, and noted in `odd`."""
        found = []
        for index in self._numbers:
            field = row[index].strip()
            number = self._number(field)
            found.append(number)
            if number != number:
                odd[place, index] = field
            elif not (field[0] in _BARE and field[-1] in _BARE) and (mark := mark_of(field)):
                marks.setdefault(index, {})[place] = mark
        return found

    def _plain_numbers(self, lines: list[str]) -> Array | None:
        """The columns of numbers in these lines; None if one of them is more than a plain number."""
        if self._dialect.notation == COMMA:
            if any("." in line for line in lines):
                return None
            lines = [line.replace(",", ".") for line in lines]
        if not self._text.isascii():
            lines = [line.replace("−", "-") for line in lines]
        some = self._numbers if self._texts else None
        between = None if self._dialect.delimiter == BLANK else self._dialect.delimiter
        try:
            found = np.loadtxt(lines, delimiter=between, usecols=some, comments=None, ndmin=2)
        except ValueError:
            return None
        return found if found.shape == (len(lines), len(self._numbers)) and np.isfinite(found).all() else None

    def _row_by_row(self) -> Scan:
        """Reads whatever the file holds; raises for a row of another width."""
        is_ascii = self._text.isascii() and "_" not in self._text and self._dialect.notation == POINT
        lines, values, texts = array("q"), array("d"), {index: list[str]() for index in self._texts}
        columns, odd, marks = list(texts.items()), dict[tuple[int, int], str](), dict[int, dict[int, str]]()
        for line, row in self.fields():
            try:
                found = [float(row[index]) for index in self._numbers] if is_ascii else [np.nan]
            except ValueError:
                found = [np.nan]
            if not -np.inf < sum(found) < np.inf:  # also where float() alone knows a number
                found = self._numbers_in(row, len(lines), odd, marks)
            values.extend(found)
            for index, column in columns:
                column.append(row[index].strip())
            lines.append(line)
        table = np.frombuffer(values, dtype=np.float64).reshape(len(lines), len(self._numbers))
        return Scan(np.frombuffer(lines, dtype=np.int64), table, texts, odd, marks)

    def _number(self, field: str) -> float:
        """The number in a field; NaN where there is none."""
        notation = self._dialect.notation
        if not field or (notation is None and "," in field):
            return np.nan
        plain = field.replace(",", ".") if notation == COMMA and "." not in field else field
        if (notation == POINT or plain is not field) and field.isascii() and "_" not in field:
            try:
                found = float(plain)  # faster
            except ValueError:
                found = np.nan
            if -np.inf < found < np.inf:
                return found
        number = (notation or POINT).number(field)
        return np.nan if number is None or np.isinf(number) else number

    def fields(self) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every sample; raises for a row of another width, and for what is not CSV."""
        watch, width, count = self._watch, self._width, 0
        try:
            for line, row in rows(self._text, self._dialect.delimiter, self._dialect.skipped):
                if len(row) != width:
                    if _is_comment(row):
                        continue
                    raise self._ragged(line, row)
                if count % _WATCHED == 0:
                    watch(count)
                count += 1
                yield line, row
        except csv.Error as error:
            message, line = error.args
            raise self._error(f"line {line}", f"is not valid CSV: {message}", _QUOTED) from None

    def _ragged(self, line: int, row: list[str]) -> ExperimentError:
        width, dialect = self._width, self._dialect
        if width != dialect.width == len(row):
            message = f"{width} fields, but the lines below have {len(row)}"
            return self._error(f"line {dialect.header}", message, "the same number in each line" + self._commas(row))
        fields = f"{len(row)} fields" if len(row) != 1 else f"1 field, {one_line(row[0].strip(), _SHOWN)!r}"
        like = f"{width}, as in {'the header' if dialect.header else 'most lines'}"
        if len(row) == 1:
            like += "; delete what is not part of the table"
        elif dialect.delimiter == BLANK:
            like += "; blanks separate them"
        first = line == (dialect.header or 0) + 1
        return self._error(f"line {line}", fields, like + (self._commas(row) if first else ""))

    def _commas(self, row: list[str]) -> str:
        """A remark where decimal commas explain a row's surplus fields: each splits a number into two of digits."""
        surplus, digits = len(row) - self._width, sum(field.strip().lstrip("-−+").isdigit() for field in row)
        if self._dialect.delimiter != "," or not self._dialect.header or not 0 < 2 * surplus <= digits:
            return ""
        return "; if these are decimal commas, separate the columns with another character, such as ;"
