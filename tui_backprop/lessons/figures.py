"""Figures in a lesson's text: `{delta y}`, `{W1[x1→h1] @ 1:0}`, `{prediction #2}`. All are computed, none is written.

A figure is WHAT, then optionally `: DECIMALS` and `@ PLACE`, another moment of the same run. See `FIGURES` for WHAT; a
weight's name alone is its value. With `#N` behind it, a value is that of sample N under the weights of the moment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.arrays import Array, in_order
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.outcomes import Outcome
from tui_backprop.core.parts import Bias, Part, parse_parameter, parse_unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.sweep import Sweep
from tui_backprop.errors import BackpropError
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.arithmetic import DECIMALS, UNKNOWN
from tui_backprop.lessons.stage import Stage
from tui_backprop.reading.numerals import read_number, whole_of

_SAMPLE = re.compile(r"(?:^|\s+)#([0-9]{1,6})$")
_DECIMALS = re.compile(r"\s*:\s*([0-9]{1,2})$")
_PARAMETER = re.compile(r"[Wb][0-9]+\[.+\]$")
MOST_STARTS = 1000
"""The most starts that a lesson may train to speak of luck."""
LUCK_EPOCHS = 1000
"""How long each is trained: far beyond the slowest start of the article's network that gets there at all."""


def figure(source: str, stage: Stage) -> str:
    """The text of a figure at a moment; refuses one that means nothing."""
    value = evaluate(source, stage)
    if isinstance(value, str):
        return value
    decimals = _DECIMALS.search(source.partition("@")[0].rstrip())
    return arithmetic.number(value, int(decimals[1]) if decimals else DECIMALS)


def evaluate(source: str, stage: Stage) -> float | str:
    """The number itself, or text where a figure is not one number; `·` where its phase has not computed it yet."""
    what, _, place = source.partition("@")
    if place.strip():
        stage = stage.at(place.strip())
    what = _DECIMALS.sub("", what.strip())
    sample = _SAMPLE.search(what)
    what = _SAMPLE.sub("", what)
    for name in sorted(FIGURES, key=len, reverse=True):
        if what == name or what.startswith(name + " "):
            rest = what[len(name) :].strip()
            if sample and name not in _OF_SAMPLES:
                raise BackpropError(f"{name!r} is not asked for by sample", "without #")
            known = FIGURES[name](stage, rest, int(sample[1])) if sample else FIGURES[name](stage, rest)
            return UNKNOWN if known is None else known
    value = _value(stage, what)
    if sample:
        raise BackpropError("a weight is the same for all samples", "without #")
    return value


def is_known(source: str) -> bool:
    """Whether there can be such a figure at all, whatever the network."""
    what = _SAMPLE.sub("", _DECIMALS.sub("", source.partition("@")[0].strip()))
    return bool(_PARAMETER.match(what)) or any(what == name or what.startswith(f"{name} ") for name in FIGURES)


def _element(array: Array | None, *place: int) -> float | None:
    return None if array is None else float(array[place])


def _unit_figure(of_moment: str, of_pass: str) -> Callable[..., float | None]:
    def find(stage: Stage, name: str, sample: int | None = None) -> float | None:
        place = parse_unit(name, stage.experiment)
        hidden = of_pass != "upstream" or place.layer < stage.experiment.network.depth
        if place.layer == 0 or not hidden:
            raise BackpropError(f"{name!r} has no {of_moment}", "a hidden unit" if place.layer else "no input")
        if sample is None:
            return _element(getattr(stage.moment, of_moment)(place.layer), place.column)
        return float(getattr(stage.passage(sample), of_pass)[place.layer - 1][place.column])

    return find


def _input(stage: Stage, name: str, sample: int | None = None) -> float | None:
    place = parse_unit(name, stage.experiment)
    if place.layer:
        raise BackpropError(f"{name!r} is not an input", ", ".join(stage.experiment.unit_names(0)[:9]))
    values = stage.moment.activation(0) if sample is None else stage.passage(sample).input
    return _element(values, place.column)


def _output(name: str) -> Callable[..., float | None]:
    def find(stage: Stage, output: str, sample: int | None = None) -> float | None:
        place = parse_unit(output, stage.experiment).column if output else 0
        if sample is not None:
            return float(getattr(stage.passage(sample), name)[place])
        if name == "raw":
            return _element(stage.moment.activation(stage.experiment.network.depth), place)
        return _element(getattr(stage.moment, name), place)

    return find


def _raw_without(stage: Stage, name: str, sample: int | None = None) -> float:
    """The output's sum less what one unit of the last hidden layer adds to it."""
    place = parse_unit(name, stage.experiment)
    if place.layer != stage.experiment.network.depth - 1 or sample is None:
        raise BackpropError(f"the output without {name!r}", "a unit of the last hidden layer and a sample: h2 #0")
    passage, weights = stage.passage(sample), stage.moment.parameters.weights[-1]
    return float(passage.z[-1][0] - passage.a[-2][place.column] * weights[place.column, 0])


def _error(stage: Stage, rest: str, sample: int | None = None) -> float | None:
    return stage.moment.error if sample is None else float(stage.passage(sample).error)


def _total_error(stage: Stage, rest: str) -> float:
    """The error of all samples under the weights of this moment."""
    return in_order([stage.passage(sample).error for sample in range(len(stage.experiment.data))])


def _value(stage: Stage, name: str, parameters: str = "parameters") -> float:
    return parse_parameter(name, stage.experiment).value(getattr(stage.moment, parameters))


def _new(stage: Stage, name: str) -> float | None:
    return _value(stage, name, "after") if stage.moment.updated else None


def _gradient(stage: Stage, name: str, sample: int | None = None) -> float | None:
    place = parse_parameter(name, stage.experiment)
    bias = isinstance(place, Bias)
    if sample is None:
        gradient = stage.moment.bias_gradient(place.layer) if bias else stage.moment.gradient(place.layer)
    else:
        passage = stage.passage(sample)
        gradient = (passage.bias_gradient if bias else passage.gradient)[place.layer - 1]
    return _element(gradient, *place.within)


def _change(stage: Stage, name: str) -> float | None:
    gradient = _gradient(stage, name)
    return None if gradient is None else -stage.experiment.training.rate * gradient


def _pull(stage: Stage, name: str, sample: int | None = None) -> float:
    """What one sample, or all of them together, would add to a weight at the present weights."""
    samples = range(len(stage.experiment.data)) if sample is None else [sample]
    pulls = [-stage.experiment.training.rate * float(_gradient(stage, name, each) or 0.0) for each in samples]
    return in_order(pulls)


def _tendency(stage: Stage, name: str, sample: int | None = None) -> str:
    """Which way a pull goes: ▲, ▼, or – for none."""
    pull = _pull(stage, name, sample)
    return "▲" if pull > 0 else "▼" if pull < 0 else "–"


def _share(stage: Stage, name: str, sample: int | None = None) -> float | None:
    """What a weight adds to the sum above it: the value below × the weight."""
    place = parse_parameter(name, stage.experiment)
    if isinstance(place, Bias):
        raise BackpropError(f"{name!r} adds itself, whatever comes in", "a weight")
    if sample is None:
        below = stage.moment.activation(place.layer - 1)
    else:
        passage = stage.passage(sample)
        below = passage.a[place.layer - 2] if place.layer > 1 else passage.input
    value = _element(below, place.row)
    return None if value is None else value * _value(stage, name)


def _gate(stage: Stage, name: str, sample: int | None = None) -> str | None:
    z = _unit_figure("sum", "z")(stage, name, sample)
    return None if z is None else "open" if z > 0 else "shut"


def _open_for(stage: Stage, name: str) -> str:
    samples = [f"#{sample}" for sample in range(len(stage.experiment.data)) if _gate(stage, name, sample) == "open"]
    return ", ".join(samples) or "no sample"


def _product(stage: Stage, name: str) -> float:
    """An entry `x1→y` of W1·W2·…, the one matrix that linear layers amount to."""
    below, _, above = name.replace("->", "→").partition("→")
    row, column = parse_unit(below.strip(), stage.experiment), parse_unit(above.strip(), stage.experiment)
    product = stage.moment.parameters.weights[0]
    for weights in stage.moment.parameters.weights[1:]:
        product = product @ weights
    return float(product[row.column, column.column])


def _correlation(stage: Stage, name: str) -> float | None:
    """Pearson's, of what a unit says with the target, over all samples; none where one of them never changes."""
    place, samples = parse_unit(name, stage.experiment), range(len(stage.experiment.data))
    if place.layer == 0:
        values = stage.experiment.data.inputs[:, place.column]
    else:
        values = np.array([stage.passage(sample).a[place.layer - 1][place.column] for sample in samples])
    values, targets = values - values.mean(), stage.experiment.data.targets[:, 0]
    targets = targets - targets.mean()
    size = math.sqrt(in_order(values**2) * in_order(targets**2))
    return round(in_order(values * targets) / size, 12) if size else None


def _mean_gradient(stage: Stage, name: str) -> float | None:
    gradient = stage.moment.gradient(_layer(stage, name))
    return None if gradient is None else float(np.abs(gradient).mean())


def _layer(stage: Stage, name: str) -> int:
    depth = stage.experiment.network.depth
    layer = depth if name == "last" else whole_of(name)
    if layer is None or not 1 <= layer <= depth:
        raise BackpropError(f"no layer {name!r}", f"1 to {depth}, or last")
    return layer


def _count(stage: Stage, name: str) -> float:
    network = stage.experiment.network
    counts = {"weights": network.weight_count, "samples": len(stage.experiment.data), "layers": network.depth}
    if name in counts:
        return counts[name]
    return network.units[_layer(stage, name) - 1] * network.units[_layer(stage, name)]


def _curve(kind: str) -> Callable[[Stage, str], float]:
    def find(stage: Stage, text: str) -> float:
        name, _, at = text.partition(" ")
        z = np.array([read_number(at, example=f"{kind} relu 0.5")])
        if name not in HIDDEN_ACTIVATIONS:
            raise BackpropError(f"no activation {name!r}", ", ".join(HIDDEN_ACTIVATIONS))
        a = ACTIVATIONS[name].of(z)
        return float((ACTIVATIONS[name].mask(z, a) if kind == "slope" else a)[0])

    return find


@lru_cache(maxsize=4)
def luck_of(experiment: Experiment, count: int) -> list[Outcome]:
    """How training comes out from seeds 0 to `count` − 1."""
    sweep = Sweep(experiment, range(count), LUCK_EPOCHS)
    for _ in sweep.proceed():
        pass
    return sweep.outcomes()


def _luck(*wanted: tuple[bool, bool]) -> Callable[[Stage, str], float]:
    def find(stage: Stage, rest: str) -> float:
        count = whole_of(rest) or 0
        if (
            not 1 <= count <= MOST_STARTS
            or stage.experiment.network.weight_count > 64
            or len(stage.experiment.data) > 16
        ):
            raise BackpropError(
                f"luck is available for 1 to {MOST_STARTS} starts of a small network", "e.g. converged 1000"
            )
        return sum((outcome.converged, outcome.linear) in wanted for outcome in luck_of(stage.experiment, count))

    return find


def _worked(write: Callable[[Moment, Any], str], find: Callable[..., Part]) -> Callable[[Stage, str], str]:
    def work(stage: Stage, name: str) -> str:
        place = find(name, stage.experiment)
        if isinstance(place, Bias) or place.layer == 0:
            raise BackpropError(f"{name!r} has no such arithmetic", "a unit above the inputs, or a weight")
        if write is arithmetic.of_upstream and place.layer == stage.experiment.network.depth:
            raise BackpropError(f"nothing arrives at {name!r} from above", "a hidden unit")
        return write(stage.moment, place)

    return work


FIGURES: dict[str, Callable[..., Any]] = {
    # of a unit
    "z": _unit_figure("sum", "z"),
    "a": _unit_figure("activation", "a"),
    "upstream": _unit_figure("upstream", "upstream"),
    "mask": _unit_figure("mask", "mask"),
    "delta": _unit_figure("delta", "delta"),
    "gate": _gate,
    "open for": _open_for,
    "correlation": _correlation,
    "input": _input,
    # of the output and the run
    "prediction": _output("prediction"),
    "raw": _output("raw"),
    "raw without": _raw_without,
    "target": _output("target"),
    "error": _error,
    "total error": _total_error,
    "epoch error": lambda stage, rest: stage.moment.epoch_error,
    "epoch": lambda stage, rest: float(stage.moment.epoch),
    "step": lambda stage, rest: float(stage.moment.step),
    "sample": lambda stage, rest: f"#{stage.moment.sample}",
    "rate": lambda stage, rest: stage.experiment.training.rate,
    "count": _count,
    # of a weight; its name alone is its value
    "old": lambda stage, name: _value(stage, name, "before"),
    "new": _new,
    "gradient": _gradient,
    "change": _change,
    "pull": _pull,
    "tendency": _tendency,
    "share": _share,
    "product": _product,
    "mean gradient": _mean_gradient,
    # of an activation
    "value": _curve("value"),
    "slope": _curve("slope"),
    # of many starts
    "converged": _luck((True, True), (True, False)),
    "stuck": _luck((False, True), (False, False)),
    "stuck without a switching gate": _luck((False, True)),
    "converged without a switching gate": _luck((True, True)),
    # how a number comes about
    "work z": _worked(arithmetic.of_sum, parse_unit),
    "work a": _worked(arithmetic.of_activation, parse_unit),
    "work upstream": _worked(arithmetic.of_upstream, parse_unit),
    "work delta": _worked(arithmetic.of_delta, parse_unit),
    "work gradient": _worked(arithmetic.of_gradient, parse_parameter),
    "work update": _worked(arithmetic.of_update, parse_parameter),
}
_OF_SAMPLES = frozenset(
    [
        "z",
        "a",
        "upstream",
        "mask",
        "delta",
        "gate",
        "input",
        "prediction",
        "raw",
        "raw without",
        "target",
        "error",
        "gradient",
        "pull",
        "tendency",
        "share",
    ]
)
