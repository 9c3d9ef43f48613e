"""A sheet checked against the true steps: what agrees, the figures that do not, and their likely causes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_backprop.core.diagnostics.mistakes import CLOSE, fitting, mistakes, near, second_mistakes
from tui_backprop.core.diagnostics.worked import Mistake
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons.arithmetic import significant
from tui_backprop.lessons.by_hand.exercise import MOST_SAMPLES
from tui_backprop.lessons.by_hand.figures import MOST_WEIGHTS, Figure
from tui_backprop.lessons.by_hand.own_figures import DECIMALS, OwnFigures, after_own, known, own_value, settle
from tui_backprop.lessons.by_hand.sheet import Given
from tui_backprop.lessons.by_hand.written import written

NOTHING_FITS = "It matches no common mistake: check each factor and its sign."
_MOST_VOTES = 40
"""The most other figures of a sheet that vote on which of several mistakes it was."""
_MOST_WRONG = 20
"""After this many wrong figures the rest of a sheet is not checked."""
_SUMS = ("z", "upstream")
_ON_THE_WAY = 4
"""Units in the last digit that a wrong figure may be off besides, because of what was rounded before it;"""
_SHARE = 0.2
"""and the share of how wrong it is."""


@dataclass(frozen=True)
class Wrong:
    """A figure that is neither right nor follows from the ones before it, and the likely mistake, if one fits."""

    given: Given
    mistake: Mistake | None


@dataclass(frozen=True)
class Marking:
    """How many figures agree before the first that does not, and the wrong ones, apart from what follows from these.

    `rest` is how many were not checked, after too many wrong ones.
    """

    agree: int
    wrong: tuple[Wrong, ...] = ()
    rest: int = 0


def mark(sheet: Sequence[Given], *runs: Callable[[int], Moment]) -> Marking:
    """Checks the figures of `read_sheet` against the steps.

    Each of the `runs` gives the moment of a step: first the true one, then what is as good, such as the same run from
    weights as they are `stated`. After a wrong figure others may be right, or what follows from it. After many, or
    the first in a step too large for an exercise, it stops.
    """
    right, wrong, own = list[Given](), list[Wrong](), dict[int, dict[Figure, float]]()
    place = -1
    for place, given in enumerate(sheet):
        figure, number = given.figure, given.number
        moment, *others = (moment_of(given.step) for moment_of in runs)
        here, basis = own.setdefault(given.step, {}), moment
        as_good = any(number.agrees(figure.truth(other)) for other in others)
        if as_good or is_right(given, right, moment) or is_too_short(given, moment):
            right.append(given)
            here[figure] = figure.truth(moment)
            continue
        if wrong:
            basis = after_own(own.get(given.step - 1, {}), moment)
            here[figure] = own_value(figure, basis, here)
            rounded = any(each.mistake is not None and each.mistake.name == "rounding" for each in wrong)
            if rounded and abs(number.value - here[figure]) <= _ON_THE_WAY * number.unit:
                continue
            if _follows_from_wrong(given, here[figure], sheet[:place], moment):
                continue
        found = _rounded_before(given, sheet[:place], moment) or cause(given, sheet, basis, here)
        settle(figure, number.value if found is None else found.value, here, moment)
        wrong.append(Wrong(given, found))
        too_much = moment.experiment.network.weight_count > MOST_WEIGHTS or len(moment.samples) > MOST_SAMPLES
        if len(wrong) == _MOST_WRONG or too_much:
            break
    agree = sheet.index(wrong[0].given) if wrong else len(sheet)
    return Marking(agree, tuple(wrong), len(sheet) - place - 1)


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


def _follows_from_wrong(given: Given, value: float, before: Sequence[Given], moment: Moment) -> bool:
    """Whether it is the `value` that follows from wrong figures, or from these as they are written."""
    if math.isclose(value, given.figure.truth(moment), rel_tol=1e-9, abs_tol=1e-12):
        return False
    return abs(given.number.value - value) <= 2 * given.number.unit or _follows(given, before, moment)


def _rounded_before(given: Given, before: Sequence[Given], moment: Moment) -> Mistake | None:
    """Rounding, if the figure is right going by the ones before it as they are written, which have too few digits."""
    right, number = given.figure.truth(moment), given.number
    for value in OwnFigures(before, moment, decimals=0).implied(given):
        if abs(number.value - value) <= number.unit / 2 * (1 + 1e-9) and not math.isclose(value, right, rel_tol=1e-9):
            return Mistake("rounding", number.value, "Figures before it were rounded too early: go on with all digits.")
    return None


def is_too_short(given: Given, moment: Moment) -> bool:
    """Whether it is a whole number that is right as such, or a new weight that may just as well be the old one.

    A weight with as many digits as a sheet prints has enough of them.
    """
    part, number, truth = given.figure.part, given.number, given.figure.truth(moment)
    if not number.agrees(truth):
        return number.is_whole_part_of(truth)
    if given.figure.kind != "new" or isinstance(part, Unit):
        return False
    old = part.value(moment.before)
    return old != truth and number.agrees(old) and number.decimals < written(significant(truth)).decimals


def cause(wrong: Given, sheet: Sequence[Given], moment: Moment, settled: Mapping[Figure, float]) -> Mistake | None:
    """The likely mistake behind a wrong figure; None where no classic one leads there.

    It is made after the `settled` figures of the step, not on the way to them. Of several mistakes that lead there it
    is the one that explains most of the other figures of its kind on the sheet.
    """
    before = {figure: value for figure, value in settled.items() if figure != wrong.figure}
    unit, value, right = wrong.number.unit, wrong.number.value, own_value(wrong.figure, moment, before)
    possible = _mistakes(wrong.figure, moment, before)
    second = second_mistakes(moment, wrong.figure.kind, wrong.figure.part)
    for tolerance in (unit / 2, unit, min(_ON_THE_WAY * unit, _SHARE * abs(value - right))):
        found = fitting(possible, second, right, value, tolerance * (1 + 1e-9))
        if found:
            break
    else:
        close = near(right, value, unit)
        return None if close is None else Mistake(close.name, value, CLOSE)
    name = _likeliest(found, [other for other in sheet if _same_kind(other, wrong)], moment, before)
    return min((mistake for mistake in found if mistake.name == name), key=lambda mistake: abs(mistake.value - value))


def _same_kind(other: Given, wrong: Given) -> bool:
    return other is not wrong and (other.step, other.figure.kind) == (wrong.step, wrong.figure.kind)


def _likeliest(
    found: Sequence[Mistake], others: Sequence[Given], moment: Moment, before: Mapping[Figure, float]
) -> str:
    """The mistake that explains most of what else is wrong, and least of what should then be wrong and is right."""
    names = list(dict.fromkeys(mistake.name for mistake in found))
    if len(names) == 1 or all(other.number.agrees(other.figure.truth(moment)) for other in others):
        return names[0]
    votes = Counter(dict.fromkeys(names, 0))
    for other in others[:_MOST_VOTES]:
        start = {figure: value for figure, value in before.items() if figure != other.figure}
        right, number = own_value(other.figure, moment, start), other.number
        possible = _mistakes(other.figure, moment, start)
        for name in names:
            values = [mistake.value for mistake in possible if mistake.name == name]
            explained = any(abs(value - number.value) <= number.unit for value in values)
            votes[name] += int(explained) if not number.agrees(right) else -int(bool(values) and not explained)
    return max(names, key=lambda name: votes[name])


def _mistakes(figure: Figure, moment: Moment, before: Mapping[Figure, float]) -> list[Mistake]:
    return mistakes(moment.showing(figure.row), figure.kind, figure.part, known(before))
