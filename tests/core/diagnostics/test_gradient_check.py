"""The gradient check: passes on what is right, fails on what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import Net, nets
from tests.transcription import Array, Rules, flat_gradient
from tui_backprop import Timeline
from tui_backprop.core.diagnostics.gradient_check import (
    GradientFunction,
    backprop_gradient,
    check_gradient,
    check_slope,
)
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import parameter_at
from tui_backprop.experiments import Overrides, load_experiment, preset_names

BLAMED = nets(hidden=("linear", "leaky_relu", "elu", "tanh", "sigmoid"), output=("linear",), rounds=(None,))
"""Networks in which every unit passes some of the error on."""


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_passes(name: str) -> None:
    experiment = load_experiment(name)
    result = check_gradient(experiment)
    assert result.passed
    assert result.at_kink == (4 if name == "xor" else 0)  # at (0, 0), biases 0: each hidden unit's sum is exactly 0
    assert result.entries + result.at_kink == experiment.network.size * experiment.steps_per_epoch


@settings(max_examples=60)
@given(nets(largest_weight=0.8))
def test_every_random_network_passes(net: Net) -> None:
    assert check_gradient(net.experiment()).passed
    assert check_gradient(net.experiment(batch="full")).passed


def transcribed(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array, masks: bool) -> Array:
    rules = Rules(experiment.network.activations, experiment.training.loss, masks_applied=masks)
    return flat_gradient(rules, parameters.weights, parameters.biases, inputs, targets)


def changed(change: Callable[[Array], Array]) -> GradientFunction:
    return lambda *arguments: change(backprop_gradient(*arguments))


def with_entry(index: int, change: Callable[[float], float]) -> GradientFunction:
    def broken(*arguments: object) -> Array:
        gradient = backprop_gradient(*arguments)  # type: ignore[arg-type]
        gradient[index] = change(float(gradient[index]))
        return gradient

    return broken


def transposed(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
    gradient = backprop_gradient(experiment, parameters, inputs, targets)
    first = experiment.network.weights(gradient)[0]
    first[...] = first.T.reshape(first.shape).copy()
    return gradient


def without_masks(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
    return transcribed(experiment, parameters, inputs, targets, masks=False)


def of_the_first_sample(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
    return backprop_gradient(experiment, parameters, inputs[:1], targets[:1])


BROKEN: dict[str, GradientFunction] = {
    "the masks are forgotten": without_masks,
    "the sign is flipped": changed(np.negative),
    "it is zero": changed(np.zeros_like),
    "it is twice too large": changed(lambda gradient: gradient * 2),
    "a matrix is transposed": transposed,
    "one entry is off": with_entry(5, lambda value: value + 1e-3),
    "one entry is not a number": with_entry(0, lambda value: np.nan),
    "one entry is infinite": with_entry(0, lambda value: np.inf),
    "the last entry is not a number": with_entry(-1, lambda value: np.nan),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_gradient_fails_where(name: str) -> None:
    experiment = load_experiment("sigmoid", Overrides(seed=3))
    assert not check_gradient(experiment, gradient=BROKEN[name]).passed


@pytest.mark.parametrize("name", ["sigmoid", "xor", "article"])
def test_the_transcriptions_gradient_passes(name: str) -> None:
    def gradient(experiment: Experiment, parameters: Parameters, inputs: Array, targets: Array) -> Array:
        return transcribed(experiment, parameters, inputs, targets, masks=True)

    assert check_gradient(load_experiment(name), gradient=gradient).passed


def test_a_gradient_that_forgets_to_average_fails() -> None:
    experiment = load_experiment("xor", Overrides(batch="full"))
    assert check_gradient(experiment).passed
    assert not check_gradient(experiment, gradient=changed(lambda gradient: gradient * 4)).passed
    assert not check_gradient(experiment, gradient=of_the_first_sample).passed


def of_size(size: float) -> Experiment:
    """Inputs and targets in a unit of `size`."""
    data = {"inputs": [[size, 2 * size], [2 * size, size]], "targets": [[1e3 * size], [-1e3 * size]]}
    network = {"layers": [2, 2, 1], "hidden": "tanh", "init": "xavier", "seed": 1}
    return load_experiment({"network": network, "data": data})


@pytest.mark.parametrize("size", [1e-6, 1e-3, 1.0, 10.0])
def test_a_small_gradient_is_as_wrong_as_a_large_one(size: float) -> None:
    experiment = of_size(size)
    assert check_gradient(experiment).passed
    for factor, difference in ((-1.0, 2.0), (0.25, 0.75), (1.001, 0.001)):
        worst = check_gradient(experiment, gradient=changed(lambda gradient, factor=factor: gradient * factor)).worst  # type: ignore[misc]
        assert worst is not None
        assert worst.difference == pytest.approx(difference, rel=0.01)


@settings(max_examples=60)
@given(BLAMED, st.data())
def test_any_entry_that_is_off_is_found(net: Net, data: st.DataObject) -> None:
    experiment = net.experiment()
    index = data.draw(st.integers(0, experiment.network.size - 1))
    largest = np.abs(backprop_gradient(experiment, experiment.initial, net.inputs, net.targets)).max()
    off = 1e-2 * max(1.0, float(largest)) * 10
    result = check_gradient(experiment, gradient=with_entry(index, lambda value: value + off))
    assert not result.passed
    assert result.worst is not None
    assert result.worst.name == parameter_at(experiment.network, index).name(experiment)


def test_parameters_other_than_the_initial_ones_can_be_checked() -> None:
    experiment = load_experiment("sigmoid")
    other = load_experiment("sigmoid", Overrides(seed=9)).initial
    worst = check_gradient(experiment, other).worst
    assert worst is not None
    assert worst != check_gradient(experiment).worst


def test_entries_right_at_a_kink_are_left_out_and_counted() -> None:
    experiment = load_experiment("article")
    zero = replace(experiment.initial, flat=np.concatenate([np.zeros(12), np.ones(4)]))
    result = check_gradient(experiment, zero)
    ones_in_inputs = 3 + 2 + 1 + 2
    assert result.at_kink == 4 * ones_in_inputs
    assert result.entries == 4 * 16 - result.at_kink
    assert result.passed


@pytest.mark.parametrize(("distance", "step"), [(3e-5, 1e-5), (3e-6, 1e-6), (3e-7, 1e-7)])
def test_beside_a_kink_a_shorter_step_is_taken(distance: float, step: float) -> None:
    """z = 2w − 1 switches at w = 0.5; beside it ŷ = 3z, so ∂½(ŷ − 5)²/∂w = 6·(3z − 5)."""
    w = 0.5 + distance
    definition = {
        "network": {"layers": [2, 1, 1], "weights": [[[w], [-1.0]], [[3.0]]]},
        "data": {"inputs": [[2.0, 1.0]], "targets": [[5.0]]},
    }
    experiment = load_experiment(definition)
    found = check_slope(Timeline(experiment).moment, 0)
    assert found.step == pytest.approx(step)
    assert not found.at_kink
    assert found.numeric == pytest.approx(6 * (3 * (2 * w - 1) - 5), rel=1e-6)
    result = check_gradient(experiment)
    assert result.passed
    assert (result.entries, result.at_kink) == (3, 0)


def test_frozen_biases_are_checked_too() -> None:
    definition = dict(load_experiment("xor").definition)
    definition["network"] = {**definition["network"], "bias": "frozen"}
    experiment = load_experiment(definition)
    assert check_gradient(experiment).passed
    assert not check_gradient(experiment, gradient=with_entry(-1, lambda value: value + 1)).passed


def test_parameters_are_named_after_the_units_they_join() -> None:
    xor = load_experiment("xor")
    names = [parameter_at(xor.network, index).name(xor) for index in range(17)]
    assert names == [
        *(f"W1[x{row}→h{column}]" for row in (1, 2) for column in (1, 2, 3, 4)),
        *(f"W2[h{row}→y]" for row in (1, 2, 3, 4)),
        *(f"b1[h{column}]" for column in (1, 2, 3, 4)),
        "b2[y]",
    ]
    with pytest.raises(IndexError):
        parameter_at(xor.network, 17)
