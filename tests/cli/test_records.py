"""The records of every step or epoch, as other programs read them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tomllib
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.program import printed, program
from tests.transcription import (
    ARTICLE_INPUTS,
    ARTICLE_TARGETS,
    Array,
    Rules,
    article_epochs,
    batch_gradient,
    one_step,
    plain_step,
)
from tui_backprop import load_experiment
from tui_backprop.experiments.toml_text import toml_text

pytestmark = pytest.mark.slow

RUN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "article-run.json").read_text("utf-8"))
RULES = Rules(("relu", "linear"), round=1)
STEP_KEYS = (
    "step epoch sample input target z a raw prediction error upstream mask delta gradient bias_gradient weights biases "
    "penalty_gradient update bias_update mean_loss penalty objective"
)
EPOCH_KEYS = ["epoch", "error", "weights", "biases", "mean_error", "training_error", "training_accuracy"]
ARTICLE: tuple[Array, Array] = (np.array(RUN["network"]["W1"]), np.array(RUN["network"]["W2"]))


def records(*arguments: str) -> list[dict[str, Any]]:
    text = printed("train", *arguments, "--format", "jsonl")
    return [json.loads(line) for line in text.splitlines()]


def tokens(line: str) -> list[str]:
    """Every float of a JSON line, as written."""
    found: list[str] = []

    def keep(text: str) -> float:
        found.append(text)
        return float(text)

    json.loads(line, parse_float=keep)
    return found


def close(ours: Any, theirs: Array | float) -> bool:
    return bool(np.allclose(ours, theirs, rtol=1e-12, atol=1e-14))


def test_every_step_of_the_article_as_json() -> None:
    steps = records("article", "--every", "step", "--epochs", "1000")
    assert [step["step"] for step in steps] == list(range(1, 593))
    weights = [w.tolist() for w in ARTICLE]
    for number, step in enumerate(steps):
        row = number % 4
        assert list(step) == STEP_KEYS.split()
        assert (step["epoch"], step["sample"]) == (number // 4 + 1, row)
        expected = one_step(RULES, [np.array(w) for w in weights], [], ARTICLE_INPUTS[row], ARTICLE_TARGETS[row])
        for name in ("z", "a", "upstream", "mask", "delta", "gradient"):
            for ours, theirs in zip(step[name], getattr(expected, name), strict=True):
                assert close(ours, theirs)
        assert (step["input"], step["target"]) == (ARTICLE_INPUTS[row].tolist(), ARTICLE_TARGETS[row].tolist())
        assert step["raw"] == step["a"][-1]
        assert close(step["prediction"], expected.prediction)
        x, y = ARTICLE_INPUTS[row].tolist(), ARTICLE_TARGETS[row].tolist()
        error, weights, _ = plain_step(RULES, weights, [], x, y, 0.1)
        assert (step["error"], step["weights"]) == (error, weights)
        assert (step["biases"], step["bias_gradient"]) == ([], [])


def test_every_epoch_of_the_article_as_json() -> None:
    epochs = records("article", "--every", "epoch", "--epochs", "1000")
    assert [list(epoch) for epoch in epochs] == [EPOCH_KEYS] * 148
    assert [epoch["epoch"] for epoch in epochs] == list(range(1, 149))
    assert [epoch["error"] for epoch in epochs] == pytest.approx(RUN["errors"], rel=0, abs=1e-9)
    for epoch, (_, first, second) in zip(epochs, article_epochs(*ARTICLE), strict=False):
        assert close(epoch["weights"][0], first)
        assert close(epoch["weights"][1], second)


def test_floats_are_printed_in_full_precision() -> None:
    for every in ("step", "epoch"):
        for line in printed("train", "xor", "--epochs", "5", "--every", every, "--format", "jsonl").splitlines():
            found = tokens(line)
            assert len(found) > 17
            assert [repr(float(text)) for text in found] == found


def test_the_same_command_prints_the_same_bytes() -> None:
    command = ("train", "xor", "--shuffle", "--epochs", "9", "--every", "step", "--format", "jsonl")
    assert printed(*command) == printed(*command)
    assert printed(*command) != printed(*command, "--seed", "3")


def test_biases_are_among_the_records() -> None:
    step = records("xor", "--every", "step", "--epochs", "1")[0]
    assert [len(layer) for layer in step["bias_gradient"]] == [len(layer) for layer in step["biases"]] == [4, 1]
    assert step["bias_gradient"] == step["delta"]
    assert close(step["biases"][1], -0.1 * np.array(step["delta"][1]))


@pytest.mark.parametrize(("batch", "sizes"), [("3", [3, 1]), ("full", [4]), ("2", [2, 2])])
def test_in_a_mini_batch_fields_are_lists_over_the_batch(batch: str, sizes: list[int]) -> None:
    steps = records("article", "--batch", batch, "--every", "step", "--epochs", "1")
    assert [step["sample"] for step in steps] == [
        list(range(sum(sizes[:number]), sum(sizes[: number + 1]))) for number in range(len(sizes))
    ]
    weights: list[Array] = [*ARTICLE]
    for step, size in zip(steps, sizes, strict=True):
        inputs, targets = ARTICLE_INPUTS[step["sample"]], ARTICLE_TARGETS[step["sample"]]
        each = [one_step(RULES, weights, [], x, y) for x, y in zip(inputs, targets, strict=True)]
        assert (step["input"], step["target"]) == (inputs.tolist(), targets.tolist())
        assert close(step["error"], np.array([one.error for one in each]))
        for name in ("z", "a", "upstream", "mask", "delta"):
            for layer, ours in enumerate(step[name]):
                assert len(ours) == size
                assert close(ours, np.array([getattr(one, name)[layer] for one in each]))
        assert close(step["raw"], np.array([one.a[-1] for one in each]))
        assert close(step["prediction"], np.array([one.prediction for one in each]))
        gradient, _ = batch_gradient(RULES, weights, [], inputs, targets)
        weights = [w - 0.1 * g for w, g in zip(weights, gradient, strict=True)]
        for layer in (0, 1):
            assert close(step["gradient"][layer], gradient[layer])
            assert close(step["weights"][layer], weights[layer])


def test_every_epoch_as_csv() -> None:
    header, *rows = csv.reader(io.StringIO(printed("train", "article", "--epochs", "1000", "--format", "csv")))
    names = [f"W1[x{row}→h{column}]" for row in (1, 2, 3) for column in (1, 2, 3, 4)]
    names += [f"W2[h{row}→y]" for row in (1, 2, 3, 4)]
    assert header == ["epoch", "error", *names, "mean_error", "training_error", "training_accuracy"]
    assert [int(row[0]) for row in rows] == list(range(1, 149))
    assert [float(row[1]) for row in rows] == pytest.approx(RUN["errors"], rel=0, abs=1e-9)
    epochs = records("article", "--epochs", "1000")
    for row, epoch in zip(rows, epochs, strict=True):
        weights = [w for matrix in epoch["weights"] for line in matrix for w in line]
        assert row[1:] == [
            *(repr(value) for value in [epoch["error"], *weights, epoch["mean_error"], epoch["training_error"]]),
            "",
        ]


def test_every_step_as_csv() -> None:
    text = printed("train", "xor", "--epochs", "2", "--every", "step", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    steps = records("xor", "--epochs", "2", "--every", "step")
    assert list(rows[0])[:5] == ["step", "epoch", "sample", "prediction y", "error"]
    assert list(rows[0])[5 + 16] == "b2[y]"
    assert list(rows[0])[-1] == "update b2[y]"
    for row, step in zip(rows, steps, strict=True):
        assert [row[name] for name in ("step", "epoch", "sample", "prediction y", "error")] == [
            repr(value) for value in (step["step"], step["epoch"], step["sample"], *step["prediction"], step["error"])
        ]
        assert row["b2[y]"] == repr(step["biases"][1][0])


def test_a_mini_batch_has_a_csv_row_for_each_sample() -> None:
    text = printed("train", "article", "--batch", "3", "--epochs", "1", "--every", "step", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["step"], row["sample"]) for row in rows] == [("1", "0"), ("1", "1"), ("1", "2"), ("2", "3")]


def test_text_shows_the_articles_figures_and_how_it_ended() -> None:
    text = printed("train", "article")
    assert text.splitlines()[-1] == "converged after 148 epochs"
    blocks = text.split("\n\n")
    for number in ("1", "2", "147", "148"):
        block = blocks[int(number) - 1].replace("[", " ").replace("]", " ").split()
        figures = RUN["printed"][number]
        assert block[:3] == ["epoch", number, "W1"]
        shown = [float(word) for word in block if word not in ("epoch", "W1", "W2", "error")][1:]
        weights = [w for layer in ("W1", "W2") for row in figures[layer] for w in row]
        assert shown == pytest.approx([*weights, figures["error"]], rel=0, abs=1e-12)


def test_text_of_every_step_shows_the_sample() -> None:
    lines = printed("train", "article", "--every", "step", "--epochs", "1").splitlines()
    assert lines[0] == "step 1: epoch 1, sample 0"
    assert lines[1] == "input [1. 1. 1.]  prediction [2.9]  target [1.]"
    assert sum(line.startswith("step ") for line in lines) == 4


def test_the_changes_to_an_experiment_reach_the_training(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a,b,c,y\n1,2,3,4\n", "utf-8")
    step = records("article", "--data", str(tmp_path / "own.csv"), "--every", "step", "--epochs", "1")[0]
    assert (step["input"], step["target"]) == ([1.0, 2.0, 3.0], [4.0])
    step = records("article", "--layers", "3,2,2,1", "--hidden", "tanh", "--every", "step", "--epochs", "1")[0]
    assert [np.shape(w) for w in step["weights"]] == [(3, 2), (2, 2), (2, 1)]
    assert close(step["a"][0], np.tanh(step["z"][0]))
    step = records("xor", "--output", "sigmoid", "--rate", "0.25", "--every", "step", "--epochs", "1")[0]
    assert close(step["prediction"], 1 / (1 + np.exp(-np.array(step["z"][1]))))
    assert close(step["biases"][1], -0.25 * np.array(step["bias_gradient"][1]))


PENALISED = """
[network]
layers = [1, 1]
bias = true
weights = [[[2.0]]]
biases = [[1.0]]
[training]
rate = 0.1
l2 = 0.5
report = "loss"
[data]
inputs = [[3]]
targets = [[5]]
"""


def test_a_step_with_a_penalty_adds_up(tmp_path: Path) -> None:
    """ŷ = 2·3 + 1 = 7, E = ½·2², its gradient 2·3 = 6; the price ½·0.5·2² = 1 has the gradient 0.5·2 = 1."""
    path = tmp_path / "penalised.toml"
    path.write_text(PENALISED, "utf-8")
    step = records(str(path), "--every", "step", "--epochs", "1")[0]
    assert (step["gradient"], step["penalty_gradient"]) == ([[[6.0]]], [[[1.0]]])
    assert (step["mean_loss"], step["penalty"], step["objective"]) == (2.0, 1.0, 3.0)
    assert step["update"][0][0] == pytest.approx([-0.7])
    assert step["weights"][0][0] == pytest.approx([1.3])
    assert step["bias_update"] == [pytest.approx([-0.2])]
    text = printed("train", str(path), "--every", "step", "--epochs", "1", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(text))
    assert [float(row[f"{key} W1[x1→y]"]) for key in ("gradient", "penalty_gradient")] == [6.0, 1.0]
    assert float(row["update W1[x1→y]"]) == step["update"][0][0][0]
    assert float(row["update b1[y]"]) == step["bias_update"][0][0]
    assert [float(row[key]) for key in ("mean_loss", "penalty", "objective")] == [2.0, 1.0, 3.0]


@pytest.mark.parametrize("batch", ["1", "7", "full"])
@pytest.mark.parametrize("preset", ["iris", "xor", "circle"])
@pytest.mark.parametrize("prices", ["", "l1 = 0.01", "l1 = 0.02\nl2 = 0.3"])
def test_gradient_and_penalty_make_the_update_and_this_the_new_weights(
    preset: str, batch: str, prices: str, tmp_path: Path
) -> None:
    definition = {**load_experiment(preset).definition}
    definition["training"] = {**definition["training"], **tomllib.loads(prices), "optimizer": "sgd", "rate": 0.05}
    path = tmp_path / "penalised.toml"
    path.write_text(toml_text(definition), "utf-8")
    before: Any = None
    for step in islice(records(str(path), "--batch", batch, "--every", "step", "--epochs", "2"), 40):
        parts = zip(step["weights"], step["gradient"], step["penalty_gradient"], step["update"], strict=True)
        for layer, (after, *terms) in enumerate(parts):
            gradient, price, update = map(np.array, terms)
            assert close(update, -0.05 * (gradient + price))
            if before is not None:
                assert close(before["weights"][layer] + update, np.array(after))
                weights, rules = np.array(before["weights"][layer]), definition["training"]
                assert close(price, rules.get("l1", 0) * np.sign(weights) + rules.get("l2", 0) * weights)
        for after, gradient, update in zip(step["biases"], step["bias_gradient"], step["bias_update"], strict=True):
            assert close(update, -0.05 * np.array(gradient))
            assert len(after) == len(update)
        if definition["training"].get("report", "loss") == "loss":
            assert step["mean_loss"] == pytest.approx(np.mean(step["error"]), rel=1e-12)
        assert step["objective"] == step["mean_loss"] + step["penalty"]
        before = step


def test_where_there_is_a_test_part_its_error_and_accuracy_are_reported() -> None:
    *_, training, test, ending = printed("train", "iris", "--epochs", "3").splitlines()
    found = re.fullmatch(r"test: mean error ([\d.]+), (\d+) of 45 right \((.*)%\)", test)
    assert found is not None
    assert re.match(r"training: mean error .*, \d+ of 105 right", training)
    assert ending.startswith("stopped after 3 epochs, error ")
    last = records("iris", "--epochs", "3")[-1]
    assert list(last) == [*EPOCH_KEYS, "test_error", "test_accuracy"]
    assert (last["test_error"], last["test_accuracy"]) == (float(found[1]), int(found[2]) / 45)
    mean, right = (float(part) for part in re.findall(r"error ([\d.]+), (\d+) of", training)[0])
    assert (last["training_error"], last["training_accuracy"]) == (mean, right / 105)
    assert last["mean_error"] == last["error"] / 105
    assert float(found[3]) == pytest.approx(100 * last["test_accuracy"], abs=0.05)
    assert list(records("xor", "--epochs", "1")[0]) == EPOCH_KEYS


def test_a_line_an_epoch_with_the_scores_and_no_weights() -> None:
    lines = printed("train", "iris", "--epochs", "3", "--format", "brief").splitlines()
    records = [json.loads(line) for line in printed("train", "iris", "--epochs", "3", "--format", "jsonl").splitlines()]
    for line, record in zip(lines[:3], records, strict=True):
        found = re.fullmatch(r"epoch (\d) {2}error (\S+) {2}mean error .* {2}test accuracy (\S+)", line)
        assert found is not None, line
        assert int(found[1]) == record["epoch"]
        assert float(found[2]) == pytest.approx(record["error"], rel=1e-5)
        assert float(found[3]) == pytest.approx(record["test_accuracy"], rel=1e-3)
    assert lines[3].startswith("training: ")
    assert lines[-1].startswith("stopped after 3 epochs")
    steps = printed("train", "iris", "--epochs", "1", "--batch", "full", "--every", "step", "--format", "brief")
    assert steps.splitlines()[0].startswith("step 1  epoch 1  105 samples  error ")


def test_where_targets_are_standardised_it_says_how_far_answers_are_off_in_their_own_unit(tmp_path: Path) -> None:
    x = np.array([float(n * n % 11) for n in range(20)])
    y = 200.0 + 30.0 * x + 10.0 * np.cos(x)
    rows = [f"{a},{b}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    (tmp_path / "rents.csv").write_text("\n".join(["size,rent", *rows]), "utf-8")
    (tmp_path / "rents.toml").write_text(
        '[network]\nlayers = [1, 1]\noutput = "linear"\nbias = true\n[training]\nrate = 0.01\n'
        '[data]\ncsv = "rents.csv"\nstandardise = true\nstandardise_targets = true\n',
        "utf-8",
    )
    run = ("train", str(tmp_path / "rents.toml"), "--epochs", "40")
    record = json.loads(program(*run, "--format", "jsonl").stdout.splitlines()[-1])
    answers = (x - x.mean()) / x.std() * record["weights"][0][0][0] + record["biases"][0][0]
    expected = math.sqrt(np.mean((answers * y.std() + y.mean() - y) ** 2))
    text = program(*run).stdout.splitlines()[-2]
    assert text.endswith(f", off by {expected:.4g} in rent")
    assert "off by" not in printed("train", "xor", "--epochs", "1")
