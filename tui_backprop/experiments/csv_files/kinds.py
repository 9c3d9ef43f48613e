"""What the columns of a table hold: numbers, classes, or nothing to learn from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.experiments.csv_files.notation import (
    have_a_unit,
    is_code,
    is_date,
    is_day,
    is_like_number,
    is_missing,
)

MOST_CLASSES = 64
"""Different texts in a column."""
_FEW_CLASSES = 10
"""Up to this many different texts may be classes even if most rows have one of their own."""
_FEWEST_NAMES = 4
"""Rows from which texts that are all different are names."""
_IDS = re.compile(r"(?:.*[\W_])?(?:id|identifier|phone)|.*[a-z]I[dD]|.*[\W_](?:ID|Id|Phone)|I[dD]|Phone")
"""Names of columns in which whole numbers that are all different only identify the rows."""
_INDEXES = frozenset({"", "#", "id", "index", "no", "no.", "nr", "nr.", "obs", "row", "rownames", "unnamed: 0"})
"""Names, in small letters, of a first column that may number the rows."""


class Kind(StrEnum):
    """What a column holds. The last seven are left out, unless they are named."""

    NUMBER = "number"
    CLASSES = "classes"
    NAMES = "different in every row"
    INDEX = "numbers the rows"
    EMPTY = "empty"
    DATES = "dates"
    SAME = "the same in every row"
    MANY = "too many different texts"
    UNITS = "numbers with a unit"

    @property
    def is_left_out(self) -> bool:
        """Whether nothing can be learned from it."""
        return self not in (Kind.NUMBER, Kind.CLASSES)


def holds_numbers(fields: Sequence[str]) -> bool:
    """Whether most of a column's fields are numbers; the first one decides a tie. Codes that differ are names."""
    filled = [field for field in fields if not is_missing(field, among_numbers=True)]
    if len(filled) >= _FEWEST_NAMES and all(map(is_code, filled)) and len(set(filled)) * 2 > len(filled):
        return False
    known = list(map(is_like_number, filled))
    return sum(known) * 2 > len(known) or (sum(known) * 2 == len(known) > 0 and known[0])


def kind_of_texts(fields: Sequence[str], is_named: bool) -> Kind:
    """The kind of a column of texts: `fields` are all of them."""
    found = set(fields)
    different = {field for field in found if not is_missing(field)}
    if not different and (len(fields) > 1 or not is_named):
        return Kind.EMPTY
    if len(different) == len(found) == 1 < len(fields):
        return Kind.SAME
    if len(different) > 2 and all(map(is_date, different)):
        return Kind.DATES
    names = len(different) == len(fields) >= _FEWEST_NAMES
    if not names and len(different) <= min(MOST_CLASSES, max(_FEW_CLASSES, len(fields) // 2)):
        return Kind.CLASSES
    return Kind.UNITS if have_a_unit(different) else Kind.NAMES if names else Kind.MANY


def identifies_rows(name: str, values: Array) -> bool:
    """Whether a column of numbers only identifies the rows."""
    if _IDS.fullmatch(name) is None or len(values) < _FEWEST_NAMES or (values != np.round(values)).any():
        return False
    return len(np.unique(values)) == len(values)


def holds_days(fields: Sequence[str]) -> bool:
    """Whether a column of numbers holds dates."""
    return all(is_day(field) or is_missing(field, True) for field in fields) and len(set(filter(is_day, fields))) > 2


def numbers_rows(name: str, fields: Sequence[str]) -> bool:
    """Whether the first column counts the rows from 0 or 1; `fields` are those of the first rows."""
    if name.strip().lower() not in _INDEXES or len(fields) < 2 or fields[0].strip() not in ("0", "1"):
        return False
    first = int(fields[0])
    return all(field.strip() == str(first + row) for row, field in enumerate(fields))
