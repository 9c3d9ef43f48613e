"""What real terminals show: the program in a PTY, an emulator's cells as SVG, several of them side by side."""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.text import Text

sys.path.insert(0, str(Path(__file__).parent.parent))  # for the tests' emulator, which is not installed

from tests.emulator import Program

SIZE = COLUMNS, ROWS = 80, 24
KEYS = ("g", "1:2:upstream1", "\r", "\x1b[C")
"""A gate is shut here, δ is not known yet, what flows back has just changed, and a weight is selected."""
STUDIO = (sys.executable, "-m", "tui_backprop", "article")
TMUX = (
    "tmux", "-u", "-L", "pictures", "-f", "/dev/null", "new-session", "-s", "lesson", "-n", "studio", *STUDIO,
    ";", "set", "status-right", "seen through tmux",
)  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """The studio in a terminal of its own kind."""

    title: str
    command: tuple[str, ...] = STUDIO
    term: str = "xterm-256color"

    def svg(self, state: str) -> str:
        """The terminal's screen after the keys; the session goes to the folder `state`."""
        environment = {"TERM": self.term, "XDG_STATE_HOME": state, "TMUX_TMPDIR": state}
        with Program(command=self.command, environment=environment, columns=COLUMNS, rows=ROWS) as program:
            program.press(*KEYS)
            console = Console(width=COLUMNS, file=io.StringIO(), record=True, force_terminal=True)
            for y in range(ROWS):
                console.print(_line([program.screen.buffer[y][x] for x in range(COLUMNS)]), overflow="crop")
            program.press("q")
            assert program.end() == 0, program.text
        return console.export_svg(title=self.title)


SCREENS = (
    Screen("256 colours: what SSH usually brings"),
    Screen("16 colours: TERM=xterm", term="xterm"),
    Screen("no colours: --color none", (*STUDIO, "--color", "none")),
    Screen("ASCII: --ascii", (*STUDIO, "--ascii")),
    Screen("no colours and ASCII", (*STUDIO, "--color", "none", "--ascii")),
    Screen("256 colours, in tmux", TMUX),
)


def side_by_side(across: int = 2) -> str:
    """All screens in one picture."""
    with tempfile.TemporaryDirectory() as state:
        pictures = [screen.svg(state) for screen in SCREENS]
    width, height = (float(size) for size in pictures[0].split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split())
    placed = []
    for number, picture in enumerate(pictures):
        x, y = number % across * width, number // across * height
        placed.append(picture.replace("<svg ", f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" ', 1))
    size = f"{across * width:g} {-(-len(pictures) // across) * height:g}"
    return f'<svg viewBox="0 0 {size}" xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(placed) + "\n</svg>\n"


def _line(cells: list[Any]) -> Text:
    """A row of the emulator's cells."""
    text = Text(no_wrap=True)
    for style, run in groupby(cells, _style):
        text.append("".join(cell.data for cell in run), style)
    return text


def _style(cell: Any) -> Style:
    attributes = {"bold": cell.bold, "italic": cell.italics, "underline": cell.underscore, "reverse": cell.reverse}
    return Style(color=colour(cell.fg), bgcolor=colour(cell.bg), **attributes)


def colour(name: str) -> str:
    """The emulator's colour as Rich calls it."""
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return name.replace("bright", "bright_").replace("brown", "yellow")
