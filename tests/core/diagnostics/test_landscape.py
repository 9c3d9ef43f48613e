"""The loss over two parameters, against passes with the two set one point at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import Net, nets
from tests.render.moments import at, of
from tests.transcription import one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics import landscape
from tui_backprop.core.diagnostics.landscape import Window, landscape_of, path_so_far, window_around
from tui_backprop.core.parts import Bias, Parameter, Weight


@st.composite
def axes(draw: st.DrawFn, net: Net) -> Parameter:
    layer = draw(st.integers(1, len(net.layers) - 1))
    row = draw(st.integers(-1 if net.biases else 0, net.layers[layer - 1] - 1))
    column = draw(st.integers(0, net.layers[layer] - 1))
    return Bias(layer, column) if row < 0 else Weight(layer, row, column)


@settings(max_examples=60)
@given(st.data(), nets(most_units=4), st.sampled_from([0.0, 0.1]), st.sampled_from([0.0, 0.2]))
def test_every_point_is_a_pass_of_all_samples_with_the_two_parameters_set(
    data: st.DataObject, net: Net, l1: float, l2: float
) -> None:
    pair = data.draw(axes(net)), data.draw(axes(net))
    if pair[0] == pair[1]:
        return
    moment = Timeline(net.experiment(l1=l1, l2=l2)).moment
    found = landscape_of(moment, pair, Window(-1.0, -0.5, 2.0), 3, 2)
    wanted = np.empty((2, 3))
    for line, up in enumerate([1.0, 0.0]):
        for column, across in enumerate([-2 / 3, 0.0, 2 / 3]):
            weights, biases = [w.copy() for w in net.weights], [b.copy() for b in net.biases]
            for axis, value in zip(pair, (across, up), strict=True):
                if isinstance(axis, Bias):
                    biases[axis.layer - 1][axis.column] = value
                else:
                    weights[axis.layer - 1][axis.row, axis.column] = value
            rules = replace(net.rules, round=None)
            losses = [one_step(rules, weights, biases, x, y).loss for x, y in zip(net.inputs, net.targets, strict=True)]
            penalty = sum(l1 * np.abs(w).sum() + l2 / 2 * (w * w).sum() for w in weights)
            wanted[line, column] = np.mean(losses) + penalty
    assert found.loss == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_bowl_of_a_sum_of_two() -> None:
    """½(w1 − 1)² + ½(w2 + 1)² over two samples: its mean is lowest at (1, −1), and there 0."""
    definition = {
        "network": {"layers": [2, 1], "weights": [[[0.0], [0.0]]]},
        "data": {"inputs": [[1.0, 0.0], [0.0, 1.0]], "targets": [[1.0], [-1.0]]},
    }
    moment = Timeline(load_experiment(definition)).moment
    found = landscape_of(moment, (Weight(1, 0, 0), Weight(1, 1, 0)), Window(-2.0, -2.0, 4.0), 4, 4)
    assert found.here == 0.5
    assert found.loss[0] == pytest.approx([((x - 1) ** 2 + 2.5**2) / 4 for x in (-1.5, -0.5, 0.5, 1.5)])
    assert found.lowest == (0.5, -0.5, 0.125)


def test_with_much_to_do_points_and_then_samples_become_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, window = (Weight(1, 0, 0), Weight(1, 1, 0)), Window(-2.0, -2.0, 4.0)
    moment = at("circle")  # 100 samples, 12 weights and 5 biases
    whole = landscape_of(moment, pair, window, 60, 40)
    assert (whole.block, len(whole.rows), whole.loss.shape) == (1, 100, (40, 60))
    landscape._landscape.cache_clear()
    monkeypatch.setattr(landscape, "WORK_BUDGET", 17 * 100 * 600)
    fewer = landscape_of(moment, pair, window, 60, 40)
    assert (fewer.block, len(fewer.rows), fewer.loss.shape) == (2, 100, (20, 30))
    quarters = whole.loss.reshape(20, 2, 30, 2).mean(axis=(1, 3))
    assert fewer.loss == pytest.approx(quarters, rel=0.05)
    landscape._landscape.cache_clear()
    monkeypatch.setattr(landscape, "WORK_BUDGET", 17 * 50 * landscape.LEAST_POINTS)
    half = landscape_of(moment, pair, window, 60, 40)
    assert half.rows.tolist() == list(range(0, 100, 2))
    assert half.loss.size <= landscape.LEAST_POINTS
    landscape._landscape.cache_clear()


def test_the_way_here_goes_through_the_weights_that_were() -> None:
    timeline = Timeline(load_experiment("article"))
    pair = Weight(1, 2, 3), Weight(2, 3, 0)
    seen = [timeline.moment.parameters] + [timeline.next_step().parameters for _ in range(200)]
    for step in (0, 1, 48, 49, 200):
        way = path_so_far(timeline.go(step), pair)
        every = next(2**n for n in range(9) if step <= 48 * 2**n)
        wanted = [seen[n] for n in [*range(0, step, every), step]]
        assert way == [(p.weights[0][2, 3], p.weights[1][3, 0]) for p in wanted]


def test_a_large_network_marks_only_what_is_at_hand() -> None:
    moment = of([200, 200, 1], 100)
    assert len(path_so_far(moment, (Weight(1, 0, 0), Weight(1, 1, 0)))) == 3  # the start, step 64, now


@settings(max_examples=100)
@given(st.lists(st.tuples(*[st.floats(-1e90, 1e90)] * 2), min_size=1, max_size=5))
def test_the_window_holds_the_way_and_is_a_power_of_two(way: list[tuple[float, float]]) -> None:
    window = window_around(way)
    assert window is not None
    assert np.log2(window.size) % 1 == 0
    for x, y in way:
        assert window.left < x < window.left + window.size
        assert window.bottom < y < window.bottom + window.size


def test_no_window_for_what_is_too_large() -> None:
    assert window_around([(0.0, 1e200)]) is None
    assert window_around([(-1e308, 0.0), (1e308, 0.0)]) is None
