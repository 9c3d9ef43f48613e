"""A question's answers so far: when it is closed, and what is said to the last one."""

from __future__ import annotations

import pytest

from tui_backprop.lessons.attempt import Attempt, attempt_at
from tui_backprop.lessons.computed_page import PageBuilder
from tui_backprop.lessons.reader import read

LESSON = """+++
title = "One"
+++
# A gate
```page
at = "1:0:sum1"
```
```question
kind = "gate"
unit = "h1"
ask = "Open or shut?"
```
# A number
```page
at = "1:0:input"
```
```question
kind = "number"
figure = "rate"
decimals = 2
ask = "What is the rate?"
hint = "It is small."
```
# No question
Words.
"""


def attempt(page: int, *said: float) -> Attempt | None:
    lesson, mistakes = read(LESSON, "one.md", "one")
    assert not mistakes
    return attempt_at(lesson.pages[page], PageBuilder(lesson).build(lesson.pages[page]), said)


@pytest.mark.parametrize(
    ("page", "said", "right", "closed", "verdict", "revealed"),
    [
        (1, (), False, False, "", "The answer is 0.1."),
        (1, (0.1,), True, True, "Right: 0.1.", "Right: 0.1."),
        (1, (3.0,), False, False, "You said 3. It is small. One more try.", "You said 3. The answer is 0.1."),
        (1, (3.0, 0.1), True, True, "Right: 0.1. At first you said 3.", "Right: 0.1. At first you said 3."),
        (
            1,
            (3.0, 4.0),
            False,
            True,
            "You said 4. It is small. One more try.",
            "You said 3, then 4. The answer is 0.1.",
        ),
    ],
)
def test_what_is_said(
    page: int, said: tuple[float, ...], right: bool, closed: bool, verdict: str, revealed: str
) -> None:
    found = attempt(page, *said)
    assert found is not None
    assert (found.right, found.closed, found.verdict(False)) == (right, closed, verdict)
    assert found.verdict(True).startswith(revealed)


def test_one_answer_is_enough_between_two_options() -> None:
    found = attempt(0, 1.0)
    assert found is not None
    assert found.closed


def test_an_option_that_is_gone_was_never_chosen() -> None:
    found = attempt(0, 7.0)
    assert found is not None
    assert (found.said, found.closed) == ((), False)


def test_there_is_none_where_nothing_is_asked() -> None:
    assert attempt(2) is None
