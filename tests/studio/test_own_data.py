"""Own data from a cold start, by keyboard alone, in a real terminal."""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tests.emulator import Program

pytestmark = [pytest.mark.pty, pytest.mark.skipif(sys.platform == "win32", reason="there are no PTYs")]


def test_iris_from_csv_to_over_95_percent_in_the_test_part(tmp_path: Path) -> None:
    path = tmp_path / "flowers.csv"
    path.write_bytes((resources.files("tui_backprop.experiments") / "presets" / "iris.csv").read_bytes())
    with Program() as terminal:
        terminal.wait_for("start: nothing computed yet")
        terminal.keys("\x0e")  # ctrl+n
        terminal.wait_for("$ tui-backprop article")
        terminal.keys("\x1b[B")
        terminal.keys("\x1b[D")
        terminal.wait_for("◂ CSV file ▸")
        terminal.keys("\x1b[B")
        terminal.keys(str(path))
        terminal.wait_for("4-8-3", "105 samples to learn, 45 to test", "versicolor")
        terminal.keys("\r")
        terminal.wait_for("flowers  start: nothing computed yet")
        terminal.keys("e" * 30)
        terminal.wait_for("epoch 30 ")
        found = re.search(r"train [\d.]+ %  test ([\d.]+) %", terminal.text)
        assert found is not None
        assert float(found[1]) > 95
        terminal.keys("q")
        assert terminal.end() == 0


def test_a_file_of_100_000_rows_opens_steps_and_scrolls(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    values = np.random.default_rng(0).integers(-9, 9, (100_000, 4))
    np.savetxt(path, values, fmt="%d", delimiter=",", header="a,b,c,d", comments="")
    with Program("xor", "--layers", "3,4,1", "--data", str(path)) as terminal:
        terminal.wait_for("start: nothing computed yet")
        terminal.keys("  .")
        terminal.wait_for("sample #2 (3 of 100000)  step 3 ")
        terminal.keys("\t")
        terminal.wait_for("▸#2 ")
        terminal.keys("\x1b[F")
        terminal.wait_for("#99999 ")
        terminal.keys("q")
        assert terminal.end() == 0


def test_samples_come_through_a_pipe_and_keys_from_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("area;price\n" + "".join(f"{i},5;{300 + 20 * i}\n" for i in range(12)), "utf-8")
    command = f"cat {path} | {sys.executable} -m tui_backprop --data -"
    with Program(command=["sh", "-c", command], columns=120, rows=40) as terminal:
        terminal.wait_for("start: nothing computed yet", "standardised: inputs and targets", "in file's units")
        terminal.keys("e")
        terminal.wait_for("epoch 1 ")
        terminal.keys("q")
        assert terminal.end() == 0
