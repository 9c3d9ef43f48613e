"""Own data from a cold start, by keyboard alone, in a real terminal."""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tests.emulator import Program
from tui_backprop import Trainer, load_experiment

CTRL_N, CTRL_S, DOWN, F4, F5 = "\x0e", "\x13", "\x1b[B", "\x1bOS", "\x1b[15~"
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
        terminal.wait_for("4-8-3", "105 samples to train on, 45 to test on", "versicolor")
        terminal.keys("\r")
        terminal.wait_for("flowers 4-8-3", "start: nothing computed yet")
        terminal.keys("e" * 30)
        terminal.wait_for("epoch 30 ")
        found = re.search(r"% \(train\), ([\d.]+) % \(test\)", terminal.text)
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
        terminal.wait_for("sample #2 3/100,000 ")
        terminal.keys("\t")
        terminal.wait_for("▸2 ")
        terminal.keys("\x1b[F")
        terminal.wait_for("99999 ")
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


def test_a_homework_sheet_is_typed_in_by_keyboard_alone_and_saved(tmp_path: Path) -> None:
    """A 2-2-2 network of sigmoids with biases, worked out in many courses; the keys are counted."""
    path = tmp_path / "sheet.toml"
    pressed = 0

    def press(terminal: Program, *keys: str) -> None:
        nonlocal pressed
        for key in keys:
            pressed += 1 if key.startswith("\x1b") else len(key)
            terminal.keys(key)

    with Program(columns=100, rows=36) as terminal:
        terminal.wait_for("start: nothing computed yet")
        press(terminal, CTRL_N)
        terminal.wait_for("$ tui-backprop article")
        press(terminal, DOWN, "t")
        terminal.wait_for("◂ typed in ▸")
        press(terminal, DOWN, "y,o2")
        terminal.wait_for("y,o2")
        press(terminal, F5)
        terminal.wait_for("Samples, one per row")
        press(terminal, "0.05\r0,1\r0.01\r0.99\r\r")
        terminal.wait_for("✓ 2-2-2, 12 parameters; 1 sample to train on")
        press(terminal, F4)
        terminal.wait_for("Weights and biases at the start", "W1, a row for each input")
        press(terminal, ".15\r.25\r.2\r.3\r.35\r.35\r.4\r.5\r.45\r.55\r.6\r.6\r")
        terminal.wait_for("weights = [[[0.15, 0.25]")
        press(terminal, CTRL_S)
        terminal.wait_for("Save the experiment file as")
        terminal.keys(f"{path}\r")
        terminal.wait_for("Saved: tui-backprop")
        press(terminal, DOWN, "\r")  # another key in between: it is the same stroke otherwise
        terminal.wait_for("typed in 2-2-2", "start: nothing computed yet")
        terminal.keys("q")
        assert terminal.end() == 0
    assert pressed < 120
    experiment = load_experiment(path)
    passage, _ = Trainer(experiment).record(Trainer(experiment).start())
    assert passage.prediction.ravel() == pytest.approx([0.75136507, 0.772928465], abs=1e-9)
    assert passage.error.sum() == pytest.approx(0.298371109, abs=1e-9)
