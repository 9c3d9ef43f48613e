"""The driver on a real line: few bytes, never behind, quiet when idle, and in order when it ends."""

from __future__ import annotations

import re
import time

import pyte
import pytest

from tests.emulator import ASK, PLAIN, Program, readable
from tests.terminal.test_input import NOT_KEYS
from tui_backprop.terminal.driver import SYNC_END
from tui_backprop.terminal.encode import CLEAR

pytestmark = pytest.mark.pty


def _bytes_per_key(program: Program, key: str, count: int) -> float:
    before = len(program.received)
    for _ in range(count):
        program.press(key)
    return (len(program.received) - before) / count


def test_a_key_costs_less_than_a_third_of_what_it_costs_without() -> None:
    with Program() as frugal, Program(environment=PLAIN) as plain:
        assert _bytes_per_key(frugal, " ", 6) < _bytes_per_key(plain, " ", 6) / 3
        assert frugal.text == plain.text


@pytest.mark.parametrize("arguments", [("article",), ("circle",), ("learn", "1")], ids=" ".join)
def test_the_first_frame_is_the_whole_picture(arguments: tuple[str, ...]) -> None:
    with Program(*arguments, columns=120, rows=40) as program:
        program.settle()
        first = program.received.split(CLEAR.encode())[1].split(SYNC_END.encode())[0]
        screen = pyte.Screen(120, 40)
        pyte.ByteStream(screen).feed(readable(first))
        assert [line.rstrip() for line in screen.display] == [line.rstrip() for line in program.screen.display]


def test_resizes_and_redraws_leave_the_same_screen_as_without() -> None:
    with Program() as frugal, Program(environment=PLAIN) as plain:
        for program in (frugal, plain):
            program.press(" ", ".", ".")
            program.resize(120, 40)
            program.press("v", "e")
            program.resize(60, 18)
            program.press("\x0c", "\t", " ")
            program.settle()
        assert frugal.text == plain.text


def test_a_spoilt_screen_is_redrawn_by_its_key() -> None:
    with Program() as program:
        before = program.press(" ")
        program.screen.reset()
        assert program.press("\x0c") == before


def test_nothing_is_sent_while_nothing_happens() -> None:
    with Program() as program:
        program.press(" ")
        count = len(program.received)
        program.settle(quiet=1.5)
        assert len(program.received) == count


def test_a_held_key_makes_every_step_and_never_falls_behind_on_a_slow_line() -> None:
    with Program(baud=57_600) as program:
        start, most = time.monotonic(), 0
        for step in range(60):
            program.keys(" ")
            while time.monotonic() < start + (step + 1) / 30:
                program.read(0.002)
                most = max(most, program.on_the_way)
        program.wait_for("epoch 15   sample #3")
        assert most < 3500  # 1,500, on a busy machine up to 2,600; without pacing 4,095, as much as fits


def test_where_a_frame_takes_long_the_upper_rows_come_first() -> None:
    with Program(columns=120, rows=40, baud=9600) as program:
        program.settle(1.0)
        before, count = program.lines, len(program.received)
        program.keys(" ")
        program.until(lambda: program.received.count(b"\x1b[?2026l", count) == 1)
        upper = program.lines[:22]
        assert "epoch 1   sample #0" in upper[0]
        assert program.lines[25:] == before[25:]
        program.settle(1.0)
        assert program.lines[:22] == upper
        assert program.lines[25:] != before[25:]


def test_nothing_moves_between_two_pictures_on_a_slow_line() -> None:
    with Program(baud=9600) as program:
        count = len(program.received)
        program.press(".")
        assert program.received.count(b"\x1b[?2026l", count) <= 2  # of a quick one, eight frames


def test_all_rows_come_at_once_when_the_line_is_fast_again() -> None:
    def frames(key: str) -> int:
        count = len(program.received)
        program.press(key)
        return program.received.count(b"\x1b[?2026l", count)

    with Program("--no-motion", columns=120, rows=40, baud=9600) as program:
        assert frames(" ") == 2
        program.baud = 0
        for _ in range(8):
            program.press("\x0c")  # a redraw asks the terminal, which answers at once now
        assert frames(" ") == 1


def test_a_terminal_that_never_answers_is_not_kept_waiting() -> None:
    with Program(answers=False) as program:
        program.settle(1.5)
        asked = program.received.count(ASK)
        for _ in range(12):
            program.keys(" ")
            program.read(0.05)
        program.wait_for("epoch 3   sample #3")
        assert program.received.count(ASK) == asked


def test_ascii_alone_reaches_a_terminal_that_knows_nothing_else() -> None:
    with Program("--ascii") as program:
        program.press(".", ".", "?", "\x1b", "e", "c")
        assert program.received.isascii()


@pytest.mark.parametrize(
    ("colours", "pattern"),
    [("truecolor", rb"[34]8;2;"), ("256", rb"[34]8;5;"), ("16", rb"\x1b\[[0-9;]*9[1-7]m"), ("none", None)],
)
def test_no_other_colours_are_sent_than_were_asked_for(colours: str, pattern: bytes | None) -> None:
    with Program("--color", colours) as program:
        program.press(" ", "e")
        sent = b"".join(re.findall(rb"\x1b\[[0-9;]*m", program.received))
    if pattern is None:
        assert not re.search(rb"\x1b\[(?:[0-9;]*;)?(?:3|4|9|10)[0-9]", sent)
    else:
        assert re.search(pattern, sent)
    if colours != "truecolor":
        assert b"8;2;" not in sent
    if colours in ("16", "none"):
        assert b"8;5;" not in sent


def test_an_answer_that_comes_when_it_is_left_draws_nothing_more() -> None:
    with Program(answers=False) as program:
        program.keys("\x0c")  # draws everything, and asks whether it was read
        program.until(lambda: program.received.count(ASK) == 2)
        program.keys(" ", "q")  # what the step changed waits for the answer
        program.settle()
        program.keys("\x1b[1;1R", "\x1b[1;1R")
        assert program.end() == 0
        assert program.left_behind == []
        after = program.received.rpartition(b"\x1b[?1049l")[2]
        # modes are reset, and nothing else; what comes too late for the program the terminal echoes
        assert re.sub(rb"\x1b\[\?[0-9]+[hl]|\^\[\[1;1R", b"", after) == b""


@pytest.mark.parametrize("terminal", ["xterm-256color", "unheard-of"])
@pytest.mark.parametrize("answers", [True, False])
def test_reports_that_were_not_asked_for_change_nothing(terminal: str, answers: bool) -> None:
    junk = [*NOT_KEYS, b"\x1b[2;2R", b"\x1b[I", b"\x1b[?2026;0$y", b"\x1b[<35;99999999;99999999M", b"\x1b[101;1:3u"]
    with Program(environment={"TERM": terminal}, answers=answers) as program:
        program.keys(" ")
        program.wait_for("step 1")
        before = program.settle(1.0)
        for order in (junk, junk[::-1]):
            for report in order:
                program.send(report)
            program.send(b"".join(order))
        assert program.settle(1.0) == before
        program.send(b"\x1b[32;1:1u\x1b[32;1:2u\x1b[32;1:3u")
        program.wait_for("step 3")
        program.keys("q")
        assert program.end() == 0
        assert program.left_behind == []
