"""Without what Windows lacks: commands that need no screen are as elsewhere, and the studio has Textual's driver."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import printed
from tests.emulator import Program
from tui_backprop.sessions.store import entries, folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.windows"]
COMMANDS = [
    "--version",
    "--help",
    "list",
    "train article --epochs 3",
    "train xor --epochs 1 --format jsonl --every step",
    "sweep article-random --seeds 5 --epochs 20",
    "check sigmoid",
    "script xor",
    "worksheet article",
    "show article --plain",
    "show spiral --at 3 --size 100x30",
    "learn --list",
    "learn 1 --plain",
]


def windows(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_the_same(command: str) -> None:
    done = windows(*command.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == printed(*command.split())


@pytest.mark.slow
def test_files_are_written(tmp_path: Path) -> None:
    for command in ("train article --epochs 1 --out", "show article --svg", "script xor --out", "learn --new"):
        assert windows(*command.split(), str(tmp_path / command.split()[0])).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learn", "script", "show", "train"]


@pytest.mark.slow
def test_a_mistake_is_one_line() -> None:
    for arguments in ([], ["nowhere"], ["learn"], ["show", "article", "--at", "x"]):
        done = windows(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.pty
def test_the_studio_draws_by_textuals_own_driver_and_saves(tmp_path: Path) -> None:
    for number, arguments in enumerate(([], ["--resume"], ["--session", str(tmp_path / "it.json")], ["learn", "1"])):
        with Program(command=[*COMMAND, *arguments], first="nothing at all") as program:
            assert program.end() == 0, program.text
            assert program.text.strip() == "", number
    (entry,), wrong = entries()
    assert (entry.head.experiment, entry.head.step, entry.in_use, wrong) == ("article", 2, False, [])
    assert [path.name for path in folder().iterdir()] == [entry.path.name]
    assert [path.name for path in tmp_path.iterdir()] == ["it.json"]
    assert "article " in windows("sessions").stdout
