"""What is printed on paper: the list, chapters as text, exercises with blanks and their solution."""

from __future__ import annotations

import re

import numpy as np

from tests.cli.program import assert_refused, printed, program
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, relu
from tui_backprop.experiments import load_experiment


def test_the_list_has_a_chapter_a_line() -> None:
    lines = printed("learn", "--list").splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, 11))
    assert lines[4].startswith(" 5  The gate ")


def test_a_chapter_is_printed_without_a_terminal() -> None:
    text = printed("learn", "5", "--plain")
    assert text.startswith("The gate\n========\n")
    assert "z(h2) = 1×(−0.0772) + 1×(−0.0509) + 0×0.4427 = −0.1281" in " ".join(text.split())
    assert "\x1b" not in text
    assert_refused(program("learn", "11", "--plain"), "no chapter 11", "1 to 10")
    assert_refused(program("learn", "5"), "needs a terminal")
    assert_refused(program("learn", "5", "--plain", "--check"), "not allowed with")


def test_the_solution_of_an_exercise_is_what_the_articles_loop_computes() -> None:
    """Two steps of the article, worked out again: every sum, δ and weight is on the sheet."""
    sheet = printed("worksheet", "article", "--steps", "2", "--answers")
    first, second = (weights.copy() for weights in load_experiment("article").initial.weights)
    expected: list[float] = []
    for x, y in zip(ARTICLE_INPUTS[:2], ARTICLE_TARGETS[:2], strict=True):
        z = x @ first
        out = float(np.round(relu(z) @ second, 1)[0])
        delta = out - y[0]
        upstream = delta * second[:, 0]
        hidden = upstream * (z > 0)
        expected += [*z, out, delta, *upstream, *hidden]
        second -= 0.1 * np.outer(relu(z), [delta])
        first -= 0.1 * np.outer(x, hidden)
        expected += [*first.ravel(), *second.ravel()]
    numbers = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+(?:\.\d+)?", sheet)]
    for value in expected:
        assert any(abs(value - number) <= 5.001e-5 for number in numbers), value


def test_an_exercise_has_blanks_and_gives_nothing_away() -> None:
    sheet = printed("worksheet", "article")
    assert sheet.count("______") == 16 + 4 * 2 + 2 + 1 + 4 * 2 + 16
    assert "1.947" not in sheet
    assert "0.8176" in sheet
    assert_refused(program("worksheet", "xor", "--batch", "full"), "too much to do by hand")
