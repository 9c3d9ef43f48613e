"""The moves that keys and questions ask for, each in slices, with its progress in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.conditions import Condition, first_not_finite, not_finite
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.render.numbers import short
from tui_backprop.render.trouble import why_grown
from tui_backprop.studio.move_queue import Move

MOST_EPOCHS = 1_000_000
"""Epochs after which a run until convergence gives up: a network that is stuck this long stays stuck."""


MOST_STEPS = 10_000_000
"""Steps after which a run until something happens gives up."""


def by_phase(timeline: Timeline, by: int) -> Move:
    """Moves one phase forward or back."""

    def make() -> Iterator[str]:
        _ = timeline.next_phase() if by > 0 else timeline.back_phase()
        yield from ()

    return Move(make)


def by_step(timeline: Timeline, by: int) -> Move:
    """Moves to the end of a step, or back to the beginning of one."""
    return _travel(timeline, lambda moment: moment.position + 1 if by > 0 else max(0, moment.step - 1))


def by_epoch(timeline: Timeline, by: int) -> Move:
    """Moves to the end of an epoch, or back to the beginning of one; over several, up to one that converges."""
    if by <= 1:
        return _travel(
            timeline,
            lambda moment: timeline.epoch_end(moment.epochs_completed + 1) if by > 0 else timeline.epoch_start,
        )

    def make() -> Iterator[str]:
        for epoch, _ in timeline.run_epochs(timeline.at_goal, by):
            yield f"Running: epoch {epoch:,}. Escape stops."

    return Move(make)


def to_place(timeline: Timeline, step: int, phase: str | None = None) -> Move:
    """Moves to a phase of a step, or to its end."""
    return _travel(timeline, lambda moment: step, phase)


def back_to(timeline: Timeline, step: int, phase: str, returned: Callable[[], None]) -> Move:
    """Moves to where a session was left; calls `returned` on arrival, but not if stopped on the way."""
    there = to_place(timeline, step, phase if step else None)

    def make() -> Iterator[str]:
        for reached in timeline.recall():
            yield f"Rebuilding the branches: step {reached:,}. Escape stops."
        yield from there.make()
        returned()

    return Move(make)


def _travel(timeline: Timeline, target: Callable[[Moment], int], phase: str | None = None) -> Move:
    def make() -> Iterator[str]:
        step = target(timeline.moment)
        for reached in timeline.travel(step, phase):
            yield f"On the way to step {step:,}: step {reached:,}. Escape stops."

    return Move(make)


def until_converged(timeline: Timeline, notify: Callable[[str], None]) -> Move:
    """Runs whole epochs until one reaches the experiment's goal; none if one already has."""
    if (epoch := timeline.moment.converged_at) is not None:
        return _message(f"It converged in epoch {epoch:,}.", notify)
    stuck = f"Not converged within {MOST_EPOCHS:,} epochs; it may be stuck: "
    return _run(timeline, timeline.at_goal, MOST_EPOCHS, "Converged: ", stuck, notify)


def _message(text: str, notify: Callable[[str], None]) -> Move:
    """Makes no move, only shows a message."""

    def make() -> Iterator[str]:
        notify(text)
        yield from ()

    return Move(make)


def until_below(timeline: Timeline, bound: float, notify: Callable[[str], None]) -> Move:
    """Runs whole epochs until one's error is below a bound."""
    below, never = f"Below {short(bound)}: ", f"Not below {short(bound)} within {MOST_EPOCHS:,} epochs: "
    return _run(timeline, lambda errors: bool(errors[-1] < bound), MOST_EPOCHS, below, never, notify)


def for_epochs(timeline: Timeline, count: int, notify: Callable[[str], None]) -> Move:
    """Runs `count` more epochs."""
    return _run(timeline, lambda errors: False, count, "", "Ran to ", notify)


def until_error_rises(timeline: Timeline, notify: Callable[[str], None]) -> Move:
    """Runs whole epochs until one has a larger error than the one before."""
    return _run(
        timeline,
        lambda errors: len(errors) > 1 and bool(errors[-1] > errors[-2]),
        MOST_EPOCHS,
        "The error rose: ",
        f"The error has not risen within {MOST_EPOCHS:,} epochs: ",
        notify,
    )


def until(timeline: Timeline, condition: Condition, label: str, notify: Callable[[str], None]) -> Move:
    """Makes steps until one does what is waited for, and stops at its phase; or until nothing changes any more.

    That is known after an epoch in which no weight has changed. `label` says what is waited for.
    """

    def make() -> Iterator[str]:
        reason, steps, still, at_rest = "", 0, 0, False
        weights = timeline.moment.parameters.flat

        def happened(experiment: Experiment, before: TrainingState, after: TrainingState) -> bool:
            nonlocal reason, still, at_rest, weights
            reason = condition(experiment, before, after) or not_finite(experiment, before, after)
            still = still + 1 if np.array_equal(weights, after.parameters.flat) else 0
            weights = after.parameters.flat
            at_rest = still >= 2 * experiment.steps_per_epoch  # so that one whole epoch is among them
            return bool(reason) or at_rest

        for step, _ in timeline.run_steps(happened, MOST_STEPS):
            steps = step
            yield f"Running: step {step:,}. Escape stops."
        moment = timeline.moment
        if not reason:
            notify(f"Not by step {steps:,}: {label}.{' No weight changes any more.' if at_rest else ''}")
        elif not np.isfinite(moment.parameters.flat).all() or not np.isfinite(moment.epoch_error or 0.0):
            phase = first_not_finite(moment)
            timeline.go(moment.step, phase)
            cause = why_grown(moment.ahead.data)
            notify(f"Step {moment.step:,}: the first number that is not finite appears in the phase {phase}; {cause}.")
        else:
            notify(f"Step {moment.step:,}, update: {reason}.")

    return Move(make, open_ended=True)


def _run(
    timeline: Timeline,
    ended: Callable[[Array], bool],
    limit: int,
    reached: str,
    not_reached: str,
    notify: Callable[[str], None],
) -> Move:
    """Runs until `ended`, or for `limit` epochs, or until the error is not finite; says which, and with what error."""

    def make() -> Iterator[str]:
        held, diverged, error = False, False, ""

        def stop(errors: Array) -> bool:
            nonlocal held, diverged, error
            error = f", error {short(float(errors[-1]))}"
            held, diverged = ended(errors), not np.isfinite(errors[-1])
            return held or diverged

        for epoch, _ in timeline.run_epochs(stop, limit):
            yield f"Running: epoch {epoch:,}{error}. Escape stops."
        moment = timeline.moment
        how = "The run has diverged: " if diverged else reached if held else not_reached
        why = f" ({why_grown(moment.ahead.data)})" if diverged else ""
        notify(f"{how}epoch {moment.epochs_completed:,}, error {short(moment.epoch_error or 0.0)}{why}.")

    return Move(make, open_ended=True)
