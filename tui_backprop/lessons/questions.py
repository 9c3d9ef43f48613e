"""Questions before the reveal: the possible answers, the true one by the run, and the arithmetic that shows it.

kind        about      what is asked
gate        a unit     open or shut for this sample?
direction   a weight   does this update move it up, down, or not at all?
blame       a layer    which of its units gets the most error, of either sign?
number      a figure   its value, to `decimals` decimals
choice      -          one of the options, of which the author says which is right
bug         -          which mistake the page's gradient makes, if any
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from tui_backprop.core.diagnostics.bugs import BUGS, bugs_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.figures import evaluate, figure, is_on_stage
from tui_backprop.lessons.lesson import Question

_WORK = {
    "z": "work z", "a": "work a", "upstream": "work upstream", "delta": "work delta", "gradient": "work gradient",
    "new": "work update",
}  # fmt: skip
_DIRECTIONS = ("up", "down", "it stays as it is")
_NO_BUG, _SEVERAL_BUGS = "nothing is wrong: this is the true gradient", "two of these mistakes at once"


@dataclass(frozen=True)
class Truth:
    """The right answer: the place of an option from 0 on, or a number; in words; and how it comes about."""

    answer: float
    words: str
    work: str = ""


def options(question: Question, experiment: Experiment) -> tuple[str, ...]:
    """The options to choose from; empty where a number is to be typed."""
    match question.kind:
        case "gate":
            return ("open", "shut")
        case "direction":
            return _DIRECTIONS
        case "blame":
            return experiment.unit_names(_layer(question, experiment))
        case "bug":
            return (*(bug.does for bug in BUGS.values()), _SEVERAL_BUGS, _NO_BUG)
    return question.options


def order(question: Question, choices: tuple[str, ...]) -> tuple[int, ...]:
    """The order in which options are shown: shuffled if an author listed them, and the same every time."""
    places = list(range(len(choices)))
    if question.kind in ("choice", "bug"):
        random.Random(crc32(f"{question.line} {choices}".encode())).shuffle(places)
    return tuple(places)


def truth(question: Question, context: Context) -> Truth:
    """The true answer, from the run at the moment of the reveal."""
    choices = options(question, context.experiment)
    match question.kind:
        case "gate":
            z = _known(evaluate(f"z {question.about}", context), question)
            sign = "above 0" if z > 0 else "not above 0"
            work = figure(f"work z {question.about}", context)
            return _chosen(choices, int(z <= 0), f"z({question.about}) = {work}, {sign}")
        case "direction":
            moved = _known(evaluate(f"new {question.about}", context), question) - float(
                evaluate(f"old {question.about}", context)
            )
            place = 2 if moved == 0 else int(moved < 0)
            return _chosen(choices, place, f"{question.about}: {figure(f'work update {question.about}', context)}")
        case "blame":
            upstream = context.moment.upstream(_layer(question, context.experiment))
            if upstream is None:
                raise _too_early(question)
            most = int(np.argmax(np.abs(upstream)))
            return _chosen(choices, most, f"↑({choices[most]}) = {figure(f'work upstream {choices[most]}', context)}")
        case "number":
            return _number(question, context)
        case "bug":
            if not context.bug:
                raise BackpropError("a question about a bug on a page without one", 'bug = "…" in its page')
            bugs = bugs_of(context.bug)
            place = list(BUGS).index(bugs[0]) if len(bugs) == 1 else choices.index(_SEVERAL_BUGS if bugs else _NO_BUG)
            return _chosen(choices, place, "")
    return _chosen(choices, int(question.answer) - 1, "")


def _chosen(choices: tuple[str, ...], place: int, work: str) -> Truth:
    return Truth(place, choices[place], work)


def _number(question: Question, context: Context) -> Truth:
    if not question.about:
        return Truth(question.answer, arithmetic.number(question.answer), "")
    value = _known(evaluate(question.about, context), question)
    kind, _, rest = question.about.partition(" ")
    kind, name = (kind, rest) if rest else ("", question.about)
    work = ""
    if kind in _WORK and "#" not in question.about and "@" not in question.about:
        work = f"{name}: {figure(f'{_WORK[kind]} {name}', context)}"
    return Truth(value, arithmetic.number(value), work)


def _layer(question: Question, experiment: Experiment) -> int:
    layer = int(question.about)
    if not 1 <= layer < experiment.network.depth:
        raise BackpropError(f"no hidden layer {layer}", f"1 to {experiment.network.depth - 1}")
    return layer


def _known(value: float | str, question: Question) -> float:
    if isinstance(value, str):
        raise (
            _too_early(question)
            if value == arithmetic.UNKNOWN
            else BackpropError(f"{question.about!r} is not a single number", "a figure with one number")
        )
    return value


def _too_early(question: Question) -> BackpropError:
    if not question.reveal:
        return BackpropError(
            "'reveal' is missing, and the page's moment does not know the answer", 'reveal = "1:0:sum1"'
        )
    return BackpropError("the answer is not known at the moment of the reveal", "reveal: a later phase")


def is_shown(question: Question, context: Context) -> bool:
    """Whether the stage shows the answer to a question at this moment."""
    match question.kind:
        case "gate":
            return is_on_stage(f"gate {question.about}", context)
        case "direction":
            return is_on_stage(f"new {question.about}", context)
        case "blame":
            return context.moment.upstream(_layer(question, context.experiment)) is not None
        case "number":
            return bool(question.about) and is_on_stage(question.about, context)
    return False
