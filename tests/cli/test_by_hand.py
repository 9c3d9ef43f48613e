"""A sheet of figures, checked from the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.program import assert_refused, printed, program
from tests.cli.test_files import SHEET
from tui_backprop.cli.main import main
from tui_backprop.experiments.toml_text import toml_text

RIGHT = SHEET.read_text("utf-8")


def test_a_right_sheet_passes() -> None:
    said = "right: 9 figures\nmissing: 43 figures, starting with z(h3)\n"
    assert printed("by-hand", "article", "--check", str(SHEET)) == said


def test_what_is_missing_of_a_right_sheet_is_counted() -> None:
    solved = printed("worksheet", "xor", "--steps", "2", "--answers")
    first, second = solved.split("Step 2")
    figures = len(re.findall(r"(?m)^  .* = ", second))
    blanks = re.sub(r"(?m)^  (W1\[x2→h1\]|a\(h3\)) = .*$", r"  \1 = ____", first)
    for text, options, said in [
        (blanks, (), "missing: 2 figures, starting with a(h3)"),
        (f"{first}Step 2", (), f"missing: {figures} figures, starting with z(h1) of step 2"),
        (first, ("--steps", "2"), f"missing: {figures} figures, starting with z(h1) of step 2"),
        (solved.replace("ŷ(y)", "a(y)"), (), ""),
    ]:
        done = program("by-hand", "xor", *options, "--check", "-", given=text)
        assert done.returncode == 0
        assert done.stdout.partition("\n")[2].rstrip() == said


def test_of_a_wrong_sheet_the_first_wrong_line_and_the_mistake_are_reported() -> None:
    done = program("by-hand", "--check", "-", given=RIGHT.replace("= 1.9\n", "= -1.9\n"))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "line 6: δ(y) = -1.9 is wrong; the 4 figures before it are right\n"
        "likely: Right size, wrong sign: it is prediction − target. [sign]\n"
    )


def test_every_mistake_is_reported_once() -> None:
    lines = printed("worksheet", "article", "--answers").splitlines()
    delta = next(n for n, line in enumerate(lines, 1) if line.startswith("  δ(y)"))
    updates = [n for n, line in enumerate(lines, 1) if line.startswith("  W2[")]
    lines[delta - 1] = "  δ(y) = -1.9"
    for n in updates:
        lines[n - 1] = f"{lines[n - 1].partition('=')[0]}= 9"
    done = program("by-hand", "--check", "-", given="\n".join(lines))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"line {delta}: δ(y) = -1.9 is wrong; the 11 figures before it are right",
        "likely: Right size, wrong sign: it is prediction − target. [sign]",
        f"line {updates[0]}: W2[h1→y] = 9 is also wrong",
        "It matches no common mistake: check each factor and its sign.",
        f"also wrong: {', '.join(f'line {n}' for n in updates[1:])}",
    ]


def test_new_weights_that_are_as_right_as_the_old_ones_are_not_decided() -> None:
    """W1[x1→h1] goes from 0.8176 to 0.6995, W1[x1→h3] from 0.6581 to 0.6136."""
    done = program("by-hand", "--check", "-", given="W1[x1→h1] = 0.7\nW1[x1→h3] = 0.61\n")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "right: 2 figures")
    done = program("by-hand", "--check", "-", given="W1[x1→h1] = 0.7\nW1[x1→h3] = 0.6\n")
    note = "not decided: W1[x1→h3] = 0.6 has too few digits (old 0.6581, new 0.6136)\n"
    assert (done.returncode, done.stdout.rpartition("missing")[0]) == (0, f"right: 1 figure\n{note}")


def test_a_new_weight_as_the_exercise_prints_it_has_enough_digits() -> None:
    """W1[x1→h4] of circle goes from 1.29380 to 1.29377."""
    done = program("by-hand", "circle", "--check", "-", given="W1[x1→h4] = 1.2938\n")
    assert (done.returncode, done.stdout.partition("\n")[0]) == (0, "right: 1 figure")
    done = program("by-hand", "circle", "--check", "-", given="W1[x1→h4] = 1.29\n")
    assert done.stdout.startswith("not decided: W1[x1→h4] = 1.29 has too few digits")


@pytest.mark.parametrize(("text", "decided"), [("2", False), ("1", False), ("1.9", True), ("0", True), ("3", True)])
def test_whether_a_whole_number_is_right_cannot_be_decided(text: str, decided: bool) -> None:
    """z(h1) is 1.9471."""
    done = program("by-hand", "--check", "-", given=f"z(h1) = {text}\n")
    note = f"not decided: z(h1) = {text} has too few digits (write four decimals)\n"
    assert (done.returncode, note in done.stdout) == (text in ("0", "3"), not decided)


def test_a_single_wrong_figure_has_none_before_it() -> None:
    done = program("by-hand", "--check", "-", given="z(h2) = 0.7")
    assert done.stdout.splitlines()[0] == "line 1: z(h2) = 0.7 is wrong"


@pytest.mark.parametrize("network", ["article", "xor"])
def test_the_exercise_on_paper_is_a_sheet(network: str) -> None:
    solved = printed("worksheet", network, "--steps", "2", "--answers")
    figures = len(re.findall(r"(?m)^  .* = ", solved))
    done = program("by-hand", network, "--check", "-", given=solved)
    assert (done.returncode, done.stdout) == (0, f"right: {figures} figures\n")
    blanks = program("by-hand", network, "--check", "-", given=printed("worksheet", network, "--steps", "2"))
    assert_refused(blanks, "standard input: there is no figure in it")


def test_a_sheet_without_a_step_line_is_checked_at_the_step_asked_for() -> None:
    """With the line ends of another system, or without its title, too."""
    for at, of_title, to_end in ("0", 0, "\r\n"), ("1:2", 1, "\n"):
        solved = printed("worksheet", "xor", "--at", at, "--answers")
        lines = [line for line in solved.splitlines()[of_title:] if not line.startswith("Step")]
        done = program("by-hand", "xor", "--at", at, "--check", "-", given=to_end.join(lines))
        assert (done.returncode, done.stdout) == (0, f"right: {len(re.findall(r'(?m)^  .* = ', solved))} figures\n")


def test_a_sheet_of_another_step_than_the_one_asked_for_is_refused() -> None:
    solved = printed("worksheet", "xor", "--steps", "2", "--answers")
    refused = program("by-hand", "xor", "--at", "2:1", "--check", "-", given=solved)
    assert_refused(refused, "standard input: is a sheet of step 1, and --at 2:1 is step 6 (leave out --at)")
    assert program("by-hand", "xor", "--at", "1:1", "--check", "-", given=solved).returncode == 0
    other = solved.replace("Step 2: sample #1", "Step 2: sample #3")
    assert_refused(program("by-hand", "xor", "--check", "-", given=other), "step 2 takes sample #1, not #3")


@pytest.mark.parametrize("places", [".4f", ".4g"])
def test_an_exercise_solved_from_the_weights_that_it_prints_is_right_after_steps_too(
    places: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(13)
    weights, inputs = [random.normal(size=(3, 4)), random.normal(size=(4, 2))], 2 * random.normal(size=(2, 3))
    definition: dict[str, Any] = {
        "network": {"layers": [3, 4, 2], "hidden": "sigmoid"},
        "training": {"rate": 0.5},
        "data": {"targets": [[1.0, 0.0], [0.0, 1.0]]},
    }
    sheets = []
    for name, form in (("printed", places), ("exact", ".15g")):
        rounded = np.vectorize(
            lambda v, form=form: float(f"{v:.4f}" if form == ".4g" and abs(v) >= 0.1 else f"{v:{form}}")
        )
        definition["network"]["weights"] = [rounded(matrix).tolist() for matrix in weights]
        definition["data"]["inputs"] = rounded(inputs).tolist()
        (tmp_path / f"{name}.toml").write_text(toml_text(definition), "utf-8")
        assert main(["worksheet", str(tmp_path / f"{name}.toml"), "--steps", "3", "--answers"]) == 0
        sheets.append(capsys.readouterr().out)
    assert sheets[0] != sheets[1]
    (tmp_path / "sheet.txt").write_text(sheets[0], "utf-8")
    assert main(["by-hand", str(tmp_path / "exact.toml"), "--check", str(tmp_path / "sheet.txt")]) == 0


def test_a_record_of_training_is_a_sheet() -> None:
    record = printed("train", "iris", "--epochs", "1", "--every", "step", "--format", "jsonl").splitlines()[0]
    done = program("by-hand", "iris", "--check", "-", given=record)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = program("by-hand", "iris", "--check", "-", given=record.replace('"prediction":[', '"prediction":[1', 1))
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("prediction[0]")


def test_the_way_to_the_first_wrong_figure_is_reported_if_asked_for() -> None:
    done = program("by-hand", "--check", "-", "--answers", given="z(h2) = 0.7")
    assert done.stdout.splitlines()[-1] == "right: z(h2) = 1×0.005173 + 1×0.03151 + 1×0.5251 = 0.5618"
    assert done.returncode == 1


def test_without_a_terminal_only_a_sheet_is_checked() -> None:
    assert_refused(program("by-hand", "article"), "the studio needs a terminal", "--check FILE")
    assert_refused(program("by-hand", "spiral"), "that is too much to do by hand")
    assert_refused(program("by-hand", "-", "--check", "-"), "standard input is the experiment already")
    assert_refused(program("by-hand", "xor", "--answers"), "--answers goes with --check")
    large = program("by-hand", "xor", "--layers", "2,200,200,1", "--check", "-", given="z(h1) = 1")
    assert_refused(large, "too large for a sheet: 41,001 weights")


def test_a_line_that_is_no_figure_is_reported_and_skipped() -> None:
    done = program("by-hand", "article", "--check", "-", given=f"by Ada\n{RIGHT}\nz(h7) = 1\n")
    skipped, other, right, _ = done.stdout.splitlines()
    assert skipped == "skipped line 1: 'by Ada' is not a figure (a line such as z(h1) = 0.5)"
    assert other.startswith("skipped line 13: 'z(h7)' is not a figure of this step, did you mean z(h")
    assert (right, done.returncode, done.stderr) == ("right: 9 figures", 1, "")
    wrong = program("by-hand", "article", "--check", "-", given="w5 = 1\nz(h2) = -0.56\n")
    assert [line.partition(":")[0] for line in wrong.stdout.splitlines()] == ["skipped line 1", "line 2", "likely"]


def test_a_sheet_for_another_network_is_reported_once() -> None:
    solved = re.sub(r"\bh(\d)", r"hidden\1", printed("worksheet", "xor", "--answers"))
    foreign = program("by-hand", "xor", "--check", "-", given=solved)
    skipped, right, _ = foreign.stdout.splitlines()
    assert (foreign.returncode, right) == (1, "right: 6 figures")
    assert re.match(r"skipped \d+ lines; is the sheet for another network\? line \d+: 'z\(hidden1\)'", skipped)
    names = "".join(f"z(n{n}) = 1\n" for n in range(4))
    assert_refused(program("by-hand", "xor", "--check", "-", given=names), "no figure in it is of this network")


def test_what_is_no_sheet_is_reported_with_its_name_and_line() -> None:
    done = program("by-hand", "article", "--check", "-", given="\nz(h7) = 1\n")
    assert_refused(done, "standard input: line 2: 'z(h7)' is not a figure of this step, did you mean z(h")
    assert_refused(program("by-hand", "article", "--check", "nowhere.txt"), "nowhere.txt: no such file")
