"""`train`: how it ends, what it says of trouble, and where its records go."""

from __future__ import annotations

import json
import math
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
    article_start,
    plain_step,
)
from tui_backprop.cli.main import main
from tui_backprop.experiments.toml_text import toml_text

pytestmark = pytest.mark.slow

RUN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "article-run.json").read_text("utf-8"))
ARTICLE: tuple[Array, Array] = (np.array(RUN["network"]["W1"]), np.array(RUN["network"]["W2"]))


@pytest.mark.parametrize("every", ["step", "epoch"])
class TestTheLastLineOfText:
    def last(self, every: str, *arguments: str) -> str:
        return program("train", *arguments, "--every", every).stdout.splitlines()[-1]

    def test_says_when_it_converged(self, every: str) -> None:
        expected = next(
            epoch for epoch, (error, _, _) in enumerate(article_epochs(*article_start(2)), 1) if error == 0.0
        )
        assert self.last(every, "article-random", "--seed", "2") == f"converged after {expected} epochs"

    def test_says_where_it_stopped(self, every: str) -> None:
        *_, (error, _, _) = islice(article_epochs(*ARTICLE), 5)
        before, _, shown = self.last(every, "article", "--epochs", "5").rpartition(" ")
        assert before == "stopped after 5 epochs, error"
        assert float(shown) == pytest.approx(error, rel=0, abs=1e-12)
        assert repr(float(shown)) == shown

    def test_says_where_it_diverged(self, every: str) -> None:
        first, second = article_start(0)
        weights, step, rules = [first.tolist(), second.tolist()], 0, Rules(("linear", "linear"), round=1)
        error = 0.0
        with np.errstate(all="ignore"):
            while math.isfinite(error) and np.isfinite(weights[0]).all() and np.isfinite(weights[1]).all():
                x, y = ARTICLE_INPUTS[step % 4].tolist(), ARTICLE_TARGETS[step % 4].tolist()
                error, weights, _ = plain_step(rules, weights, [], x, y, 0.5)
                step += 1
        changes = ("--hidden", "linear", "--rate", "0.5", "--seed", "0")
        assert self.last(every, "article-random", *changes) == f"diverged at step {step}"

    @pytest.mark.parametrize(
        ("first", "rate", "reason"),
        [
            (1.0, "5", ": the rate may be too large"),
            (1986.0, "1", ". Not scaled: year from 2 to 1986. Set standardise"),
        ],
    )
    def test_goes_with_why_the_error_has_grown_on_standard_error(
        self, every: str, first: float, rate: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "grows.toml"
        data = {"inputs": [[first], [2.0]], "targets": [[1.0], [0.0]], "names": ["year"]}
        file.write_text(toml_text({"network": {"layers": [1, 1]}, "data": data}), "utf-8")
        for form in ("text", "csv", "jsonl"):
            assert main(["train", str(file), "--every", every, "--rate", rate, "--format", form]) == 0
            written = capsys.readouterr()
            assert written.err.startswith(f"tui-backprop: the error has grown{reason}")
            assert written.out.splitlines()[-1].startswith("diverged at step ") == (form == "text")


@pytest.mark.parametrize("every", ["epoch", "step"])
@pytest.mark.parametrize(
    ("biases", "stop", "epochs", "told"),
    [
        (
            [-5.0, -5.0],
            0.0,
            10,
            "tui-backprop: a layer is dead: all its gates are shut for every sample, so no error gets",
        ),
        ([-5.0, 0.0], 0.0, 10, "tui-backprop: 1 dead unit: shut for every sample\n"),
        ([-5.0, 0.0], 0.0, 9, ""),  # too early
        ([0.0, 0.0], 0.0, 10, ""),
        ([-5.0, -5.0], 9.0, 1, ""),  # converged all the same
    ],
)
def test_what_keeps_a_network_from_learning_is_reported_on_standard_error(
    every: str,
    biases: list[float],
    stop: float,
    epochs: int,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "shut.toml"
    network = {"layers": [1, 2, 1], "hidden": "relu", "bias": True, "weights": [[[1.0, -1.0]], [[1.0], [1.0]]]}
    rules, data = {"rate": 0.1, "stop": stop}, {"inputs": [[-2.0], [1.0], [3.0]], "targets": [[1.0], [0.0], [1.0]]}
    definition = {"network": {**network, "biases": [biases, [0.0]]}, "training": rules, "data": data}
    file.write_text(toml_text(definition), "utf-8")
    assert main(["train", str(file), "--epochs", str(max(epochs, 9)), "--format", "jsonl", "--every", every]) == 0
    written = capsys.readouterr()
    assert written.err.startswith(told)
    assert bool(written.err) == bool(told)
    assert [json.loads(line)["epoch"] for line in written.out.splitlines()][-1] == epochs


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"momentum": 0.9}, "momentum is not used: optimizer is sgd, not momentum"),
        ({"momentum": 0.9, "optimizer": "adam"}, "momentum is not used: optimizer is adam, not momentum"),
        ({"momentum": 0.9, "optimizer": "momentum"}, ""),
        ({"stop": -1.0}, "the goal is out of reach: no error is as small as stop, −1"),
        ({"stop": -1.0, "goal": "all_right"}, ""),
    ],
)
def test_settings_that_cannot_do_anything_are_noted(
    rules: dict[str, Any], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unused.toml"
    data = {"inputs": [[1.0], [2.0]], "targets": [[0.0], [1.0]]}
    file.write_text(toml_text({"network": {"layers": [1, 1]}, "training": rules, "data": data}), "utf-8")
    assert main(["train", str(file), "--epochs", "1"]) == 0
    assert capsys.readouterr().err == (f"tui-backprop: {told}\n" if told else "")


@pytest.mark.parametrize("rate", ["0.01", "1e-8"])
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_what_is_not_scaled_is_named_with_the_trouble(
    rate: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("area,price\n0.5,160000\n0.8,250000\n1.2,380000\n2,640000\n", "utf-8")
    changes = ("--layers", "1,4,1", "--rate", rate, "--epochs", "30", "--format", form)
    assert main(["train", "article", "--data", str(table), *changes]) == 0
    last = capsys.readouterr().err.splitlines()[-1]
    assert "Not scaled: price from 160000 to 640000. Set standardise_targets = true in [data]" in last
    assert "rate may be" not in last
    assert "ctrl" not in last


@pytest.mark.parametrize(
    ("first", "told"),
    [(1.0, "the rate may be too small"), (-1.0, "weights, inputs or the rate may be too large, or a layer too small")],
)
def test_saturated_units_are_no_trouble_where_every_answer_is_right(
    first: float, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "saturated.toml"
    network = {"layers": [1, 2, 1], "hidden": "tanh", "weights": [[[9.0, 8.0]], [[0.4], [0.3]]]}
    data = {"inputs": [[1.0], [-1.0]], "targets": [[first], [-first]]}
    file.write_text(toml_text({"network": network, "training": {"rate": 1e-5}, "data": data}), "utf-8")
    assert main(["train", str(file), "--epochs", "20"]) == 0
    assert capsys.readouterr().err.endswith(f": {told}\n")


@pytest.mark.parametrize(("output", "cross_entropy"), [("tanh", False), ("sigmoid", True)])
def test_a_loss_that_the_output_refuses_is_not_advised(
    output: str, cross_entropy: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flat.toml"
    network = {"layers": [1, 2, 1], "hidden": "tanh", "output": output, "bias": True}
    start = {"weights": [[[0.5, -0.4]], [[0.5], [0.5]]], "biases": [[0.1, 0.2], [-15.0]]}
    data = {"inputs": [[-2.0], [2.0]], "targets": [[0.0], [1.0]]}
    file.write_text(toml_text({"network": {**network, **start}, "data": data}), "utf-8")
    assert main(["train", str(file), "--epochs", "20"]) == 0
    told = capsys.readouterr().err
    assert "a smaller rate" in told
    assert ("a cross-entropy loss" in told) == cross_entropy


def test_training_that_diverges_ends_there() -> None:
    changes = ("--hidden", "linear", "--rate", "0.5", "--seed", "0")
    written = program("train", "article-random", *changes, "--epochs", "50", "--format", "jsonl").stdout
    epochs = [json.loads(line) for line in written.splitlines()]
    assert len(epochs) == 3
    assert math.isnan(epochs[-1]["error"])


def test_records_go_to_a_file_where_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    assert printed("train", "article", "--format", "jsonl", "--out", str(path)) == ""
    assert path.read_text("utf-8") == printed("train", "article", "--format", "jsonl")
