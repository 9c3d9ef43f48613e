"""Numbers in a lesson's text, and the arithmetic that leads to one, as written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

from tui_backprop.core import equations
from tui_backprop.core.equations import Equation, summands, written
from tui_backprop.core.parts import Parameter, Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.reading.numerals import typeset

DECIMALS = 4
"""The number of decimals that the panes show."""
_LARGE = 1e15
"""From here on a float does not know all the digits before its point."""
MOST_TERMS = 6
UNKNOWN = "·"
Digits = Callable[[float], str]
"""How a number is written."""


def number(value: float, decimals: int = DECIMALS) -> str:
    """A number with at most `decimals` decimals, without zeros at the end.

    One that is too small for them has a power of ten, and so has one with more digits than a float knows.

    >>> number(-0.05), number(2.0), number(0.0000044), number(1e24)
    ('−0.05', '2', '4.4e−6', '1e24')
    """
    if not math.isfinite(value):
        return typeset(str(value))
    if abs(value) >= _LARGE:
        return typeset(f"{value:.15g}")
    if 0 < abs(value) < 0.5 * 10**-decimals:
        return typeset(f"{value:.1e}".replace(".0e", "e"))
    text = f"{value + 0.0:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return typeset("0" if text in ("-0", "") else text)


def significant(value: float) -> str:
    """A number that is used further: with four decimals, or four significant digits if it is small.

    >>> significant(0.0004385677), significant(-0.5), significant(4.386e-7)
    ('0.0004386', '−0.5', '4.386e−7')
    """
    if not 0 < abs(value) < 0.1:
        return number(value)
    return typeset(f"{value:.{DECIMALS}g}")


def worked(equation: Equation, digits: Digits = number) -> str:
    """Terms and their result: `1×0.5 + 0×(−0.2) = 0.5`."""
    if equation.result is None:
        return UNKNOWN
    work = " + ".join(summands(equation, _known(digits))) or equation.formula
    if equation.parts > 1:
        work = f"({work})/{equation.parts}"
    return f"{work} = {digits(equation.result)}"


def _known(digits: Digits) -> Callable[[float | None], str]:
    return lambda value: UNKNOWN if value is None else digits(value)


def of_sum(moment: Moment, unit: Unit, most: int = MOST_TERMS, digits: Digits = number) -> str:
    """z of a unit."""
    return worked(equations.of_sum(moment, unit, most), digits)


def of_activation(moment: Moment, unit: Unit, most: int = MOST_TERMS, digits: Digits = number) -> str:
    """a of a unit, or the prediction of an output."""
    *rest, last = equations.of_activation(moment, unit, most)
    decimals, a = moment.experiment.training.round, moment.activation(unit.layer)
    if unit.layer < moment.experiment.network.depth or decimals is None or a is None:
        return worked(last, digits)
    known = _known(digits)
    work = written(rest[0].terms[0], known) if rest else digits(a[unit.column])
    return f"{work} to {decimals} decimal{'s' * (decimals != 1)} = {known(last.result)}"


def of_error(moment: Moment, most: int = MOST_TERMS, digits: Digits = number) -> str:
    """The reported error of the sample."""
    return worked(equations.of_error(moment, most), digits)


def of_upstream(moment: Moment, unit: Unit, most: int = MOST_TERMS, digits: Digits = number) -> str:
    """The error that arrives at a hidden unit."""
    return worked(equations.of_upstream(moment, unit, most), digits)


def of_delta(moment: Moment, unit: Unit, most: int = MOST_TERMS, digits: Digits = number) -> str:
    """δ of a unit: of an output by the loss, of a hidden unit what arrives times the slope."""
    return worked(equations.of_delta(moment, unit, most), digits)


def of_gradient(moment: Moment, parameter: Parameter, digits: Digits = number) -> str:
    """Input of a weight × δ above it, or δ alone of a bias."""
    return worked(equations.of_gradient(moment, parameter, MOST_TERMS), digits)


def of_update(moment: Moment, parameter: Parameter, digits: Digits = number) -> str:
    """The last line of the optimiser's rule: old weight − rate × gradient, for plain SGD."""
    *_, last = equations.of_update(moment, parameter)
    return worked(last, digits)
