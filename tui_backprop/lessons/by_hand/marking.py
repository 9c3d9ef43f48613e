"""A sheet checked against the true steps: what agrees, the first figure that does not, and its likely cause."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_backprop.core.diagnostics.mistakes import CLOSE, fitting, mistakes, near, second_mistakes
from tui_backprop.core.diagnostics.worked import Mistake
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons.by_hand.own_figures import DECIMALS, OwnFigures
from tui_backprop.lessons.by_hand.sheet import Given

NOTHING_FITS = "No classic mistake leads to this number: check each factor and its sign."
_MOST_VOTES = 40
"""The most other figures of a sheet that vote on which of several mistakes it was."""
_SUMS = ("z", "upstream")
_ON_THE_WAY = 4
"""Units in the last digit that a wrong figure may be off besides, because of what was rounded before it;"""
_SHARE = 0.2
"""and the share of how wrong it is."""


@dataclass(frozen=True)
class Marking:
    """How many figures agree before the first that does not, which that is, and the likely mistake, if one fits."""

    agree: int
    wrong: Given | None = None
    mistake: Mistake | None = None


def mark(sheet: Sequence[Given], *runs: Callable[[int], Moment]) -> Marking:
    """Checks the figures of `read_sheet` against the steps.

    Each of the `runs` gives the moment of a step: first the true one, then what is as good, such as the same run from
    weights as they are `stated`.
    """
    for place, given in enumerate(sheet):
        moment, *others = (moment_of(given.step) for moment_of in runs)
        as_good = any(given.number.agrees(given.figure.truth(other)) for other in others)
        if not (as_good or is_right(given, sheet[:place], moment)):
            return Marking(place, given, cause(given, sheet, moment))
    return Marking(len(sheet))


def is_right(given: Given, before: Sequence[Given], moment: Moment) -> bool:
    """Whether a figure is that of the step of a moment, or follows from those written down `before`."""
    return given.number.agrees(given.figure.truth(moment)) or _follows(given, before, moment)


def _follows(given: Given, before: Sequence[Given], moment: Moment) -> bool:
    """Whether it follows from the figures as they are written, or from terms of a sum rounded to the same digits.

    Where neither is the case nothing was rounded on the way, and only the figure's own digits count.
    """
    if given.number.decimals < DECIMALS:
        return False
    truth = given.figure.truth(moment)
    return any(
        abs(given.number.value - value) <= 2 * given.number.unit
        for value in OwnFigures(before, moment).implied(given)
        if given.figure.kind in _SUMS or not math.isclose(value, truth, rel_tol=1e-9, abs_tol=1e-12)
    )


def is_too_short(given: Given, moment: Moment) -> bool:
    """Whether it is a new weight with too few digits to tell it from the old one."""
    if given.figure.kind != "new" or isinstance(given.figure.part, Unit):
        return False
    old = given.figure.part.value(moment.before)
    return old != given.figure.truth(moment) and given.number.agrees(old)


def cause(wrong: Given, sheet: Sequence[Given], moment: Moment) -> Mistake | None:
    """The likely mistake behind a wrong figure; None where no classic one leads there.

    Of several that do, it is the one that explains most of the other figures of its kind on the sheet.
    """
    unit, value, right = wrong.number.unit, wrong.number.value, wrong.figure.truth(moment)
    known = _mistakes(wrong, moment)
    second = second_mistakes(moment, wrong.figure.kind, wrong.figure.part)
    for tolerance in (unit / 2, unit, min(_ON_THE_WAY * unit, _SHARE * abs(value - right))):
        found = fitting(known, second, right, value, tolerance * (1 + 1e-9))
        if found:
            break
    else:
        close = near(right, value, unit)
        return None if close is None else Mistake(close.name, value, CLOSE)
    name = _likeliest(found, [other for other in sheet if _same_kind(other, wrong)], moment)
    return min((mistake for mistake in found if mistake.name == name), key=lambda mistake: abs(mistake.value - value))


def _same_kind(other: Given, wrong: Given) -> bool:
    return other is not wrong and (other.step, other.figure.kind) == (wrong.step, wrong.figure.kind)


def _likeliest(found: Sequence[Mistake], others: Sequence[Given], moment: Moment) -> str:
    """The mistake that explains most of what else is wrong, and least of what should then be wrong and is right."""
    names = list(dict.fromkeys(mistake.name for mistake in found))
    if len(names) == 1 or all(other.number.agrees(other.figure.truth(moment)) for other in others):
        return names[0]
    votes = Counter(dict.fromkeys(names, 0))
    for other in others[:_MOST_VOTES]:
        right, number, known = other.figure.truth(moment), other.number, _mistakes(other, moment)
        for name in names:
            values = [mistake.value for mistake in known if mistake.name == name]
            explained = any(abs(value - number.value) <= number.unit for value in values)
            votes[name] += int(explained) if not number.agrees(right) else -int(bool(values) and not explained)
    return max(names, key=lambda name: votes[name])


def _mistakes(given: Given, moment: Moment) -> list[Mistake]:
    return mistakes(moment.showing(given.figure.row), given.figure.kind, given.figure.part)
