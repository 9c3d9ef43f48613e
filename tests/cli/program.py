"""The program as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "tui_backprop"]


def program(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end without a terminal."""
    return subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        timeout=60,
        check=False,
    )


def printed(*arguments: str) -> str:
    """What the program prints where all goes well."""
    done = program(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 2, and one line on standard error with these words."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tui-backprop: ")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("\n")
    for word in words:
        assert word in done.stderr
