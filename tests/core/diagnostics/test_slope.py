"""One gradient looked at closely, and the kinks beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import Net, nets
from tests.render.moments import at
from tests.transcription import flat_gradient, loss_value, one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.gradient_check import check_slope


@settings(max_examples=40)
@given(nets(largest_weight=0.8, rounds=(None,), batches=(1,)), st.data())
def test_both_gradients_and_the_losses_between_which_one_is_taken(net: Net, data: st.DataObject) -> None:
    experiment = net.experiment()
    index = data.draw(st.integers(0, experiment.network.size - 1))
    found = check_slope(Timeline(experiment).moment, index)
    x, y = net.inputs[0], net.targets[0]
    wanted = flat_gradient(net.rules, net.weights, net.biases, net.inputs[:1], net.targets[:1])[index]
    assert found.analytic == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    middle = loss_value(net.rules.loss, one_step(net.rules, net.weights, net.biases, x, y).prediction, y)
    assert found.errors[1] == pytest.approx(middle, rel=1e-12)
    assert found.at_kink or found.agrees


def test_where_the_kinks_are() -> None:
    """z = w·2 + 1·(−1) switches at w = 0.5: below a weight of 0.75 by 0.25, above none."""
    definition = {
        "network": {"layers": [2, 1, 1], "weights": [[[0.75], [-1.0]], [[3.0]]]},
        "data": {"inputs": [[2.0, 1.0]], "targets": [[0.0]]},
    }
    found = check_slope(Timeline(load_experiment(definition)).moment, 0)
    assert found.kink_below == pytest.approx(-0.25, abs=1e-9)
    assert found.kink_above is None
    assert found.numeric == pytest.approx(9.0, rel=1e-6)  # ŷ = 3·(2w − 1) = 1.5; ∂½ŷ²/∂w = 1.5·6
    assert found.agrees
    assert not found.at_kink


def test_right_on_a_kink() -> None:
    found = check_slope(at("xor"), 12)  # b1[h1] at the sample (0, 0): z is exactly 0
    assert found.at_kink
    assert found.samples == (0,)
