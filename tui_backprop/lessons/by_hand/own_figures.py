"""What follows from the figures on a sheet if they are used exactly as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tui_backprop.core.diagnostics.figures import FIGURES
from tui_backprop.core.diagnostics.worked import Known, TrueStep, as_printed
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.by_hand.figures import Figure
from tui_backprop.lessons.by_hand.sheet import Given

_EVERY = frozenset(FIGURES)
DECIMALS = 3
"""This many are enough to continue with; fewer are rounded too early."""


class OwnFigures:
    """Those of a sheet from which the others of one step follow; where there is none, the true one is taken."""

    def __init__(self, sheet: Sequence[Given], moment: Moment) -> None:
        usable = [given for given in sheet if given.number.decimals >= DECIMALS]
        self._here = {given.figure: given.number.value for given in usable if given.step == moment.step}
        earlier = {given.figure: given.number.value for given in usable if given.step == moment.step - 1}
        self._exact = after_own(earlier, moment)
        self._printed = as_printed(self._exact, arithmetic.DECIMALS)

    def implied(self, given: Given) -> tuple[float, ...]:
        """What a figure should be, going by those written down before it.

        Weights and inputs may be exact, or as they are printed; a slope may be taken at a, or at z; and whoever goes
        on with all digits looks at no figure again.
        """
        moments, views = (self._exact, self._printed), (frozenset[str](), frozenset({"a", "prediction"}), _EVERY)
        return tuple(self._implied(given.figure, moment, unseen) for moment in moments for unseen in views)

    def _implied(self, figure: Figure, moment: Moment, unseen: frozenset[str]) -> float:
        seen = {own: value for own, value in self._here.items() if own != figure and own.kind not in unseen}
        return own_value(figure, moment, seen)


def after_own(earlier: Mapping[Figure, float], moment: Moment) -> Moment:
    """The same step from the new weights and biases among the figures of the step before it."""
    flat = moment.before.flat.copy()
    for figure, value in earlier.items():
        if figure.kind == "new" and not isinstance(figure.part, Unit):
            flat[figure.part.index(moment.experiment.network)] = value
    return replace(moment, before=Parameters(moment.experiment.network, flat))


def known(figures: Mapping[Figure, float]) -> Known:
    """Figures of a step, as the mistakes made in it start from them."""
    return {(figure.kind, figure.part, figure.row): value for figure, value in figures.items()}


def own_value(figure: Figure, moment: Moment, own: Mapping[Figure, float]) -> float:
    """What a figure is in the step of a moment, going by others."""
    with np.errstate(all="ignore"):
        return TrueStep(moment.showing(figure.row), known(own)).value(figure.kind, figure.part)
