"""The gradient check in words: the worst entry, and whether all agree."""

from __future__ import annotations

import argparse
import math

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.core.diagnostics import gradient_check
from tui_backprop.core.diagnostics.bugs import buggy_gradient
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError, printable
from tui_backprop.reading.numerals import counted

EPOCHS_FOR_A_BUG = 10
"""Epochs within which a bug must make a difference."""
MOST_PRODUCTS = 5e10
"""The most products of a weight and a number, over all passes: more would take minutes without a word."""
_PASS = 250_000
"""As many products take as long as everything else in a pass."""


def run(options: argparse.Namespace) -> int:
    """The command; returns the exit code."""
    return check(experiment_to_run(options), options.bug)


def check(experiment: Experiment, bug: str | None) -> int:
    """Checks the gradients at the start, or those of a `bug`; prints the worst; returns the exit code."""
    _refuse_too_much(experiment)
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


def _refuse_too_much(experiment: Experiment) -> None:
    size, samples, batch = experiment.network.size, len(experiment.data), experiment.training.batch
    batches = math.ceil(samples / batch)
    if size * (batches * _PASS + samples * size) > MOST_PRODUCTS:
        message = f"{size:,} gradients on {counted(samples, 'sample')} are too many to check"
        raise BackpropError(message, f"use {'--batch full, or ' * (batches > 1)}fewer units or samples")


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
