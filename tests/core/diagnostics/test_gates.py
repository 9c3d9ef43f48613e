"""Gates over the data, against products taken by hand, and the law of the runs that never converge."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.runs import article, open_gates, run
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.gates import WORK_BUDGET, gates_of
from tui_backprop.core.experiment import Data


def test_the_articles_gates_after_the_first_two_samples() -> None:
    moment = Timeline(load_experiment("article")).go(2)
    found = gates_of(moment.experiment.data, moment.parameters)
    (layer,) = found.layers
    assert layer.passing.tolist() == [[True] * 4, [True, False, True, True], [True, False, True, True], [True] * 4]
    assert layer.opened.tolist() == [4, 2, 4, 4]
    assert layer.switching.tolist() == [False, True, False, False]
    assert not layer.dead.any()
    assert not found.linear


def test_runs_that_never_converge_end_with_no_gate_switching_and_no_other_does() -> None:
    verdicts = []
    for seed in range(300):
        experiment = article({"init": "uniform01", "seed": seed})
        result = run(experiment, 500)  # all that converge do so by epoch 460
        found = gates_of(experiment.data, result.end.parameters)
        if result.converged is None and not found.linear:
            result = run(experiment, 8000)  # the last gate to settle takes so long
            found = gates_of(experiment.data, result.end.parameters)
        opened = open_gates(experiment, result.end)
        assert np.array_equal(found.layers[0].passing, opened > 0)
        verdicts.append((result.converged is not None, found.linear))
    assert [verdicts.count(pair) for pair in ((True, False), (False, True))] == [239, 61]
    assert len(verdicts) == 300


def test_all_units_die_at_rate_1_from_seed_0() -> None:
    experiment = article({"init": "uniform01", "seed": 0}, rate=1.0)
    found = gates_of(experiment.data, run(experiment, 10).end.parameters)
    assert found.layers[0].dead.all()
    assert found.linear


def test_one_unit_is_dead_and_the_net_of_seed_34_solves_all_the_same() -> None:
    experiment = article({"init": "uniform01", "seed": 34})
    result = run(experiment, 1000)
    assert result.converged == 110
    found = gates_of(experiment.data, result.end.parameters)
    assert int(found.layers[0].dead.sum()) == 1
    assert not found.linear


@pytest.mark.parametrize(
    ("activation", "z", "passes"),
    [
        ("sigmoid", 4.35, True),  # a(1 − a) = 0.0125 = 5 % of 1/4 at |z| = 4.3567
        ("sigmoid", -4.37, False),
        ("tanh", 2.17, True),  # 1 − a² = 0.05 at |z| = 2.1783
        ("tanh", -2.19, False),
    ],
)
def test_where_smooth_units_saturate(activation: str, z: float, passes: bool) -> None:
    experiment = load_experiment(
        {
            "network": {"layers": [1, 1, 1], "hidden": activation, "weights": [[[z]], [[1.0]]]},
            "data": {"inputs": [[1.0]], "targets": [[0.0]]},
        }
    )
    found = gates_of(experiment.data, experiment.initial)
    assert bool(found.layers[0].passing[0, 0]) is passes
    assert bool(found.layers[0].high[0, 0]) is (z > 0)
    assert not found.linear


def test_of_very_many_samples_every_so_many_are_looked_at() -> None:
    experiment = article()
    count = 3 * WORK_BUDGET // experiment.network.size
    data = Data(np.ones((count, 3)), np.ones((count, 1)), ("a", "b", "c"), ("y",))
    found = gates_of(data, experiment.initial)
    assert found.total == count
    assert found.rows.tolist() == list(range(0, count, 3))
