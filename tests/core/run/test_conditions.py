"""What a run waits for is what the views show and training does, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.transcription import ordered_sum
from tui_backprop import Experiment, Trainer, load_experiment
from tui_backprop.core.diagnostics.gates import gates_of
from tui_backprop.core.network import Parameters
from tui_backprop.core.run.conditions import not_finite, open_gates, unit_dies


def test_gates_are_open_where_the_view_and_training_have_them_open() -> None:
    """Numbers of one decimal have sums that are 0 except for rounding: there the order of the terms decides."""
    random, close = np.random.default_rng(1), 0
    for _ in range(200):
        first, second = (random.integers(-9, 10, shape) / 10 for shape in ((5, 8), (8, 1)))
        inputs, targets = random.integers(-9, 10, (16, 5)) / 10, random.integers(-9, 10, (16, 1)) / 10
        experiment = load_experiment(
            {
                "network": {"layers": [5, 8, 1], "weights": [first.tolist(), second.tolist()]},
                "data": {"inputs": inputs.tolist(), "targets": targets.tolist()},
            }
        )
        found = open_gates(experiment, experiment.initial)[1]
        (layer,) = gates_of(experiment.data, experiment.initial).layers
        assert np.array_equal(found, layer.passing)
        by_hand = [[ordered_sum((x * w).tolist()) > 0 for w in first.T] for x in inputs]
        assert found.tolist() == by_hand
        passage, _ = Trainer(experiment).record(Trainer(experiment).start())
        assert ((passage.z[0] > 0) == found[0]).all()
        close += int((found != (inputs @ first > 0)).sum())
    assert close  # so that the order does decide for some


def chain(*weights: float, x: float = 1.0) -> Experiment:
    """Layers of one unit each, joined by these weights."""
    network = {"layers": [1] * (len(weights) + 1), "weights": [[[weight]] for weight in weights]}
    return load_experiment({"network": network, "data": {"inputs": [[x]], "targets": [[1.0]]}})


@pytest.mark.parametrize(("weight", "died"), [(0, "h1.1"), (1, "h2.1"), (2, "h3.1")])
def test_a_unit_of_any_layer_can_die(weight: int, died: str) -> None:
    """The weight below it becomes negative, so that its gate shuts for the only sample."""
    before, weights = chain(1.0, 1.0, 1.0, 1.0), [1.0, 1.0, 1.0, 1.0]
    weights[weight] = -1.0
    after = chain(*weights)
    found = unit_dies()(before, Trainer(before).start(), replace(Trainer(after).start(), step=1))
    assert found == f"{died} died: its gate is shut for every sample"
    assert unit_dies()(before, Trainer(before).start(), replace(Trainer(before).start(), step=1)) == ""


def test_a_weight_that_is_not_finite_is_enough() -> None:
    experiment = chain(1.0, 1.0)
    broken = Parameters(experiment.network, np.array([1.0, np.inf]))
    start = Trainer(experiment).start()
    assert not_finite(experiment, start, replace(start, step=1, epoch_error=0.5)) == ""
    assert not_finite(experiment, start, replace(start, step=1, parameters=broken)) == "not finite"
    assert not_finite(experiment, start, replace(start, step=1, epoch_error=np.nan)) == "not finite"
