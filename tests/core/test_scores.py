"""Accuracy and mean errors, against counting by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.core.runs import run
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import has_classes, right_classes
from tui_backprop.core.scores import score, scored, scores


def single(output: str, targets: list[float], weight: float = 1.0, **data: Any) -> Experiment:
    """One weight: ŷ = f(weight·x) for x = −2, −1, 1, 2 …"""
    inputs = [[x] for x in (-2.0, -1.0, 1.0, 2.0)]
    return load_experiment(
        {
            "network": {"layers": [1, 1], "output": output, "weights": [[[weight]]]},
            "data": {"inputs": inputs, "targets": [[y] for y in targets], **data},
        }
    )


@pytest.mark.parametrize(
    ("output", "targets", "right"),
    [
        ("sigmoid", [0, 0, 1, 1], 4),
        ("sigmoid", [1, 0, 1, 1], 3),
        ("sigmoid", [0.5, 0, 1, 1], None),
        ("tanh", [-1, 1, 1, 1], 3),
        ("linear", [-1, -1, 1, 1], 4),
        ("linear", [0, 0, 1, 1], None),
        ("linear", [1, 1, 1, 1], None),
    ],
)
def test_right_answers_of_one_output(output: str, targets: list[float], right: int | None) -> None:
    experiment = single(output, targets)
    found = score(experiment, experiment.initial, experiment.data)
    assert (found.samples, found.right) == (4, right)
    assert found.accuracy == (None if right is None else right / 4)
    assert scored(experiment) == has_classes(experiment) == (right is not None)


def test_the_mean_error_is_the_mean_of_what_is_reported() -> None:
    experiment = single("linear", [0.0, 0.0, 0.0, 0.0], test={"inputs": [[3], [5]], "targets": [[1], [1]]})
    training, test = scores(Timeline(experiment).moment) or (None, None)
    assert training is not None
    assert test is not None
    assert training.error == 0.5 * (4 + 1 + 1 + 4) / 4
    assert (test.samples, test.error) == (2, 0.5 * (4 + 16) / 2)


def test_of_a_softmax_the_largest_output_counts() -> None:
    iris = load_experiment("iris")
    targets = np.eye(3)
    prediction = np.array([[0.4, 0.3, 0.3], [0.5, 0.4, 0.1], [math.nan, math.nan, math.nan]])
    right = right_classes(iris, prediction, targets)
    assert right is not None
    assert right.tolist() == [True, False, False]


def test_iris_is_counted_sample_by_sample() -> None:
    iris = load_experiment("iris")
    end = run(iris, 5).end.parameters
    (w1, w2), (b1, b2) = (p.tolist() for p in end.weights), (p.tolist() for p in end.biases)
    test = iris.data.test
    assert test is not None
    right, total = 0, 0.0
    for x, y in zip(test.inputs.tolist(), test.targets.tolist(), strict=True):
        hidden = [math.tanh(b1[j] + sum(x[i] * w1[i][j] for i in range(4))) for j in range(8)]
        z = [b2[k] + sum(hidden[j] * w2[j][k] for j in range(8)) for k in range(3)]
        right += z.index(max(z)) == y.index(1.0)
        total += math.log(sum(map(math.exp, z))) - z[y.index(1.0)]
    found = score(iris, end, test)
    assert found.right == right
    assert found.error == pytest.approx(total / 45)


def test_with_very_many_samples_scores_are_taken_where_an_epoch_ends() -> None:
    data = {"generator": "plane", "samples": 90_000, "test": 0.5}
    experiment = load_experiment({"network": {"layers": [2, 12, 1]}, "training": {"batch": 15_000}, "data": data})
    timeline = Timeline(experiment)
    assert scores(timeline.moment) is not None
    assert [scores(timeline.next_step()) is None for _ in range(3)] == [True, True, False]
