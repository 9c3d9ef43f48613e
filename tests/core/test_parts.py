"""Weights, biases and units: every name and every place in the flat array, there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nets import Net, nets
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import BiasMode
from tui_backprop.core.parts import Bias, Parameter, Unit, Weight, neighbours, parameter_at, parse_parameter, parse_unit
from tui_backprop.errors import BackpropError

BIASED = {"network": {"layers": [2, 3, 1], "bias": True}, "data": {"inputs": [[0, 0]], "targets": [[0]]}}


def every(experiment: Experiment) -> list[Parameter]:
    """In the order of the flat array, written down a second time."""
    units = experiment.network.units
    found: list[Parameter] = [
        Weight(layer, row, column)
        for layer in range(1, len(units))
        for row in range(units[layer - 1])
        for column in range(units[layer])
    ]
    if experiment.network.bias is not BiasMode.NONE:
        found += [Bias(layer, column) for layer in range(1, len(units)) for column in range(units[layer])]
    return found


@given(nets())
def test_places_and_names_there_and_back(net: Net) -> None:
    experiment = net.experiment()
    network, places = experiment.network, np.arange(experiment.network.size, dtype=np.float64)
    for index, parameter in enumerate(every(experiment)):
        assert parameter.index(network) == index
        assert parameter_at(network, index) == parameter
        if isinstance(parameter, Weight):
            assert network.weights(places)[parameter.layer - 1][parameter.row, parameter.column] == index
        else:
            assert network.biases(places)[parameter.layer - 1][parameter.column] == index
        assert parameter.value(experiment.initial) == experiment.initial.flat[index]
        assert parse_parameter(parameter.name(experiment), experiment) == parameter


@pytest.mark.parametrize("index", [-1, 13])
def test_there_is_nothing_beyond_the_flat_array(index: int) -> None:
    with pytest.raises(IndexError):
        parameter_at(load_experiment(BIASED).network, index)


def test_names() -> None:
    experiment = load_experiment(BIASED)
    assert Weight(1, 1, 2).name(experiment) == "W1[x2→h3]"
    assert Bias(2, 0).name(experiment) == "b2[y]"
    assert Unit(0, 1).name(experiment) == "x2"
    assert parse_parameter("W1[x2 -> h3]", experiment) == Weight(1, 1, 2)
    assert parse_unit("h2", experiment) == Unit(1, 1)


@pytest.mark.parametrize(
    "name",
    ["W0[x1→h1]", "W3[x1→h1]", "W1[h1→x1]", "W1[x1→x2]", "W1[h1→h2]", "b0[x1]", "b1[x1]", "b1[h9]", "W1", "x1", ""],
)
def test_what_is_no_parameter_is_refused(name: str) -> None:
    with pytest.raises(BackpropError):
        parse_parameter(name, load_experiment(BIASED))


@given(nets(), st.data())
def test_neighbours_are_other_parameters_of_the_network(net: Net, data: st.DataObject) -> None:
    experiment = net.experiment()
    parameter = data.draw(st.sampled_from(every(experiment)))
    found = neighbours(parameter, experiment.network)
    assert parameter not in found
    assert len(set(found)) == len(found)
    assert set(found) <= set(every(experiment))
    assert found or experiment.network.weight_count == 1


def test_neighbours_go_round_and_then_on() -> None:
    network = load_experiment(BIASED).network
    assert neighbours(Weight(1, 1, 2), network) == [Bias(1, 2), Weight(1, 0, 2), Weight(2, 2, 0)]


@pytest.mark.parametrize(
    ("layers", "parameter", "expected"),
    [
        ([1, 2], Weight(1, 0, 0), [Weight(1, 0, 1)]),
        ([2, 1, 1], Weight(2, 0, 0), [Weight(1, 0, 0), Weight(1, 1, 0)]),
    ],
)
def test_a_unit_without_others_has_those_of_its_layer_or_of_the_one_below(
    layers: list[int], parameter: Weight, expected: list[Weight]
) -> None:
    data = {"inputs": [[0] * layers[0]], "targets": [[0] * layers[-1]]}
    assert neighbours(parameter, load_experiment({"network": {"layers": layers}, "data": data}).network) == expected
