"""The rows of a text, split at a delimiter."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

BLANK = " "
"""As a delimiter: any number of blanks and tabs."""
BEGINNING = 2**20
"""Characters by which the layout is judged."""
MOST_TITLES = 20
"""Lines above a table."""
_HEAD = 200
"""Rows at the beginning that decide what columns hold."""
_PROBES = 16
"""Places further on at which columns are examined, too."""
_PROBE = 2**13
"""Characters at each."""

Row = tuple[int, list[str]]
"""A line's number, counted from 1, and its fields."""


def rows(text: str, delimiter: str, skipped: int = 0) -> Iterator[Row]:
    """Every row that is not empty, after `skipped` lines; raises `csv.Error`, with the line as its second argument."""
    lines = iter(_lines(text, delimiter))
    for _ in range(skipped):
        next(lines, None)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    before = skipped
    try:
        for row in reader:
            before = skipped + reader.line_num
            if any(row) and any(map(str.strip, row)):
                yield before, row
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise csv.Error("a quotation mark is not closed", before + 1) from None
        raise csv.Error(str(error), skipped + reader.line_num) from None


def _lines(text: str, delimiter: str) -> Iterator[str]:
    lines = io.StringIO(text, newline="")
    return (line.replace("\t", BLANK).rstrip() + "\n" for line in lines) if delimiter == BLANK else lines


def sample(text: str, delimiter: str, skipped: int) -> list[Row]:
    """Rows of the beginning, and of a long text also some from all over it (these with line 0)."""
    found = head(text, delimiter, skipped, _HEAD)
    if len(text) <= BEGINNING:
        return found
    for probe in range(_PROBES):
        place = BEGINNING + (len(text) - BEGINNING) * probe // _PROBES
        part = text[place : place + _PROBE].split("\n")[1:-1]
        found += [(0, row) for _, row in head("\n".join(part), delimiter, 0, _HEAD)]
    return found


def head(text: str, delimiter: str, skipped: int, most: int) -> list[Row]:
    """Rows up to the first that is not valid."""
    found: list[Row] = []
    try:
        for row in rows(text[:BEGINNING], delimiter, skipped):
            found.append(row)
            if len(found) == most:
                return found
    except csv.Error:
        return found
    return found[:-1] if len(text) > BEGINNING and len(found) > 1 else found  # the last may be cut


def width_of(found: Sequence[Row]) -> int:
    """The number of fields that most rows have; of the first row where that is as frequent."""
    counts = Counter(len(row) for _, row in found)
    return max(counts, key=lambda width: (counts[width], width == len(found[0][1])))
