"""What is kept of a learner's way, and whatever else may be found in its place."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.program import program
from tui_backprop.lessons import progress
from tui_backprop.lessons.progress import Bookmark, Position, Progress

KEPT = Progress("01", {"01": Bookmark(Position(2, True), {0: True, 1: False}, {0: (2.0,), 1: (-0.5, 1.0)})}, False)


def lesson(page: str = "1", revealed: str = "true", answers: str = "{}") -> str:
    return f'{{"lessons": {{"01": {{"page": {page}, "told": {revealed}, "answers": {answers}}}}}}}'


DAMAGED = {
    "empty": "",
    "cut": '{"lessons": {"01',
    "not an object": "[1]",
    "infinite page": lesson("1e400"),
    "page that is not a number": lesson("NaN"),
    "page of thousands of digits": lesson("9" * 5000),
    "page as text": lesson('"x"'),
    "page as a list": lesson("[]"),
    "answers as a list": lesson(answers="[]"),
    "answer to no page": lesson(answers='{"x": true}'),
    "answer to a page of thousands of digits": lesson(answers='{"' + "9" * 5000 + '": true}'),
    "lessons as a list": '{"lessons": [1]}',
    "lesson as a number": '{"lessons": {"01": 1}}',
    "nested": "[" * 100_000,
    "too large": " " * progress.LARGEST + "{}",
}


@pytest.fixture
def path() -> Path:
    progress.place().parent.mkdir(parents=True, exist_ok=True)
    return progress.place()


def test_what_is_kept_is_read_back(path: Path) -> None:
    progress.save(KEPT)
    assert progress.load() == KEPT


def test_an_earlier_file_keeps_the_place_in_a_chapter_and_all_answers_of_other_lessons(path: Path) -> None:
    """The chapters' pages have moved since: an answer would be shown under another question."""
    mark = {"page": 2, "told": True, "answers": {"1": True, "2": False}, "given": {"1": 1.0, "2": -0.5}}
    lessons = {"05-the-gate": mark, "mine": mark}
    path.write_text(json.dumps({"version": 1, "last": "mine", "questions": True, "lessons": lessons}))
    loaded = progress.load()
    assert loaded.bookmark("05-the-gate") == Bookmark(Position(2))
    assert loaded.bookmark("mine") == Bookmark(Position(2, True), {1: True, 2: False}, {1: (1.0,), 2: (-0.5,)})
    progress.save(loaded)
    assert progress.load() == loaded


@pytest.mark.parametrize("name", DAMAGED)
def test_whatever_is_damaged_means_a_fresh_start(path: Path, name: str) -> None:
    path.write_text(DAMAGED[name])
    assert progress.load() == Progress()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")
@pytest.mark.parametrize(
    "make",
    [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.write_bytes(b"\xff")],
    ids=["folder", "pipe", "device", "binary"],
)
def test_whatever_is_not_a_file_means_a_fresh_start(path: Path, make: Callable[[Path], object]) -> None:
    make(path)
    assert progress.load() == Progress()
    done = program("learn")  # as far as there is no terminal
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MARKS = st.fixed_dictionaries({}, optional={"page": VALUES, "told": VALUES, "answers": VALUES})
CONTENTS = st.fixed_dictionaries(
    {}, optional={"last": VALUES, "questions": VALUES, "lessons": VALUES | st.dictionaries(st.text(max_size=3), MARKS)}
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONTENTS | VALUES)
def test_any_content_is_read_or_means_a_fresh_start(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))
    assert isinstance(progress.load(), Progress)
