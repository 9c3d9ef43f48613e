"""Numbers as people write and read them: in dialogs, the set-up, the command line, places and lessons.

A comma is as good as a point, and the sign − or a dash as good as a hyphen. Only the digits 0 to 9 count: Python's own
`int` and `float` also take `1_000`, `inf`, `nan` and the digits of every script, and `int` raises on more than 4300
digits.
"""

from __future__ import annotations

import math
import re

from tui_backprop.errors import BackpropError, quoted

BEYOND = 10**18
"""Larger numbers, of either sign, are clipped here: no bound is this large, and no more digits are read."""
SIGNS = str.maketrans(",−–‐‑", ".----")
"""What people write for a point or a minus sign, for `str.translate`."""
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_EXPONENT = re.compile(r"e\+?(-?)0*(?=[0-9])")


def typeset(text: str) -> str:
    """A number that Python wrote, as people write it.

    >>> typeset("-5.5e-05"), typeset("1e+20"), typeset("-inf"), typeset("nan")
    ('−5.5e−5', '1e20', '−∞', 'NaN')
    """
    return _EXPONENT.sub(r"e\1", text).replace("-", "−").replace("nan", "NaN").replace("inf", "∞")


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 row`, `2 rows`, `1,000 rows`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def whole_of(text: str) -> int | None:
    """The whole number in `text`, clipped to ±`BEYOND`; None if it is not one."""
    plain = _plain(text)
    if not _WHOLE.fullmatch(plain):
        return None
    digits = plain.lstrip("+-").lstrip("0") or "0"
    size = int(digits) if len(digits) < len(str(BEYOND)) else BEYOND
    return -size if plain.startswith("-") else size


def number_of(text: str) -> float | None:
    """The number in `text`, infinite if it is too large for a float; None if it is not one."""
    plain = _plain(text)
    return float(plain) if _NUMBER.fullmatch(plain) else None


def read_whole(text: str, least: int, most: int, example: int | str) -> int:
    """Like `whole_of`, within bounds; raises `BackpropError`."""
    value = whole_of(text)
    if value is None or not least <= value <= most:
        raise BackpropError(f"{quoted(text)} is not a whole number from {least} to {most}", f"e.g. {example}")
    return value


def read_wholes(text: str) -> list[int]:
    """Whole numbers with commas between them; raises `BackpropError`."""
    found = [whole_of(part) for part in text.split(",")]
    if None in found:
        raise BackpropError(f"{quoted(text)} is not a list of whole numbers", "e.g. 3,4,1")
    return [number for number in found if number is not None]


def read_number(text: str, above: float = -math.inf, example: str = "0.25 or −1") -> float:
    """Like `number_of`, finite and `above` a bound; raises `BackpropError`."""
    value = number_of(text)
    if value is None:
        raise BackpropError(f"{quoted(text)} is not a number", f"e.g. {example}")
    if math.isinf(value):
        raise BackpropError(f"{quoted(text)} is too large", f"e.g. {example}")
    if not value > above:
        raise BackpropError(f"{quoted(text)} is not above {above:g}", f"e.g. {example}")
    return value


def _plain(text: str) -> str:
    return text.strip().translate(SIGNS)
