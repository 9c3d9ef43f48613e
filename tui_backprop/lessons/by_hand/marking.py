"""A sheet held against the true steps: what agrees, the first figure that does not, and what it may come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_backprop.core.diagnostics.mistakes import likely
from tui_backprop.core.diagnostics.worked import Mistake
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons.by_hand.own import DECIMALS, OwnFigures
from tui_backprop.lessons.by_hand.sheet import Given

NOTHING_FITS = "No classic mistake leads to this number: check each factor and its sign."
_ON_THE_WAY = 4
"""Units in the last digit that a wrong figure may be off besides, because of what was rounded before it."""


@dataclass(frozen=True)
class Verdict:
    """How many figures agree before the first that does not, which that is, and the likely mistake, if one fits."""

    agree: int
    wrong: Given | None = None
    mistake: Mistake | None = None


def mark(sheet: Sequence[Given], moment_of: Callable[[int], Moment]) -> Verdict:
    """Holds the figures of `read_sheet` against the steps; `moment_of` gives the moment of a step."""
    for place, given in enumerate(sheet):
        moment = moment_of(given.step)
        if not is_right(given, sheet[:place], moment):
            return Verdict(place, given, cause(given, moment))
    return Verdict(len(sheet))


def is_right(given: Given, before: Sequence[Given], moment: Moment) -> bool:
    """Whether a figure is that of the step of a moment, or follows from those written down `before`."""
    return given.number.agrees(given.figure.truth(moment)) or _follows(given, before, moment)


def _follows(given: Given, before: Sequence[Given], moment: Moment) -> bool:
    """Whether it follows from the figures as they are written: then what is off was rounded as it should be."""
    if given.number.decimals < DECIMALS:
        return False
    implied = OwnFigures(before, moment).implied(given)
    return any(abs(given.number.value - value) <= 2 * given.number.unit for value in implied)


def cause(given: Given, moment: Moment) -> Mistake | None:
    """The likely mistake behind a wrong figure; None where no classic one leads there."""
    number, figure = given.number, given.figure
    for units in (1, _ON_THE_WAY):
        moment = moment.showing(figure.row)
        found = likely(moment, figure.kind, figure.part, number.value, units * number.unit)
        if found is not None:
            return found
    return None
