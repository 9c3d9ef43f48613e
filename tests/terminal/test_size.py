"""What a terminal claims to be is not what memory is taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator import Program

pytestmark = pytest.mark.pty
LARGEST = 150
"""Megabytes."""


def megabytes(pid: int) -> int:
    """Of memory that a process has taken."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.mark.parametrize("size", [(500, 300), (5000, 5000), (60_000, 60_000)])
def test_a_terminal_of_any_size_takes_little_memory(size: tuple[int, int]) -> None:
    with Program() as program:
        program._set_size(*size)  # the emulated screen stays as it is: it would take more memory than the program
        program.keys(" ")
        program.settle(1.0)
        assert megabytes(program.pid) < LARGEST
        program.resize(80, 24)
        program.wait_for("epoch 1   sample #0")


def test_a_terminal_of_one_cell_takes_keys() -> None:
    with Program(columns=1, rows=1, first="") as program:
        program.settle(1.0)
        program.press("u", "\r")
        program.resize(80, 24)
        program.wait_for("Converged: epoch 148")
