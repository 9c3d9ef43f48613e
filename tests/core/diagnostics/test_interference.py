"""What updates did to all samples, against the article's own loop."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.render.moments import at
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Array, relu
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics import interference
from tui_backprop.core.diagnostics.interference import MOST_STEPS, interference_of
from tui_backprop.core.run import past


def errors(first: Array, second: Array) -> Array:
    answers = np.round(relu(ARTICLE_INPUTS @ first) @ second, 1)[:, 0]
    return np.asarray((answers - np.ravel(ARTICLE_TARGETS)) ** 2)


def test_the_articles_second_epoch() -> None:
    timeline = Timeline(load_experiment("article"))
    states = [timeline.go(step).parameters.weights for step in range(4, 9)]
    wanted = [errors(*after) - errors(*before) for before, after in pairwise(states)]
    found = interference_of(timeline.go(8))
    assert (found.steps, found.trained, found.rows) == ((5, 6, 7, 8), ((0,), (1,), (2,), (3,)), (0, 1, 2, 3))
    assert found.change == pytest.approx(np.array(wanted), abs=1e-12)
    assert interference_of(timeline.go(6)).change == pytest.approx(np.array(wanted[:2]), abs=1e-12)
    assert interference_of(timeline.go(6, "gradient")).change == pytest.approx(np.array(wanted[:1]), abs=1e-12)


def test_nothing_is_known_before_the_first_update() -> None:
    assert interference_of(at("article")).steps == ()
    assert interference_of(at("article", 1, "gradient")).steps == ()
    assert interference_of(at("article", 5, "input")).steps == ()


def test_long_epochs_and_many_samples_are_capped() -> None:
    definition = {
        "network": {"layers": [1, 2, 1], "init": "uniform"},
        "data": {"inputs": [[i / 100] for i in range(200)], "targets": [[0.0]] * 200},
    }
    timeline = Timeline(load_experiment(definition))
    found = interference_of(timeline.go(150))
    assert found.steps == tuple(range(150 - MOST_STEPS + 1, 151))
    assert found.left_out == 150 - MOST_STEPS
    assert found.rows == tuple(range(0, 200, 5))
    assert np.array_equal(interference_of(timeline.go(149)).change[1:], found.change[:-1])


def test_in_a_large_network_only_updates_that_one_has_been_at(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = interference_of(at("article", 8))
    monkeypatch.setattr(past, "RECOMPUTE_BUDGET", 16)  # one step of 16 weights
    timeline = Timeline(load_experiment("article"))
    found = interference_of(timeline.go(7))
    assert (found.steps, found.left_out) == ((7,), 2)
    assert np.array_equal(found.change, whole.change[2:3])
    found = interference_of(timeline.next_step())
    assert (found.steps, found.left_out) == ((7, 8), 2)
    assert np.array_equal(found.change, whole.change[2:])
    assert interference_of(timeline.go(6, "gradient")).steps == ()
    monkeypatch.setattr(interference, "WORK_BUDGET", 40)
    monkeypatch.setattr(interference, "LEAST_SAMPLES", 1)
    assert interference_of(at("article", 1)).rows == (0, 2)  # two of four samples
