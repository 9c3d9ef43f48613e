"""Samples by formula: where they lie, and which label a place has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tui_backprop import load_experiment
from tui_backprop.core.experiment import Data
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.generators import GENERATORS, generate

SHAPES = list(GENERATORS)


def data(generator: str, layers: list[int], output: str = "tanh", **keys: Any) -> Data:
    network = {"layers": layers, "output": output}
    return load_experiment({"network": network, "data": {"generator": generator, **keys}}).data


@pytest.mark.parametrize("name", SHAPES)
def test_the_same_seed_gives_the_same_samples_and_another_gives_others(name: str) -> None:
    points, labels = generate(name, 101, 0.2, 5)
    again, same = generate(name, 101, 0.2, 5)
    other, _ = generate(name, 101, 0.2, 6)
    assert points.shape == (101, 2)
    assert labels.shape == (101,)
    assert (points.tobytes(), labels.tobytes()) == (again.tobytes(), same.tobytes())
    assert points.tobytes() != other.tobytes()


def label(name: str, x: float, y: float) -> float:
    """The label of a place without noise."""
    if name == "circle":
        return 1 if math.hypot(x, y) < 2.5 else -1
    if name == "xor":
        return 1 if x * y >= 0 else -1
    if name == "plane":
        return (x + y) / 10
    hills = {(-4, 2.5): 1, (0, 2.5): -1, (4, 2.5): 1, (-4, -2.5): -1, (0, -2.5): 1, (4, -2.5): -1}
    heights = [sign * max(0.0, 1 - math.dist((x, y), place) / 2) for place, sign in hills.items()]
    return max(heights, key=abs)


@pytest.mark.parametrize("name", ["circle", "xor", "plane", "regression-gauss"])
def test_without_noise_the_place_tells_the_label(name: str) -> None:
    points, labels = generate(name, 500, 0.0, 3)
    assert labels.tolist() == pytest.approx([label(name, x, y) for x, y in points.tolist()])
    assert np.abs(points).max() <= 6


@pytest.mark.parametrize("name", ["circle", "xor"])
def test_noise_moves_labels_near_the_edge(name: str) -> None:
    points, labels = generate(name, 500, 0.3, 3)
    wrong = [label(name, x, y) != found for (x, y), found in zip(points.tolist(), labels.tolist(), strict=True)]
    assert 0 < sum(wrong) < 250


def test_the_disc_and_the_ring_are_apart() -> None:
    points, labels = generate("circle", 400, 0.0, 1)
    radius = np.hypot(*points.T)
    assert radius[labels > 0].max() <= 2.5
    assert 3.5 <= radius[labels < 0].min() <= radius.max() <= 5


def test_the_arms_of_the_spiral_mirror_each_other() -> None:
    points, labels = generate("spiral", 200, 0.0, 1)
    arms = [sorted(points[labels == sign].tolist(), key=lambda p: math.hypot(*p)) for sign in (1, -1)]
    assert np.abs(np.array(arms[0]) + np.array(arms[1])).max() < 1e-9
    x, y = arms[0][50]  # half way out: radius 2.5, 7/8 of a turn
    assert (x, y) == pytest.approx((2.5 * math.sin(1.75 * math.pi), 2.5 * math.cos(1.75 * math.pi)))


def test_the_clouds_have_the_spread_that_noise_says() -> None:
    for noise, variance in ((0.0, 0.5), (0.5, 4.0)):
        points, labels = generate("gauss", 20_000, noise, 1)
        for sign in (1, -1):
            assert points[labels == sign].mean(axis=0) == pytest.approx([2 * sign] * 2, abs=0.1)
            assert points[labels == sign].var(axis=0) == pytest.approx([variance] * 2, rel=0.05)


def test_the_clouds_come_from_even_numbers_by_way_of_logarithm_and_sines() -> None:
    random = np.random.default_rng(7)
    evens, turns = random.uniform(0, 1, 50), random.uniform(0, 2 * np.pi, 50)
    radii = [math.sqrt(-2.0 * math.log1p(-even) * 0.5) for even in evens.tolist()]
    clouds = [
        (middle + radius * math.sin(turn), middle + radius * math.cos(turn))
        for middle, radius, turn in zip([2] * 25 + [-2] * 25, radii, turns.tolist(), strict=True)
    ]
    points, _ = generate("gauss", 50, 0.0, 7)
    assert points.tolist() == [pytest.approx(clouds[place], rel=1e-12) for place in random.permutation(50)]


def test_classes_suit_the_output() -> None:
    labels = generate("circle", 200, 0.0, 0)[1]
    assert data("circle", [2, 1]).targets[:, 0].tolist() == labels.tolist()
    assert data("circle", [2, 1], "sigmoid").targets[:, 0].tolist() == ((labels + 1) / 2).tolist()
    two = data("circle", [2, 2], "softmax")
    assert two.targets.tolist() == [[0, 1] if sign > 0 else [1, 0] for sign in labels.tolist()]
    assert two.target_names == ("orange", "blue")


def test_features_are_made_of_the_two_inputs() -> None:
    names = ["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"]
    found = data("plane", [7, 1], features=names, samples=20, seed=4)
    points, _ = generate("plane", 20, 0.0, 4)
    for row, (x, y) in zip(found.inputs.tolist(), points.tolist(), strict=True):
        assert row == pytest.approx([x, y, x * x, y * y, x * y, math.sin(x), math.sin(y)])
    assert found.input_names == tuple(names)


def test_listed_samples_can_have_features_too() -> None:
    keys = {"inputs": [[2, 3], [4, 5]], "targets": [[1], [0]], "features": ["x1*x2", "x2"]}
    found = load_experiment({"network": {"layers": [2, 1]}, "data": keys}).data
    assert found.inputs.tolist() == [[6, 3], [20, 5]]


@pytest.mark.parametrize(
    ("keys", "layers", "message"),
    [
        ({"generator": ""}, [2, 1], "data.generator: unknown '' (expected circle | xor"),
        ({"generator": "donut"}, [2, 1], "data.generator: unknown 'donut' (expected circle | xor"),
        ({"generator": "xor", "noise": 0.6}, [2, 1], "data.noise: 0.6 is out of range"),
        ({"generator": "xor", "samples": 0}, [2, 1], "data.samples: 0 is out of range"),
        ({"generator": "xor", "samples": 10**9}, [2, 1], "data.samples"),
        ({"generator": "xor", "seed": -1}, [2, 1], "data.seed: -1 is out of range"),
        ({"generator": "xor", "features": ["x3"]}, [2, 1], "data.features: unknown 'x3'"),
        ({"generator": "xor", "features": ["x1", "x1"]}, [2, 1], "data.features: two inputs are named 'x1'"),
        ({"generator": "xor", "features": []}, [2, 1], "data.features: is empty"),
        ({"generator": "xor"}, [3, 4, 1], "data.features: 2 inputs for 3 of the network (expected layers 2,4,1)"),
        ({"generator": "xor"}, [2, 3], "data.generator: 1 target for 3 outputs (expected layers 2,2)"),
        ({"generator": "plane"}, [2, 2], "data.generator: 1 target for 2 outputs (expected layers 2,1)"),
        ({"generator": "xor", "csv": "a.csv"}, [2, 1], "data.csv: samples come from generator already"),
    ],
)
def test_what_makes_no_sense_is_refused(keys: dict[str, Any], layers: list[int], message: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        load_experiment({"network": {"layers": layers}, "data": keys})
    assert message in str(caught.value)
