"""A sheet held against the true steps: what agrees, the first figure that does not, and what it may come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_backprop.core.diagnostics.mistakes import Mistake, likely
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons.by_hand.sheet import Given

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
        if not given.number.agrees(given.figure.truth(moment)):
            return Verdict(place, given, cause(given, moment))
    return Verdict(len(sheet))


def cause(given: Given, moment: Moment) -> Mistake | None:
    """The likely mistake behind a wrong figure."""
    number, figure = given.number, given.figure
    for units in (1, _ON_THE_WAY):
        moment = moment.showing(figure.row)
        found = likely(moment, figure.kind, figure.part, number.value, units * number.unit)
        if found is not None:
            return found
    return None
