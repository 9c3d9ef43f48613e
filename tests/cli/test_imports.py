"""What prints figures does not wait for the screen's libraries to load."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.test_files import SHEET

HEAVY = {"textual", "rich", "plotext"}
CODE = """
import sys
from tui_backprop.cli.main import main
code = main({arguments!r})
print(*({heavy!r} & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""

STUDIO = """
import sys
from tui_backprop import load_experiment
from tui_backprop.cli import studio
from tui_backprop.studio import app
load_experiment("article")
print(*{"numpy.random", "statistics", "tui_backprop.core.outcomes", "tui_backprop.lessons.lesson"} & set(sys.modules))
"""


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["train", "xor", "--epochs", "1"], ["--version"], ["check", "xor"], ["script", "xor"],
     ["worksheet", "xor"], ["sweep", "xor", "--seeds", "2", "--epochs", "2"], ["sessions"], ["learn", "--list"],
     ["learn", "1", "--plain"], ["by-hand", "article", "--check", str(SHEET)]],
)  # fmt: skip
def test_commands_without_a_screen_load_no_screen(arguments: list[str]) -> None:
    code = CODE.format(arguments=arguments, heavy=HEAVY)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stderr.splitlines()[-1:]) == (0, [""])


def test_the_studio_starts_with_what_its_first_picture_needs() -> None:
    run = subprocess.run([sys.executable, "-c", STUDIO], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "\n")
