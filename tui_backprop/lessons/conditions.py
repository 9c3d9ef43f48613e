"""The conditions that a page can wait for: `gate h2 shut`, `phase mask1`, `epoch 10`, `error below 1`, `converged`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import parse_unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.place import phase_named
from tui_backprop.errors import BackpropError, quoted
from tui_backprop.reading.numerals import number_of, whole_of


@dataclass(frozen=True)
class Condition:
    """Whether it `holds` at a moment; one that can only come true at the end of an epoch is `of_epochs`."""

    holds: Callable[[Moment], bool]
    of_epochs: bool = False


FORMS = "gate h2 shut, gate h2 open, phase mask1, epoch 10, error below 0.5, converged"


def condition(text: str, experiment: Experiment) -> Condition:
    """The condition that a text stands for."""
    words = text.split()
    match words:
        case ["gate", name, ("shut" | "open") as state]:
            place = parse_unit(name, experiment)
            if not 1 <= place.layer < experiment.network.depth:
                raise BackpropError(f"{name!r} is not a hidden unit", FORMS)

            def gate(moment: Moment) -> bool:
                z = moment.sum(place.layer)
                known = moment.reached(f"activate{place.layer}")
                return known and z is not None and bool(z[place.column] > 0) == (state == "open")

            return Condition(gate)
        case ["phase", name]:
            phase = phase_named(name, experiment)
            return Condition(lambda moment: moment.phase == phase)
        case ["epoch", count] if 0 < (epochs := whole_of(count) or 0) < 10**6:
            return Condition(lambda moment: moment.epochs_completed >= epochs, True)
        case ["error", "below", text_of_bound] if 0 < (bound := number_of(text_of_bound) or 0.0) < math.inf:
            return Condition(lambda moment: _last_error(moment) < bound, True)
        case ["converged"]:
            return Condition(lambda moment: moment.converged_at is not None, True)
    raise BackpropError(f"{quoted(text)} is not a condition to wait for", FORMS)


def _last_error(moment: Moment) -> float:
    return float(moment.errors[moment.epochs_completed - 1]) if moment.epochs_completed else math.inf
