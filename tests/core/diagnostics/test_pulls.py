"""The tug-of-war, against passes written out one by one, and the plateau of the single layer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import article
from tests.nets import Net, nets
from tests.render.moments import at
from tests.transcription import flat_gradient
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.pulls import moves_of, net_pulls, pulls_of
from tui_backprop.core.parts import Bias, Weight


@settings(max_examples=40)
@given(nets(), st.data())
def test_a_pull_is_the_samples_own_gradient_downhill(net: Net, data: st.DataObject) -> None:
    experiment = net.experiment()
    moment = Timeline(experiment).moment
    layer = data.draw(st.integers(1, experiment.network.depth))
    row = data.draw(st.integers(0, net.layers[layer - 1] - 1))
    column = data.draw(st.integers(0, net.layers[layer] - 1))
    alone = [
        experiment.network.weights(
            flat_gradient(net.rules, net.weights, net.biases, net.inputs[s : s + 1], net.targets[s : s + 1])
        )[layer - 1]
        for s in range(len(net.inputs))
    ]
    found = pulls_of(moment, Weight(layer, row, column) if row is not None else Bias(layer, column))
    assert found.pull == pytest.approx([-gradient[row, column] for gradient in alone], rel=1e-9, abs=1e-12)
    assert found.net == pytest.approx(-sum(gradient[row, column] for gradient in alone), rel=1e-9, abs=1e-12)
    assert net_pulls(moment, layer)[0] == pytest.approx(-np.sum(alone, axis=0), rel=1e-9, abs=1e-12)


@settings(max_examples=20)
@given(nets())
def test_a_biass_pull(net: Net) -> None:
    if not net.biases:
        return
    experiment = net.experiment()
    moment = Timeline(experiment).moment
    wanted = -flat_gradient(net.rules, net.weights, net.biases, net.inputs[:1], net.targets[:1])[-1]
    found = pulls_of(moment, Bias(experiment.network.depth, net.layers[-1] - 1))
    assert found.pull[0] == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_in_no_direction_an_epochs_updates_of_six_hundredths_cancel_exactly() -> None:
    moment = at("no-direction", 40 * 4)
    for row, changes in enumerate([[0.06, -0.06, 0.0, 0.0], [0.06, -0.06, 0.06, -0.06], [0.06, 0.0, 0.0, -0.06]]):
        moves = moves_of(moment, row)
        assert moves is not None
        assert moves.change == pytest.approx(changes, abs=1e-15)
        assert moves.samples == ((0,), (1,), (2,), (3,))
        assert moves.cancel


def test_where_the_whole_set_is_one_batch_the_pulls_themselves_cancel() -> None:
    """The least squares of the four samples: there every net pull is 0."""
    inputs = np.array([[1, 1, 1], [1, 1, 0], [0, 1, 0], [0, 1, 1]], dtype=float)
    targets = np.array([1.0, 0.0, 1.0, 0.0])
    best = np.linalg.solve(inputs.T @ inputs, inputs.T @ targets)
    assert best == pytest.approx([0.0, 0.5, 0.0])
    definition = {
        "network": {"layers": [3, 1], "weights": [best[:, None].tolist()]},
        "data": {"inputs": inputs.tolist(), "targets": targets[:, None].tolist()},
    }
    found = pulls_of(Timeline(load_experiment(definition)).moment, Weight(1, 1, 0))
    assert found.pull == pytest.approx([0.5, -0.5, 0.5, -0.5])
    assert found.cancel


def test_before_an_epoch_is_over_nothing_is_said_of_its_updates() -> None:
    assert moves_of(at("article", 3), 0) is None
    assert moves_of(at("article", 4, "gradient"), 0) is None
    assert moves_of(at("article", 4), 0) is not None


def test_moves_after_another_batch_size_are_those_of_the_last_whole_epoch() -> None:
    timeline = Timeline(load_experiment("article"))
    states = [timeline.go(step).parameters.flat[0] for step in range(5)]
    timeline.edit("batch", (), 2)
    for step, phase in ((4, None), (5, "gradient"), (5, None)):  # two samples of the second epoch are not an epoch
        moves = moves_of(timeline.go(step, phase), 0)
        assert moves is not None
        assert moves.samples == ((0,), (1,), (2,), (3,))
        assert moves.change.tolist() == np.diff(states).tolist()
    moves = moves_of(timeline.go(6), 0)
    assert moves is not None
    assert moves.samples == ((0, 1), (2, 3))


def test_an_edit_among_an_epochs_updates_is_distinguished_from_them() -> None:
    timeline = Timeline(load_experiment("no-direction"))
    timeline.go(160)
    before = float(timeline.moment.parameters.flat[1])
    timeline.go(162)
    timeline.edit("weight", (1, 1, 0), float(timeline.moment.parameters.flat[1]) + 2.0)
    moves = moves_of(timeline.go(164), 1)
    assert moves is not None
    assert moves.by_hand == pytest.approx(2.0)
    assert before + moves.net + moves.by_hand == pytest.approx(float(timeline.moment.parameters.flat[1]))
    timeline.edit("weight", (1, 1, 0), 7.0)  # where the epoch ends
    moves = moves_of(timeline.moment, 1)
    assert moves is not None
    assert before + moves.net + moves.by_hand == pytest.approx(7.0)


def test_shuffled_samples_are_each_there_once() -> None:
    timeline = Timeline(load_experiment(article({"seed": 3}, shuffle=True).definition))
    for step in range(4, 20):
        moves = moves_of(timeline.go(step), 2)
        assert moves is not None
        assert sorted(moves.samples) == [(0,), (1,), (2,), (3,)]
        if step % 4 == 0:
            came = timeline.moment.parameters.flat[2] - timeline.go(step - 4).parameters.flat[2]
            assert moves.net == pytest.approx(came)
