"""What a shell gets when the user presses tab."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import COMMAND, program


def completions(line: str, folder: Path) -> list[str]:
    """What completes a line in an empty folder, as argcomplete's protocol has it."""
    told = folder.with_name("told")
    environment = os.environ | {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(told),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line.encode())),
    }
    subprocess.run(COMMAND, env=environment, cwd=folder, check=True)
    return [word.strip() for word in told.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tui-backprop workl", []),
        ("tui-backprop works", ["worksheet"]),
        ("tui-backprop ar", ["article", "article-random"]),
        ("tui-backprop train spi", ["spiral"]),
        ("tui-backprop train iris --hid", ["--hidden"]),
        ("tui-backprop train iris --hidden r", ["relu"]),
        ("tui-backprop train iris --output so", ["softmax"]),
        ("tui-backprop show xor --pla", ["--plain"]),
        ("tui-backprop help mat", ["mathematics"]),
        ("tui-backprop completion f", ["fish"]),
        ("tui-backprop --sess", ["--session"]),
        ("tui-backprop train mine", ["mine.toml"]),
    ],
)
def test_what_completes_a_line(line: str, expected: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "mine.toml").touch()
    assert completions(line, folder) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    done = program("completion", shell)
    assert (done.returncode, "tui-backprop" in done.stdout) == (0, True)
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, text=True, capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
