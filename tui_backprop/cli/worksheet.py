"""`tui-backprop worksheet`: an exercise for pencil and paper, or its solution."""

from __future__ import annotations

import argparse

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.lessons.worksheet import worksheet


def run(options: argparse.Namespace) -> int:
    """Prints the exercise or its solution; returns the exit code."""
    print(worksheet(experiment_to_run(options), options.steps, options.answers, options.at), end="")
    return 0
