"""The real program in a real terminal: what stands on its screen, and how it leaves the terminal behind."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.emulator import Program
from tests.studio.studio import NARROW, SMALL, WIDE
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio.app import picture

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
            "sample #0 1/4   step 1 ", "error so far 3.61", "─ h1 ─", "│ z +1.9470", "ŷ +2.9000", "δ +1.9000"
        )
        terminal.wait_for("x1 +0.6995 −0.0772 +0.6136 +0.0578  h1 +0.2519")
        for step in (2, 3, 4):
            terminal.keys(" ")
            terminal.wait_for(f" {step}/4   step {step} ")
        terminal.wait_for("Epoch 1 ends with error 4.95.", "x1 +0.6819 −0.0772 +0.6148 +0.0136  h1 +0.1368")
        terminal.keys(" " * 8)
        terminal.wait_for("epoch 3   sample #3 4/4   step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.keys(".....")
        terminal.wait_for("step 13 ", "The prediction is")
        terminal.keys(",,,,,")
        terminal.wait_for("step 12 ", "Epoch 3 ends with error 1.35.")
        terminal.keys("e")
        terminal.wait_for("epoch 4   sample #3 4/4   step 16 ", "epoch 4: sum 1.46")
        terminal.keys("E")
        terminal.wait_for("step 12 ", "reached epoch 4")
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
        terminal.press("\t\t\t\t\t")  # all the way round, to where the focus was
        for size in (NARROW, SMALL, WIDE):
            terminal.resize(*size)
            lines = expected(size, keys)
            terminal.until(lambda lines=lines: terminal.lines == lines, what="\n".join(lines))  # type: ignore[misc]
        terminal.keys("q")
        assert terminal.end() == 0
        assert_left_behind_as_found(terminal)


ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    with Program("article") as terminal:
        terminal.wait_for(START)
        assert terminal.signal(number) == 128 + number
        assert_left_behind_as_found(terminal)
        assert b"Traceback" not in terminal.received


SIGNAL = "import os; from tui_backprop.terminal.driver import DiffDriver as Driver\n"
AT_WRITE = SIGNAL + (
    "good, count = Driver.write, []\n"
    "def write(self, data):\n"
    "    good(self, data); count.append(data)\n"
    "    if len(count) == {at}: os.kill(os.getpid(), {number})\n"
    "Driver.write = write\n"
)
AROUND = SIGNAL + (
    "good = Driver.{method}\n"
    "def around(self): {before}os.kill(os.getpid(), {number}); {after}\n"
    "Driver.{method} = around\n"
)
RUN = "import sys; from tui_backprop.cli.main import main; sys.exit(main(['article']))"


@pytest.mark.parametrize(
    ("at", "number"), [(at, ENDING[n % 4]) for n, at in enumerate((1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18))]
)
def test_a_signal_while_the_terminal_is_taken_ends_it_in_order(at: int, number: int) -> None:
    """After any of the sequences that take it, the first included."""
    command = [sys.executable, "-c", AT_WRITE.format(at=at, number=int(number)) + RUN]
    with Program(command=command, first="never") as terminal:
        assert terminal.end() == 128 + number
        assert ALTERNATE_SCREEN in terminal.modes_used
        assert terminal.left_behind == []
        assert b"Traceback" not in terminal.received


@pytest.mark.parametrize("method", ["start_application_mode", "stop_application_mode", "close"])
@pytest.mark.parametrize("first", [True, False])
def test_a_signal_while_it_comes_or_goes_leaves_nothing_behind(method: str, first: bool) -> None:
    call, number = "good(self); ", ENDING[len(method) % 4]
    before, after = ("", call) if first else (call, "")
    command = [sys.executable, "-c", AROUND.format(method=method, number=int(number), before=before, after=after) + RUN]
    with Program(command=command) as terminal:
        if method != "start_application_mode":
            terminal.keys("q")
        assert terminal.end() in ({128 + number} if method == "start_application_mode" else {0, 128 + number})
        assert terminal.left_behind == []
        assert b"Traceback" not in terminal.received


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


def test_a_mistake_is_reported_on_the_plain_screen() -> None:
    with Program("nowhere") as terminal:
        assert terminal.end() == 2
        assert "nowhere" in terminal.text
        assert terminal.modes_used == set()
