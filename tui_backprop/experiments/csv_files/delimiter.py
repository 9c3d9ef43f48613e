"""The delimiter that splits a text best."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import islice, takewhile

from tui_backprop.experiments.csv_files.notation import is_missing, is_number
from tui_backprop.experiments.csv_files.rows import BEGINNING, BLANK, MOST_TITLES, head, width_of

COLON = ":"
DELIMITERS = (";", "\t", "|", ",", BLANK, COLON)
DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", COLON: "colons", BLANK: "blanks"}
_COLONS = re.compile(r"(?<![0-9:])[0-9]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])|:/|(?<=[^\W\d]):\s")
"""Colons in times, addresses and prose."""
_STRONG = re.compile(r'[;\t|,"]')
_ROWS = 100
"""Rows by which delimiters are compared."""
_FIRST, _COMMON, _TABS = 0.2, 0.04, 0.25
"""What it costs to split the first line unlike the others, to split at what many texts hold, and to ignore tabs."""
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def separator_line(text: str, delimiter: str | None) -> tuple[int, str | None]:
    """(lines to skip, delimiter): a spreadsheet may say it in a first line of its own."""
    line = io.StringIO(text[:20], newline="").readline()
    found = _SEPARATOR.fullmatch(line)
    return (1, delimiter or found[1]) if found else (0, delimiter)


def delimiter_of(text: str, skipped: int) -> str:
    """The delimiter that splits all lines alike, into numbers and texts without any other delimiter in them."""
    lines = list(islice(io.StringIO(text[:BEGINNING], newline=""), skipped, skipped + _ROWS))
    colons = sum(COLON in _COLONS.sub("", line) for line in lines) * 2 > len(lines)
    tabs = sum("\t" in line for line in lines) / max(1, len(lines))
    parted = {
        delimiter: head(text, delimiter, skipped, _ROWS) for delimiter in DELIMITERS if delimiter != COLON or colons
    }
    most = max(map(len, parted.values()))
    costs = {delimiter: _cost(delimiter, [row for _, row in found], most) for delimiter, found in parted.items()}
    if BLANK in costs:
        costs[BLANK] = (costs[BLANK][0] + _TABS * tabs, costs[BLANK][1])
    best = min(costs, key=lambda delimiter: costs[delimiter])
    return best if costs[best] < (2.0, 0) else ","


def _cost(delimiter: str, found: Sequence[list[str]], most: int) -> tuple[float, int]:
    """How badly it splits rows, from 0 to 2, if others find up to `most`; then, the more columns the better."""
    width = width_of([(0, row) for row in found]) if found else 0
    if width < 2:
        return (2.0, 0)
    above = len(list(takewhile(lambda row: len(row) == 1, found[:MOST_TITLES]))) if width > 2 else 0
    above = above or len(found[0]) == width - 1  # a title, or a header that R writes
    alike = [len(row) == width for row in found]
    odd = sum(min(1.0, sum(_oddness(field, delimiter) for field in row)) for row in found) + most - len(found)
    cost = (odd + alike.count(False) - above) / most + _FIRST * (not alike[0])
    return (round(cost + _COMMON * (delimiter in (COLON, BLANK)), 2), -width)


def _oddness(field: str, delimiter: str) -> float:
    """How unlike a single value a field looks."""
    if field.isdigit() or is_missing(field) or is_number(field):
        return 0.0
    if _STRONG.search(field) or field == COLON:
        return 0.6
    parts = field.split()
    if delimiter == BLANK or len(parts) < 2 or not is_number(parts[0]):
        return 0.0
    return 0.3 if all(map(is_number, parts)) else 0.2 * (delimiter == ",")  # perhaps a decimal comma
