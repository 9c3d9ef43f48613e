"""Figures in a lesson's text: `{delta y}`, `{W1[x1→h1] @ 1:0}`, `{prediction #2}`. All are computed, none is typed in.

A figure is WHAT, then optionally `: DECIMALS` and `@ PLACE`, another moment of the same run. See `FIGURES` for WHAT; a
weight's name alone is its value. With `#N` behind it, a value is that of sample N under the weights of the moment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from inspect import signature
from typing import Any, Literal

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.arrays import number_at, sum_in_order
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.outcomes import Outcome
from tui_backprop.core.parts import Bias, Part, parse_parameter, parse_unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.sweep import Sweep
from tui_backprop.errors import BackpropError, perhaps, quoted
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.arithmetic import DECIMALS, UNKNOWN
from tui_backprop.lessons.context import Context
from tui_backprop.reading.numerals import read_number, whole_of

_SAMPLE = re.compile(r"(?:^|\s+)#([0-9]{1,6})$")
_DECIMALS = re.compile(r"\s*:\s*([0-9]{1,2})$")
_PARAMETER = re.compile(r"[Wb][0-9]+\[.+\]$")
MOST_STARTS = 1000
"""The most starts that a lesson may train for its figures on luck."""
LUCK_EPOCHS = 1000
"""How long each is trained: far beyond the slowest start of the article's network that gets there at all."""


def figure(source: str, context: Context) -> str:
    """The text of a figure at a moment; refuses an unknown one."""
    value = evaluate(source, context)
    if isinstance(value, str):
        return value
    decimals = _DECIMALS.search(source.partition("@")[0].rstrip())
    return arithmetic.number(value, int(decimals[1]) if decimals else DECIMALS)


def evaluate(source: str, context: Context) -> float | str:
    """The number itself, or text where a figure is not one number; `·` where its phase has not computed it yet."""
    what, _, place = source.partition("@")
    if place.strip():
        context = context.at(place.strip())
    what = _DECIMALS.sub("", what.strip())
    sample = _SAMPLE.search(what)
    what = _SAMPLE.sub("", what)
    for name in sorted(FIGURES, key=len, reverse=True):
        if what == name or what.startswith(name + " "):
            rest = what[len(name) :].strip()
            if sample and name not in _OF_SAMPLES:
                raise BackpropError(f"{name!r} is not asked for by sample", "leave out #")
            known = FIGURES[name](context, rest, int(sample[1])) if sample else FIGURES[name](context, rest)
            return UNKNOWN if known is None else known
    if not _PARAMETER.match(what):
        raise unknown(source)
    value = _value(context, what)
    if sample:
        raise BackpropError("a weight is the same for all samples", "leave out #")
    return value


def is_known(source: str) -> bool:
    """Whether the figure could exist in any network."""
    what = _bare(source)
    return bool(_PARAMETER.match(what)) or any(what == name or what.startswith(f"{name} ") for name in FIGURES)


def unknown(source: str) -> BackpropError:
    """The error for an unknown figure, with the nearest name, with or without its subject."""
    what = _bare(source)
    near = perhaps(what, FIGURES) or perhaps(what.rpartition(" ")[0], FIGURES)
    return BackpropError(f"no figure {quoted(source)}{near}", "see tui-backprop help lessons")


def is_on_stage(source: str, context: Context) -> bool:
    """Whether it is a figure of the moment's own step, and its phase has come."""
    name, _, rest = source.partition(" ")
    if name not in _OF_STEP or {"#", "@"} & set(rest):
        return False
    network, rounded = context.experiment.network, context.experiment.training.round is not None
    if name in ("a", "raw") or (name == "prediction" and not rounded):  # of a linear unit its sum says it
        unit = rest or context.experiment.unit_names(network.depth)[0]
        if network.activation(parse_unit(unit, context.experiment).layer).linear:
            return evaluate(f"z {unit}", context) != UNKNOWN
    return evaluate(source, context) != UNKNOWN


def _bare(source: str) -> str:
    """What a figure is, without its decimals, its sample and its moment."""
    return _SAMPLE.sub("", _DECIMALS.sub("", source.partition("@")[0].strip()))


def _unit_figure(of_moment: str, of_pass: str) -> Callable[..., float | None]:
    def find(context: Context, name: str, sample: int | None = None) -> float | None:
        place = parse_unit(name, context.experiment)
        hidden = of_pass != "upstream" or place.layer < context.experiment.network.depth
        if place.layer == 0 or not hidden:
            raise BackpropError(f"{name!r} has no {of_moment}", "a hidden unit" if place.layer else "no input")
        if sample is None:
            return number_at(getattr(context.moment, of_moment)(place.layer), place.column)
        return float(getattr(context.passage(sample), of_pass)[place.layer - 1][place.column])

    return find


def _input(context: Context, name: str, sample: int | None = None) -> float | None:
    place = parse_unit(name, context.experiment)
    if place.layer:
        raise BackpropError(f"{name!r} is not an input", ", ".join(context.experiment.unit_names(0)[:9]))
    return number_at(context.shown(sample).activation(0), place.column)


def _output(name: str) -> Callable[..., float | None]:
    def find(context: Context, output: str, sample: int | None = None) -> float | None:
        place = parse_unit(output, context.experiment).column if output else 0
        if sample is not None:
            return float(getattr(context.passage(sample), name)[place])
        if name == "raw":
            return number_at(context.moment.activation(context.experiment.network.depth), place)
        return number_at(getattr(context.moment, name), place)

    return find


def _raw_without(context: Context, name: str, sample: int | None = None) -> float:
    """The output's sum less what one unit of the last hidden layer adds to it."""
    place = parse_unit(name, context.experiment)
    if place.layer != context.experiment.network.depth - 1 or sample is None:
        raise BackpropError(f"the output without {name!r}", "a unit of the last hidden layer and a sample: h2 #0")
    passage, weights = context.passage(sample), context.moment.parameters.weights[-1]
    return float(passage.z[-1][0] - passage.a[-2][place.column] * weights[place.column, 0])


def _error(context: Context, rest: str, sample: int | None = None) -> float | None:
    return context.moment.error if sample is None else float(context.passage(sample).error)


def _total_error(context: Context, rest: str) -> float:
    """The error of all samples under the weights of this moment."""
    return sum_in_order([context.passage(sample).error for sample in range(len(context.experiment.data))])


def _value(context: Context, name: str, parameters: str = "parameters") -> float:
    return parse_parameter(name, context.experiment).value(getattr(context.moment, parameters))


def _new(context: Context, name: str) -> float | None:
    return _value(context, name, "after") if context.moment.updated else None


def _gradient(context: Context, name: str, sample: int | None = None) -> float | None:
    place = parse_parameter(name, context.experiment)
    gradients = context.shown(sample).gradients
    return None if gradients is None else place.value(gradients)


def _change(context: Context, name: str) -> float | None:
    if _gradient(context, name) is None:
        return None
    return _value(context, name, "after") - _value(context, name, "before")


def _pull(context: Context, name: str, sample: int | None = None) -> float:
    """How hard one sample, or all of them together, pulls a weight: −∂E/∂w at the present weights."""
    samples = range(len(context.experiment.data)) if sample is None else [sample]
    return sum_in_order([-float(_gradient(context, name, each) or 0.0) for each in samples])


def _tendency(context: Context, name: str, sample: int | None = None) -> str:
    """Which way a pull goes: ▲, ▼, or – for none."""
    pull = _pull(context, name, sample)
    return "▲" if pull > 0 else "▼" if pull < 0 else "–"


def _share(context: Context, name: str, sample: int | None = None) -> float | None:
    """What a weight adds to the sum above it: the value below × the weight."""
    place = parse_parameter(name, context.experiment)
    if isinstance(place, Bias):
        raise BackpropError(f"{name!r} adds itself, whatever comes in", "a weight")
    value = number_at(context.shown(sample).activation(place.layer - 1), place.row)
    return None if value is None else value * _value(context, name)


def _gate(context: Context, name: str, sample: int | None = None) -> str | None:
    z = _unit_figure("sum", "z")(context, name, sample)
    return None if z is None else "open" if z > 0 else "shut"


def _open_for(context: Context, name: str) -> str:
    samples = [f"#{sample}" for sample in range(len(context.experiment.data)) if _gate(context, name, sample) == "open"]
    return ", ".join(samples) or "no sample"


def _product(context: Context, name: str) -> float:
    """An entry `x1→y` of W1·W2·…, the one matrix that linear layers amount to."""
    below, _, above = name.replace("->", "→").partition("→")
    row, column = parse_unit(below.strip(), context.experiment), parse_unit(above.strip(), context.experiment)
    product = context.moment.parameters.weights[0]
    for weights in context.moment.parameters.weights[1:]:
        product = product @ weights
    return float(product[row.column, column.column])


def _correlation(context: Context, name: str) -> float | None:
    """Pearson's, of what a unit says with the target, over all samples; none if one of them never changes."""
    place, samples = parse_unit(name, context.experiment), range(len(context.experiment.data))
    if place.layer == 0:
        values = context.experiment.data.inputs[:, place.column]
    else:
        values = np.array([context.passage(sample).a[place.layer - 1][place.column] for sample in samples])
    values, targets = values - values.mean(), context.experiment.data.targets[:, 0]
    targets = targets - targets.mean()
    size = math.sqrt(sum_in_order(values**2) * sum_in_order(targets**2))
    return round(sum_in_order(values * targets) / size, 12) if size else None


def _mean_gradient(context: Context, name: str) -> float | None:
    gradient = context.moment.gradient(_layer(context, name))
    return None if gradient is None else float(np.abs(gradient).mean())


def _layer(context: Context, name: str) -> int:
    depth = context.experiment.network.depth
    layer = depth if name == "last" else whole_of(name)
    if layer is None or not 1 <= layer <= depth:
        raise BackpropError(f"no layer {name!r}", f"1 to {depth}, or last")
    return layer


def _count(context: Context, name: str) -> float:
    network = context.experiment.network
    counts = {"weights": network.weight_count, "samples": len(context.experiment.data), "layers": network.depth}
    if name in counts:
        return counts[name]
    return network.units[_layer(context, name) - 1] * network.units[_layer(context, name)]


def _curve(kind: Literal["value", "slope"]) -> Callable[[Context, str], float]:
    def find(context: Context, text: str) -> float:
        name, _, at = text.partition(" ")
        z = np.array([read_number(at, example=f"{kind} relu 0.5")])
        if name not in HIDDEN_ACTIVATIONS:
            raise BackpropError(f"no activation {name!r}", ", ".join(HIDDEN_ACTIVATIONS))
        a = ACTIVATIONS[name].of(z)
        return float((ACTIVATIONS[name].mask(z, a) if kind == "slope" else a)[0])

    return find


@lru_cache(maxsize=4)
def luck_of(experiment: Experiment, count: int) -> list[Outcome]:
    """How training ends from seeds 0 to `count` − 1."""
    sweep = Sweep(experiment, range(count), LUCK_EPOCHS)
    for _ in sweep.run():
        pass
    return sweep.outcomes()


def _luck(*wanted: tuple[bool, bool]) -> Callable[[Context, str], float]:
    def find(context: Context, rest: str) -> float:
        count = whole_of(rest) or 0
        if (
            not 1 <= count <= MOST_STARTS
            or context.experiment.network.weight_count > 64
            or len(context.experiment.data) > 16
        ):
            raise BackpropError(
                f"luck is available for 1 to {MOST_STARTS} starts of a small network", "e.g. converged 1000"
            )
        return sum((outcome.converged, outcome.linear) in wanted for outcome in luck_of(context.experiment, count))

    return find


def _worked(write: Callable[[Moment, Any], str], find: Callable[..., Part]) -> Callable[[Context, str], str]:
    def work(context: Context, name: str) -> str:
        place = find(name, context.experiment)
        if place.layer == 0:
            raise BackpropError(f"{name!r} has no such arithmetic", "a unit above the inputs, a weight or a bias")
        if write is arithmetic.of_upstream and place.layer == context.experiment.network.depth:
            raise BackpropError(f"nothing arrives at {name!r} from above", "a hidden unit")
        return write(context.moment, place)

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
    "epoch error": lambda context, rest: context.moment.epoch_error,
    "epoch": lambda context, rest: float(context.moment.epoch),
    "step": lambda context, rest: float(context.moment.step),
    "sample": lambda context, rest: f"#{context.moment.sample}",
    "rate": lambda context, rest: context.experiment.training.rate,
    "count": _count,
    # of a weight; its name alone is its value
    "old": lambda context, name: _value(context, name, "before"),
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
    # how a number is worked out
    "work z": _worked(arithmetic.of_sum, parse_unit),
    "work a": _worked(arithmetic.of_activation, parse_unit),
    "work upstream": _worked(arithmetic.of_upstream, parse_unit),
    "work delta": _worked(arithmetic.of_delta, parse_unit),
    "work gradient": _worked(arithmetic.of_gradient, parse_parameter),
    "work update": _worked(arithmetic.of_update, parse_parameter),
}
_OF_STEP = {"z", "a", "upstream", "mask", "delta", "prediction", "raw", "error", "gradient", "change", "new", "gate"}
_OF_SAMPLES = {name for name, find in FIGURES.items() if "sample" in signature(find).parameters}
