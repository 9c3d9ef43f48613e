"""What keeps a network from learning, as a word: the first of the signs of trouble that holds at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui_backprop.core.diagnostics.gates import Gates, gates_of
from tui_backprop.core.diagnostics.health import EXPLODES, VANISHES, latest, on_its_way
from tui_backprop.core.diagnostics.scaling import InputColumn, close_together, unscaled
from tui_backprop.core.diagnostics.signs import (
    Ends,
    Errors,
    all_alike,
    creeps,
    flat_output,
    has_grown,
    saturated,
    smothered,
)
from tui_backprop.core.experiment import ALL_RIGHT
from tui_backprop.core.goal import beyond_output, beyond_weights, untrained_error
from tui_backprop.core.initialisers import INITIALISERS, ZEROS
from tui_backprop.core.run.moment import Moment


class Trouble(NamedTuple):
    """A kind of trouble: its word (with a number for N), the view that shows it, what it means, and what helps.

    Each thing that helps is set apart by a semicolon.
    """

    word: str
    view: str
    means: str
    helps: str


NOT_FINITE = Trouble("not finite", "health", "Some numbers are no longer finite.", "a smaller rate; scaled columns")
OUT_OF_REACH = Trouble(
    "targets out of reach",
    "",
    "No weights can reach the goal: the output cannot give these targets, equal inputs have different targets, or "
    "biases are missing.",
    "another output activation; other targets; biases; a goal that allows some error (stop)",
)
DIVERGES = Trouble(
    "error diverges",
    "health",
    "The last epoch's error is more than twice the untrained network's.",
    "a smaller rate; scaled columns",
)
PENALTY = Trouble(
    "penalty too large",
    "health",
    "All samples get nearly the same answer, and the weight penalty either pulled about as hard as the error at the "
    "start or has shrunk the weights to under a quarter of their initial size.",
    "a much smaller l2 or l1",
)
ALIKE = Trouble(
    "units alike",
    "gates",
    "All units of a layer have equal weights: they get the same updates, and stay equal.",
    "another init (xavier or he), or weights that differ",
)
FLAT_OUTPUT = Trouble(
    "output saturated",
    "health",
    "At least one sample in ten gets a wrong answer where the output is flat, and with this loss δ contains the "
    "output's slope.",
    "a cross-entropy loss; smaller weights (another init); a smaller rate; scaled inputs",
)
SATURATED = Trouble(
    "N % saturated",
    "gates",
    "More than half of the smooth units' answers lie where the slope is under 5 % of the steepest, and not all "
    "answers are right.",
    "scaled inputs; smaller weights (another init); a smaller rate",
)
DEAD = Trouble(
    "N dead",
    "gates",
    "These units are shut for every sample: no error gets in, and their weights never change.",
    "new weights (R); a smaller rate; scaled inputs; leaky_relu",
)
LINEAR = Trouble(
    "linear now",
    "collapse",
    "No gate switches between samples: on this data the network is linear.",
    "relu or tanh for linear; new weights (R); more hidden units; biases; scaled inputs",
)
VANISHING = Trouble(
    "gradient vanishes",
    "health",
    "δ in the first layer is under 1 % of the output's (0.1 % with fewer than two smooth hidden layers); samples that "
    "gates shut out do not count.",
    "fewer layers; relu or tanh for sigmoid; init xavier or he; scaled inputs",
)
EXPLODING = Trouble(
    "gradient explodes",
    "health",
    "δ in the first layer is over 100 times the output's.",
    "init xavier or he; smaller weights; a smaller rate",
)
SLOW = Trouble(
    "error hardly falls",
    "health",
    "The error falls steadily, but by less than 0.2 % an epoch; weights change no more than that.",
    "a larger rate; scaled columns",
)
UNSCALED = Trouble(
    "x1 not scaled",
    "gates",
    "This column has numbers beyond ±10 (+2: two more columns do): they saturate units or make updates overshoot.",
    "standardise = true, for targets standardise_targets = true (ctrl+n: standardise)",
)
TROUBLES = (
    NOT_FINITE, OUT_OF_REACH, DIVERGES, PENALTY, ALIKE, FLAT_OUTPUT, SATURATED, DEAD, LINEAR, VANISHING, EXPLODING,
    SLOW, UNSCALED,
)  # fmt: skip
"""All kinds, the most serious first."""
HARDLY = (VANISHING, SLOW)
"""Those that inputs which lie close together may cause."""
TOO_LARGE, TOO_SMALL = "rate too large?", "rate too small?"
"""The likely causes, where all columns are scaled, of an error that has grown, and of one that hardly falls."""


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
    """The most serious sign of trouble; None where there is none, or nothing is left to learn."""
    found = _found(moment)
    if found is None or found.trouble in (OUT_OF_REACH, PENALTY, UNSCALED):
        return found
    return found._replace(cause=_cause(moment, found.trouble))


def _cause(moment: Moment, trouble: Trouble) -> str:
    """What may have led to trouble: initial weights, columns that are not scaled, or the rate."""
    init = moment.ahead.init
    if trouble is ALIKE or (trouble is DEAD and init == ZEROS.name):
        return f"init {init}" if INITIALISERS[init].fixed else ""
    errors = _errors(moment)
    grew = trouble in (NOT_FINITE, DIVERGES) or (errors is not None and errors.grew)
    data = moment.ahead.data
    columns = unscaled(data) or (close_together(data) if trouble in HARDLY else ())
    return _unscaled_word(columns) or (TOO_LARGE if grew else TOO_SMALL if trouble is SLOW else "")


def _errors(moment: Moment) -> Errors | None:
    """Those up to the moment; None before an epoch is over."""
    over = moment.epochs_completed
    if not over:
        return None
    last, before = float(moment.errors[over - 1]), float(moment.errors[max(0, 3 * over // 4 - 1)])
    return Errors(last, before, untrained_error(moment.experiment), float(moment.errors[:over].max()))


def _unscaled_word(columns: Sequence[InputColumn]) -> str:
    """The column with the largest numbers that should be scaled, and how many more there are; nothing if none."""
    more = f" +{len(columns) - 1}" if len(columns) > 1 else ""
    return f"{columns[0].name}{more} not scaled" if columns else ""


def _found(moment: Moment) -> Verdict | None:
    experiment = moment.ahead
    if not moment.finite:
        return Verdict(NOT_FINITE, NOT_FINITE.word)
    if moment.converged_at is None and beyond_output(experiment):
        return Verdict(OUT_OF_REACH, OUT_OF_REACH.word)
    errors = _errors(moment)
    if errors is not None and has_grown(errors.last, errors.untrained):
        return Verdict(DIVERGES, DIVERGES.word)
    if moment.converged_at is not None:
        return None
    found = _of_units(moment, errors) or _of_gradient(moment, errors)
    if found is None and (word := _unscaled_word(unscaled(experiment.data))):
        return Verdict(UNSCALED, word)
    if found is None and experiment.training.goal != ALL_RIGHT and beyond_weights(experiment):
        return Verdict(OUT_OF_REACH, OUT_OF_REACH.word)
    return found


def _of_units(moment: Moment, errors: Errors | None) -> Verdict | None:
    """What is wrong with units, and with what they make of the samples."""
    experiment, gates = moment.ahead, _gates(moment)
    if errors is not None and smothered(experiment, gates, _ends(moment)):
        return Verdict(PENALTY, PENALTY.word)
    if all_alike(moment.parameters):
        return Verdict(ALIKE, ALIKE.word)
    if flat_output(experiment, gates):
        return Verdict(FLAT_OUTPUT, FLAT_OUTPUT.word)
    if saturated(experiment, gates):
        return Verdict(SATURATED, SATURATED.word.replace("N", str(100 * gates.saturated // gates.answers)))
    dead = sum(int(layer.dead.sum()) for layer in gates.layers)
    if dead:
        return Verdict(DEAD, DEAD.word.replace("N", str(dead)))
    if gates.layers and gates.linear and errors is not None:  # before that most networks are
        return Verdict(LINEAR, LINEAR.word)
    return None


def _of_gradient(moment: Moment, errors: Errors | None) -> Verdict | None:
    """What is wrong with gradients on their way, and with the updates that they make."""
    delta = on_its_way(moment.ahead.network, latest(moment)[3])
    if delta == VANISHES and not _gates(moment).mostly_saturated:  # else all answers are right: no more of it is needed
        return Verdict(VANISHING, VANISHING.word)
    if delta == EXPLODES:
        return Verdict(EXPLODING, EXPLODING.word)
    if errors is not None and creeps(errors, moment.epochs_completed, _ends(moment)):
        return Verdict(SLOW, SLOW.word)
    return None


def _gates(moment: Moment) -> Gates:
    found: Gates = moment.past.cached(
        ("gates", moment.position, moment.edits), lambda: gates_of(moment.ahead.data, moment.parameters)
    )
    return found


def _ends(moment: Moment) -> Ends:
    return Ends(moment.experiment.initial.flat, moment.parameters.flat)
