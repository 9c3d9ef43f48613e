"""The real program in a real terminal: what stands on its screen, and how it leaves the terminal behind."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.app.studio import NARROW, SMALL, WIDE
from tests.emulator import Program
from tui_backprop import Timeline, load_experiment
from tui_backprop.app import picture

pytestmark = [pytest.mark.pty, pytest.mark.skipif(sys.platform == "win32", reason="there are no PTYs")]

START = "start: nothing computed yet"
ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE = 1049, 2004, 1000


def expected(size: tuple[int, int], keys: tuple[str, ...]) -> list[str]:
    """The studio's screen after these keys, from the studio without a terminal."""
    timeline = Timeline(load_experiment("article"))
    lines = picture(timeline, size, keys=keys).text.splitlines()
    return lines + [""] * (size[1] - len(lines))


def assert_left_behind_as_found(terminal: Program) -> None:
    assert terminal.modes_used >= {ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE}
    assert terminal.left_behind == []


def test_a_session_from_the_first_sample_to_the_last_key() -> None:
    with Program("article", columns=120, rows=40) as terminal:
        terminal.wait_for(START, "x1 +0.8176 +0.0052 +0.6581 +0.2261  h1 +0.6218", "q quit")
        terminal.keys(" ")
        terminal.wait_for(
            "sample #0 (1 of 4)  step 1 ", "error so far 3.61 ", "╭h1 z +1.9470", "ŷ +2.9000", "δ +1.9000"
        )
        terminal.wait_for("x1 +0.6995 −0.0772 +0.6136 +0.0578  h1 +0.2519")
        for step in (2, 3, 4):
            terminal.keys(" ")
            terminal.wait_for(f"({step} of 4)  step {step} ")
        terminal.wait_for("Epoch 1 ends with error 4.95.", "x1 +0.6819 −0.0772 +0.6148 +0.0136  h1 +0.1368")
        terminal.keys(" " * 8)
        terminal.wait_for("epoch 3  sample #3 (4 of 4)  step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.keys(".....")
        terminal.wait_for("step 13 ", "The prediction is")
        terminal.keys(",,,,,")
        terminal.wait_for("step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.keys("e")
        terminal.wait_for("epoch 4  sample #3 (4 of 4)  step 16 ", "epoch 4: 1.46")
        terminal.keys("E")
        terminal.wait_for("step 12 ", "been to epoch 4")
        terminal.keys("v")
        terminal.wait_for("Gradients  (v: updates)")
        terminal.keys("\t")
        keys = (*["space"] * 12, *["full_stop"] * 5, *["comma"] * 5, "e", "E", "v", "tab")
        wide = expected(WIDE, keys)
        terminal.until(lambda: terminal.lines == wide, what="\n".join(wide))
        terminal.keys("c")
        terminal.wait_for("Error of each epoch")
        terminal.keys("\x1b")
        terminal.until(lambda: "Error of each epoch" not in terminal.text)
        terminal.keys("\t\t\t\t\t")  # all the way round, to where the focus was
        for size in (NARROW, SMALL, WIDE):
            terminal.resize(*size)
            lines = expected(size, keys)
            terminal.until(lambda lines=lines: terminal.lines == lines, what="\n".join(lines))  # type: ignore[misc]
        terminal.keys("q")
        assert terminal.end() == 0
        assert_left_behind_as_found(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    with Program("article") as terminal:
        terminal.wait_for(START)
        assert terminal.signal(number) == 128 + number
        assert_left_behind_as_found(terminal)


@pytest.mark.parametrize("keys", ["", " ", "p]]]]]"])
@pytest.mark.parametrize("signal", [True, False])
def test_it_ends_when_the_line_is_cut(keys: str, signal: bool) -> None:
    with Program(controlling=signal) as terminal:
        terminal.wait_for(START)
        terminal.keys(keys)
        if keys:
            terminal.wait_for("epoch 1 ")
        terminal.hang_up()
        assert terminal.end() == 129


def test_ctrl_q_ends_it_in_a_long_run() -> None:
    with Program("article-random", "--seed", "13") as terminal:
        terminal.wait_for(START)
        terminal.keys("u")
        terminal.wait_for("Run until")
        terminal.keys("\r")
        terminal.wait_for("Running: epoch")
        terminal.keys("q")
        assert terminal.end() == 0
        assert_left_behind_as_found(terminal)


def test_a_mistake_is_told_on_the_plain_screen() -> None:
    with Program("nowhere") as terminal:
        assert terminal.end() == 2
        assert "nowhere" in terminal.text
        assert terminal.modes_used == set()
