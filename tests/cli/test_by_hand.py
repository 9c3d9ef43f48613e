"""A sheet of figures, checked from the command line."""

from __future__ import annotations

import re

import pytest

from tests.cli.program import assert_refused, printed, program
from tests.cli.test_files import SHEET

RIGHT = SHEET.read_text("utf-8")


def test_a_right_sheet_passes() -> None:
    assert printed("by-hand", "article", "--check", str(SHEET)) == "right: 9 figures\n"


def test_of_a_wrong_sheet_the_first_wrong_line_and_the_mistake_are_told() -> None:
    done = program("by-hand", "--check", "-", given=RIGHT.replace("= 1.9\n", "= -1.9\n"))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "line 6: δ(y) = -1.9 is wrong; the 4 figures before it agree\n"
        "likely: Right size, wrong sign: it is prediction − target. [sign]\n"
    )


@pytest.mark.parametrize("network", ["article", "xor"])
def test_the_exercise_on_paper_is_a_sheet(network: str) -> None:
    solved = printed("worksheet", network, "--steps", "2", "--answers")
    figures = len(re.findall(r"(?m)^  .* = ", solved))
    done = program("by-hand", network, "--check", "-", given=solved)
    assert (done.returncode, done.stdout) == (0, f"right: {figures} figures\n")
    blanks = program("by-hand", network, "--check", "-", given=printed("worksheet", network, "--steps", "2"))
    assert_refused(blanks, "standard input: there is no figure in it")


def test_a_record_of_training_is_a_sheet() -> None:
    record = printed("train", "iris", "--epochs", "1", "--every", "step", "--format", "jsonl").splitlines()[0]
    done = program("by-hand", "iris", "--check", "-", given=record)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = program("by-hand", "iris", "--check", "-", given=record.replace('"prediction":[', '"prediction":[1', 1))
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("prediction[0]")


def test_the_way_to_the_first_wrong_figure_is_told_if_asked_for() -> None:
    done = program("by-hand", "--check", "-", "--answers", given="z(h2) = 0.7")
    assert done.stdout.splitlines()[-1] == "right: z(h2) = 1×0.0052 + 1×0.0315 + 1×0.5251 = 0.5618"
    assert done.returncode == 1


def test_without_a_terminal_only_a_sheet_is_checked() -> None:
    assert_refused(program("by-hand", "article"), "the studio needs a terminal", "--check FILE")
    assert_refused(program("by-hand", "spiral"), "that is too much to do by hand")
    assert_refused(program("by-hand", "-", "--check", "-"), "standard input is the experiment already")
    assert_refused(program("by-hand", "xor", "--answers"), "--answers goes with --check")
    large = program("by-hand", "xor", "--layers", "2,200,200,1", "--check", "-", given="z(h1) = 1")
    assert_refused(large, "too large for a sheet: 41,001 weights")


def test_what_is_no_sheet_is_told_with_its_name_and_line() -> None:
    done = program("by-hand", "article", "--check", "-", given=RIGHT + "\nz(h7) = 1\n")
    assert_refused(done, "standard input: line 12: 'z(h7)' is not a figure of this step, did you mean z(h")
    assert_refused(program("by-hand", "article", "--check", "nowhere.txt"), "nowhere.txt: no such file")
