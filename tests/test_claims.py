"""What the README claims beside other tools: each yes has a test, which is named here and must exist."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.transcription import Rules, flat_gradient
from tui_backprop import load_experiment
from tui_backprop.core.diagnostics.gradient_check import backprop_gradient

ROOT = Path(__file__).parents[1]
HEADING = "## Compared with other tools"

TESTS = {
    "Your own samples from a file": ("studio/test_own_data.py::test_iris_from_csv_to_over_95_percent_in_the_test_part"),
    "Softmax and cross-entropy over several classes": ("core/test_optimizers.py::test_activations_and_losses"),
    "Momentum and Adam": ("core/test_optimizers.py::test_optimizers_and_prices"),
    "The phases of a step one by one": ("core/run/test_moment.py::test_a_step_goes_forwards_then_backwards"),
    "Back again across updates, to the same bits": (
        "core/run/test_timeline.py::test_as_many_phases_back_as_forward_lead_to_the_same_bits"
    ),
    "The arithmetic behind any weight's gradient": (
        "render/test_inspector.py::test_what_is_printed_is_what_it_comes_to"
    ),
    "Weights and biases changed by hand": ("studio/test_edits.py::test_the_selected_weight_gets_another_value"),
    "Branches: the old future stays": ("studio/test_edits.py::test_the_past_branches_and_the_old_future_stays"),
    "Decision surface": ("core/diagnostics/test_surface.py::test_every_point_is_a_pass_of_its_own"),
    "Many starts at once: how many converge, which are stuck": (
        "core/test_sweep.py::test_the_same_seeds_converge_as_in_the_articles_own_loop"
    ),
    "Guided lessons": ("lessons/test_chapters.py::test_every_figure_is_what_the_mathematics_says"),
    "In a terminal, over SSH": ("terminal/test_ssh.py::test_the_demo_account_gets_the_studio_and_nothing_else"),
}


def rows() -> dict[str, str]:
    """The claims of the README's table, and the answers in its first column."""
    section = (ROOT / "README.md").read_text("utf-8").split(HEADING)[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    assert {len(row) for row in cells} == {5}
    return {row[0]: row[1] for row in cells[2:]}


def test_the_table_answers_yes_or_no() -> None:
    assert rows()
    assert set(rows().values()) <= {"yes", "no"}


def test_each_yes_has_a_test() -> None:
    assert {claim for claim, answer in rows().items() if answer == "yes"} == set(TESTS)


@pytest.mark.parametrize("claim", TESTS)
def test_that_test_is_there(claim: str) -> None:
    path, _, name = TESTS[claim].partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / "tests" / path).read_text("utf-8"), re.MULTILINE)


def test_six_hidden_layers_of_sixty_four_units() -> None:
    layers = [3, *[64] * 6, 2]
    random = np.random.default_rng(0)
    inputs, targets = random.uniform(-1, 1, (2, 3)), random.uniform(-1, 1, (2, 2))
    experiment = load_experiment(
        {
            "network": {"layers": layers, "hidden": "tanh", "init": "xavier", "bias": True},
            "data": {"inputs": inputs.tolist(), "targets": targets.tolist()},
        }
    )
    rules = Rules(("tanh",) * 6 + ("linear",), report="loss")
    weights, biases = experiment.initial.weights, experiment.initial.biases
    expected = flat_gradient(rules, weights, biases, inputs, targets)
    assert np.abs(backprop_gradient(experiment, experiment.initial, inputs, targets) - expected).max() < 1e-12
