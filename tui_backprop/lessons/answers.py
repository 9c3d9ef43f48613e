"""What a learner types or chooses: read leniently, judged, and answered with a hint if it is wrong."""

from __future__ import annotations

import math
import unicodedata
from typing import cast

from tui_backprop.core import equations
from tui_backprop.core.diagnostics.figures import FIGURES, FigureKind
from tui_backprop.core.diagnostics.mistakes import likely, of_any_figure
from tui_backprop.core.parts import Parameter, Part, Unit, parse_parameter, parse_unit
from tui_backprop.errors import BackpropError, quoted
from tui_backprop.lessons.arithmetic import DECIMALS
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.lesson import Question
from tui_backprop.lessons.questions import Truth
from tui_backprop.reading.numerals import number_of

EXAMPLE = "−0.5, 1/2 or 90%"
RULES = {
    "z": "z is each value that comes in times its weight, all added up.",
    "a": "Work out z first; what is passed on is what the activation makes of it.",
    "upstream": "What arrives is weight × δ of the unit above, added up over all units above.",
    "delta": "δ is what arrives × the slope; the slope of a gate is 1 if it is open, 0 if it is shut.",
    "gradient": "A gradient is what comes in below × δ above.",
    "product": "Multiply along each path from the input to the output, and add up the paths.",
}
"""Hints where a wrong number does not show what was done instead."""


def begins_number(character: str) -> bool:
    """Whether a number can begin with this character."""
    return len(character) == 1 and (character in ".,-−–+" or character.isnumeric())


def read_answer(text: str) -> float:
    """A number as people write one: `0,9`, `9e-1`, `1/2`, `1½`, `90%`. Raises `BackpropError` for anything else."""
    plain = text.strip()
    if not plain:
        raise BackpropError("nothing typed yet", f"e.g. {EXAMPLE}")
    share = plain.removesuffix("%").rstrip()
    above, slash, below = share.replace("⁄", "/").partition("/")
    value, divisor = _part(above.strip()), _part(below.strip()) if slash else 1.0
    if value is None or divisor is None:
        raise BackpropError(f"{quoted(plain)} is not a number", f"e.g. {EXAMPLE}")
    if divisor == 0:
        raise BackpropError(f"{quoted(plain)} divides by 0", f"e.g. {EXAMPLE}")
    number = value / divisor / (100 if share != plain else 1)
    if not math.isfinite(number):
        raise BackpropError(f"{quoted(plain)} is too large", f"e.g. {EXAMPLE}")
    return number


def _part(text: str) -> float | None:
    """A number without a slash; `½` and `1½` are two of its forms."""
    fraction = unicodedata.numeric(text[-1], 0.0) if text and unicodedata.category(text[-1]) == "No" else 0.0
    if not 0 < fraction < 1:
        return number_of(text)
    whole = text[:-1] if text[:-1].strip("+-−") else f"{text[:-1]}0"
    sign = -1.0 if whole[0] in "-−" else 1.0
    value = number_of(whole)
    return None if value is None else value + sign * fraction


def judge(question: Question, right: Truth, given: float) -> bool:
    """Whether an answer is right: a typed number when it rounds to the true one, give or take what working with four
    decimals costs."""
    if question.kind != "number":
        return given == right.answer
    return abs(given - right.answer) <= tolerance(question, right.answer)


def tolerance(question: Question, right: float) -> float:
    """How far off a right number may be: half of its last decimal; 0 if it has no further decimals."""
    unit = 10.0**-question.decimals
    if abs(right - round(right, question.decimals)) <= 1e-9:
        return 1e-6 * unit
    return 0.5 * unit + min(10.0**-DECIMALS, 0.1 * unit)


def hint(question: Question, right: Truth, context: Context, given: float) -> str:
    """A sentence after a first wrong answer: the likely mistake, what the author says, or where to look."""
    if question.kind == "number":
        return _number_hint(question, right, context, given) or question.hint or _rule(question, context)
    if question.hint:
        return question.hint
    match question.kind:
        case "gate":
            return f"A gate is open where z is above 0: work out z({question.about})."
        case "direction":
            if right.answer == 2:
                return "The gradient is input × δ. Is one of them 0?"
            if given == 2:
                return "The gradient is input × δ, and neither of them is 0."
            return "Mind the sign: new = old − rate × gradient."
        case "blame":
            return "Blame is weight × δ. Its size counts, whatever its sign."
        case "bug":
            return "Which rows disagree, and what do they have in common: a layer, a unit, an input, a sign?"
    return "Not that one."


def _rule(question: Question, context: Context) -> str:
    """How a figure is worked out."""
    figure, part = _asked(question, context)
    if figure == "delta" and isinstance(part, Unit) and part.layer == context.experiment.network.depth:
        return f"δ of an output is {equations.of_delta(context.moment, part, 1).formula}."
    if figure == "new" and isinstance(part, Parameter):
        *_, last = equations.of_update(context.moment, part)
        return f"The new value is {last.formula}."
    if figure == "z" and context.moment.before.biases:
        return f"{RULES[figure][:-1]}, plus the bias."
    return RULES.get(figure, "Work it out again, and mind every sign.")


def _number_hint(question: Question, right: Truth, context: Context, given: float) -> str:
    figure, part = _asked(question, context)
    coarse = _coarse(question, right.answer, given)
    if part is not None and context.moment.passage is not None:
        mistake = likely(context.moment, cast(FigureKind, figure), part, given, _precision(question, given))
        return coarse if mistake is None or (coarse and mistake.name == "rounding") else mistake.says
    if figure == "product" and (found_hint := _product_hint(question, context, given)):
        return found_hint
    within = tolerance(question, right.answer)
    return next((m.says for m in of_any_figure(right.answer) if abs(m.value - given) <= within), coarse)


def _coarse(question: Question, right: float, given: float) -> str:
    """A hint for a number that is right, but rounded to fewer decimals than are asked for."""
    typed = _decimals(given)
    if not (0 < typed < question.decimals and tolerance(question, right) < abs(given - right) <= _within(typed)):
        return ""
    return f"That is right to {typed} decimal{'s' * (typed > 1)}: give {question.decimals}."


def _product_hint(question: Question, context: Context, given: float) -> str:
    """A hint for an entry of W1·W2, the sum over all paths from an input to an output."""
    first, *rest = context.moment.parameters.weights
    if len(rest) != 1:
        return ""
    below, above = (parse_unit(name.strip(), context.experiment) for name in question.about[8:].split("→"))
    weights, onwards = first[below.column], rest[0][:, above.column]
    ways = weights * onwards
    names = context.experiment.unit_names(1)
    found = [(ways.sum() - way, f"The path through {name} is missing.") for name, way in zip(names, ways, strict=True)]
    for name, way in zip(names, ways, strict=True):
        found.append((ways.sum() - 2 * way, f"A minus sign got lost on the path through {name}."))
        found.append((way, f"This is the path through {name} alone: add the others."))
    for other, name in enumerate(context.experiment.unit_names(0)):
        if other != below.column:
            found.append((first[other] @ onwards, f"This is {name}→{question.about.rpartition('→')[2]}."))
    for value in (weights.sum() + onwards.sum(), weights.sum() * onwards.sum()):
        found.append((value, "Multiply along each path, and add up the paths."))
    return next((found_hint for value, found_hint in found if abs(given - value) <= _precision(question, given)), "")


def _precision(question: Question, given: float) -> float:
    """How far a figure may be from `given` and still be meant by it: half of its last decimal, plus what four cost."""
    return _within(max(question.decimals, _decimals(given)))


def _within(decimals: int) -> float:
    return 0.5 * 10.0**-decimals + 10.0**-DECIMALS


def _decimals(given: float) -> int:
    return len(f"{given:.9f}".rstrip("0").partition(".")[2])


def _asked(question: Question, context: Context) -> tuple[str, Part | None]:
    """The figure of the step that is asked for, and its part; no part if it is not one of the step's."""
    figure, _, name = question.about.partition(" ")
    if figure not in FIGURES or "#" in name or "@" in name:
        return figure, None
    if figure == "error" or not name:
        return figure, Unit(context.experiment.network.depth, 0)
    unit = figure not in ("gradient", "change", "new")
    return figure, parse_unit(name, context.experiment) if unit else parse_parameter(name, context.experiment)
