"""`sweep`: how many starts converge, and which are stuck, as text and for other programs."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
from pathlib import Path
from typing import Any

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
    assert list(records[0]) == ["seed", "ending", "epochs", "error", "dead", "step"]


def test_as_text(tmp_path: Path) -> None:
    file = tmp_path / "sweep.txt"
    assert printed("sweep", "article", *RANGE, "--out", str(file)) == ""
    lines = file.read_text("utf-8").splitlines()
    assert lines[:2] == [
        "article: 10 starts, seeds 10 to 19, at most 1,000 epochs each",
        "6 converge (60.0 %), 4 do not",
    ]
    assert lines[3].startswith("epochs: quartiles ")
    assert lines[-2:] == [
        "4 linear: no gate switches between samples: on this data the network is linear",
        "    seeds 13 14 15 17",
    ]


def test_where_the_locale_is_not_utf_8_it_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    text = printed("sweep", "article", *RANGE)
    assert text.isascii()
    assert "##" in text


def test_changes_to_the_experiment() -> None:
    text = printed("sweep", "article", "--rate", "1", "--seeds", "3", "--epochs", "50")
    assert "3 dead: a layer is dead" in text


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
    """On a terminal the progress is told on standard error, and wiped when it ends."""
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
    assert "interrupted at 0 %: runs under way are told as they stood" in output
