"""What is printed on paper: the list, chapters as text, exercises with blanks and their solution."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

from tests.cli.program import assert_refused, printed, program
from tests.lessons.test_chapters import ANSWERS
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, relu
from tui_backprop.experiments import load_experiment
from tui_backprop.lessons import progress
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.progress import Bookmark, Position, Progress


def test_the_list_has_a_chapter_a_line() -> None:
    lines = printed("learn", "--list").splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(1, 13))
    assert lines[4].startswith(" 5  The gate ")


def test_a_chapter_is_printed_without_a_terminal() -> None:
    text = printed("learn", "5", "--plain", "--answers")
    assert text.startswith("The gate\n========\n\nChapter 5. Keys and panes are those of: tui-backprop learn 5\n")
    assert "Name:" not in text
    assert "z(h2) = 1×(−0.0772) + 1×(−0.0509) + 0×0.4427 = −0.1281" in " ".join(text.split())
    assert "\x1b" not in text
    assert_refused(program("learn", "13", "--plain"), "no chapter 13", "1 to 12")
    assert_refused(program("learn", "5"), "needs a terminal")
    assert_refused(program("learn", "5", "--plain", "--check"), "not allowed with")


def test_a_handout_has_blanks_where_the_answers_would_be() -> None:
    text = printed("learn", "5", "--plain")
    assert "Question: Will the gate of h2 be open or shut?\n  a) open\n  b) shut\nAnswer: ______\n" in text
    assert text.count("______") == len(ANSWERS[5])
    assert re.search(rf"\nName: \.+  Date: \.+  Right: \.+ of {len(ANSWERS[5])}\n", text)
    assert "A shut gate is shown as" not in text  # which comes after the answer
    assert "Answer: shut" in printed("learn", "5", "--plain", "--answers")
    assert_refused(program("learn", "5", "--answers"), "--answers goes with --plain")


def test_the_list_and_the_results_tell_what_was_answered(tmp_path: Path) -> None:
    file, own = tmp_path / "results.csv", tmp_path / "own.md"
    assert printed("learn", "--results", str(file)) == f"{file}: no answers yet\n"
    assert not re.search(r"page \d", printed("learn", "--list"))
    own.write_text('+++\ntitle = "Mine"\n+++\n# A\n```question\nkind = "gate"\nunit = "h2"\nask = "Now, then?"\n'
                   'reveal = "1:0:activate1"\n```\n')  # fmt: skip
    kept = Progress()
    first = Bookmark(Position(3, True)).answered(2, -0.9, False).answered(2, 0.9, True).answered(4, 1.0, True)
    kept = kept.with_bookmark(chapter_names()[0], first)
    kept = kept.with_bookmark(chapter_names()[4], Bookmark(Position(2)).answered(2, 7.0, False).answered(99, 1.0, True))
    kept = kept.with_bookmark(str(own), Bookmark().answered(0, 1.0, False))
    progress.save(kept.with_bookmark(str(tmp_path / "gone.md"), Bookmark().answered(0, 1.0, False)))
    first_line, second_line = printed("learn", "--list").splitlines()[:2]
    assert "No clear direction" in first_line
    assert f"page 4 of {len(chapter(chapter_names()[0]).pages)}, 1 of 2 right first time" in first_line
    assert "page " not in second_line
    assert printed("learn", "--results", str(file)) == f"{file}: 3 answers\n"
    rows = list(csv.reader(file.open(encoding="utf-8")))
    assert rows == [
        ["chapter", "question", "first answer", "tries", "right"],
        ["1", "What is δ here? Type the number, minus sign included if it needs one.", "-0.9", "2", "no"],
        ["1", "δ is 0.9 and x1 is 1. Which way does W1[x1→y] move?", "down", "1", "yes"],
        ["own.md", "Now, then?", "shut", "1", "no"],
    ]
    assert printed("learn", str(own), "--results", "-", "--name", "Ada").splitlines() == [
        "name,chapter,question,first answer,tries,right",
        'Ada,own.md,"Now, then?",shut,1,no',
    ]
    assert_refused(program("learn", "--name", "Ada"), "--name goes with --results")
    assert_refused(program("learn", str(own), "--list"), "--list lists the chapters")
    assert printed("learn", "--results", "-") == file.read_text()
    assert_refused(program("learn", "--results", str(tmp_path / "no" / "x.csv")), "cannot be written", code=3)


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
    assert sheet.count("______") == 16 + 4 * 2 + 2 + 1 + 1 + 4 * 2 + 16
    assert "1.947" not in sheet
    assert "0.8176" in sheet
    assert_refused(
        program("worksheet", "xor", "--batch", "full"), "too much to do by hand: 4 samples a step", "at most 1"
    )
    assert_refused(program("worksheet", "xor", "--steps", "101"), "too much to do by hand: 101 steps", "at most 100")
    assert_refused(program("worksheet", "spiral"), "too much to do by hand: ", "weights (at most 64)")
