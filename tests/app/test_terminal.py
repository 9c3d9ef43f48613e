"""The real program in a real terminal: what stands on its screen, and how it leaves the terminal behind."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.app.studio import NARROW, SMALL, WIDE
from tests.app.terminal import Terminal
from tui_backprop import Timeline, load_experiment
from tui_backprop.app import picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no PTYs")

START = "start: nothing computed yet"
ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE = 1049, 2004, 1000


def expected(size: tuple[int, int], keys: tuple[str, ...]) -> list[str]:
    """The studio's screen after these keys, from the studio without a terminal."""
    timeline = Timeline(load_experiment("article"))
    lines = picture(timeline, size, keys=keys).text.splitlines()
    return lines + [""] * (size[1] - len(lines))


def assert_left_behind_as_found(terminal: Terminal) -> None:
    assert terminal.modes_used >= {ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE}
    assert terminal.modes_left == set()
    assert terminal.keyboard_protocols_left == 0
    assert terminal.settings_restored


def test_a_session_from_the_first_sample_to_the_last_key() -> None:
    with Terminal("article") as terminal:
        terminal.expect(START, "x1 +0.8176 +0.0052 +0.6581 +0.2261  h1 +0.6218", "q quit")
        terminal.press(" ")
        terminal.expect("sample #0 (1 of 4)  step 1 ", "error so far 3.61 ", "╭h1 z +1.9470", "ŷ +2.9000", "δ +1.9000")
        terminal.expect("x1 +0.6995 −0.0772 +0.6136 +0.0578  h1 +0.2519")
        for step in (2, 3, 4):
            terminal.press(" ")
            terminal.expect(f"({step} of 4)  step {step} ")
        terminal.expect("Epoch 1 ends with error 4.95.", "x1 +0.6819 −0.0772 +0.6148 +0.0136  h1 +0.1368")
        terminal.press(" " * 8)
        terminal.expect("epoch 3  sample #3 (4 of 4)  step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.press(".....")
        terminal.expect("step 13 ", "The prediction is")
        terminal.press(",,,,,")
        terminal.expect("step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.press("e")
        terminal.expect("epoch 4  sample #3 (4 of 4)  step 16 ", "epoch 4: 1.46")
        terminal.press("E")
        terminal.expect("step 12 ", "been to epoch 4")
        terminal.press("v")
        terminal.expect("Gradients  (v: updates)")
        terminal.press("\t")
        keys = (*["space"] * 12, *["full_stop"] * 5, *["comma"] * 5, "e", "E", "v", "tab")
        wide = expected(WIDE, keys)
        terminal.until(lambda: terminal.lines == wide, what="\n".join(wide))
        terminal.press("c")
        terminal.expect("Error of each epoch")
        terminal.press("\x1b")
        terminal.until(lambda: "Error of each epoch" not in terminal.text)
        terminal.press("\t\t\t\t\t")  # all the way round, to where the focus was
        for size in (NARROW, SMALL, WIDE):
            terminal.resize(size)
            lines = expected(size, keys)
            terminal.until(lambda lines=lines: terminal.lines == lines, what="\n".join(lines))  # type: ignore[misc]
        terminal.press("q")
        assert terminal.finish() == 0
        assert_left_behind_as_found(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    with Terminal("article", size=NARROW) as terminal:
        terminal.expect(START)
        terminal.process.send_signal(number)
        assert terminal.finish(5) == 128 + number
        assert_left_behind_as_found(terminal)


@pytest.mark.parametrize("keys", ["", " ", "p]]]]]"])
def test_it_ends_when_the_line_is_cut(keys: str) -> None:
    with Terminal("article", size=NARROW) as terminal:
        terminal.expect(START)
        terminal.press(keys)
        if keys:
            terminal.expect("epoch 1 ")
        terminal.hang_up()
        terminal.process.wait(timeout=10)


def test_ctrl_q_ends_it_in_a_long_run() -> None:
    with Terminal("article-random", "--seed", "13", size=NARROW) as terminal:
        terminal.expect(START)
        terminal.press("u")
        terminal.expect("Run until")
        terminal.press("\r")
        terminal.expect("Running: epoch")
        terminal.press("q")
        assert terminal.finish(5) == 0
        assert_left_behind_as_found(terminal)


def test_a_mistake_is_told_on_the_plain_screen() -> None:
    with Terminal("nowhere", size=NARROW) as terminal:
        assert terminal.finish() == 2
        assert "nowhere" in terminal.text
        assert terminal.modes_used == set()
