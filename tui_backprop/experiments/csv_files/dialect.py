"""How a text is laid out as a table: its delimiter, where its rows begin, and whether they have a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from tui_backprop.experiments.csv_files.delimiter import DELIMITERS, delimiter_of, separator_line
from tui_backprop.experiments.csv_files.notation import Notation, is_missing, is_number, notation_of
from tui_backprop.experiments.csv_files.rows import BEGINNING, BLANK, MOST_TITLES, Row, head, rows, sample, width_of

_COMMENTS = "#"
_YEARS = range(1500, 2200)
_UNIT = re.compile(
    r"[(\[].*[)\]]|%|°[CF]?|(?:[kMmcdµμn]?(?:m|g|s|l|L|Hz|V|A|W|Wh|J|N|Pa|mol)|in|ft|kt|K)[²³23]?(?:/.+)?"
)
"""A unit, by itself enough to be one."""


@dataclass(frozen=True)
class Dialect:
    """The layout that was found: `skipped` lines come before the first sample; the header is in line `header`, or 0.

    `notation` is None where the file's numbers can be read in two ways. `names` are the header's fields as they are,
    none where it has no header; most rows have `width` fields. `above` and `below` the header are the lines of text
    that were passed over.
    """

    delimiter: str
    notation: Notation | None
    skipped: int
    header: int
    names: tuple[str, ...]
    width: int
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    row_names: bool = False
    """Whether the first column has no name because it names the rows, as R writes it."""


def dialect_of(text: str, header: bool | None, delimiter: str | None, decimal: str | None) -> Dialect | None:
    """The layout that suits the text best; given parts are taken as given. None if the text has no row at all."""
    skipped, delimiter = separator_line(text, delimiter)
    comments = _comments(text, skipped)
    first = skipped + len(comments)
    delimiter = delimiter or delimiter_of(text, first)
    found = sample(text, delimiter, first)
    if not found:
        return None
    if len(found) == 1:
        with suppress(csv.Error):
            found = [next(rows(text, delimiter, first))]  # the whole of it, however long it is
    width = width_of(found)
    titles = _titles(found, width)
    if header is None and not titles:
        titles = _counts_of_samples(text, found, width)
    if header is not False:
        titles += _prose(text, found[len(titles) :], width, delimiter)
    above, below = comments + titles, list[str]()
    skipped = found[len(titles) - 1][0] if titles else first
    found = found[len(titles) :]
    if not found:
        return None
    if len(found[0][1]) > width:  # delimiters may end the header only
        found[0] = (found[0][0], _without_blanks(found[0][1], width))
    line, top = found[0]
    line -= "".join(top).count("\n")
    commented = _commented(comments, delimiter, width) if header is not False and any(map(is_number, top)) else ()
    if commented:
        line, names, above = first, commented, comments[:-1] + titles
    else:
        body = [row for _, row in found[1:] if len(row) == width]
        names = tuple(_extended(top, body, width))
        if header is None:
            header = len(top) < len(names) or _is_header(text, found, body, delimiter)
        if header:
            below = _below(found, width)
            skipped, found = found[len(below)][0], found[1 + len(below) :]
        else:
            line, names = 0, ()
    columns = list(zip(*(row for _, row in found if len(row) == width), strict=True))
    notation = notation_of(columns, delimiter, decimal)
    return Dialect(
        delimiter, notation, skipped, line, names, width, tuple(above), tuple(below),
        len(top) < len(names) and not names[0],
    )  # fmt: skip


def _comments(text: str, skipped: int) -> list[str]:
    """The lines after `skipped` that begin as comments do, up to the last; a line whose first name is # alone is none.

    If all lines begin with #, those without a blank behind it that have as many fields each are rows: `#ff0000,1`.
    """
    found: list[str] = []
    for number, line in enumerate(io.StringIO(text[:BEGINNING], newline="")):
        if number < skipped:
            continue
        if line.strip() and not (line.startswith(_COMMENTS) and line[1:2] not in (",", ";", "\t", "|")):
            break
        found.append(line.strip())
    else:
        above = list(takewhile(lambda line: line[1:2] in ("", BLANK), found))
        counts = [{line.count(sign) for line in found[len(above) :] if line} for sign in DELIMITERS]
        if any(len(each) == 1 and each != {0} for each in counts):
            found = above
    while found and not found[-1]:
        found.pop()
    return found


def _commented(comments: Sequence[str], delimiter: str, width: int) -> tuple[str, ...]:
    """The names in a comment right above the rows, if there is one for each column."""
    names = head(comments[-1].lstrip(_COMMENTS).strip(), delimiter, 0, 1) if comments else []
    return tuple(names[0][1]) if names and len(names[0][1]) == width else ()


def _titles(found: Sequence[Row], width: int) -> list[str]:
    """Lines above the table: the rows at the beginning that hold a single text where others hold more."""
    above = []
    for _, row in found[:MOST_TITLES]:
        filled = [field for field in map(str.strip, row) if field]
        if width < 3 - (len(row) != width) or len(filled) != 1 or is_number(filled[0]):
            break
        above.append(filled[0])
    if above and len(above) < len(found):
        last, after = found[len(above) - 1][1], found[len(above)][1]
        if len(last) == width and not last[0].strip() and any(map(is_number, after)):
            above.pop()  # a header in which one name is given
    return above if len(above) < min(len(found), MOST_TITLES) else []


def _counts_of_samples(text: str, found: Sequence[Row], width: int) -> list[str]:
    """A first row that counts samples and inputs, and names classes, as in scikit-learn's files; or nothing."""
    line, row = found[0]
    samples, inputs, classes = row[0], "".join(row[1:2]), row[2:]
    if not samples.isdecimal() or inputs != str(width - 1) or not any(classes) or any(map(is_number, classes)):
        return []
    if not all(is_number(other[-1]) for _, other in found[1:] if len(other) == width):
        return []
    after = islice(io.StringIO(text, newline=""), line, None)
    return [" ".join(row)] if samples == str(sum(not other.isspace() for other in after)) else []


def _prose(text: str, found: Sequence[Row], width: int, delimiter: str) -> list[str]:
    """Rows of text above the table that are narrower, as `Source: an office, a year`; the table has a header then."""
    place = next((place for place, (_, row) in enumerate(found) if len(row) == width), 0)
    rest = [row for _, row in found[place:]]
    before = [[field for field in map(str.strip, row) if field] for _, row in found[:place]]
    if not place or place > MOST_TITLES:
        return []
    if place == 1 and len(found[0][1]) == width - 1 and not any(map(is_number, rest[1] if rest[1:] else ())):
        return []  # that may be the header
    body = [row for row in rest[1:] if len(row) == width]
    if any(all(map(is_number, fields)) for fields in before) or len(body) * 4 < len(rest) * 3:
        return []
    is_table = body and not any(map(is_number, rest[0])) and _is_header(text, found[place:], body, delimiter)
    return [" ".join(fields) for fields in before] if is_table else []


def _without_blanks(row: list[str], width: int) -> list[str]:
    """A row without the blank fields at its end beyond `width`."""
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    return row


def _extended(top: Sequence[str], body: Sequence[Sequence[str]], width: int) -> Sequence[str]:
    """A header that is one short: R leaves out the name above row names, others that of an empty last column."""
    if len(top) != width - 1 or not body or any(map(is_number, top)):
        return top
    if not any(row[-1].strip() for row in body):
        return [*top, ""]
    first = [row[0].strip() for row in body]
    are_names = len(set(first)) == len(first) and all(field.isdigit() or not is_number(field) for field in first)
    return ["", *top] if are_names else top


def _below(found: Sequence[Row], width: int) -> list[str]:
    """The rows right below the header that tell what the columns hold, such as their units."""
    notes = []
    for place, (_, row) in enumerate(found[1:MOST_TITLES], 2):
        if not _tells_units(row, [row for _, row in found[place:] if len(row) == width]):
            break
        notes.append(" ".join(field for field in map(str.strip, row) if field))
    return notes


def _tells_units(row: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether a row has texts where columns hold numbers, and nothing that is in the rows below.

    The same text in all of more than two columns of numbers tells nothing about them, unless it is a unit.
    """
    if len(rest) < 2 or len(row) != len(rest[0]) or any(map(is_number, row)):
        return False
    of_numbers: list[str] = []
    for field, column in zip(row, zip(*rest, strict=True), strict=True):
        if is_missing(field, True):
            continue
        known = [other.strip() for other in column if not is_missing(other, True)]
        if known and sum(map(is_number, known)) * 2 > len(known):
            of_numbers.append(field.strip())
        elif field.strip() in known or len(set(known)) == len(known):
            return False
    alike = len(of_numbers) > 2 and len(set(of_numbers)) == 1 and _UNIT.fullmatch(of_numbers[0]) is None
    return len(of_numbers) > 1 and not alike


def _is_header(text: str, found: Sequence[Row], body: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Whether the first row names the columns, judged by the rows below."""
    top = [field.strip() for field in found[0][1]]
    if not body:
        return not any(map(is_number, top))
    columns = [[row[index] for row in body if not is_missing(row[index], True)] for index in range(len(body[0]))]
    if len(top) != len(columns):
        return not any(map(is_number, top))
    numeric = [bool(column) and sum(map(is_number, column)) * 2 > len(column) for column in columns]
    above = [place for place, number in enumerate(numeric) if number and not is_missing(top[place], True)]
    numbers = [place for place in above if is_number(top[place])]
    texts = len(above) - len(numbers)
    unnamed = not top[0] and numeric[0] and len(columns[0]) == len(body)  # as pandas leaves it above an index
    others = [(field, column) for field, column, number in zip(top, columns, numeric, strict=True) if not number]
    named = any(field and column and field not in column for field, column in others)
    values, below = [top[place] for place in numbers], [columns[place] for place in numbers]
    if numbers and (_counts(values, below, texts + unnamed, named) or (named and _are_names(values, below))):
        numbers = []
    if texts or numbers:
        return texts >= len(numbers) or _is_quoted(text, found, delimiter)
    return bool(above) or not any(field and field in column for field, column in others)


def _are_names(numbers: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether different whole numbers stand above decimals only: beside another name they are names."""
    decimals = all("." in field or "," in field for column in columns for field in column)
    return decimals and all(map(str.isdigit, numbers)) and len(set(numbers)) == len(numbers)


def _counts(numbers: Sequence[str], columns: Sequence[Sequence[str]], texts: int, named: bool) -> bool:
    """Whether numbers in a first row, above `columns` of numbers, count these, or are years: 0, 1, 2 …

    `texts` stand above other columns of numbers; `named` tells whether a name stands above a column of texts.
    """
    if not all(map(str.isdigit, numbers)) or any(len(number) > 9 for number in numbers):
        return False
    values = [int(number) for number in numbers]
    steps = {after - before for before, after in pairwise(values)}
    if len(steps) > 1 or not steps <= set(range(1, 100)):
        return False
    below = [[field.strip() for field in column] for column in columns]
    if sum(str(value) in column for value, column in zip(values, below, strict=True)) * 2 > len(values):
        return False  # values like any others
    if steps == {1} and [column[0] for column in below] == [str(value + len(columns)) for value in values]:
        return False  # the rows go on counting
    measured = sum(any("." in field or "," in field for field in column) for column in below) * 2 >= len(below)
    if values[0] == 0:
        return len(values) > 2 or measured or texts > 0
    if values[0] in _YEARS and named and not any(_is_year(field) for column in below for field in column):
        return True
    return measured and (len(values) > 2 or texts > 0) and (values[0] == 1 or values[0] in _YEARS)


def _is_year(field: str) -> bool:
    return field.isdecimal() and len(field) == 4 and int(field) in _YEARS


def _is_quoted(text: str, found: Sequence[Row], delimiter: str) -> bool:
    """Whether the first row is in quotes, every field of it for no other reason, and the second is not."""
    lines = io.StringIO(text[:BEGINNING], newline="").readlines()
    first, second = (lines[line - 1] if 0 < line <= len(lines) else "" for line, _ in found[:2])
    fields = found[0][1]
    return first.count('"') == 2 * len(fields) > second.count('"') and not any(delimiter in field for field in fields)
