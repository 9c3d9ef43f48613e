"""A lesson read without a screen: pages are turned, questions answered, and the place is kept."""

from __future__ import annotations

import pytest

from tui_backprop.lessons import progress
from tui_backprop.lessons.lesson import Lesson
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.progress import Position
from tui_backprop.lessons.reader import read
from tui_backprop.lessons.study import Study

LESSON = """+++
title = "Three pages"
+++
# Text
Words.
# A question
```question
kind = "number"
figure = "rate"
ask = "What is the rate?"
```
It is {rate}.
# A wait
```wait
until = "epoch 1"
```
Now it is {epoch}.
"""
NEXT = [Position(1), Position(1, True), Position(2), Position(2, True), None]


def lesson() -> Lesson:
    found, mistakes = read(LESSON, "three.md", "three")
    assert not mistakes
    return found


def study(page: int = 0, keep: bool = False, questions: bool | None = None) -> Study:
    opened = Study(lesson(), keep, questions)
    opened.show(Position(page))
    return opened


def test_every_page_and_every_other_half_is_reached_in_turn() -> None:
    reading = study()
    for position in NEXT:
        assert reading.turned(1) == position
        if position is not None:
            reading.show(position)
    reading.show(Position(1))
    assert reading.turned(-1) == Position(0)
    reading.show(Position(0))
    assert reading.turned(-1) is None


def test_a_chapter_has_neighbours_and_another_file_has_none() -> None:
    names = chapter_names()
    first = Study(chapter(names[0]), keep=False)
    assert first.neighbour(-1) is None
    assert first.neighbour(1) is chapter(names[1])
    assert study().neighbour(1) is None


@pytest.mark.parametrize(("answers", "closed", "score"), [
    ((), False, ""), ((3.0,), False, "0 of 1 right first time"), ((0.1,), True, "1 of 1 right first time"),
    ((3.0, 0.1), True, "0 of 1 right first time"), ((3.0, 4.0), True, "0 of 1 right first time"),
])  # fmt: skip
def test_the_first_answer_counts_and_the_second_closes(answers: tuple[float, ...], closed: bool, score: str) -> None:
    reading = study(1)
    for given in answers:
        reading.answer(given)
    assert (reading.closed, reading.score) == (closed, score)
    reading.show(Position(1))
    assert reading.position.revealed == closed
    assert bool(reading.after) == closed


def test_where_no_questions_are_asked_none_is_open_and_none_is_answered() -> None:
    reading = study(1)
    reading.answer(0.1)
    reading.ask(False)
    assert (reading.asking, reading.closed, reading.score) == (False, False, "")
    reading.ask(True)
    assert (reading.closed, reading.score) == (True, "1 of 1 right first time")


def test_a_wait_goes_on_with_the_run_s_own_figures() -> None:
    reading = study(2)
    awaited = reading.waits_for
    assert awaited is not None
    context = reading.computed.context
    assert not awaited.holds(context.moment)
    live = context.at("3")
    reading.reveal(live)
    assert reading.waits_for is None
    assert "".join(words.text for words in reading.after[0].cells[0]) == f"Now it is {live.moment.epoch}."


def test_progress_is_kept_only_where_it_should_be() -> None:
    study(2)
    assert progress.load().last == ""
    reading = study(1, keep=True)
    reading.answer(3.0)
    assert Study(lesson()).position == Position(1)
    assert progress.load().bookmark("three").said == {1: (3.0,)}
    reading.forget()
    reading.show(Position())
    assert not progress.load().bookmark("three").said
