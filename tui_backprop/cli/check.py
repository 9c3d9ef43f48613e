"""The gradient check in words: the worst entry, and whether all agree."""

from __future__ import annotations

import argparse

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.core.diagnostics import gradient_check
from tui_backprop.core.diagnostics.bugs import buggy_gradient
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import printable
from tui_backprop.reading.numerals import counted

EPOCHS_FOR_A_BUG = 10
"""Epochs within which a bug must make a difference."""


def run(options: argparse.Namespace) -> int:
    """The command; returns the exit code."""
    return check(experiment_to_run(options), options.bug)


def check(experiment: Experiment, bug: str | None) -> int:
    """Checks the gradients at the start, or those of a `bug`; prints the worst; returns the exit code."""
    result = _with_bug(experiment, bug) if bug else gradient_check.check_gradient(experiment)
    worst = result.worst
    if result.at_kink:
        print(f"{counted(result.at_kink, 'entry', 'entries')} left out: the loss has a kink there, and no derivative")
    if worst is None:
        print("nothing to compare")
        return 0
    message = (
        f"worst entry {worst.name}, batch {worst.batch}: back-propagation {worst.analytic!r}, "
        f"finite difference {worst.numeric!r}, relative difference {worst.difference:.1e}"
    )
    print(printable(message))
    verdict = "passed" if result.passed else "FAILED"
    print(f"gradient check {verdict}: {result.entries} gradients, tolerance {gradient_check.TOLERANCE:.0e}")
    return 0 if result.passed else 1


def _with_bug(experiment: Experiment, bug: str) -> gradient_check.GradientCheck:
    """At the start, or, where the bug makes no difference there, after the first epoch in which it does."""
    wrong, timeline = buggy_gradient(bug), Timeline(experiment)
    at_start = gradient_check.check_gradient(experiment, gradient=wrong)
    if not at_start.passed:
        return at_start
    for epoch in range(1, EPOCHS_FOR_A_BUG + 1):
        timeline.next_epoch()
        later = gradient_check.check_gradient(experiment, timeline.moment.parameters, wrong)
        if not later.passed:
            print(f"{bug} makes no difference at the start; after epoch {epoch} it does:")
            return later
    print(f"{bug} makes no difference here, at the start or after any of the first {EPOCHS_FOR_A_BUG} epochs")
    return at_start
