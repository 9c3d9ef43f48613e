"""What a run waits for is what the views show and training does, to the last bit."""

from __future__ import annotations

import numpy as np

from tests.transcription import ordered_sum
from tui_backprop import Trainer, load_experiment
from tui_backprop.core.diagnostics.gates import gates_of
from tui_backprop.core.run.conditions import open_gates


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
