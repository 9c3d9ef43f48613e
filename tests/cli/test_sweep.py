"""`sweep`: how many starts converge, and which are stuck, as text and for other programs."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import pty
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.program import assert_refused, interruptible, printed, program
from tests.patience import LIMIT
from tests.transcription import article_epoch, article_start

RANGE = ("--first", "10", "--seeds", "10", "--epochs", "1000")


def transcribed(seed: int, epochs: int) -> tuple[int, bool]:
    """(epochs, whether it converged) by the article's own loop."""
    first, second = article_start(seed)
    for epoch in range(1, epochs + 1):
        if article_epoch(first, second) == 0:
            return epoch, True
    return epochs, False


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_each_run_as_a_record(form: str) -> None:
    text = printed("sweep", "article", *RANGE, "--format", form)
    if form == "csv":
        records: list[dict[str, Any]] = [
            {**row, "seed": int(row["seed"]), "epochs": int(row["epochs"]), "error": float(row["error"])}
            for row in csv.DictReader(io.StringIO(text))
        ]
    else:
        records = [json.loads(line) for line in text.splitlines()]
    assert [record["seed"] for record in records] == list(range(10, 20))
    for record in records:
        found = (record["epochs"], record["ending"] == "converged")
        assert found == transcribed(record["seed"], 1000)
    assert [record["seed"] for record in records if record["ending"] == "linear"] == [13, 14, 15, 17]
    assert list(records[0]) == ["seed", "ending", "epochs", "error", "dead", "step", "all_right"]


def test_as_text(tmp_path: Path) -> None:
    file = tmp_path / "sweep.txt"
    assert printed("sweep", "article", *RANGE, "--out", str(file)) == ""
    lines = file.read_text("utf-8").splitlines()
    assert lines[:3] == [
        "article: 10 starts, seeds 10 to 19, at most 1,000 epochs each",
        "its own weights are not used: each start draws new weights (uniform01)",
        "6 converge (60.0 %), 4 do not, 6 get all samples right",
    ]
    assert lines[4].startswith("epochs: quartiles ")
    assert lines[-2:] == [
        "4 linear: no gate switches between samples: on this data the network is linear",
        "    seeds 13 14 15 17",
    ]


def test_a_single_start_is_one() -> None:
    first = printed("sweep", "article", "--seeds", "1", "--first", "4", "--epochs", "2").splitlines()[0]
    assert first == "article: 1 start, seed 4, at most 2 epochs each"


def test_columns_that_are_not_scaled_are_named_with_what_helps(tmp_path: Path) -> None:
    file = tmp_path / "houses.toml"
    houses = "inputs = [[53.7, 5], [77.9, 2], [168.2, 1]]\ntargets = [[244436], [318516], [576023]]\n"
    file.write_text(f'[network]\nlayers = [2, 3, 1]\n[data]\n{houses}names = ["area", "rooms"]\n', "utf-8")
    text = " ".join(printed("sweep", str(file), "--seeds", "3", "--epochs", "5").split())
    assert "Not scaled: y from 244436 to 576023, area from 53.7 to 168.2." in text
    assert text.endswith("Set standardise = true and standardise_targets = true in [data].")


@pytest.mark.parametrize(
    ("bias", "unused"),
    [
        ('"frozen"', "draws new weights (uniform01)"),
        ("true", "draws new weights (uniform01) and begins with biases of 0"),
    ],
)
def test_what_was_given_but_is_not_used_is_named(bias: str, unused: str, tmp_path: Path) -> None:
    own = "weights = [[[1.0]], [[1.0]]]\nbiases = [[1.0], [2.0]]\n"
    file = tmp_path / "own.toml"
    file.write_text(f"[network]\nlayers = [1, 1, 1]\nbias = {bias}\n{own}[data]\ninputs = [[1]]\ntargets = [[0]]\n")
    lines = printed("sweep", str(file), "--seeds", "1", "--epochs", "1").splitlines()
    what = "weights" if bias == '"frozen"' else "weights and biases"
    assert lines[1] == f"its own {what} are not used: each start {unused}"
    assert lines[2].startswith("0 converge (0.0 %), 1 does not, ")


def answers_xor(seed: int, epochs: int) -> bool:
    """Whether a 2-2-1 network of sigmoids, with biases and a rate of 2, answers exclusive or, by plain loops."""
    random = np.random.RandomState(seed)
    first, (second,) = random.uniform(-1, 1, (2, 2)).T.tolist(), random.uniform(-1, 1, (2, 1)).T.tolist()
    shifts, shift = [0.0, 0.0], 0.0
    samples = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]

    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    def forward(x: tuple[int, int]) -> tuple[list[float], float]:
        hidden = [sigmoid(w[0] * x[0] + w[1] * x[1] + b) for w, b in zip(first, shifts, strict=True)]
        return hidden, sigmoid(second[0] * hidden[0] + second[1] * hidden[1] + shift)

    for _ in range(epochs):
        for x, y in samples:
            hidden, output = forward(x)
            delta = (output - y) * output * (1 - output)
            for unit, h in enumerate(hidden):
                below = delta * second[unit] * h * (1 - h)
                second[unit] -= 2 * h * delta
                first[unit] = [w - 2 * value * below for w, value in zip(first[unit], x, strict=True)]
                shifts[unit] -= 2 * below
            shift -= 2 * delta
    return all((forward(x)[1] > 0.5) == (y == 1) for x, y in samples)


@pytest.mark.slow
def test_a_sigmoid_never_reaches_an_error_of_0_but_its_answers_may_be_right() -> None:
    start = ("--hidden", "sigmoid", "--output", "sigmoid", "--layers", "2,2,1", "--rate", "2", "--stop", "0")
    sweep = ("sweep", "xor", *start, "--seeds", "12", "--epochs", "2000")
    right = sum(answers_xor(seed, 2000) for seed in range(12))
    assert 0 < right < 12
    assert printed(*sweep).splitlines()[1] == f"0 converge (0.0 %), 12 do not, {right} get all samples right"
    told = printed(*sweep, "--goal", "all_right").splitlines()[1]
    assert (int(told.split()[0]), told.split(", ")[-1]) == (right, f"{right} get all samples right")


def test_where_the_locale_is_not_utf_8_it_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    text = printed("sweep", "article", *RANGE)
    assert text.isascii()
    assert "##" in text


def test_changes_to_the_experiment() -> None:
    text = printed("sweep", "article", "--rate", "1", "--seeds", "3", "--epochs", "50")
    assert "3 dead: a layer is dead" in text


def test_where_classes_overlap_it_names_a_goal_that_half_of_the_runs_reach(tmp_path: Path) -> None:
    """Of two samples with the same inputs and different classes only one can be right."""
    (tmp_path / "overlap.toml").write_text(
        '[network]\nlayers = [1, 2, 1]\nhidden = "tanh"\noutput = "sigmoid"\nbias = true\n'
        '[training]\nrate = 0.5\nbatch = 3\nloss = "binary_cross_entropy"\ngoal = "all_right"\n'
        "[data]\ninputs = [[1], [1], [0]]\ntargets = [[0], [1], [0]]\n",
        "utf-8",
    )
    start = ("sweep", str(tmp_path / "overlap.toml"), "--seeds", "6", "--epochs", "500")
    done = program(*start)
    assert "samples #0 and #1 have the same inputs, but different targets" in done.stderr
    text = " ".join(done.stdout.split())
    assert "0 converge" in text
    goal = re.search(r"--goal error --stop ([0-9.]+) counts", text)
    assert goal is not None, text
    reached = printed(*start, "--goal", "error", "--stop", goal[1]).splitlines()[1]
    assert int(reached.split()[0]) >= 3
    assert 2 * math.log(2) < float(goal[1]) < 2 * math.log(2) + 0.1  # what is left of them at best


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sweep",), "EXPERIMENT"),
        (("sweep", "article", "--seeds", "0"), "whole number from 1"),
        (("sweep", "article", "--first", "4294967296"), "whole number from 0 to 4294967295"),
        (("sweep", "article", "--first", "4294967295", "--seeds", "2"), "beyond the last, 4294967295"),
        (("sweep", "article", "--seed", "3"), "--seed"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], words: str) -> None:
    assert_refused(program(*arguments), words)


def test_an_interrupt_exits_130_with_what_is_done() -> None:
    """On a terminal the progress is shown on standard error, and wiped at the end."""
    master, follower = pty.openpty()
    with interruptible("sweep", "article", "--epochs", "1000000", stderr=follower) as process:
        os.close(follower)
        seen = b""
        while b"782 converged" not in seen:
            seen += os.read(master, 1024)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=LIMIT)
    os.close(master)
    assert process.returncode == 130
    assert "782 converge (78.2 %), 218 do not" in output
    assert "interrupted at 0 %: unfinished runs count as they stood" in output
