"""Every equation of a unit and of a parameter is computed, and comes to what it says, to the last digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.evaluator import all_digits, holds
from tests.nets import drawn
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Bias, Weight, parameter_at
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.experiments import preset_names
from tui_backprop.render.equations import Equation, backward, forward, of_parameter

MOST = 100
FORMULA = "only a formula"


def texts(equations: Iterable[Equation]) -> Iterator[str]:
    """Each statement by itself: a line may hold two, and what it says of a gate is none."""
    for _, spans in equations:
        text = "".join(span.text for span in spans)
        for part in re.split(r",  |   (?=reported)", text):
            yield re.sub(r" ✕ shut$", "", part).strip()


def lines_of(moment: Moment) -> Iterator[str]:
    network = moment.experiment.network
    for layer in range(1, network.depth + 1):
        for unit in range(network.units[layer]):
            yield from texts(forward(moment, layer, unit, None, MOST))
            yield from texts(backward(moment, layer, unit, MOST))
    for index in range(min(network.size, 60)):
        selection: Weight | Bias = parameter_at(network, index)
        yield from texts(of_parameter(moment, selection, MOST))


def count(experiment: Experiment, steps: int) -> Counter[str]:
    """How many lines hold; of those without a computable left side, how they begin."""
    timeline, found = Timeline(experiment), Counter[str]()
    for step in range(1, steps + 1):
        for line in lines_of(timeline.go(step)):
            held = holds(line, all_digits)
            assert held is not False, line
            found["holds" if held else re.split(r"[ (]", line)[0]] += 1
    return found


def with_batch(definition: dict[str, Any], batch: int) -> Experiment:
    return load_experiment({**definition, "training": {**definition["training"], "batch": batch}})


STATED = {"holds", "ŷ", "f′", "reported", "∂E/∂b", "a"}
"""Beginnings of lines that state a number or a formula, and nothing to compute."""


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_every_line_of_random_networks_holds(batch: int) -> None:
    found = Counter[str]()
    for seed in range(170 * batch, 170 * batch + 170):
        found += count(with_batch(drawn(seed), batch), 2)
    assert found["holds"] > 5_000
    assert set(found) <= STATED, found


def test_every_line_of_the_presets_holds() -> None:
    found = Counter[str]()
    for name in preset_names():
        found += count(load_experiment(name), 3)
    assert found["holds"] > 1_000
    assert set(found) <= STATED, found
