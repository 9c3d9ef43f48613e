"""What follows from the figures on a sheet if they are used exactly as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.bugs import Keep
from tui_backprop.core.diagnostics.figures import FIGURES, FigureKind
from tui_backprop.core.diagnostics.worked import TrueStep, as_printed
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.by_hand.sheet import Given

_EVERY = frozenset(FIGURES)
DECIMALS = 3
"""This many are enough to continue with; fewer are rounded too early."""


class OwnFigures:
    """Those of a sheet from which the others of one step follow; where there is none, the true one is taken."""

    def __init__(self, sheet: Sequence[Given], moment: Moment) -> None:
        usable = [given for given in sheet if given.number.decimals >= DECIMALS]
        self._here = {given.figure: given.number.value for given in usable if given.step == moment.step}
        flat = moment.before.flat.copy()
        for given in usable:
            if given.figure.kind == "new" and given.step == moment.step - 1 and not isinstance(given.figure.part, Unit):
                flat[given.figure.part.index(moment.experiment.network)] = given.number.value
        self._exact = replace(moment, before=Parameters(moment.experiment.network, flat))
        self._printed = as_printed(self._exact, arithmetic.DECIMALS)

    def implied(self, given: Given) -> tuple[float, ...]:
        """What a figure should be, going by those written down before it.

        Weights and inputs may be exact, or as they are printed; a slope may be taken at a, or at z; and whoever goes
        on with all digits looks at no figure again.
        """
        moments, views = (self._exact, self._printed), (frozenset[str](), frozenset({"a", "prediction"}), _EVERY)
        with np.errstate(all="ignore"):
            return tuple(self._implied(given, moment, unseen) for moment in moments for unseen in views)

    def _implied(self, given: Given, moment: Moment, unseen: frozenset[str]) -> float:
        figure, part = given.figure, given.figure.part
        step = TrueStep(moment.showing(figure.row))
        if isinstance(part, Unit):
            return step.wrong_value(figure.kind, part, (), lambda row: self._keep(row, given, unseen))
        gradient = step.gradient((), lambda row: self._keep(row, given, unseen))
        for own, value in self._here.items():
            if own.kind == "gradient" and "gradient" not in unseen and own != figure and not isinstance(own.part, Unit):
                gradient[own.part.index(step.experiment.network)] = value
        return step.from_gradient(figure.kind, part, gradient)

    def _keep(self, row: int, given: Given, unseen: frozenset[str]) -> Keep:
        def keep(kind: FigureKind, layer: int, values: Array) -> Array:
            kept = np.array(values)
            for own, value in self._here.items():
                here = (own.kind, own.part.layer, own.row) == (kind, layer, row) and kind not in unseen
                if here and own != given.figure:
                    kept[own.part.column] = value
            return kept

        return keep
