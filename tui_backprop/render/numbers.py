"""Numbers as text of a fixed width, and their tone."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.activations import Activation
from tui_backprop.core.arrays import Array
from tui_backprop.reading.numerals import typeset

UNKNOWN = "·"
"""Stands for what this phase has not computed yet."""
SHUT, LEAKS = "✕", "╌"
"""Stand at a gate that is shut, and at one that lets a little through even then."""
WIDTH = 7
"""Cells of a number: sign, four decimals."""
_LEVELS = (0.05, 0.25, 0.5)
"""Shares of the scale from which tones 2, 3 and 4 begin."""


def fixed(value: float | None, cells: int = WIDTH, decimals: int = 4) -> str:
    """A signed number with up to `decimals` decimals in exactly `cells` (at least 5); exact zero has no sign.

    >>> fixed(0.42), fixed(-12.3456789), fixed(0.0), fixed(1234567.0), fixed(0.42, 5, 2)
    ('+0.4200', '−12.346', ' 0.0000', ' +1.2e6', '+0.42')
    """
    if value is None:
        return UNKNOWN.center(cells)
    if not math.isfinite(value):
        return ("NaN" if math.isnan(value) else "+∞" if value > 0 else "−∞").rjust(cells)
    most = min(decimals, cells - 3)
    if value == 0:
        return f" {0:.{most}f}".rjust(cells)
    sign, size = "+" if value > 0 else "−", abs(value)
    if size < 0.5 * 10.0**-most:  # a rough size is better than a false zero
        rough = _rough(sign, size, cells)
        if len(rough) <= cells:
            return rough
    for places in range(most, -1, -1):
        text = f"{sign}{size:.{places}f}"
        if len(text) <= cells:
            return text.rjust(cells)
    return _rough(sign, size, cells)


def _rough(sign: str, size: float, cells: int) -> str:
    """A size as a power of ten, with one decimal if there is room."""
    text = sign + typeset(f"{size:.1e}")
    return (text if len(text) <= cells else sign + typeset(f"{size:.0e}")).rjust(cells)


def short(value: float) -> str:
    """A number in as few characters as it takes: 1, 0.5, −0.25; at most four significant digits."""
    return typeset(f"{value + 0.0:.4g}")


def power(exponent: int) -> str:
    """Ten to a power, in few cells: `0.001`, `100`, `1e−6`."""
    return typeset(f"1e{exponent}") if not -4 < exponent < 5 else short(10.0**exponent)


def given(value: float) -> str:
    """A number that the user typed: up to seven digits, where `short` would round it."""
    return typeset(f"{value + 0.0:.7g}")


def percent(share: float) -> str:
    """A share with one decimal; 100 % is all of them.

    >>> percent(2 / 3), percent(1.0), percent(0.9999)
    ('66.7 %', '100 %', '99.9 %')
    """
    return "100 %" if share >= 1 else f"{min(100 * share, 99.9):.1f} %"


def full(value: float | None) -> str:
    """Every digit that the number has."""
    if value is None:
        return UNKNOWN
    return typeset(repr(float(value) + 0.0).removesuffix(".0"))


def digits(value: float, cells: int) -> str:
    """Every digit that the number has, or as many as fit into `cells`.

    >>> digits(2.949584133197377, 20), digits(-2.949584133197377, 8), digits(4.440892098500626e-16, 10)
    ('2.949584133197377', '−2.94958', '4.4409e−16')
    """
    ways = (full(float(f"{value:.{most}g}")) for most in range(17, 0, -1))
    return next((text for text in ways if len(text) <= cells), short(value))


def tone(value: float | None, scale: float) -> str:
    """The ink of a number: "-4" to "+4" by its share of `scale`, "dim" where unknown, "warn" where not finite."""
    if value is None:
        return "dim"
    if not math.isfinite(value):
        return "warn"
    if value == 0:
        return "0"
    level = 1 + sum(abs(value) > share * scale for share in _LEVELS)
    return f"{'+' if value > 0 else '-'}{level}"


def shut_sign(activation: Activation) -> str:
    """The sign at a shut gate of this activation."""
    return LEAKS if activation.shut else SHUT


def level(ink: str) -> int:
    """The tone level, −4 to 4, of an ink; 0 for inks without one."""
    return int(ink) if ink[-1].isdigit() else 0


def scale_of(*arrays: Array | None) -> float:
    """The power of two that the largest finite size stays below: it changes rarely, so colours do too."""
    largest = 0.0
    for array in arrays:
        if array is not None and array.size:
            finite = np.abs(array[np.isfinite(array)])
            largest = max(largest, float(finite.max(initial=0.0)))
    return 2.0 ** min(math.ceil(math.log2(largest)), 1023) if largest > 1e-300 else 1.0
