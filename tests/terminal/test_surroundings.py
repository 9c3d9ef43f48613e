"""What the studio finds around it: kinds of terminals, a size in the environment, a shell with job control."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from tests.emulator import Program
from tui_backprop.terminal.abilities import shows_unicode

pytestmark = pytest.mark.pty

COLOURS = {"256": rb"[34]8;5;\d", "16": rb"\x1b\[(?:[0-9;]*;)?(?:3|9)[1-7]m", "none": b"never"}


def colours_of(received: bytes) -> set[str]:
    """How many colours the terminal was asked for."""
    return {name for name, pattern in COLOURS.items() if re.search(pattern, received)}


@pytest.fixture(scope="module")
def shown() -> str:
    """The screen after a few keys, in a terminal like most."""
    with Program() as program:
        return program.press(" ", ".")


@pytest.mark.parametrize(
    ("terminal", "colours", "ascii_only"),
    [
        ("xterm-256color", {"256"}, False),
        ("screen", {"16"}, False),
        ("tmux", {"16"}, False),
        ("linux", {"16"}, True),
    ],
)
def test_a_kind_of_terminal(terminal: str, colours: set[str], ascii_only: bool, shown: str) -> None:
    with Program(environment={"TERM": terminal}) as program:
        text = program.press(" ", ".")
        assert colours_of(program.received) == colours
        assert b"8;2;" not in program.received
        assert program.received.isascii() == ascii_only
        assert len(text) == len(shown)
        assert [(a, b) for a, b in zip(text, shown, strict=True) if a != b and not (ascii_only and a.isascii())] == []
        program.press("q")
        assert program.end() == 0
        assert program.left_behind == []


@pytest.mark.parametrize("terminal", ["dumb", "unknown", ""])
def test_a_terminal_without_a_screen_is_refused(terminal: str) -> None:
    with Program(environment={"TERM": terminal}, first="tui-backprop:") as program:
        assert program.end() == 2
        said = program.received.decode()
        assert said.startswith(f"tui-backprop: the studio needs a terminal with a screen, and TERM is {terminal}")
        assert "tui-backprop train" in said
        assert "tui-backprop show" in said
        assert "\x1b" not in said
        assert program.left_behind == []


UTF8, LATIN = True, False


@pytest.mark.parametrize(
    ("everything", "characters", "language", "shown"),
    [
        ("C", "", "", LATIN), ("de_DE.ISO-8859-1", "", "", LATIN), ("C", "C.UTF-8", "C.UTF-8", LATIN),
        ("C.UTF-8", "C", "C", UTF8), ("", "C.UTF-8", "C", UTF8), ("", "UTF-8", "C", UTF8), ("", "C", "C.UTF-8", LATIN),
        ("", "POSIX", "C.UTF-8", LATIN), ("", "de_DE.ISO-8859-1", "C.UTF-8", LATIN), ("", "", "C", LATIN),
        ("", "", "C.UTF-8", UTF8), ("", "", "", UTF8), ("", "xx_XX.UTF-8", "C", UTF8), ("", "", "xx_XX.UTF-8", UTF8),
    ],
)  # fmt: skip
def test_the_locale_says_which_characters_there_are(
    everything: str, characters: str, language: str, shown: bool
) -> None:
    locale = {"LC_ALL": everything, "LC_CTYPE": characters, "LANG": language}
    with Program(environment=locale) as program:
        program.press(".")
        assert program.received.isascii() != shown


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, UTF8), ({"LANG": "C.UTF-8", "LC_CTYPE": "C"}, LATIN), ({}, UTF8),
        ({"LANG": "C.UTF-8", "LC_CTYPE": ""}, UTF8), ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8"}, LATIN),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, LATIN), ({"LANG": "en_US.utf8"}, UTF8), ({"LC_CTYPE": "UTF-8"}, UTF8),
    ],
)  # fmt: skip
def test_the_first_locale_that_is_set_counts(environment: dict[str, str], shown: bool) -> None:
    assert shows_unicode(environment) is shown


def test_the_terminal_knows_its_size_better_than_the_environment(shown: str) -> None:
    with Program(environment={"COLUMNS": "200", "LINES": "10"}) as program:
        assert program.press(" ", ".") == shown
        text = program.resize(120, 40)
        program.wait_for("q quit")
        assert [y for y, line in enumerate(program.lines) if "q quit" in line] == [39]
        assert max(map(len, text.splitlines())) == 120


def test_a_terminal_without_a_size_has_that_of_the_environment() -> None:
    command = ["sh", "-c", f"stty columns 0 rows 0; exec {sys.executable} -m tui_backprop"]
    with Program(command=command, environment={"COLUMNS": "70", "LINES": "20"}) as program:
        assert [y for y, line in enumerate(program.lines) if "q quit" in line] == [19]
        assert max(map(len, program.lines)) == 70


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash, for its job control")
def test_ctrl_z_and_fg() -> None:
    shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    with Program(command=shell, environment={"PS1": "ready> "}, first="ready>") as program:
        program.keys(f"{sys.executable} -m tui_backprop article\n")
        program.wait_for("nothing computed yet")
        before = program.press(" ", ".")
        for _ in range(2):
            program.keys("\x1a")
            program.wait_for("Stopped")
            program.settle()
            assert program.left_behind == []
            program.keys("echo scribble; sleep 0.1\n")
            program.wait_for("\nscribble")
            count = len(program.received)
            program.keys("fg\n")
            program.until(lambda: program.text == before, what=before)
            program.settle()
            assert program.text == before
            assert b"\x1b[?1049h" in program.received[count:]
        program.press(" ", "q")
        program.wait_for("ready>")
        assert program.left_behind == []
        program.keys("exit\n")
        assert program.end() == 0
