"""How a file writes its numbers: its decimal sign, and its thousands separator.

The sign − counts as a hyphen, and 12 % as 0.12; blanks and apostrophes may part thousands, and so may whichever of
point and comma is not the decimal sign. A sign of currency may stand at either end. Only the digits 0 to 9 count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "#n/a", "<na>"})
"""What stands for a missing value, in lower case."""
_NO_NUMBER = frozenset(
    {"-", "--", ".", "..", "...", "…", "*", "n.a.", "none", "(null)", "nil", "\\n", "missing"}
    | {"#div/0!", "#name?", "#num!", "#ref!", "#value!"}
)
"""What stands for one among numbers, but may be a value among texts."""
_ENOUGH = 4000
"""As many different fields settle the notation."""
_EXCEL = re.compile(r'="(.*)"', re.DOTALL)
_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
_LETTERS = "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|USD|ZAR|Kč|kr[.]?|Rs[.]?|zł"
_CURRENCY = f"(?:(?:[A-Z]{{1,2}})?[$€£¥₹₩₽₺]|{_LETTERS})?"
_CODE = re.compile(rf"(?:{_LETTERS})[0-9]+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?![0-9]{1,2}([. ])(?:[0-9]{2}\1)*[0-9]{3}$)\+?[0-9]+([. ])[0-9]+(?:\2[0-9]+)+")
"""An address, a phone number or a version; not a number whose digits are grouped as in India."""
_UNIT = re.compile(rf"[+-]?{_CURRENCY} ?[0-9][0-9.,' ]*(?P<unit> ?[^\W\d_]+| ?°[CF]?)")
_LIKE = re.compile(rf"[+-]?(?:[(]?{_CURRENCY}[\d.,'_± ]*\d[\d.,'_ ]*[)+-]?|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Notation:
    """`decimal` is "." or ","; with `grouped` the other of the two may stand between thousands."""

    decimal: str = "."
    grouped: bool = False

    @cached_property
    def _number(self) -> re.Pattern[str]:
        point, other = ("[.]", ",") if self.decimal == "." else (",", ".")
        between = f"[ '{other}]" if self.grouped else "[ ']"
        whole = rf"(?:[1-9][0-9]{{0,2}}(?P<between>{between})[0-9]{{3}}(?:(?P=between)[0-9]{{3}})*|[0-9]+)"
        digits = rf"(?![0-9]+[dD][0-9])(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eEdD][+-]?[0-9]+)?"
        sign = "(?P<sign>[+-]?)"
        before = rf"(?:{sign} ?{_CURRENCY}|{_CURRENCY} ?{sign.replace('sign', 'inner')})"
        return re.compile(rf"{before} ?(?P<digits>{digits}) ?(?:(?P<percent>%)|{_CURRENCY})")

    def number(self, text: str) -> float | None:
        """The number in `text`, infinite if it is too large for a float; None if it is not one."""
        plain = _plain(text)
        found = self._number.fullmatch(plain)
        if found is None:
            return None
        digits = found["digits"].replace(" ", "").replace("'", "")
        other = "," if self.decimal == "." else "."
        digits = digits.replace(other, "").replace(self.decimal, ".").lower().replace("d", "e")
        sign = found["sign"] or found["inner"] or ""
        return float(sign + (_shifted(digits) if found["percent"] else digits))

    def may_be_grouped(self, text: str) -> bool:
        """Whether it is a number in other notations only: with a thousands separator, or the other decimal sign."""
        grouped, other = (POINT_GROUPED, COMMA) if self.decimal == "." else (COMMA_GROUPED, POINT)
        return self.number(text) is None and None not in (grouped.number(text), other.number(text))


def _shifted(digits: str) -> str:
    """A hundredth of the number, rounded only once."""
    mantissa, _, exponent = digits.partition("e")
    whole, _, part = mantissa.partition(".")
    return f"{whole[:-2]}.{whole[-2:].zfill(2)}{part}e{exponent or 0}"


POINT, COMMA = Notation("."), Notation(",")
POINT_GROUPED, COMMA_GROUPED = Notation(".", True), Notation(",", True)
NOTATIONS = (POINT, COMMA, POINT_GROUPED, COMMA_GROUPED)


def is_number(text: str) -> bool:
    """Whether it is a number in any notation."""
    if text.isascii() and "_" not in text:
        plain = text.replace(",", ".") if "." not in text else text
        try:
            return math.isfinite(float(plain)) or not text.strip("+- \t").isalpha()
        except ValueError:
            pass
    return any(notation.number(text) is not None for notation in NOTATIONS)


def is_like_number(text: str) -> bool:
    """Whether it looks like a number in any notation, including unsupported ones."""
    if is_number(text):
        return True
    plain = _plain(text)
    others = _IDENTIFIER, _CODE, _DATE
    return _LIKE.fullmatch(plain) is not None and not any(other.fullmatch(plain) for other in others)


def is_code(text: str) -> bool:
    """Whether letters that may be a currency stand right before whole digits, as in `Rs3250648`, a gene."""
    return _CODE.fullmatch(text.strip()) is not None


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"""(?:\d{{4}}([-/.]|\.\s)[0-3]?\d(?:\1[0-3]?\d)?\.?   # 2001-01-31, 2001/01, 2001. 1. 31.
    | \d\d([-/.]|\.\s)[01]?\d\2[0-3]?\d               # 01-01-31
    | [0-3]?\d([-/.]|\.\s)[0-3]?\d\3(?:\d{{4}}|\d\d)   # 31.1.2001, 01/31/01
    | (?:\d\d?[-\s])?{_MONTH}[-\s](?:\d\d?,?[-\s])?(?:\d{{4}}|\d\d)   # 19-Sep-03, Jan 1 2000, June 2001
    | \d{{4}}[-\s]{_MONTH}(?:[-\s]\d\d?)?             # 2001 Jan, 2001-Jan-31
    | \d{{4}}[-\s]?[QM]\d\d? | [QM]\d\d?[-\s]\d{{4}}  # 1974Q1, Q1 1974, 1974M12
    )(?:[T\s]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)?(?:\s?[AP]M)?(?:Z|\s?[-+]\d\d:?\d\d)?""",
    re.VERBOSE | re.IGNORECASE,
)


def is_date(text: str) -> bool:
    """Whether it is a date, in one of the usual notations, perhaps with a time."""
    return _DATE.fullmatch(text.strip()) is not None


_DAY = re.compile(r"(?:1[5-9]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def is_day(text: str) -> bool:
    """Whether it is a date written as a whole number, as 20010131."""
    return _DAY.fullmatch(text.strip()) is not None


def is_missing(text: str, among_numbers: bool = False) -> bool:
    """Whether it stands for a missing value."""
    plain = text.strip().lower()
    return plain in MISSING or (among_numbers and plain in _NO_NUMBER)


def unit_of(text: str) -> str:
    """The unit behind a number, as in `12 kg`; empty if there is none."""
    found = _UNIT.fullmatch(_plain(text))
    return found["unit"].strip() if found else ""


_DIGITS = re.compile(r"[0-9][0-9.,' ]*(?:[eEdD][+-]?[0-9]+)?|[-+. ]")


def mark_of(number: str) -> str:
    """The percent sign or the currency beside a number; empty if there is none."""
    return _DIGITS.sub("", _plain(number))


def have_a_unit(texts: Iterable[str]) -> bool:
    """Whether a column's values are numbers with units behind them; `4WD` and `1. red` may be classes."""
    fields = {field for field in texts if not is_missing(field)}
    units = set[str]()
    for field in fields:
        units.add(unit_of(field))
        if "" in units:
            return False
    measured = len(fields) > 2 or any(set(",.") & set(field) for field in fields)
    apart = all(" " in field.strip() for field in fields)
    return 1 < len(fields) > len(units) and (apart or (len(units) == 1 and measured))


def notation_of(columns: Sequence[Sequence[str]], delimiter: str, decimal: str | None) -> Notation | None:
    """The notation in which most fields are numbers; None where two read them as different numbers.

    `decimal` is the decimal sign, if the user gave it.
    """
    known = [notation for notation in NOTATIONS if decimal in (None, notation.decimal)]
    different = sorted({field for column in columns for field in column if "," in field or "." in field})
    sample = different[:: 1 + len(different) // _ENOUGH]
    counts = dict.fromkeys(known, 0)
    for notation in known:
        counts[notation] = sum(notation.number(field) is not None for field in sample)
        if notation == POINT and counts[notation] == len(sample):
            return POINT  # it cannot get better
    best = max(known, key=lambda notation: counts[notation])  # the first, and so the simplest, of equals
    if best == COMMA and counts.get(POINT_GROUPED) == counts[COMMA]:
        return POINT_GROUPED if delimiter == "," else None
    if best.grouped and decimal is None and not (best == POINT_GROUPED and delimiter == ","):
        plain = Notation(best.decimal)
        grouped = [field for field in sample if plain.number(field) is None and best.number(field) is not None]
        if all(map(plain.may_be_grouped, grouped)) and any(_mixes(plain, column) for column in columns):
            return plain
    return best


def _mixes(plain: Notation, column: Sequence[str]) -> bool:
    """Whether a column holds decimals, and numbers whose thousands separator may be a decimal sign as well."""
    decimals = any(plain.decimal in field and plain.number(field) is not None for field in column)
    return decimals and any(map(plain.may_be_grouped, column))


def _plain(text: str) -> str:
    text = text.strip()
    excel = _EXCEL.fullmatch(text)
    return (excel[1].strip() if excel else text).translate(_SIGNS)


def by_number_or_text(text: str) -> tuple[float, str]:
    """A key to sort texts by, numbers first."""
    number = POINT.number(text)
    return (math.inf if number is None else number, text)
