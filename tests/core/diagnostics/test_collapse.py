"""Collapsed layers against matrix products, and the behaviours of linear nets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.core.runs import article
from tests.nets import Net, nets
from tests.render.moments import at
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics import collapse
from tui_backprop.core.diagnostics.collapse import collapses_of
from tui_backprop.experiments import Overrides


@settings(max_examples=40)
@given(nets(hidden=("linear",)))
def test_linear_layers_are_the_product_of_their_matrices(net: Net) -> None:
    found = collapses_of(Timeline(net.experiment()).moment)
    if len(net.weights) == 1:
        assert found == ()
        return
    (one,) = found
    assert (one.first, one.last, one.always) == (1, len(net.weights), True)
    assert one.matrix == pytest.approx(np.linalg.multi_dot(net.weights), rel=1e-9, abs=1e-12)
    sums = net.inputs
    for place, weights in enumerate(net.weights):
        sums = sums @ weights + (net.biases[place] if net.biases else 0.0)
    assert one.deep == pytest.approx(sums, rel=1e-9, abs=1e-12)
    assert one.flat == pytest.approx(sums, rel=1e-9, abs=1e-12)


def test_the_two_linear_layers_stay_one_to_the_last_bits() -> None:
    for seed in range(20):
        timeline = Timeline(load_experiment("linear-collapse", Overrides(seed=seed)))
        for step in (0, 400, 4000):
            (one,) = collapses_of(timeline.go(step))
            assert one.difference < 2e-15


def test_layers_that_bend_do_not_collapse() -> None:
    assert collapses_of(at("article", 2)) == ()
    assert collapses_of(at("sigmoid")) == ()


def test_a_stuck_relu_net_is_one_layer_on_its_data() -> None:
    experiment = article({"init": "uniform01", "seed": 13})
    moment = Timeline(experiment).go(4000)
    (one,) = collapses_of(moment)
    first, second = moment.parameters.weights
    opened = experiment.data.inputs[0] @ first > 0
    assert not one.always
    assert one.matrix == pytest.approx(first[:, opened] @ second[opened], abs=1e-12)
    assert one.difference < 2e-15


def test_only_the_linear_stretch_of_a_network_collapses() -> None:
    definition = {
        "network": {"layers": [2, 3, 3, 2, 1], "hidden": ["tanh", "linear", "tanh"], "init": "uniform", "bias": True},
        "data": {"inputs": [[0.0, 1.0], [1.0, -1.0]], "targets": [[1.0], [0.0]]},
    }
    moment = Timeline(load_experiment(definition)).moment
    (one,) = collapses_of(moment)
    assert (one.first, one.last) == (2, 3)
    assert one.matrix == pytest.approx(moment.parameters.weights[1] @ moment.parameters.weights[2])
    assert one.difference < 1e-15


def test_a_product_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collapse, "WORK_BUDGET", 11)  # the product takes 12 multiplications
    moment = at("linear-collapse")
    (one,) = collapses_of(moment)
    assert (one.matrix, one.bias, one.difference) == (None, None, 0.0)
    assert one.deep == pytest.approx(moment.experiment.data.inputs @ np.linalg.multi_dot(moment.parameters.weights))
    monkeypatch.setattr(collapse, "WORK_BUDGET", 12)
    assert collapses_of(moment)[0].matrix is not None
