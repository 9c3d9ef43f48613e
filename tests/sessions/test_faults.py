"""Ten situations, seven faults: the terminal is given back, and the session goes on where the studio stood."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import pytest

from tests.emulator import Program
from tests.sessions.sessions import bits, moment_of, resumed, written
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.experiments import Overrides
from tui_backprop.sessions.files import in_use
from tui_backprop.sessions.reader import Session
from tui_backprop.sessions.store import entries, read
from tui_backprop.studio.app import picture

pytestmark = pytest.mark.pty

SIZE = (120, 40)
Terminal = partial(Program, columns=SIZE[0], rows=SIZE[1])
LOSS = 1.5
"""Seconds that may be lost when there is no time to save."""
FAULTS = ("HUP", "TERM", "INT", "QUIT", "KILL", "hang-up", "PIPE")


@dataclass(frozen=True)
class Situation:
    """Keys, each with what shows then, and the same `walk` on a timeline; without one it is still under way."""

    arguments: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    walk: Callable[[Timeline], Moment] | None = None
    seed: int | None = None

    def timeline(self) -> Timeline:
        return Timeline(load_experiment(self.arguments[0], Overrides(seed=self.seed)))


def edited(timeline: Timeline) -> Moment:
    timeline.go(5)
    timeline.go(3)
    timeline.edit("weight", (1, 0, 0), 0.5)
    return timeline.next_phase()


STEPS = ("  ", "step 2")
SITUATIONS = {
    "idle": Situation(("article",), (("   .", ""),), lambda timeline: timeline.go(4, "input")),
    "in mid-step": Situation(("xor",), (STEPS, ("........", "")), lambda timeline: timeline.go(3, "mask1")),
    "in a dialog": Situation(("article",), (STEPS, ("g", "Go to"), ("3", "3")), lambda timeline: timeline.go(2)),
    "in the set-up": Situation(("xor",), (STEPS, ("\x0e", "hidden layers")), lambda timeline: timeline.go(2)),
    "in a sweep": Situation(("xor",), (STEPS, ("S", "Sweep of xor")), lambda timeline: timeline.go(2)),
    "after an edit, with branches": Situation(
        ("article",),
        (
            ("     ", "step 5"), ("\x7f\x7f", "step 3"), ("\r", "from here on"), ("\x1b[B\x1b[A\r", "a number; now"),
            ("0.5\r", "in a new branch"), (".", ""),
        ),
        edited,
    ),
    "in a run until": Situation(("no-direction",), (STEPS, ("u", "Run until"), ("\r", "Running: epoch"))),
    "in play": Situation(("article-random", "--seed", "5"), (STEPS, ("]]]]]p", "epoch 9 ")), seed=5),
}  # fmt: skip
"""With those of a start and of a lesson, ten. The last text of some is the whole screen that is expected."""


def saved() -> tuple[int, str] | None:
    """Where the one session stands in its file."""
    found, wrong = entries()
    assert wrong == []
    return (found[0].head.step, found[0].head.phase) if found else None


def shown_step(terminal: Program) -> int:
    """The step that the screen tells, or the one at the end of the epoch that a run has come to."""
    if running := re.search(r"Running: epoch ([\d,]+)", terminal.text):
        return 4 * int(running[1].replace(",", ""))
    found = re.search(r"step ([\d,]+)", terminal.text)
    return int(found[1].replace(",", "")) if found else 0


def strike(terminal: Program, fault: str) -> None:
    """The fault, and the exit code and the terminal that it leaves behind."""
    if fault == "hang-up":
        terminal.hang_up()
        assert terminal.end() == 129
        return
    number = signal.Signals[f"SIG{fault}"]
    if fault == "PIPE":  # which is nothing to a program with a terminal
        os.kill(terminal.pid, number)
        count = len(terminal.received)
        terminal.resize(SIZE[0] - 1, SIZE[1])
        terminal.until(lambda: len(terminal.received) > count)
        number = signal.SIGTERM
    code = terminal.signal(number)
    if fault == "KILL":
        assert code == -number
        return
    assert code == 128 + number
    assert terminal.left_behind == []
    assert b"Traceback" not in terminal.received
    assert b"tui-backprop: " not in terminal.received


@cache
def expected(name: str) -> tuple[tuple[object, ...], tuple[object, ...], list[str]]:
    """The bits of the moment that the situation comes to, its branches, and the screen, by a timeline of its own."""
    situation = SITUATIONS[name]
    assert situation.walk is not None
    timeline = situation.timeline()
    moment = situation.walk(timeline)
    return bits(moment), moment.branches, picture(timeline, SIZE).text.splitlines()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", [name for name, situation in SITUATIONS.items() if situation.walk])
def test_it_continues_where_it_stood(name: str, fault: str) -> None:
    situation = SITUATIONS[name]
    the_bits, branches, screen = expected(name)
    with Terminal(*situation.arguments) as terminal:
        for keys, text in situation.keys:
            terminal.keys(keys)
            if text:
                terminal.wait_for(text)
            else:
                wait_for_screen(terminal, screen)
        if fault == "KILL":
            terminal.until(lambda: saved() == (the_bits[0], the_bits[1]), what="what is saved")
        strike(terminal, fault)
    session = only_session()
    assert bits(resumed(session)) == the_bits
    assert session.branches == branches
    with Terminal("--resume") as terminal:
        terminal.wait_for("Resumed ")
        wait_for_screen(terminal, screen)


def wait_for_screen(terminal: Program, screen: list[str]) -> None:
    terminal.until(lambda: without_news(terminal.lines) == without_news(screen), what="\n".join(screen))


def only_session() -> Session:
    found, wrong = entries()
    assert wrong == []
    assert len(found) == 1
    assert not in_use(found[0].path)
    return read(found[0].path)


def without_news(lines: list[str]) -> list[str]:
    """The screen without the line that says what is new, and empty lines at its end."""
    return "\n".join([*lines[:1], *lines[2:]]).rstrip().splitlines()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", [name for name, situation in SITUATIONS.items() if not situation.walk])
def test_what_is_under_way_continues_where_it_had_got_to(name: str, fault: str) -> None:
    situation = SITUATIONS[name]
    with Terminal(*situation.arguments) as terminal:
        for keys, text in situation.keys:
            terminal.keys(keys)
            terminal.wait_for(text)
        before = saved()
        terminal.until(lambda: saved() != before)  # it is saved as it goes
        seen = shown_step(terminal)
        last_sign_of_life = time.time()
        strike(terminal, fault)
    session = only_session()
    if fault == "KILL":
        assert last_sign_of_life - session.saved.timestamp() < LOSS
    else:
        assert session.step >= seen
    assert session.step > 2
    assert bits(resumed(session)) == bits(situation.timeline().go(session.step, session.phase))
    with Terminal("--resume") as terminal:
        terminal.wait_for("Resumed ", f"step {session.step:,} ")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_start_that_is_cut_short_leaves_the_session_as_it_was(fault: str) -> None:
    path = written("lesson", moment_of("article", 7, "mask1"))
    before = path.read_bytes()
    with Terminal("--resume", "lesson", first="") as terminal:
        terminal.until(lambda: b"\x1b[?1049h" in terminal.received)
        strike(terminal, fault)
    assert path.read_bytes() == before
    assert not in_use(path)
    with Terminal("--resume") as terminal:
        terminal.wait_for("Resumed ", "step 7 ")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lesson_continues_at_its_page(fault: str) -> None:
    with Terminal("learn", "5", first="Before we go on") as terminal:
        for keys, text in (
            ("n", "The answer is"),
            ("n", "One bend"),
            ("n", "Open or shut?"),
            ("a\r", 'You said "open". The answer is "shut"'),
        ):
            terminal.keys(keys)
            terminal.wait_for(text)
        before = terminal.settle()
        strike(terminal, fault)
    with Terminal("learn", first="Open or shut?") as terminal:
        terminal.until(lambda: terminal.text == before, what=before)
