"""The program as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import LIMIT

COMMAND = [sys.executable, "-m", "tui_backprop"]


def program(*arguments: str, folder: Path | None = None, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end without a terminal; `given` is its standard input."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=given or "",
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        timeout=LIMIT,
        check=False,
    )


@contextmanager
def interruptible(*arguments: str, stderr: int = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """The program, running, ended at the latest with the context; interrupts reach it wherever the tests run."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores them
    try:
        process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8")
    finally:
        signal.signal(signal.SIGINT, handler)
    with process:
        try:
            yield process
        finally:
            process.kill()


def printed(*arguments: str) -> str:
    """What the program prints where all goes well."""
    done = program(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def assert_refused(done: subprocess.CompletedProcess[str], *words: str, code: int = 2) -> None:
    """This exit code, and one line on standard error with these words."""
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("tui-backprop: ")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("\n")
    for word in words:
        assert word in done.stderr
