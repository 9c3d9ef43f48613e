"""When a run has converged: on the way and at the end, by its error or by its answers."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from tui_backprop.cli.main import main
from tui_backprop.cli.script import script
from tui_backprop.core.diagnostics.verdict import verdict
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import (
    all_right,
    constant_error,
    has_classes,
    has_right_answers,
    near_answers,
    out_of_reach,
    right_classes,
)
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.core.sweep import Sweep
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides, load_experiment, preset_names


def forgetful(**rules: Any) -> Experiment:
    """One weight that takes each target over at once, and twenty 0s before twenty 1s: an epoch has two errors of ½."""
    return load_experiment(
        {
            "network": {"layers": [1, 1], "weights": [[[1.0]]]},
            "training": {"rate": 1.0, "loss": "half_squared", **rules},
            "data": {"inputs": [[1.0]] * 40, "targets": [[0.0]] * 20 + [[1.0]] * 20},
        }
    )


def trained(experiment: Experiment, epochs: int) -> int | None:
    """The epoch in which the trainer stops."""
    trainer = Trainer(experiment)
    *_, (epoch, state) = trainer.epochs(epochs)
    return epoch if trainer.ended(state) else None


def swept(experiment: Experiment, epochs: int) -> int | None:
    sweep = Sweep(experiment, [experiment.seed], epochs)
    for _ in sweep.run():
        pass
    (outcome,) = sweep.outcomes()
    return outcome.epochs if outcome.converged else None


def travelled(experiment: Experiment, epochs: int) -> int | None:
    timeline = Timeline(experiment)
    return timeline.go(timeline.epoch_end(epochs)).converged_at


def watched(experiment: Experiment, epochs: int) -> int | None:
    """Epoch by epoch, and back again."""
    timeline = Timeline(experiment)
    for epoch in range(1, epochs + 1):
        found = timeline.go(timeline.epoch_end(epoch)).converged_at
        if found is not None:
            assert found == epoch
            assert timeline.back_step().converged_at is None
            return found
    return None


def scripted(experiment: Experiment, epochs: int) -> int | None:
    text = script(experiment, epochs, "numpy")
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line[0].isdigit()]
    return None if len(lines) == epochs else len(lines)


WAYS = [trained, travelled, watched, scripted]


class TestError:
    @pytest.mark.parametrize("way", WAYS)
    def test_of_samples_that_are_forgotten_again_it_is_not_enough(self, way: Any) -> None:
        """1.0 on the way; under the last weight, 1, the twenty 0s cost ½ each: 10."""
        assert way(forgetful(stop=1.0), 9) is None
        assert way(forgetful(stop=9.9), 9) is None
        assert way(forgetful(stop=10.0), 9) == 1

    def test_a_sweep_asks_again_too(self) -> None:
        drawn = {**forgetful().definition, "network": {"layers": [1, 1], "init": "constant"}}
        for stop, epoch in ((1.1, None), (10.0, 1)):
            assert swept(load_experiment(drawn, Overrides(stop=stop)), 9) == epoch

    @pytest.mark.parametrize("way", [*WAYS[:2], watched])
    def test_the_article_converges_in_epoch_148(self, way: Any) -> None:
        assert way(load_experiment("article"), 200) == 148


class TestAllRight:
    CLASSES: ClassVar[dict[str, Any]] = {
        "network": {"layers": [2, 3], "output": "softmax", "weights": [[[0.0, 1.0, 0.0], [1.0, 0.0, 0.5]]]},
        "training": {"loss": "softmax_cross_entropy", "goal": "all_right"},
        "data": {"inputs": [[3, 1], [1, 3], [-1, -1]], "targets": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]},
    }

    def first(self, experiment: Experiment, epochs: int) -> int:
        """The first epoch after which the largest output of each sample is its class, by plain products."""
        trainer, data = Trainer(experiment), experiment.data
        state = trainer.start()
        for epoch in range(1, epochs + 1):
            state = trainer.advance(state, trainer.steps_per_epoch)
            (weights,) = state.parameters.weights
            if ((data.inputs @ weights).argmax(1) == data.targets.argmax(1)).all():
                return epoch
        raise AssertionError

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("rules", [{}, {"batch": 2, "l2": 0.01}, {"batch": "full", "optimizer": "momentum"}])
    def test_of_three_outputs(self, rules: dict[str, Any], way: Any) -> None:
        training = {**self.CLASSES["training"], **rules}
        experiment = load_experiment({**self.CLASSES, "training": training})
        expected = self.first(experiment, 200)
        assert 1 < expected < 200
        assert way(experiment, 200) == expected

    @pytest.mark.parametrize("way", [trained, swept, travelled, watched, scripted])
    def test_no_error_has_to_be_small(self, way: Any) -> None:
        experiment = load_experiment("xor", Overrides(output="sigmoid", goal="all_right"))
        state = Trainer(experiment).start()
        epoch = way(experiment, 400)
        assert epoch is not None
        for number in (epoch - 1, epoch):
            state = Trainer(experiment).advance(Trainer(experiment).start(), 4 * number)
            assert all_right(experiment, state.parameters.flat[None]).tolist() == [number == epoch]
        assert state.epoch_error > 0.1

    def test_of_many_networks_at_once(self) -> None:
        experiment = load_experiment("xor", Overrides(output="sigmoid"))
        flat = np.random.RandomState(0).uniform(-4, 4, (5000, experiment.network.size))
        right = all_right(experiment, flat)
        assert 0 < right.sum() < 5000
        w, v = flat[:, :8].reshape(-1, 2, 4), flat[:, 8:12]
        hidden = np.maximum(experiment.data.inputs @ w + flat[:, None, 12:16], 0)
        answers = (hidden * v[:, None]).sum(2) + flat[:, 16:]
        np.testing.assert_array_equal(right, ((answers > 0) == [False, True, True, False]).all(1))

    def test_answers_that_are_numbers_are_refused(self) -> None:
        definition = forgetful(goal="all_right").definition
        numbers = {**definition, "data": {"inputs": [[1.0]], "targets": [[0.3]]}}
        with pytest.raises(ExperimentError, match=r"training\.goal: all_right needs classes or two target values"):
            load_experiment(numbers)


def test_numbers_are_near_by_the_range_of_their_own_column() -> None:
    """0.05 of 0 to 1, 100 of 1,000 to 3,000."""
    targets = [[0.0, 1000.0], [1.0, 3000.0]]
    experiment = task([[1.0], [2.0]], targets, {"output": "linear"})
    for off, near in (((0.05, 100.0), True), ((0.06, 0.0), False), ((0.0, 101.0), False), ((50.0, 50.0), False)):
        answers = np.array(targets) + np.array([off, (0.0, 0.0)])
        assert near_answers(experiment, answers, np.array(targets)).tolist() == [near, True]


@pytest.mark.parametrize(
    ("output", "targets", "told"),
    [
        ("softmax", [1.0], "a softmax over one unit always answers 1"),
        ("softmax", [1.0, 1.0], "the targets of sample #0 sum to 2, the outputs of softmax to 1"),
        ("softmax", [0.4, 0.6], ""),
        ("sigmoid", [11.0], "targets from 0 to 11 are out of reach of sigmoid, which lies between 0 and 1"),
        ("tanh", [-1.5], "targets from −1.5 to 0 are out of reach of tanh, which lies between −1 and 1"),
        ("relu", [-1.0], "targets from −1 to 0 are out of reach of relu, which is never below 0"),
        ("elu", [-2.0], "targets from −2 to 0 are out of reach of elu, which is never below −1"),
        ("sigmoid", [1.0], ""),
        ("tanh", [-1.0], ""),
        ("linear", [11.0], ""),
        ("leaky_relu", [-11.0], ""),
    ],
)
def test_a_set_up_that_cannot_work_is_reported(
    output: str, targets: list[float], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, units = tmp_path / "own.toml", len(targets)
    rows = [targets, [0.0] if units == 1 else [0.0, 1.0]]
    path.write_text(
        f'[network]\nlayers = [1, {units}]\noutput = "{output}"\n[data]\ninputs = [[1], [2]]\ntargets = {rows}\n',
        "utf-8",
    )
    assert main(["train", str(path), "--epochs", "1"]) == 0
    warning = capsys.readouterr().err
    assert warning == (f"tui-backprop: the goal is out of reach: {told}\n" if told else "")
    assert out_of_reach(load_experiment(path)) == told


@pytest.mark.parametrize(
    ("output", "targets", "least"),
    [
        ("sigmoid", [2.0], 0.5),  # ½·(2 − 1)²
        ("relu", [-0.2], 0.02),
        ("softmax", [0.8], 0.02),
        ("softmax", [0.3, 0.6], 0.0025),  # ½·(0.05² + 0.05²)
        ("softmax", [0.9, 0.3, -0.6], 0.19),  # nearest are 0.8, 0.2, 0: ½·(0.1² + 0.1² + 0.6²)
    ],
)
def test_a_goal_that_allows_the_least_error_there_can_be_is_within_reach(
    output: str, targets: list[float], least: float
) -> None:
    for stop, reachable in ((0.99 * least, False), (1.01 * least, True)):
        experiment = task([[1.0]], [targets], {"output": output}, stop=stop)
        assert (out_of_reach(experiment) == "") is reachable


def test_the_error_of_a_softmax_comes_as_near_to_the_least_as_one_likes() -> None:
    experiment = task([[1.0]], [[0.9, 0.3, -0.6]], {"output": "softmax"}, rate=1.0, stop=0.191)
    *_, (_, end) = Trainer(experiment).epochs(1000)
    assert 0.19 < end.epoch_error <= 0.191


def test_what_rounding_makes_possible_is_within_reach() -> None:
    """Three thirds, each rounded to 0.3."""
    experiment = task([[1.0]], [[0.3] * 3], {"output": "softmax", "weights": [[[0.0] * 3], [[0.0] * 3] * 3]}, round=1)
    assert out_of_reach(experiment) == ""
    assert verdict(Timeline(experiment).next_epoch()) is None


def task(inputs: list[list[float]], targets: list[list[float]], network: dict[str, Any], **training: Any) -> Experiment:
    shape = {"layers": [len(inputs[0]), 3, len(targets[0])], "hidden": "tanh", "init": "xavier", **network}
    data = {"inputs": inputs, "targets": targets}
    return load_experiment({"network": shape, "training": {"rate": 0.1, **training}, "data": data})


SAME = "samples #0 and #2 have the same inputs, but different targets"
TWICE = [[0.0, 1.0], [1.0, 1.0], [-0.0, 1.0], [0.0, 1.0]]
CROSS = {"output": "sigmoid"}, {"loss": "binary_cross_entropy", "report": "loss"}


@pytest.mark.parametrize(
    ("targets", "network", "training", "told"),
    [
        ([[1.0], [0.0], [1.0], [1.0]], {}, {}, ""),
        ([[1.0], [0.0], [0.0], [1.0]], {}, {}, SAME),
        # off by 1/3, 2/3, 1/3 at best: their squares sum to 2/3
        ([[1.0], [0.0], [0.0], [1.0]], {}, {"report": "squared", "stop": 0.66}, SAME),
        ([[1.0], [0.0], [0.0], [1.0]], {}, {"report": "squared", "stop": 0.67}, ""),
        ([[1.0], [0.0], [0.0], [1.0]], {}, {"report": "loss", "stop": 0.34}, ""),
        ([[1.0], [0.0], [0.0], [1.0]], {}, {"goal": "all_right"}, SAME),
        ([[1.0], [0.0], [0.0], [1.0]], CROSS[0], {**CROSS[1], "stop": 0.1}, SAME),
        ([[1.0], [0.0], [0.0], [1.0]], CROSS[0], {**CROSS[1], "stop": 2.0}, ""),
        (
            [[0.6, 0.4], [0.0, 1.0], [0.7, 0.3], [0.8, 0.2]],  # different shares, the same class
            {"output": "softmax"},
            {"loss": "softmax_cross_entropy", "goal": "all_right"},
            "",
        ),
    ],
)
def test_samples_that_contradict_each_other_are_reported(
    targets: list[list[float]], network: dict[str, Any], training: dict[str, Any], told: str
) -> None:
    assert out_of_reach(task(TWICE, targets, {"bias": True, **network}, **training)) == told


NOTHING = "without biases the answer to sample #1, whose inputs are all 0, is always "


@pytest.mark.parametrize(
    ("target", "network", "training", "told"),
    [
        (1.0, {}, {}, f"{NOTHING}0"),
        (0.0, {}, {}, ""),
        (1.0, {"bias": True}, {}, ""),
        (1.0, {"bias": "frozen", "biases": [[1.0] * 3, [0.0]], "weights": [[[1.0] * 3] * 2, [[1.0]] * 3]}, {}, ""),
        (1.0, {"hidden": "sigmoid"}, {}, ""),
        (0.1, {}, {"stop": 0.006}, ""),  # ½·0.1² = 0.005
        (0.1, {}, {"stop": 0.004}, f"{NOTHING}0"),
        (0.0, {"output": "sigmoid"}, {}, f"{NOTHING}0.5"),
        (0.0, {"output": "sigmoid"}, {"goal": "all_right"}, ""),
        (1.0, {"output": "sigmoid"}, {"goal": "all_right"}, f"{NOTHING}0.5"),
    ],
)
def test_an_input_of_zeros_without_biases_is_reported(
    target: float, network: dict[str, Any], training: dict[str, Any], told: str
) -> None:
    experiment = task([[1.0, 0.0], [0.0, 0.0]], [[1.0 - (target == 1.0)], [target]], network, **training)
    assert out_of_reach(experiment) == told


@pytest.mark.parametrize(
    ("output", "reachable"), [("relu", True), ("elu", True), ("tanh", True), ("linear", True), ("sigmoid", False)]
)
def test_right_answers_that_the_output_can_give_are_within_reach(output: str, reachable: bool) -> None:
    """An answer counts as −1 where it is not above 0, as a ReLU's may be and a sigmoid's never is."""
    sides = [[1.0, 0.0], [0.0, 1.0]], [[-1.0], [1.0]], {"output": output, "bias": True}
    assert (out_of_reach(task(*sides, goal="all_right")) == "") is reachable
    bounded = {"relu": "relu, which is never below 0", "sigmoid": "sigmoid, which lies between 0 and 1"}.get(output, "")
    assert out_of_reach(task(*sides)).endswith(bounded)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_within_reach(name: str) -> None:
    assert out_of_reach(load_experiment(name)) == ""


def test_the_one_unit_of_a_softmax_answers_nothing_right() -> None:
    network = {"layers": [1, 1], "output": "softmax"}
    experiment = load_experiment({"network": network, "data": {"inputs": [[1.0], [2.0]], "targets": [[1.0], [0.0]]}})
    assert not all_right(experiment, experiment.initial.flat[None]).any()
    assert right_classes(experiment, np.ones((2, 1)), experiment.data.targets) is None


@pytest.mark.parametrize(
    ("output", "loss", "error"),
    [("linear", "half_squared", 0.5), ("sigmoid", "binary_cross_entropy", 4 * math.log(2))],
)
def test_the_error_of_answers_that_are_all_the_same(output: str, loss: str, error: float) -> None:
    """Half of 4 targets are 1: answers of 0.5 are off by ½·¼ each, and their cross-entropy is ln 2."""
    data = {"inputs": [[0], [1], [2], [3]], "targets": [[0], [1], [1], [0]]}
    network, training = {"layers": [1, 1], "output": output}, {"loss": loss, "report": "loss"}
    assert constant_error(load_experiment({"network": network, "training": training, "data": data})) == pytest.approx(
        error
    )


@pytest.mark.parametrize("last", ["", "130,200\n"])
def test_two_standardised_values_are_numbers_however_often_each_comes(last: str, tmp_path: Path) -> None:
    table = tmp_path / "flats.csv"
    table.write_text(f"size,price\n50,100\n60,100\n90,200\n120,200\n{last}", "utf-8")
    data = {"csv": str(table), "standardise": True, "standardise_targets": True}
    experiment = load_experiment({"network": {"layers": [1, 4, 1]}, "data": data})
    assert set(np.sign(experiment.data.targets.ravel())) == {-1.0, 1.0}
    assert not has_classes(experiment)
    assert not has_right_answers(experiment)
