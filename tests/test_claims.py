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
HEADING = "## Beside other tools"

TESTS = {
    "Circle, xor, gaussians, spiral; a plane and gaussians for regression; noise": (
        "experiments/test_generators.py::test_without_noise_the_place_tells_the_label"
    ),
    "Squares, product and sines of two inputs as features": (
        "experiments/test_generators.py::test_features_are_made_of_the_two_inputs"
    ),
    "A test set, its error beside that of training": ("render/test_error.py::test_sum_and_mean_have_their_names"),
    "Your own samples from a file": "studio/test_own_data.py::test_iris_from_csv_to_over_95_percent_in_the_test_part",
    "Six hidden layers of eight units and more": "test_claims.py::test_six_hidden_layers_of_sixty_four_units",
    "ReLU, tanh, sigmoid, linear": "core/test_optimizers.py::test_activations_and_losses",
    "Another activation in each layer": (
        "experiments/test_definitions.py::test_each_hidden_layer_can_have_its_own_activation"
    ),
    "Softmax and cross-entropy over several classes": "core/test_optimizers.py::test_activations_and_losses",
    "L1 and L2 regularisation": "core/test_optimizers.py::test_optimizers_and_prices",
    "Momentum and Adam": "core/test_optimizers.py::test_optimizers_and_prices",
    "RMSProp": "core/test_optimizers.py::test_optimizers_and_prices",
    "Mini-batches of any size": "core/run/test_trainer.py::test_a_batch_larger_than_the_data_is_all_of_it",
    "Play, pause, an epoch at a time": "studio/test_runs.py::test_play_goes_on_by_itself_and_any_step_pauses_it",
    "A sample at a time within the data": "studio/test_keys.py::test_what_each_key_does",
    "The phases of a step one by one": "core/run/test_moment.py::test_a_step_goes_forwards_then_backwards",
    "Back again across updates, to the same bits": (
        "core/run/test_timeline.py::test_as_many_phases_back_as_forward_lead_to_the_same_bits"
    ),
    "The arithmetic behind any weight's gradient": "render/test_inspector.py::test_what_is_printed_is_what_it_comes_to",
    "Gradients checked against finite differences": (
        "core/diagnostics/test_gradient_check.py::test_a_gradient_fails_where"
    ),
    "Weights and biases changed by hand": "studio/test_edits.py::test_the_selected_weight_gets_another_value",
    "The rate changed without starting over": (
        "studio/test_edits.py::test_rate_optimizer_and_activation_are_chosen_from_lists"
    ),
    "An activation changed without starting over": (
        "studio/test_edits.py::test_rate_optimizer_and_activation_are_chosen_from_lists"
    ),
    "Branches: the old future stays": "studio/test_edits.py::test_the_past_branches_and_the_old_future_stays",
    "Run until: converged, a gate flips, a sign changes …": "studio/test_edits.py::test_a_run_stops_where_a_gate_flips",
    "Which units are dead, on which samples gates are open": "render/views/test_gates.py::test_the_articles_grid",
    "Decision surface": "core/diagnostics/test_surface.py::test_every_point_is_a_pass_of_its_own",
    "A map of each hidden unit": "core/diagnostics/test_surface.py::test_every_point_is_a_pass_of_its_own",
    "The loss as a surface over two weights": (
        "core/diagnostics/test_landscape.py::test_every_point_is_a_pass_of_all_samples_with_the_two_parameters_set"
    ),
    "Many starts at once: how many converge, which are stuck": (
        "core/test_sweep.py::test_the_same_seeds_converge_as_in_the_articles_own_loop"
    ),
    "Guided lessons": "lessons/test_chapters.py::test_every_figure_is_what_the_mathematics_says",
    "Settings kept in a link or file": "studio/test_setup.py::test_the_file_is_saved_where_there_is_none",
    "Every number of every step as CSV or JSON": "cli/test_train.py::test_every_step_of_the_article_as_json",
    "A script for PyTorch": "cli/test_script.py::test_by_torch_it_is_the_same_run",
    "A script for NumPy": "cli/test_script.py::test_by_numpy_it_is_the_same_run",
    "In a terminal, over SSH": "terminal/test_ssh.py::test_the_demo_account_gets_the_studio_and_nothing_else",
}


def rows() -> dict[str, str]:
    """The first column of the README's table: what is claimed, and the answer."""
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
