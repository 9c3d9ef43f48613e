"""Figures that are sums have the bits of training's own sums, whatever Python adds them."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from tui_backprop import Timeline, load_experiment
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.figures import evaluate

RANDOM = np.random.default_rng(5)
WEIGHT = "W1[x1→h1]"


def context() -> Context:
    """Sixty samples, and a rate at which no weight moves."""
    timeline = Timeline(
        load_experiment(
            {
                "network": {"layers": [2, 3, 1], "hidden": "tanh", "seed": 3},
                "training": {"rate": 1e-300, "report": "squared"},
                "data": {
                    "inputs": RANDOM.normal(size=(60, 2)).tolist(),
                    "targets": RANDOM.normal(size=(60, 1)).tolist(),
                },
            }
        )
    )
    return Context(timeline, timeline.go(step=60))


def test_the_total_error_is_that_of_an_epoch_in_which_nothing_moves() -> None:
    at = context()
    assert np.array_equal(at.moment.after.flat, at.timeline.go(step=0).parameters.flat)
    assert evaluate("total error", at) == at.moment.epoch_error


def test_the_pull_of_all_is_that_of_each_first_to_last() -> None:
    at = context()
    pulls = [evaluate(f"pull {WEIGHT} #{sample}", at) for sample in range(60)]
    assert evaluate(f"pull {WEIGHT}", at) == reduce(add, pulls)
