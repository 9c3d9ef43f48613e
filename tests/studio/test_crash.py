"""Whatever breaks: the terminal is given back, the session is kept, and one line says how to go on."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.emulator import Program
from tests.sessions.sessions import names
from tui_backprop.sessions.store import entries, folder, read

pytestmark = pytest.mark.pty

BREAK = 'def broken(*_, **__): raise RuntimeError("boom\\x1b[31m")'
IN = {
    "a key's action": "from tui_backprop.studio.screens.run import RunScreen; RunScreen.action_phase = broken",
    "a worker": "from tui_backprop.studio.screens import until; until.stop_conditions = broken",
    "the thread that reads keys": "from tui_backprop.terminal.driver import DiffDriver as Driver\n"
    "good = Driver.process_message\n"
    "Driver.process_message = lambda self, m: broken() if getattr(m, 'key', '') == 'full_stop' else good(self, m)",
    "a callback": "from tui_backprop.terminal.driver import DiffDriver as Driver\n"
    "good = Driver.redraw\n"
    "def redraw(self): Driver._acknowledged = broken; good(self)\n"
    "Driver.redraw = redraw",
    "leaving": "from tui_backprop.studio.screens.session import SessionScreen; SessionScreen.on_unmount = broken",
}
"""Where it breaks, with the keys below; everything else works."""
KEYS = {"a worker": "u", "a callback": "\x0c", "leaving": "q"}


def broken_studio(code: str, *arguments: str, **options: str) -> Program:
    """The program with a mistake in it."""
    program = (
        f"{BREAK}\n{code}\nimport sys\nfrom tui_backprop.cli.main import main\nsys.exit(main({list(arguments)!r}))"
    )
    return Program(command=[sys.executable, "-c", program], columns=120, rows=40, **options)  # type: ignore[arg-type]


def last_line(program: Program) -> str:
    """What is said after the terminal has been given back, which is one line."""
    said = re.sub(
        r"\x1b\[\?[0-9]+[hl]|\x1b\][^\x07]*\x07", "", program.received.decode().rpartition("\x1b[?1049l")[2]
    ).strip()
    assert said.startswith("tui-backprop: ")
    assert said.isprintable()
    return said


@pytest.mark.parametrize("where", IN)
def test_what_breaks_ends_the_studio_in_order(where: str, state_home: Path) -> None:
    with broken_studio(IN[where], "article") as program:
        program.keys("  ")
        program.wait_for("step 2")
        program.keys(KEYS.get(where, "."))
        assert program.end() == 1
        assert program.left_behind == []
        said = last_line(program)
    path = state_home / "tui-backprop" / "crash.txt"
    assert f"RuntimeError: boom\\x1b[31m; {path} has the details" in said
    kept = path.read_text()
    assert "Traceback" in kept
    assert "in broken" in kept
    (entry,), _ = entries()
    assert (read(entry.path).step, read(entry.path).phase) == (2, "update")
    assert said.endswith(f"`tui-backprop --resume {entry.path.stem}` continues")
    with Program(*shlex.split(said.split("`")[1])[1:]) as program:
        program.wait_for("Resumed", "step 2")


def test_what_breaks_before_the_first_step_leaves_nothing_to_resume() -> None:
    with broken_studio(
        "from tui_backprop.studio.app import BackpropApp; BackpropApp.on_mount = broken", "article"
    ) as program:
        assert program.end() == 1
        assert program.left_behind == []
        assert "--resume" not in last_line(program)


def test_visitors_see_no_internals(state_home: Path) -> None:
    with broken_studio(IN["a key's action"], "article", "--kiosk") as program:
        program.keys(".")
        assert program.end() == 1
        assert program.left_behind == []
        assert last_line(program) == "tui-backprop: something went wrong; please start again"
    assert "in broken" in (state_home / "tui-backprop" / "crash.txt").read_text()
    assert names(folder()) == []


def test_a_lesson_that_breaks_continues_at_its_page() -> None:
    with broken_studio(IN["a key's action"], "learn", "1") as program:
        program.keys(".")
        assert program.end() == 1
        assert last_line(program).endswith("`tui-backprop learn` continues")


def test_where_nothing_can_be_written_the_line_still_comes(state_home: Path) -> None:
    (state_home / "tui-backprop").write_text("in the way")
    with broken_studio(IN["a key's action"], "article") as program:
        program.keys(".")
        assert program.end() == 1
        assert program.left_behind == []
        assert "RuntimeError: boom" in program.received.decode().rpartition("\x1b[?1049l")[2]
