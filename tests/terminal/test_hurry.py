"""Keys that are held, and keys and clicks that come in one read, on a real line."""

from __future__ import annotations

import time

import pytest

from tests.emulator import Program

pytestmark = pytest.mark.pty
CLICK = "\x1b[<0;40;13M\x1b[<0;40;13m"


@pytest.mark.parametrize(
    ("opening", "more"),
    [
        ("g", "3\r\r\r"),
        ("u", "\r\r\rq"),
        ("u", CLICK * 3),
        ("s", "x9\r\r\r"),
        ("\r", "\r\r\r"),
        ("?", "qqq"),
        ("\x0e", "\r\r\r"),
        ("S", "\r\r\r"),
        ("\x10\x1b[6~", "\x1b[5~\x1b[6~\x1b\x1b\x1b"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--kiosk",)])
def test_what_comes_in_one_read_leaves_the_studio_where_it_is(
    opening: str, more: str, arguments: tuple[str, ...]
) -> None:
    with Program("article", *arguments) as program:
        program.press(" ", opening)
        program.press(more)
        program.press("\x1b", "\x1b", "\x1b", "r")
        program.wait_for("start: nothing computed yet")
        program.keys(" ")
        program.wait_for("epoch 1   sample #0")


@pytest.mark.parametrize("opening", ["", "u", "\x0e", "S"])
def test_a_held_key_answers_no_more_than_one_question(opening: str) -> None:
    with Program("article-random") as program:
        program.press(" ", *opening)
        for _ in range(40):
            program.keys("\r")
            end = time.monotonic() + 0.03
            while time.monotonic() < end:
                program.read(0.005)
        assert ("Change, from here on" in program.settle()) == (not opening)
        program.press("\x1b", "r", " ")
        program.wait_for("epoch 1   sample #0")
