"""The figures of a step, in the order in which they are worked out, and the names that users write for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.mistakes import true_value
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Bias, Part, Unit, parameter_at
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.errors import BackpropError, perhaps, quoted
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.arithmetic import significant

MOST_WEIGHTS = 64
"""The most weights: more would not be an exercise."""
_LABELS = {"prediction": "ŷ", "delta": "δ", "mask": "f′"}
_WRITTEN = {
    "z": ("z", "sum", "net"),
    "a": ("a", "activation", "out", "output"),
    "prediction": ("ŷ", "prediction", "yhat", "y_hat"),
    "error": ("E", "error"),
    "upstream": ("upstream", "↑"),
    "mask": ("f′", "f'", "f’", "mask", "slope"),
    "delta": ("δ", "delta"),
    "gradient": ("∂E/∂", "dE/d", "gradient", "grad", "d", "∂"),
    "change": ("Δ", "change", "update"),
    "new": ("new", ""),
}
"""The names of each kind of figure in a sheet; a weight or a bias by itself is the new one."""
_MOST_NEAR = 500
"""The most figures whose names are searched for a suggestion."""
_NUMBERED = re.compile(r"([wWbB])_?[0-9]{1,3}['′+]?(?:_?new)?")
_OUTPUT = re.compile(r"(?<![A-Za-z0-9])o_?([0-9]{1,3})(?![0-9])")
_SAMPLE = re.compile(r"(.*\S)\s*#\s*([0-9]{1,9})")


@dataclass(frozen=True)
class Figure:
    """One number of a step: its kind, and of what.

    `row` counts within the step's batch; of a gradient and a new weight, which a batch has once, it is 0.
    """

    kind: FigureKind
    part: Part
    row: int = 0

    def label(self, moment: Moment) -> str:
        """`δ(h2)`, `∂E/∂W1[x1→h2]`, `W1[x1→h2]`; in a batch `δ(h2) #3`, by the number of the sample."""
        name = self.part.name(moment.experiment)
        if not isinstance(self.part, Unit):
            return {"gradient": "∂E/∂", "change": "Δ"}.get(self.kind, "") + name
        label = "E" if self.kind == "error" else f"{_LABELS.get(self.kind, self.kind)}({name})"
        return f"{label} #{moment.samples[self.row]}" if len(moment.samples) > 1 else label

    def truth(self, moment: Moment) -> float:
        """The figure's value in the step of a moment, in full precision."""
        return true_value(moment.showing(self.row), self.kind, self.part)


def figures(moment: Moment) -> list[Figure]:
    """All figures of a step, in the order of its phases: each comes after those that it follows from."""
    experiment, rows = moment.experiment, range(len(moment.samples))
    network = experiment.network

    def units(kind: FigureKind, layer: int) -> list[Figure]:
        return [Figure(kind, Unit(layer, unit), row) for row in rows for unit in range(network.units[layer])]

    found: list[Figure] = []
    for layer in range(1, network.depth + 1):
        found += units("z", layer) + units("a", layer)
    found += units("prediction", network.depth)
    found += [Figure("error", Unit(network.depth, 0), row) for row in rows]
    for layer in range(network.depth, 0, -1):
        found += units("upstream", layer) if layer < network.depth else []
        found += units("mask", layer) + units("delta", layer)
    parameters = [parameter_at(network, index) for index in range(network.size)]
    return found + [Figure(kind, parameter) for kind in ("gradient", "change", "new") for parameter in parameters]


def phase_of(figure: Figure, experiment: Experiment) -> str:
    """The phase in which a learner is asked for it; nothing for what is only a factor or a step on the way."""
    layer, depth, network = figure.part.layer, experiment.network.depth, experiment.network
    if not isinstance(figure.part, Unit) and figure.part.index(network) >= network.trained.stop:
        return ""
    match figure.kind:
        case "z":
            return f"sum{layer}"
        case "a":
            return f"activate{layer}" if layer < depth else ""
        case "prediction":
            return f"activate{depth}"
        case "upstream":
            return f"upstream{layer}"
        case "error":
            return "error"
        case "delta":
            return f"mask{layer}" if layer < depth else "error"
    return {"gradient": "gradient", "new": "update"}.get(figure.kind, "")


def work(figure: Figure, moment: Moment) -> str:
    """The arithmetic that leads to a figure: `1×0.5 + 0×(−0.2) = 0.5`; the number alone of what is only a factor."""
    over, part = replace(moment.showing(figure.row), phase=Phase("update")), figure.part
    if not isinstance(part, Unit):
        of_parameter = {"gradient": arithmetic.of_gradient, "new": arithmetic.of_update}.get(figure.kind)
        return of_parameter(over, part, significant) if of_parameter else significant(figure.truth(moment))
    if figure.kind == "error":
        return arithmetic.of_error(over, MOST_WEIGHTS, significant)
    of_unit = {
        "z": arithmetic.of_sum,
        "a": arithmetic.of_activation,
        "prediction": arithmetic.of_activation,
        "upstream": arithmetic.of_upstream,
        "delta": arithmetic.of_delta,
    }.get(figure.kind)
    return of_unit(over, part, MOST_WEIGHTS, significant) if of_unit else significant(figure.truth(moment))


_LOSSES = frozenset({"l", "loss", "j", "c", "cost", "etotal", "e_total", "total"})
"""What textbooks call the error of a sample, as `_plain` spells it."""


class UnknownNameError(BackpropError):
    """A name that no figure of the step has."""


class Names:
    """The names of a step's figures: finds the figure that a name means."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._figures = figures(moment)
        self._exactly: dict[str, Figure] = {}
        self._nearly: dict[str, set[Figure]] = {}
        outputs = moment.experiment.network.units[-1]
        for figure in (figure for figure in self._figures if figure.row == 0):
            name = figure.part.name(moment.experiment)
            alone = figure.kind == "error" or (figure.kind == "prediction" and outputs == 1)
            if figure.kind == "error" and outputs > 1:  # it is that of all outputs together
                name = ""
            sign = "" if figure.kind == "new" else _WRITTEN[figure.kind][0]
            self._exactly.setdefault(sign + (f"({name})" if isinstance(figure.part, Unit) and name else name), figure)
            for written in _WRITTEN[figure.kind]:
                for spelt in (written + name, written) if alone else (written + name,):
                    self._nearly.setdefault(_plain(spelt), set()).add(figure)

    def _of_textbook(self, name: str) -> str:
        """A hint for a name from a textbook that numbers outputs (`net_o1`, `E_o1`) or weights (`w5`)."""
        experiment = self._moment.experiment
        outputs = experiment.unit_names(experiment.network.depth)
        if numbered := _NUMBERED.fullmatch(name):
            parts = [figure for figure in self._figures if figure.kind == "new"]
            named = [part for part in parts if isinstance(part.part, Bias) == (numbered[1] in "bB")]
            return f": they are called by their places, as {named[0].label(self._moment)}" if named else ""
        spelt = _OUTPUT.sub(lambda found: outputs[int(found[1]) - 1] if 0 < int(found[1]) <= len(outputs) else "", name)
        kind = _plain(spelt).removesuffix(_plain(output)) if (output := _ending(spelt, outputs)) else ""
        if kind in ("e", "error") or (kind == "" and re.fullmatch("[Ee][0-9]{1,3}", name)):
            return ": E is the error of all outputs together" if len(outputs) > 1 else ", did you mean E?"
        kinds: dict[str, FigureKind] = {
            **dict.fromkeys(("p", "out", "output", "a"), "prediction"), "d": "delta", "net": "z",
        }  # fmt: skip
        if kind not in kinds:
            return ""
        unit = Unit(experiment.network.depth, outputs.index(output))
        called = f" (outputs: {', '.join(outputs[:9])})" if spelt != name else ""
        return f", did you mean {Figure(kinds[kind], unit).label(self._moment)}?{called}"

    def _of_unit(self, name: str) -> str:
        """Suggestions for the name of a unit alone."""
        found = [figure for figure in self._figures if figure.row == 0 and isinstance(figure.part, Unit)]
        named = [figure for figure in found if figure.part.name(self._moment.experiment).casefold() == name.casefold()]
        return f", did you mean {named[0].label(self._moment)} or {named[1].label(self._moment)}?" if named else ""

    def _spelt(self) -> Iterator[str]:
        """Names spelled with characters that every keyboard has."""
        for figure in self._figures[:_MOST_NEAR]:
            for written in _WRITTEN[figure.kind][1:]:
                if written.isascii() and isinstance(figure.part, Unit):
                    yield f"{written}({figure.part.name(self._moment.experiment)})"

    def knows(self, text: str) -> bool:
        """Whether a figure may be meant by `text`."""
        numbered = _SAMPLE.fullmatch(text.strip())
        return bool(self._named(numbered[1] if numbered else text.strip()))

    def _named(self, name: str) -> set[Figure]:
        return {self._exactly[name]} if name in self._exactly else self._nearly.get(_plain(name), set())

    def find(self, text: str) -> Figure:
        """The figure that `text` names. Raises `BackpropError` if this step has no such figure."""
        samples = self._moment.samples
        numbered = _SAMPLE.fullmatch(text.strip())
        if numbered and int(numbered[2]) not in samples:
            takes = ", ".join(f"#{sample}" for sample in samples[:9])
            raise BackpropError(f"{quoted(text.strip())}: no such sample in this step", f"it takes {takes}")
        name = numbered[1] if numbered else text.strip()
        found = self._named(name)
        if len(found) != 1:
            known = list(self._exactly)
            seen = "".join(c for c in name if c.isprintable())
            near = (
                self._of_textbook(seen)
                or self._of_unit(seen)
                or (", did you mean E?" if _plain(seen) in _LOSSES else "")
                or perhaps(seen, [*known[:_MOST_NEAR], *self._spelt()])
            )
            message = " could be several figures" if found else f" is not a figure of this step{near}"
            hint = f"e.g. {known[0]} or {known[-1]}; see tui-backprop help lessons"
            raise (BackpropError if found else UnknownNameError)(quoted(name) + message, hint)
        figure = next(iter(found))
        if isinstance(figure.part, Unit) and numbered:
            return replace(figure, row=samples.index(int(numbered[2])))
        if isinstance(figure.part, Unit) and len(samples) > 1:
            of_unit = figure.label(self._moment)
            raise BackpropError(f"{quoted(name)}: for which sample of the batch?", f"e.g. {of_unit}")
        return figure


def _ending(name: str, outputs: Sequence[str]) -> str:
    """The output that a name ends with."""
    return next((output for output in outputs if _plain(name).endswith(_plain(output))), "")


def _plain(text: str) -> str:
    """A name reduced to what is written in one way only: without brackets, arrows, blanks and case."""
    return "".join(c for c in normalize("NFC", text).replace("->", "") if c not in "→>,()[]{} \t_·").casefold()
