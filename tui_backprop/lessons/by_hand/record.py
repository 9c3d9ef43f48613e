"""A sheet as JSON: records of steps in the shape that `train --format jsonl --every step` prints, whole or in part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NoReturn

from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError, perhaps, quoted
from tui_backprop.lessons.by_hand.figures import Figure
from tui_backprop.lessons.by_hand.written import Written, written

UNCHECKED = ("epoch", "sample", "penalty_gradient", "mean_loss", "penalty", "objective")
"""Keys of a record that are not checked unit by unit."""
Found = Iterator[tuple[Figure, Written, str]]


def looks_like_json(text: str) -> bool:
    """Whether the text begins like a record, not like a line of figures."""
    return text.lstrip()[:1] in ("{", "[")


def records(text: str) -> list[tuple[int, dict[str, Any]]]:
    """(number of its line, record) of each step: an object, a list of them, or one per line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    alone = len(lines) > 1 and all(line.strip().startswith("{") for _, line in lines)
    parts = lines if alone else [(1, text)]
    found = [(number, value) for number, part in parts for value in _parsed(part, number)]
    for number, value in found:
        if not isinstance(value, dict):
            raise BackpropError(f"line {number}: is not a record", "an object with keys such as z, delta, gradient")
    return found


def step_of(record: dict[str, Any], order: int) -> int:
    """The step that a record is of: the one that it says, or that of its place among the others."""
    if "step" not in record and "epoch" in record:
        raise BackpropError("is the record of a whole epoch", "those of steps: train --every step")
    number = record.get("step", str(order))
    if not isinstance(number, str) or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise BackpropError("step: is not a whole number", "e.g. 1")
    return int(number)


def figures_of(record: dict[str, Any], moment: Moment) -> Found:
    """The figures in a record of the step of a moment: (figure, number, where it stands)."""
    shapes = _shapes(moment)
    for key, value in record.items():
        if key in shapes:
            yield from _filled(value, shapes[key], key, moment)
        elif key != "step" and key not in UNCHECKED:
            known = ("step", *shapes, *UNCHECKED)
            message = f"{quoted(key)} is not a key of a record{perhaps(key, known)}"
            raise BackpropError(message, f"one of {', '.join(known)}")


def _shapes(moment: Moment) -> dict[str, Any]:
    """What belongs where in a record, in nested lists: a figure, or a number that is given."""
    experiment, data = moment.experiment, moment.experiment.data
    network, depth = experiment.network, experiment.network.depth
    batched, samples = experiment.training.batch > 1, moment.samples

    def each(of_row: Callable[[int], Any]) -> Any:
        return [of_row(row) for row in range(len(samples))] if batched else of_row(0)

    def units(kind: FigureKind, layer: int) -> Any:
        return each(lambda row: [Figure(kind, Unit(layer, unit), row) for unit in range(network.units[layer])])

    def weights(kind: FigureKind) -> Any:
        return [
            [[Figure(kind, Weight(layer, i, j)) for j in range(above)] for i in range(below)]
            for layer, (below, above) in enumerate(pairwise(network.units), 1)
        ]

    def biases(kind: FigureKind) -> Any:
        layers = enumerate(network.units[1:] if moment.before.biases else (), 1)
        return [[Figure(kind, Bias(layer, j)) for j in range(count)] for layer, count in layers]

    every = range(1, depth + 1)
    moved: tuple[tuple[str, FigureKind], ...] = (("gradient", "gradient"), ("update", "change"))
    return {
        "input": each(lambda row: data.inputs[samples[row]].tolist()),
        "target": each(lambda row: data.targets[samples[row]].tolist()),
        **{kind: [units(kind, layer) for layer in every] for kind in ("z", "a", "mask", "delta")},
        "raw": units("a", depth),
        "prediction": units("prediction", depth),
        "error": each(lambda row: Figure("error", Unit(depth, 0), row)),
        "upstream": [units("upstream", layer) for layer in range(1, depth)],
        **{key: weights(kind) for key, kind in moved},
        "weights": weights("new"),
        **{f"bias_{key}": biases(kind) for key, kind in moved},
        "biases": biases("new"),
    }


def _filled(value: Any, shape: Any, where: str, moment: Moment) -> Found:
    """The values at the places of a shape, numbers also as text; null leaves a place open."""
    if value is None:
        return
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) != len(shape):
            raise BackpropError(f"{where}: is not a list of {len(shape)}", "the shape of train --format jsonl")
        for place, (part, of_part) in enumerate(zip(value, shape, strict=True)):
            yield from _filled(part, of_part, f"{where}[{place}]", moment)
    else:
        if not isinstance(value, str):
            raise BackpropError(f"{where}: is not a number", "e.g. 0.5, or null where it is left open")
        try:
            number = written(value)
        except BackpropError as error:
            raise BackpropError(f"{where}: {error.message}", error.hint) from None
        if isinstance(shape, Figure):
            yield shape, number, where
        elif not number.agrees(shape):
            takes = ", ".join(f"#{sample}" for sample in moment.samples[:9])
            raise BackpropError(f"{where}: is not the data of step {moment.step}", f"it takes sample {takes}")


def _parsed(text: str, line: int) -> list[Any]:
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        message = f"line {line + error.lineno - 1}: is not JSON: {error.msg}"
        raise BackpropError(
            message, "records as train --format jsonl prints them, or lines such as z(h1) = 0.5"
        ) from None
    except RecursionError:
        raise BackpropError(f"line {line}: is nested too deeply", "a record of a step") from None
    return value if isinstance(value, list) else [value]


def _constant(name: str) -> NoReturn:
    raise BackpropError(f"{name} is not a number", "null where a place is left open")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BackpropError(f"{quoted(twice)} is given twice", "once a record")
    return found
