"""What is made of samples before training: classes, a test set, standardised inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.experiments.test_csv import read
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Data
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides, variant

FLOWERS = "a,b,kind\n1,2,rose\n3,4,aster\n5,6,tulip\n7,8,aster\n"


def listed(rows: list[list[float]], /, **keys: Any) -> Data:
    definition = {"inputs": rows, "targets": [[row[0]] for row in rows], **keys}
    layers = [len(keys.get("features", rows[0])), 1]
    return load_experiment({"network": {"layers": layers}, "data": definition}).data


def test_texts_become_one_output_for_each_class(tmp_path: Path) -> None:
    data = read(tmp_path, FLOWERS, layers="[2, 3]")
    assert data.target_names == ("aster", "rose", "tulip")
    assert data.targets.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]]
    assert data.inputs.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize(("output", "low"), [("sigmoid", 0.0), ("linear", 0.0), ("tanh", -1.0)])
def test_two_classes_fit_one_output(tmp_path: Path, output: str, low: float) -> None:
    data = read(tmp_path, "a,ill\n1,yes\n2,no\n", layers=f'[1, 1]\noutput = "{output}"')
    assert data.target_names == ("yes",)
    assert data.targets.tolist() == [[1.0], [low]]


def test_numbers_are_classes_where_the_outputs_say_so(tmp_path: Path) -> None:
    data = read(tmp_path, "a,digit\n1,10\n2,9\n3,0\n", 'target = ["digit"]', "[1, 3]")
    assert data.target_names == ("0", "9", "10")
    assert data.targets.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_texts_among_the_inputs_become_inputs_of_0_and_1(tmp_path: Path) -> None:
    text = "sex,port,age,y\nm,B,30,1\nf,A,40,0\nf,C,50,1\n"
    data = read(tmp_path, text, layers="[5, 1]")
    assert data.input_names == ("sex=m", "port=A", "port=B", "port=C", "age")
    assert data.inputs.tolist() == [[1, 0, 1, 0, 30], [0, 1, 0, 0, 40], [0, 0, 0, 1, 50]]


def test_columns_can_be_left_out_whatever_they_hold(tmp_path: Path) -> None:
    data = read(tmp_path, "id,a,b,y\nx1,1,,3\n,4,?,6\n", 'columns = ["a"]', "[1, 1]")
    assert (data.inputs.tolist(), data.targets.tolist(), data.input_names) == ([[1], [4]], [[3], [6]], ("a",))


def test_wrong_layers_are_reported_with_the_right_ones(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"2 input columns for 4 inputs \(expected layers 4?2,9,3\)"):
        read(tmp_path, FLOWERS, layers="[4, 9, 1]")
    with pytest.raises(ExperimentError, match=r"3 classes for 2 outputs \(expected layers 2,3\)"):
        read(tmp_path, FLOWERS, layers="[2, 2]")
    with pytest.raises(ExperimentError, match=r"3 classes for 1 output \(expected layers 2,3\)"):
        read(tmp_path, FLOWERS, layers="[2, 1]")


def test_a_target_is_named_where_it_makes_the_network_fit(tmp_path: Path) -> None:
    text = "a,b,c,y\n1,2,3,0\n2,3,1,1\n3,1,2,0\n1,1,2,1\n"
    softmax = {"layers": "[3, 2, 2]"}
    expected = (
        r"2 input columns for 3 inputs: c, y are learned \(expected target = \[\"y\"\] for its 2 classes, or layers"
    )
    with pytest.raises(ExperimentError, match=expected):
        read(tmp_path, text, **softmax)
    assert read(tmp_path, text, 'target = ["y"]', **softmax).target_names == ("0", "1")
    with pytest.raises(ExperimentError, match=r"2 input columns for 3 inputs \(expected layers 2,2,2\)"):
        read(tmp_path, text.replace(",1\n", ",1.5\n"), **softmax)


@example(10, 0.01, 0)
@example(2, 0.99, 0)
@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 1000))
def test_training_and_test_part_the_samples_between_them(samples: int, share: float, seed: int) -> None:
    data = listed([[float(i), 0.0] for i in range(samples)], test=share, seed=seed)
    assert data.test is not None
    training, test = data.inputs[:, 0].tolist(), data.test.inputs[:, 0].tolist()
    assert sorted(training + test) == list(range(samples))
    assert training == sorted(training)
    assert training
    assert test
    assert abs(len(test) - share * samples) <= 1
    assert data.targets[:, 0].tolist() == training
    assert data.test.targets[:, 0].tolist() == test
    assert (data.test.test, data.test.input_names) == (None, data.input_names)


def test_another_seed_of_the_data_parts_otherwise_but_new_weights_do_not() -> None:
    iris = load_experiment("iris")
    reseeded = variant(iris, Overrides(seed=8))
    assert reseeded.data is iris.data
    again, other = load_experiment("iris", Overrides(seed=8)), {**iris.definition}
    assert again.data.inputs.tobytes() == iris.data.inputs.tobytes()
    other["data"] = {**other["data"], "seed": 1}
    assert load_experiment(other).data.inputs.tobytes() != iris.data.inputs.tobytes()


def test_inputs_are_standardised_by_the_training_part_alone() -> None:
    raw = [[float(i * i), 7.0, -float(i)] for i in range(10)]
    plain, scaled = listed(raw, test=0.4, seed=3), listed(raw, test=0.4, seed=3, standardise=True)
    assert plain.test is not None
    assert scaled.test is not None
    assert scaled.inputs.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-12)
    assert scaled.inputs.std(axis=0) == pytest.approx([1, 0, 1])
    mean = sum(row[0] for row in plain.inputs.tolist()) / 6
    deviation = (sum((row[0] - mean) ** 2 for row in plain.inputs.tolist()) / 6) ** 0.5
    for before, after in zip(plain.test.inputs.tolist(), scaled.test.inputs.tolist(), strict=True):
        assert after[0] == pytest.approx((before[0] - mean) / deviation)
        assert after[1] == 0
    assert (plain.standardised, scaled.standardised, scaled.test.standardised) == (False, True, True)
    assert np.array_equal(plain.targets, scaled.targets)


def test_a_test_part_can_be_listed() -> None:
    data = listed([[1.0, 2.0]], test={"inputs": [[3, 4]], "targets": [[5]]})
    assert data.test is not None
    assert (data.test.inputs.tolist(), data.test.targets.tolist()) == ([[3, 4]], [[5]])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"test": 1.0}, "data.test: 1 is not a fraction"),
        ({"test": -0.1}, "data.test: -0.1 is not a fraction"),
        ({"test": "some"}, "data.test: 'some' is not a finite number"),
        ({"test": 0.5}, "data.test: one sample cannot be split"),
        ({"test": {"inputs": [[1]], "targets": [[1]]}}, "inputs: row 1 has 1 number ("),
        ({"test": {"inputs": [[1, 2]], "targets": [[1]], "more": 1}}, "more: unknown key"),
        ({"standardise": 1}, "data.standardise: 1 is neither true nor false"),
        ({"seed": "a"}, "data.seed"),
        (
            {"inputs": [[1e300, 0], [-1e300, 0]], "targets": [[1], [1]], "standardise": True},
            "data.standardise: the inputs",
        ),
        ({"features": ["x1*x2"], "inputs": [[1e300, 1e300]]}, "data.features: "),
    ],
)
def test_what_makes_no_sense_is_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        listed([[1.0, 2.0]], **keys)
    assert message in str(caught.value)


def test_targets_of_the_test_part_are_checked_against_the_loss() -> None:
    network = {"layers": [1, 1], "output": "sigmoid"}
    part = {"inputs": [[1]], "targets": [[2]]}
    data = {"inputs": [[1]], "targets": [[1]], "test": part}
    with pytest.raises(ExperimentError, match="targets outside 0…1"):
        load_experiment({"network": network, "training": {"loss": "binary_cross_entropy"}, "data": data})


def test_other_data_keep_the_rules_for_parting_and_scaling(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(FLOWERS, "utf-8")
    data = load_experiment("iris", Overrides(data=str(tmp_path / "own.csv"), layers=[2, 3])).data
    assert data.test is not None
    assert (len(data), len(data.test), data.standardised) == (3, 1, True)
