"""Sizes of gradients over a run, against the steps themselves, and the gradient that vanishes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.core.runs import article, passes, xor
from tests.render.moments import definition
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.health import MOST_MARKS, health_of, latest

DEEP = [2, 4, 4, 4, 4, 4, 1]


def test_each_step_of_a_short_run_has_a_mark() -> None:
    experiment = article({"seed": 7})
    found = health_of(Timeline(experiment).go(10))
    made = passes(experiment, 10)
    assert found.steps == tuple(range(1, 11))
    assert found.gradient == pytest.approx(np.array([[np.abs(part).mean() for part in step.gradient] for step in made]))
    assert found.update == pytest.approx(0.1 * found.gradient)  # plain SGD


def test_going_back_shows_the_same_marks() -> None:
    timeline = Timeline(load_experiment("article"))
    there = health_of(timeline.go(100))
    timeline.go(5000)
    again = health_of(timeline.go(100))
    assert again.steps == there.steps
    assert np.array_equal(again.gradient, there.gradient)
    assert np.array_equal(health_of(Timeline(load_experiment("article")).go(100)).update, there.update)


def test_marks_of_a_long_run_are_a_power_of_two_apart_and_bounded() -> None:
    timeline = Timeline(load_experiment("article-random"))
    found = health_of(timeline.go(10_000))
    assert found.every == 256
    assert len(found.steps) <= MOST_MARKS
    assert found.steps[:2] == (1, 257)
    assert found.window == 4


def test_the_gradient_vanishes_in_a_deep_sigmoid_network() -> None:
    deep = xor(DEEP, seed=0, rate=0.5, hidden="sigmoid", output="sigmoid").definition
    experiment = load_experiment({**deep, "training": {**deep["training"], "batch": "full"}})
    (sizes,) = health_of(Timeline(experiment).go(1)).gradient
    assert sizes[0] == pytest.approx(4.4e-6, rel=0.02)
    assert sizes[-1] == pytest.approx(1.3e-2, rel=0.02)


def test_with_nothing_done_there_is_nothing_to_say() -> None:
    assert health_of(Timeline(article()).moment).steps == ()


def test_a_large_network_has_marks_where_states_are_at_hand_and_its_last_sizes_from_what_is() -> None:
    timeline = Timeline(load_experiment(definition([300, 300, 1], init="xavier")))
    found = health_of(timeline.go(130))
    assert (found.steps, found.window) == ((1, 65, 129), 1)
    made = list(passes(timeline.experiment, 130))
    assert found.gradient == pytest.approx(
        np.array([[np.abs(part).mean() for part in made[step - 1].gradient] for step in found.steps])
    )
    timeline = Timeline(load_experiment(definition([1000, 600, 1], init="xavier")))
    found = health_of(timeline.go(10))  # its own step alone: to make the others again takes too long
    (passage,) = (timeline.moment.passage,)
    assert passage is not None
    assert found.latest[0] == pytest.approx([np.abs(part).mean() for part in passage.gradient])
    assert health_of(timeline.go(9, "gradient")).steps == ()


@pytest.mark.filterwarnings("error")
def test_sizes_beyond_all_numbers_are_infinite_without_a_warning() -> None:
    network = {"layers": [2, 2, 1], "weights": [[[1e308, 1e308], [1e308, 1e308]], [[1.0], [1.0]]]}
    experiment = load_experiment({"network": network, "data": {"inputs": [[0, 0]], "targets": [[0]]}})
    assert latest(Timeline(experiment).next_step())[2, 0] == math.inf
