"""What a run can wait for: conditions, asked about states that are made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tui_backprop import load_experiment
from tui_backprop.core.conditions import Condition, gate_flips, unit_dies
from tui_backprop.core.network import Parameters
from tui_backprop.core.trainer import TrainingState

LAYERS = ((0, "h1.1"), (1, "h2.1"), (2, "h3.1"))


def said(condition: Condition, before: list[float], after: list[float], **network: Any) -> str:
    """What is said of a step between these parameters, of a network of one unit a layer and the sample 1."""
    weights = [[[value]] for value in before[:4]]
    biases = {"biases": [[value] for value in before[4:]]} if network.get("bias") else {}
    definition = {
        "network": {"layers": [1, 1, 1, 1, 1], "weights": weights, **biases, **network},
        "data": {"inputs": [[1.0]], "targets": [[0.0]]},
    }
    experiment = load_experiment(definition)
    start = experiment.initial
    flat = start.flat.copy()
    flat[:] = after
    return condition(experiment, TrainingState(0, start), TrainingState(1, Parameters(experiment.network, flat)))


@pytest.mark.parametrize(("layer", "name"), LAYERS)
def test_a_unit_of_any_layer_can_die(layer: int, name: str) -> None:
    before = [1.0] * 4
    after = [-1.0 if place == layer else 1.0 for place in range(4)]
    assert said(unit_dies(), before, after) == f"{name} died: its gate is shut for every sample"
    assert said(unit_dies(), before, [2.0] * 4) == ""


@pytest.mark.parametrize(("layer", "name"), LAYERS)
def test_a_bias_alone_opens_and_shuts_a_gate(layer: int, name: str) -> None:
    """Every sum is a·1 + b, with b = −0.1 or, in one layer, −9."""
    opened = [1.0] * 4 + [-0.1] * 4
    shut = [1.0] * 4 + [-9.0 if place == layer else -0.1 for place in range(4)]
    only = gate_flips(layer + 1, 0)
    assert said(only, opened, shut, bias=True) == f"The gate of {name} shut for sample #0"
    assert said(only, shut, opened, bias=True) == f"The gate of {name} opened for sample #0"
    assert said(unit_dies(), opened, shut, bias=True) == f"{name} died: its gate is shut for every sample"
