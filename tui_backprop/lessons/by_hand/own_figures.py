"""What follows from the figures on a sheet if they are used exactly as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tui_backprop.core.diagnostics.figures import FIGURES
from tui_backprop.core.diagnostics.worked import Known, TrueStep, as_printed, to_decimals, to_digits
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.by_hand.figures import Figure
from tui_backprop.lessons.by_hand.sheet import Given

_EVERY = frozenset(FIGURES)
DECIMALS = 3
"""Decimals that are enough to continue with; fewer mean that a figure was rounded too early."""


PRINTED = to_decimals(arithmetic.DECIMALS), to_digits(arithmetic.DECIMALS)
"""Decimals of weights and inputs on the screen, and on a sheet."""


class OwnFigures:
    """The figures on a sheet from which the others of one step follow; missing ones are taken from the true step."""

    def __init__(self, sheet: Sequence[Given], moment: Moment, decimals: int = DECIMALS) -> None:
        """Those with fewer `decimals` count as missing."""
        usable = [given for given in sheet if given.number.decimals >= decimals]
        self._here: dict[Figure, float] = {}
        for given in usable:
            if given.step == moment.step:
                settle(given.figure, given.number.value, self._here, moment)
        earlier = {given.figure: given.number.value for given in usable if given.step == moment.step - 1}
        exact = after_own(earlier, moment)
        self._moments = exact, *(as_printed(exact, rounded) for rounded in PRINTED)

    def implied(self, given: Given) -> tuple[float, ...]:
        """What a figure should be, going by those written down before it.

        Weights and inputs may be exact, or as they are printed; a slope may be taken at a or ŷ, or at z; a new weight
        may come from δ at once; and whoever goes on with all digits looks at no figure again.
        """
        views = (frozenset[str](), frozenset({"a"}), frozenset({"a", "prediction"}), frozenset({"gradient"}), _EVERY)
        return tuple(self._implied(given.figure, moment, unseen) for moment in self._moments for unseen in views)

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


def settle(figure: Figure, value: float, own: dict[Figure, float], moment: Moment) -> None:
    """Adds a figure to others; a prediction that is not rounded is also the output's a, at which slopes are taken."""
    own[figure] = value
    if figure.kind == "prediction" and moment.experiment.training.round is None:
        own.setdefault(replace(figure, kind="a"), value)


def known(figures: Mapping[Figure, float]) -> Known:
    """The figures of a step from which mistakes made in it start."""
    return {(figure.kind, figure.part, figure.row): value for figure, value in figures.items()}


def own_value(figure: Figure, moment: Moment, own: Mapping[Figure, float]) -> float:
    """What a figure is in the step of a moment, going by others."""
    with np.errstate(all="ignore"):
        return TrueStep(moment.showing(figure.row), known(own)).value(figure.kind, figure.part)
