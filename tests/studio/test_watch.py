"""The studio opened from Python: in a terminal, without one, and inside an event loop."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys

import pytest

from tests.emulator import Program
from tui_backprop import BackpropError, watch
from tui_backprop.sessions.store import entries

SCRIPT = "from tui_backprop import watch; watch('article'); print('watched')"
COMMAND = [sys.executable, "-c", SCRIPT]


@pytest.mark.pty
def test_it_opens_the_studio_and_returns_when_that_is_closed() -> None:
    with Program(command=COMMAND) as program:
        program.wait_for("start: nothing computed yet")
        program.press(" ", ".")
        assert not program.received.isascii()
        assert re.search(rb"[34]8;5;", program.received)
        assert b"8;2;" not in program.received
        program.keys("q")
        assert program.end() == 0
        assert program.left_behind == []
        assert program.received.endswith(b"watched\r\n")
    (entry,), _ = entries()
    assert (entry.head.experiment, entry.head.step, entry.in_use) == ("article", 2, False)


@pytest.mark.pty
def test_a_chapter_opened_from_the_palette_is_read() -> None:
    with Program(command=COMMAND) as program:
        program.wait_for("start: nothing computed yet")
        program.keys("\x10")
        program.wait_for("Search")
        program.keys("chapter 5")
        program.wait_for("of the lessons: The gate")
        program.keys("\r")
        program.wait_for("Before we go on")
        program.keys("q")
        assert program.end() == 0
        assert program.left_behind == []


@pytest.mark.pty
def test_it_keeps_to_the_terminals_characters_and_colours() -> None:
    with Program(command=COMMAND, environment={"LC_ALL": "C", "NO_COLOR": "1"}) as program:
        program.press(" ", "v", "?", "\x1b")
        assert program.received.isascii()
        inks = re.findall(rb"\x1b\[([0-9;]*)m", program.received)
        assert not re.search(rb"\b(?:[349][0-9]|10[0-9])\b", b" ".join(inks))


@pytest.mark.pty
def test_a_signal_ends_the_whole_program() -> None:
    with Program(command=COMMAND) as program:
        assert program.signal(signal.SIGTERM) == 128 + signal.SIGTERM
        assert program.left_behind == []
        assert b"watched" not in program.received


@pytest.mark.pty
def test_a_terminal_without_a_screen_is_refused() -> None:
    with Program(command=COMMAND, environment={"TERM": "dumb"}) as program:
        assert program.end() == 1
        assert "BackpropError: the studio needs a terminal with a screen, and TERM is dumb" in "".join(program.lines)
        assert program.modes_used == set()


@pytest.mark.slow
def test_without_a_terminal_it_is_refused_as_on_the_command_line() -> None:
    done, typed = (
        subprocess.run(
            [sys.executable, *arguments], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
        )
        for arguments in (["-c", SCRIPT], ["-m", "tui_backprop"])
    )
    refusal = done.stderr.splitlines()[-1].removeprefix("tui_backprop.errors.BackpropError: ")
    assert (done.stdout, typed.stderr) == ("", f"tui-backprop: {refusal}\n")
    assert refusal.startswith("the studio needs a terminal for its input and output (")


def test_inside_an_event_loop_it_says_what_to_do() -> None:
    async def cell() -> None:
        watch("article")

    with pytest.raises(BackpropError) as caught:
        asyncio.run(cell())
    assert "inside a running event loop, such as a notebook's" in caught.value.message
    assert "plain Python process" in caught.value.hint
    assert "`tui-backprop show`" in caught.value.hint
    assert "\n" not in str(caught.value)
