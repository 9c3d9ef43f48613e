"""What keeps a network from learning, as a word: the first of the signs of trouble that holds at a moment."""

from __future__ import annotations

from typing import NamedTuple

from tui_backprop.core.diagnostics.gates import Gates, gates_of
from tui_backprop.core.diagnostics.health import EXPLODES, VANISHES, latest, on_its_way
from tui_backprop.core.diagnostics.scaling import unscaled
from tui_backprop.core.experiment import Data
from tui_backprop.core.goal import out_of_reach, untrained_error
from tui_backprop.core.outcomes import has_grown
from tui_backprop.core.run.moment import Moment


class Trouble(NamedTuple):
    """A kind of trouble: its word (with a number for N), the view that shows it, what it means, and what helps."""

    word: str
    view: str
    means: str
    helps: str


NOT_FINITE = Trouble("not finite", "health", "Numbers grew beyond all bounds.", "a smaller rate; scaled columns")
OUT_OF_REACH = Trouble(
    "targets out of reach", "", "No weights at all give these targets.", "another output activation, or other targets"
)
DIVERGES = Trouble(
    "error diverges",
    "health",
    "The last epoch's error is more than twice the untrained network's.",
    "a smaller rate; scaled columns",
)
SATURATED = Trouble(
    "N % saturated",
    "gates",
    "More than half of the smooth units' answers lie where the slope is under 5 % of the steepest.",
    "scaled inputs, smaller weights (another init), a smaller rate",
)
DEAD = Trouble(
    "N dead",
    "gates",
    "So many units are shut for every sample: no error gets in, and their weights never change.",
    "new weights (R), a smaller rate, scaled inputs, leaky_relu",
)
LINEAR = Trouble(
    "linear now",
    "collapse",
    "No gate switches between samples: on this data the network is linear.",
    "an activation that bends, if all are linear; else new weights (R), more hidden units, biases, scaled inputs",
)
VANISHING = Trouble(
    "gradient vanishes",
    "health",
    "δ in the first layer is under 1 % of the output's (0.1 % with fewer than two smooth hidden layers).",
    "fewer layers; relu or tanh for sigmoid; init xavier or he; scaled inputs",
)
EXPLODING = Trouble(
    "gradient explodes",
    "health",
    "δ in the first layer is over 100 times the output's.",
    "smaller weights (init xavier or he), a smaller rate",
)
UNSCALED = Trouble(
    "x1 not scaled",
    "gates",
    "This column has numbers beyond ±10, +2 says that two more have: they saturate units or make updates overshoot.",
    "standardise = true, for targets standardise_targets = true (ctrl+n: standardise)",
)
TROUBLES = (NOT_FINITE, OUT_OF_REACH, DIVERGES, SATURATED, DEAD, LINEAR, VANISHING, EXPLODING, UNSCALED)
"""All kinds, the most serious first."""
RATE = "rate too large?"
"""The likely cause of growing numbers where all columns are scaled."""


class Verdict(NamedTuple):
    """A sign of trouble: its kind, in a word or two, and its likely cause, if that is known."""

    trouble: Trouble
    word: str
    cause: str = ""

    @property
    def view(self) -> str:
        """The view that shows it, if there is one."""
        return self.trouble.view

    @property
    def brief(self) -> str:
        """The word without any names or causes."""
        return "not scaled" if self.trouble is UNSCALED else self.word

    def __str__(self) -> str:
        return f"{self.word}: {self.cause}" if self.cause else self.word


def verdict(moment: Moment) -> Verdict | None:
    """The most serious sign of trouble; None where there is none."""
    found = _found(moment)
    if found is None or found.trouble in (OUT_OF_REACH, UNSCALED):
        return found
    return found._replace(cause=cause(moment.ahead.data, found.trouble))


def cause(data: Data, trouble: Trouble) -> str:
    """What may have led to trouble: columns that are not scaled, or the rate."""
    return unscaled_word(data) or (RATE if trouble in (NOT_FINITE, DIVERGES) else "")


def unscaled_word(data: Data) -> str:
    """The column with the largest numbers that should be scaled, and how many more there are; nothing if none."""
    columns = unscaled(data)
    more = f" +{len(columns) - 1}" if len(columns) > 1 else ""
    return f"{columns[0].name}{more} not scaled" if columns else ""


def _found(moment: Moment) -> Verdict | None:
    experiment = moment.ahead
    if not moment.finite:
        return Verdict(NOT_FINITE, NOT_FINITE.word)
    if out_of_reach(experiment):
        return Verdict(OUT_OF_REACH, OUT_OF_REACH.word)
    over = moment.epochs_completed
    if over and has_grown(float(moment.errors[over - 1]), untrained_error(moment.experiment)):
        return Verdict(DIVERGES, DIVERGES.word)
    gates: Gates = moment.past.cached(
        ("gates", moment.position, moment.edits), lambda: gates_of(experiment.data, moment.parameters)
    )
    if gates.mostly_saturated:
        return Verdict(SATURATED, SATURATED.word.replace("N", str(100 * gates.saturated // gates.answers)))
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    if dead:
        return Verdict(DEAD, DEAD.word.replace("N", str(dead)))
    if gates.layers and gates.linear and moment.epochs_completed:  # before that most networks are
        return Verdict(LINEAR, LINEAR.word)
    delta = on_its_way(experiment.network, latest(moment)[3])
    if delta == VANISHES:
        return Verdict(VANISHING, VANISHING.word)
    if delta == EXPLODES:
        return Verdict(EXPLODING, EXPLODING.word)
    word = unscaled_word(experiment.data)
    return Verdict(UNSCALED, word) if word else None
