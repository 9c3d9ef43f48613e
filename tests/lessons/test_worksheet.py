"""Every line of an exercise holds: it is read, computed, and compared with what it says."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from typing import Any

import pytest

from tests.evaluator import UnreadableError, four_decimals, holds
from tests.nets import drawn
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Phase
from tui_backprop.experiments import Overrides, preset_names
from tui_backprop.lessons.by_hand.exercise import exercises
from tui_backprop.lessons.worksheet import worksheet


def lines_of(experiment: Experiment) -> list[str]:
    """Those of the steps that say something is so."""
    sheet = worksheet(experiment, 2, True)
    lines = [line for line in sheet.splitlines() if line.startswith("  ") and " = " in line]
    sums = ["", *(line.rpartition(" = ")[2] for line in lines)]
    lines = [line.replace(" = z = ", f" = {z} = ") for z, line in zip(sums, lines, strict=False)]
    deltas = dict[str, str]()
    for place, line in enumerate(lines):
        label, _, told = line.strip().partition(" = ")
        if told.startswith("δ("):
            lines[place] = f"  {label} = {deltas[told.partition(' = ')[0]]} = {told.partition(' = ')[2]}"
        deltas[label] = line.rpartition(" = ")[2]
    return lines


def count(experiment: Experiment) -> tuple[int, int]:
    """(lines that hold, lines that only state a number)."""
    told = [holds(line, four_decimals) for line in lines_of(experiment)]
    wrong = [line for line, held in zip(lines_of(experiment), told, strict=True) if held is False]
    assert not wrong
    return sum(held is True for held in told), sum(held is None for held in told)


@pytest.mark.slow
def test_every_line_of_five_hundred_random_networks_holds() -> None:
    held = 0
    for seed in range(500):
        experiment = load_experiment(drawn(seed))
        found, bare = count(experiment)
        assert not bare
        held += found
    assert held > 15_000


def test_every_line_of_the_presets_holds() -> None:
    held = 0
    for name in preset_names():
        experiment = load_experiment(name, Overrides(batch=1))
        if experiment.network.weight_count <= 64:
            found, bare = count(experiment)
            assert not bare
            held += found
    assert held > 500


def test_lines_without_one_of_their_factors_or_terms_do_not_hold() -> None:
    """Whatever is taken out, of every kind of line; unless it does nothing, as times 1, plus 0, or 0 times it."""
    dropped, caught = Counter[str](), Counter[str]()
    part = re.compile(r"×\(?−?[\d.]+\)?(?= |$|\))|(?<= )[+] [^+]+(?= |$)|(?<=\d) − [\d.(−]+\)?")
    for line in (line for seed in range(60) for line in lines_of(load_experiment(drawn(seed)))):
        label, left, *right = line.split(" = ")
        kind = label.strip()[:1]
        for found in part.finditer(left):
            shorter = left[: found.start()] + left[found.end() :]
            with contextlib.suppress(UnreadableError):
                told = holds(" = ".join([label, shorter, *right]), four_decimals)
                dropped[kind] += 1
                caught[kind] += told is False
    assert set(dropped) == set("zŷEuδ∂Wb")
    assert all(min(dropped[kind] - 40, caught[kind] - 0.6 * dropped[kind]) > 0 for kind in dropped), (dropped, caught)


HOMEWORK: dict[str, Any] = {
    "network": {
        "layers": [2, 2, 2], "hidden": "sigmoid", "output": "sigmoid", "bias": True,
        "orientation": "outputs_inputs",
        "weights": [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
        "biases": [[0.35, 0.35], [0.60, 0.60]],
    },
    "training": {"rate": 0.5},
    "data": {"inputs": [[0.05, 0.10]], "targets": [[0.01, 0.99]]},
}  # fmt: skip
"""Mazur's example, whose figures are in his text: E 0.298371109, ∂E/∂w1 0.000438568, w1 0.149780716."""


def test_the_error_the_biases_and_small_numbers_are_on_the_sheet() -> None:
    sheet = worksheet(load_experiment(HOMEWORK), 1, True)
    assert "  E = 0.5×(0.7514 − 0.01)² + 0.5×(0.7729 − 0.99)² = 0.2984\n" in sheet
    assert "  ∂E/∂W1[x1→h1] = 0.05×0.008771 = 0.0004386\n" in sheet
    assert "  ∂E/∂b1[h1] = δ(h1) = 0.008771\n" in sheet
    assert "  b1[h1] = 0.35 − 0.5×0.008771 = 0.3456\n" in sheet


def test_a_frozen_bias_has_no_blank() -> None:
    definition = {**HOMEWORK, "network": {**HOMEWORK["network"], "bias": "frozen"}}
    sheet = worksheet(load_experiment(definition), 1, False)
    assert "b1[" not in sheet
    assert "\n  bias      0.3500    0.3500\n" in sheet
    assert "Gradient: input of the weight × δ above it\nUpdate" not in sheet
    assert "Update: new = old − rate·gradient; the biases stay as they are\n" in sheet
    assert sheet.count("______") == 4 + 4 + 1 + 2 + 4 + 8 + 8


@pytest.mark.parametrize(
    ("loss", "output", "line"),
    [
        ("binary_cross_entropy", "sigmoid", "1×(−ln(0.7311)) + (1 − 1)×(−ln(1 − 0.7311)) = 0.3133"),  # ln(1 + e⁻¹)
        ("squared", "linear", "(1 − 1)² = 0"),
        ("mean_squared", "sigmoid", "(0.7311 − 1)²/1 = 0.07233"),
    ],
)
def test_the_error_of_every_loss_is_worked_out(loss: str, output: str, line: str) -> None:
    definition = {
        "network": {"layers": [1, 1], "output": output, "weights": [[[1.0]]]},
        "training": {"loss": loss},
        "data": {"inputs": [[1.0]], "targets": [[1.0]]},
    }
    assert f"  E = {line}\n" in worksheet(load_experiment(definition), 1, True)


def test_an_exercise_may_begin_at_any_step() -> None:
    """It states the weights before that step, and what the optimiser remembers."""
    experiment = load_experiment("article")
    lines = worksheet(experiment, 1, True, "1:1").splitlines()
    two = worksheet(experiment, 2, True).splitlines()
    assert "Before step 2" in lines
    assert lines[lines.index("Forward") :] == two[two.index("Forward", two.index("Forward") + 1) :]
    assert "  x1        0.6995  −0.07723    0.6136   0.05783" in lines
    assert "Step 5: sample #0" in worksheet(experiment, 1, False, "1")
    definition = {
        "network": {"layers": [1, 1], "output": "linear", "weights": [[[0.5]]]},
        "training": {"optimizer": "momentum", "rate": 0.1},
        "data": {"inputs": [[1.0], [1.0]], "targets": [[1.0], [1.0]]},
    }
    momentum = worksheet(load_experiment(definition), 1, False, "1:1")
    assert "W1               y\n  x1        0.5500\nv of W1          y\n  x1       −0.5000\n" in momentum


def test_the_sheet_names_its_rules() -> None:
    """Whether δ has the slope in it, and what the penalty and the optimiser do with the gradient."""
    experiment = load_experiment(
        {
            "network": {"layers": [1, 1], "output": "sigmoid", "weights": [[[0.5]]]},
            "training": {"loss": "squared", "optimizer": "momentum", "l2": 0.5},
            "data": {"inputs": [[1.0]], "targets": [[1.0]]},
        }
    )
    sheet = worksheet(experiment, 1, False)
    assert "Loss squared: of an output δ = 2·(ŷ − t)·f′(z), f′ = a·(1 − a). Optimiser momentum." in sheet
    assert "Update: g = gradient + 0.5×weight; v = momentum·v + g; new = old − rate·v; momentum = 0.9" in sheet
    assert "  ∂E/∂W1[x1→y] = ______" in sheet


def head_of(definition: dict[str, Any]) -> list[str]:
    return worksheet(load_experiment(definition), 1, False).partition("\n\nW1")[0].splitlines()


@pytest.mark.parametrize(
    ("hidden", "output", "lines"),
    [
        ("leaky_relu", "linear", ["leaky_relu: a = z where z > 0, else 0.01·z; f′ = 1 where z > 0, else 0.01."]),
        ("elu", "elu", ["elu: a = z where z > 0, else e^z − 1; f′ = 1 where z > 0, else a + 1."]),
        ("linear", "leaky_relu", ["leaky_relu: a = z where z > 0, else 0.01·z."]),
        ("linear", "sigmoid", []),
    ],
)
def test_the_head_says_what_an_activation_and_its_slope_are(hidden: str, output: str, lines: list[str]) -> None:
    definition = {
        "network": {"layers": [1, 2, 1], "hidden": hidden, "output": output},
        "data": {"inputs": [[-3], [2]], "targets": [[1], [5]]},
    }
    head = head_of(definition)
    assert [line for line in head if line.startswith((f"{hidden}: ", f"{output}: "))] == lines
    slope = {"leaky_relu": "1 where z > 0, else 0.01", "elu": "1 where z > 0, else a + 1", "sigmoid": "a·(1 − a)"}
    assert any(line.startswith("Loss") and f", f′ = {slope.get(output)}" in line for line in head) == (output in slope)


@pytest.mark.parametrize(("keys", "scaled"), [
    ((), ""), (("standardise",), "inputs"), (("standardise", "standardise_targets"), "inputs and targets"),
])  # fmt: skip
def test_the_head_says_that_data_are_standardised(keys: tuple[str, ...], scaled: str) -> None:
    data = {"inputs": [[-3], [2]], "targets": [[1], [5]], **dict.fromkeys(keys, True)}
    found = [line for line in head_of({"network": {"layers": [1, 1]}, "data": data}) if "tandardised" in line]
    assert found == ([f"Standardised to a mean of 0 and a standard deviation of 1: {scaled}."] if scaled else [])


def test_by_hand_the_slope_of_a_shut_gate_is_that_of_its_activation() -> None:
    definition = {
        "network": {"layers": [1, 2, 1], "hidden": "leaky_relu"}, "data": {"inputs": [[-3]], "targets": [[1]]},
    }  # fmt: skip
    timeline = Timeline(load_experiment(definition))
    timeline.next_step()
    moment = timeline.go(1, Phase("input"))
    (rule,) = [each.rule for each in exercises(moment) if each.phase == "mask1"]
    assert rule == "δ = upstream × f′(z), f′ = 1 where z > 0, else 0.01"
