"""Every command with a file of samples, with standard input, and without an experiment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import assert_refused, program

pytestmark = pytest.mark.slow

FLOWERS = "a;b;kind\n1,5;2;rose\n3;4,5;tulip\n5;6;rose\n2;2;tulip\n"
TOML = "[network]\nlayers = [2, 1]\n[data]\ninputs = [[1, 2]]\ntargets = [[3]]\n"
VERBS = {
    "train": ["--epochs", "2"], "sweep": ["--seeds", "3", "--epochs", "2"], "script": [], "check": [],
    "worksheet": [], "show": ["--plain"],
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_is_enough_for_every_command(verb: str, tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text(FLOWERS, "utf-8")
    named = program(verb, "--data", "flowers.csv", *VERBS[verb], folder=tmp_path)
    assert named.returncode == 0
    assert named.stdout
    assert named.stderr.splitlines() == [
        "tui-backprop: flowers.csv: 4 rows; columns separated by semicolons, decimal comma, header in line 1",
        "tui-backprop: inputs: a, b (numbers)",
        "tui-backprop: learned: kind (classes rose, tulip)",
        "tui-backprop: standardised: inputs",
    ]
    piped = program(verb, "--data", "-", *VERBS[verb], given=FLOWERS)
    assert piped.returncode == 0
    assert "tui-backprop: standard input: 4 rows;" in piped.stderr


def test_samples_from_standard_input_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text(FLOWERS, "utf-8")
    named = program("train", "--data", "flowers.csv", "--epochs", "3", "--format", "jsonl", folder=tmp_path)
    piped = program("train", "--data", "-", "--epochs", "3", "--format", "jsonl", "--out", "-", given=FLOWERS)
    assert named.stdout == piped.stdout != ""


@pytest.mark.parametrize("verb", VERBS)
def test_an_experiment_is_read_from_standard_input(verb: str) -> None:
    done = program(verb, "-", *VERBS[verb], given=TOML)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (["train"], "", ["required: EXPERIMENT, or --data FILE", "train --help"]),
        (["train", "-"], "layers = [", ["standard input: is not valid TOML"]),
        (["check", "--data", "-"], "", ["standard input: is empty"]),
        (["show", "--data", "-"], "a,b\n1,2\n1,x\n1,3\n", ["standard input: line 3, column b: 'x' is not a number"]),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(arguments: list[str], given: str, words: list[str]) -> None:
    assert_refused(program(*arguments, given=given), *words)


def test_rows_in_which_a_value_is_missing_are_left_out_on_request(tmp_path: Path) -> None:
    rows = "a,b,y\n1,2,3\n4,NA,5\n6,7,8\n2,2,1\n"
    assert_refused(program("train", "--data", "-", given=rows), "line 3, column b: 'NA'", "--missing drop")
    (tmp_path / "own.csv").write_text(rows, "utf-8")
    way = "the set-up: tui-backprop, ctrl+n, then data: CSV file"
    assert_refused(program("train", "--data", "own.csv", folder=tmp_path), "line 3, column b: 'NA'", way)
    assert_refused(program("own.csv", folder=tmp_path), "is not valid TOML", "samples in a CSV file: --data own.csv")
    (tmp_path / "own.csv").rename(tmp_path / "my own.csv")
    assert_refused(program("my own.csv", folder=tmp_path), "samples in a CSV file: --data 'my own.csv')")
    done = program("train", "--data", "-", "--missing", "drop", "--epochs", "1", given=rows)
    assert done.returncode == 0
    assert "1 of 4 rows left out: a value is missing" in done.stderr
    assert_refused(program("train", "xor", "--missing", "drop"), "no file of samples is read", "--data FILE")
    wrong = program("train", "--data", "-", "--missing", "mean", given=rows)
    assert_refused(wrong, "unknown 'mean'", "refuse | drop")


def test_a_target_of_few_whole_numbers_may_hold_classes() -> None:
    done = program("train", "--data", "-", "--epochs", "1", given="a,b,y\n6,148,1\n1,85,0\n8,183,1\n1,89,0\n")
    assert (
        "y is 0, 1: these may be classes (--output softmax, f2 in the set-up, or classes = true in [data])"
        in done.stderr
    )


def test_numbers_become_classes_however_large_they_are() -> None:
    rows = "a,y\n" + "".join(f"{n},{10 * (n % 3)}\n" for n in range(12))
    done = program("train", "--data", "-", "--output", "softmax", "--epochs", "1", given=rows)
    assert done.returncode == 0
    assert "learned: y (classes 0, 10, 20)" in done.stderr


def test_numbers_too_large_to_be_standardised_are_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "huge.csv").write_text("a,y\n1,1e308\n2,-1e308\n3,2\n", "utf-8")
    done = program("train", "--data", "huge.csv", folder=tmp_path)
    assert_refused(done, "huge.csv: column y: the targets are too large to be standardised: 1e+308")
