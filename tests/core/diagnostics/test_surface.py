"""Maps over the input plane, against sums taken point by point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.nets import Net, nets
from tests.render.moments import at
from tests.transcription import one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.surface import along_line, over_plane, plane_of


@settings(max_examples=30)
@given(nets(most_units=4))
def test_every_point_is_a_pass_of_its_own(net: Net) -> None:
    moment = Timeline(net.experiment()).moment
    plane = plane_of(moment.experiment.data)
    maps = over_plane(moment, plane, 3, 2)
    (x0, y0), (x1, y1) = plane.low, plane.high
    mean = net.inputs.mean(axis=0)
    for row, y in enumerate([y0 + 0.75 * (y1 - y0), y0 + 0.25 * (y1 - y0)]):
        for column in range(3):
            point = mean.copy()
            point[plane.axes[1]] = y
            point[plane.axes[0]] = x0 + (column + 0.5) * (x1 - x0) / 3
            if net.layers[0] == 1:
                continue
            made = one_step(net.rules, net.weights, net.biases, point, net.targets[0])
            for layer, a in enumerate(made.a):
                assert maps[layer][row, column] == pytest.approx(a, rel=1e-9, abs=1e-12)


def test_the_plane_reaches_a_tenth_beyond_the_samples() -> None:
    plane = plane_of(at("xor").experiment.data)
    assert (*plane.low, *plane.high) == pytest.approx((-0.1, -0.1, 1.1, 1.1))
    assert (plane.names, plane.held) == (("x1", "x2"), ())


def test_of_more_inputs_the_others_are_held_at_their_mean() -> None:
    moment = at("article")
    plane = plane_of(moment.experiment.data, 0, 2)
    assert (plane.names, plane.held) == (("x1", "x3"), ("x2",))
    value = over_plane(moment, plane, 1, 1)[0][0, 0]
    assert value == pytest.approx(np.maximum(np.array([0.5, 1.0, 0.5]) @ moment.parameters.weights[0], 0))


@pytest.mark.parametrize("standardise", [False, True])
def test_features_are_recomputed_at_every_point(standardise: bool) -> None:
    definition = {
        "network": {"layers": [3, 1], "weights": [[[0.0], [0.0], [1.0]]]},
        "data": {
            "generator": "circle", "samples": 40, "features": ["x1", "x2", "x1*x2"], "standardise": standardise,
        },
    }  # fmt: skip
    moment = Timeline(load_experiment(definition)).moment
    data = moment.experiment.data
    plane = plane_of(data)
    assert (plane.features, plane.held) == (True, ())
    raw = Timeline(load_experiment({**definition, "data": {**definition["data"], "standardise": False}})).moment
    x1, x2, product = raw.experiment.data.inputs.T
    assert plane.points == pytest.approx(np.stack([x1, x2], axis=-1))
    found = over_plane(moment, plane, 2, 2)[0][..., 0]
    x = plane.low[0] + np.array([0.25, 0.75]) * (plane.high[0] - plane.low[0])
    y = plane.low[1] + np.array([0.75, 0.25]) * (plane.high[1] - plane.low[1])
    wanted = np.outer(y, x)
    if standardise:
        wanted = (wanted - product.mean()) / product.std()
    assert found == pytest.approx(wanted)


def test_with_one_input_the_curve() -> None:
    definition = {
        "network": {"layers": [1, 1], "weights": [[[2.0]]]},
        "data": {"inputs": [[0.0], [1.0]], "targets": [[0.0], [2.0]]},
    }
    moment = Timeline(load_experiment(definition)).moment
    x, (values,) = along_line(moment, plane_of(moment.experiment.data), 4)
    assert x == pytest.approx([0.05, 0.35, 0.65, 0.95])
    assert values[:, 0] == pytest.approx(2 * x)
