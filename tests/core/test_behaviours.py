"""How small networks behave: figures measured independently of this package."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.core.runs import article, open_gates, passes, run, solved_in, xor
from tests.transcription import Array
from tui_backprop import Trainer, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.forward import evaluate
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.experiments import Overrides

STUCK = (13, 14, 15, 17)


def predictions(experiment: Experiment, state: TrainingState) -> Array:
    data = experiment.data
    return evaluate(state.parameters, experiment.training, data.inputs, data.targets).raw[:, 0]


class TestTheArticlesNetwork:
    @pytest.mark.parametrize(("rate", "epochs"), [(0.01, 1420), (0.05, 282), (0.1, 148), (0.2, 61), (0.3, 63)])
    def test_its_rate_decides_how_long_it_takes(self, rate: float, epochs: int) -> None:
        assert run(load_experiment("article", Overrides(rate=rate)), 2000).converged == epochs

    @pytest.mark.parametrize("rate", [0.4, 0.5, 1.0, 3.0])
    def test_at_higher_rates_every_unit_is_dead_by_epoch_3(self, rate: float) -> None:
        experiment = load_experiment("article", Overrides(rate=rate))
        assert not open_gates(experiment, run(experiment, 3).end).any()

    def test_without_rounding_the_error_freezes_just_above_0_in_epoch_588(self) -> None:
        definition = dict(load_experiment("article").definition)
        definition["training"] = {k: v for k, v in definition["training"].items() if k != "round"}
        errors = run(load_experiment(definition), 2000).errors
        assert len(errors) == 2000
        assert errors[587:] == pytest.approx([1.97e-31] * 1413, rel=0.005, abs=0)
        assert len(set(errors[587:])) == 1
        assert errors[586] != errors[587]

    @pytest.mark.parametrize("seed", STUCK)
    def test_where_it_is_stuck_every_living_unit_is_open_on_all_samples(self, seed: int) -> None:
        experiment = load_experiment("article-random", Overrides(seed=seed))
        stuck = run(experiment, 2000)
        assert stuck.converged is None
        assert round(stuck.errors[-1], 2) in (1.0, 1.11)
        assert set(open_gates(experiment, stuck.end).sum(axis=0)) <= {0.0, 4.0}

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_where_it_converges_some_unit_tells_samples_apart(self, seed: int) -> None:
        experiment = load_experiment("article-random", Overrides(seed=seed))
        assert not set(open_gates(experiment, run(experiment, 1000).end).sum(axis=0)) <= {0.0, 4.0}

    def test_seed_34_solves_it_with_one_unit_dead(self) -> None:
        experiment = load_experiment("article-random", Overrides(seed=34))
        solved = run(experiment, 1000)
        assert solved.converged == 110
        assert sorted(open_gates(experiment, solved.end).sum(axis=0))[0] == 0

    def test_at_rate_1_from_seed_0_all_units_die_in_the_first_epoch(self) -> None:
        experiment = load_experiment("article-random", Overrides(rate=1.0, seed=0))
        first = passes(experiment, 4)
        assert [round(float(p.raw[0]), 1) for p in first[:2]] == [3.0, -6.9]
        assert not any(p.mask[0].any() for p in first[2:])
        errors = run(experiment, 100).errors
        assert errors == pytest.approx([52.61] + [2.0] * 99, rel=0, abs=1e-9)


class TestNoDirection:
    def test_seed_0_rests_at_1_44_by_epoch_40_with_pulls_that_cancel(self) -> None:
        experiment = load_experiment("no-direction", Overrides(seed=0))
        resting = run(experiment, 40)
        assert resting.errors[-1] == pytest.approx(1.44, rel=0, abs=1e-12)
        pulls = np.array([p.gradient[0] * -0.1 for p in passes(experiment, 4, resting.end)])
        assert np.abs(pulls[pulls != 0]) == pytest.approx(0.06, rel=0, abs=1e-12)
        assert np.abs(pulls.sum(axis=0)).max() < 1e-12

    def test_every_start_ends_at_1_44(self) -> None:
        for seed in range(200):
            errors = run(load_experiment("no-direction", Overrides(seed=seed)), 300).errors
            assert errors[-1] == pytest.approx(1.44, rel=0, abs=1e-12)

    def test_without_rounding_it_rests_at_four_ninths(self) -> None:
        resting = run(article({"layers": [3, 1], "seed": 0}, round=None), 2000)
        assert resting.errors[-1] == pytest.approx(100 / 81, rel=0, abs=1e-9)
        assert resting.end.parameters.weights[0][:, 0] == pytest.approx([0, 4 / 9, 0], rel=0, abs=1e-9)


class TestLinearCollapse:
    def test_no_start_converges_and_the_error_is_about_1_08(self) -> None:
        runs = [run(load_experiment("linear-collapse", Overrides(seed=seed)), 600) for seed in range(100)]
        assert [len(stuck.errors) for stuck in runs] == [600] * 100
        assert np.mean([stuck.errors[-1] for stuck in runs]) == pytest.approx(1.08, rel=0, abs=0.005)

    def test_two_linear_layers_are_one(self) -> None:
        experiment = load_experiment("linear-collapse")
        inputs, trainer = experiment.data.inputs, Trainer(experiment)
        for state in [trainer.start(), *(state for _, state in trainer.epochs(2000))]:
            first, second = state.parameters.weights
            assert np.abs(predictions(experiment, state) - (inputs @ (first @ second))[:, 0]).max() < 2e-15


class TestDivergence:
    def test_a_linear_network_at_too_high_a_rate_ends_in_nan(self) -> None:
        errors = run(article({"hidden": "linear", "seed": 0}, rate=0.5), 10).errors
        assert errors[0] == pytest.approx(50.5, rel=0, abs=0.05)
        assert errors[1] == pytest.approx(6.2e106, rel=0.01)
        assert math.isnan(errors[2])
        assert len(errors) == 3

    @pytest.mark.parametrize("rate", [1.0, 2.0, 5.0, 10.0])
    def test_relu_networks_die_instead(self, rate: float) -> None:
        experiment = article({"seed": 0}, rate=rate)
        dead = run(experiment, 100)
        assert Trainer.finite(dead.end)
        assert not open_gates(experiment, dead.end).any()


class TestSymmetry:
    def test_equal_units_stay_equal(self) -> None:
        equal = run(article({"init": "constant"}), 3000)
        first = equal.end.parameters.weights[0]
        assert (first == first[:, :1]).all()
        assert equal.errors[-1] == pytest.approx(1.11, rel=0, abs=1e-9)

    def test_equal_units_from_point_nine_die(self) -> None:
        experiment = article({"weights": [np.full((3, 4), 0.9), np.full((4, 1), 0.9)]})
        dead = run(experiment, 50)
        assert dead.errors[0] == pytest.approx(78.69, rel=0, abs=1e-9)
        assert not open_gates(experiment, dead.end).any()

    @pytest.mark.parametrize("first", ["all zero", "W1 zero"])
    def test_from_zero_nothing_moves(self, first: str) -> None:
        network: dict[str, dict[str, Any]] = {
            "all zero": {"init": "zeros"},
            "W1 zero": {"weights": [np.zeros((3, 4)), np.full((4, 1), 0.7)]},
        }
        experiment = article(network[first])
        still = run(experiment, 100)
        assert still.errors == [2.0] * 100
        assert np.array_equal(still.end.parameters.flat, experiment.initial.flat)

    def test_from_only_w2_zero_it_is_solved_in_284_epochs(self) -> None:
        random = load_experiment("article-random", Overrides(seed=0)).initial.weights[0]
        assert run(article({"weights": [random, np.zeros((4, 1))]}), 1000).converged == 284


class TestVanishingGradient:
    LAYERS = (2, 4, 4, 4, 4, 4, 1)

    def test_a_deep_sigmoid_network_hardly_moves_its_first_layer(self) -> None:
        deep = xor([*self.LAYERS], 0, 0.5, hidden="sigmoid", output="sigmoid")
        definition = dict(deep.definition)
        definition["training"] = {**definition["training"], "batch": "full"}
        sizes = [np.abs(gradient).mean() for gradient in passes(load_experiment(definition), 1)[0].gradient]
        assert sizes[0] == pytest.approx(4.4e-6, rel=0.02)
        assert sizes[-1] == pytest.approx(1.3e-2, rel=0.05)
        assert sizes == sorted(sizes)
        assert run(deep, 2000).errors[-1] == pytest.approx(1.034, rel=0, abs=0.0005)

    def test_with_tanh_and_xavier_it_is_solved_in_epoch_71(self) -> None:
        deep = xor([*self.LAYERS], 0, 0.5, hidden="tanh", output="sigmoid", init="xavier")
        assert solved_in(deep, 200) == 71


class TestExclusiveOr:
    @pytest.mark.parametrize(("units", "solved"), [(2, 13), (4, 28), (8, 37)])
    def test_more_units_solve_it_from_more_starts(self, units: int, solved: int) -> None:
        found = [solved_in(xor([2, units, 1], seed, 0.1), 500) is not None for seed in range(40)]
        assert sum(found) == solved

    def test_seed_2_needs_four_units(self) -> None:
        two = xor([2, 2, 1], 2, 0.1)
        stuck = run(two, 1000)
        first, bias = stuck.end.parameters.weights[0], stuck.end.parameters.biases[0]
        assert stuck.errors[-1] == pytest.approx(1.105, rel=0, abs=0.0005)
        assert (two.data.inputs @ first + bias <= 0).all()
        assert solved_in(xor([2, 4, 1], 2, 0.1), 200) == 73

    def test_with_tanh_two_units_are_stuck_where_four_solve_it(self) -> None:
        smooth = {"hidden": "tanh", "output": "sigmoid"}
        assert run(xor([2, 2, 1], 1, 0.5, **smooth), 3000).errors[-1] == pytest.approx(0.55, rel=0, abs=0.005)
        assert solved_in(xor([2, 4, 1], 1, 0.5, **smooth), 400) == 259
