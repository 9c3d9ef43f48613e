"""A cursor over the phases, samples and epochs of a run that moves both ways.

Going back never undoes arithmetic: the state is recomputed forward from the nearest checkpoint, so it has
the same bits as before. Checkpoints are thinned by half whenever they outgrow their budget of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.phases import START, Moment, Phase, phases
from tui_backprop.core.trainer import Trainer, TrainingState
from tui_backprop.errors import BackpropError

FURTHEST = 1_000_000_000
"""The last step that a run may reach."""
BUDGET = 256 * 2**20
"""Bytes that checkpoints and history may take."""
RECENT = 24
"""How many steps of the present epoch a moment remembers."""
STRIDE = 256
"""The most steps that are made between two chances to interrupt a journey."""
_OVERHEAD = 400
"""Bytes of a checkpoint besides its parameters."""


class _History:
    """The error of each epoch; grows, and hands out views that never change."""

    def __init__(self) -> None:
        self._values = np.empty(64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        return self._values.nbytes

    @property
    def values(self) -> Array:
        view = self._values[: self._count]
        view.flags.writeable = False
        return view

    def append(self, error: float) -> None:
        if self._count == len(self._values):
            self._values = np.concatenate([self._values, np.empty(self._count)])
        self._values[self._count] = error
        self._count += 1


class Timeline:
    """Where a run stands, as one immutable `moment`, and every way to move.

    `travel` and `run` move in slices, for callers that must stay responsive; the other moves are made at once.
    A move further back than the start stops at the start.
    """

    def __init__(self, experiment: Experiment, budget: int = BUDGET, furthest: int = FURTHEST) -> None:
        self.trainer = Trainer(experiment)
        self._budget, self._furthest = budget, furthest
        self._phases = phases(experiment.network.depth)
        self._interval = 64
        start = self.trainer.start()
        self._checkpoints = {0: start}
        self._checkpoint_bytes = start.parameters.flat.nbytes + _OVERHEAD
        self._history = _History()
        self._before = self._after = start
        self._moment = self._show(0, START)

    def of(self, experiment: Experiment) -> Timeline:
        """A timeline of another experiment, within the same bounds."""
        return Timeline(experiment, self._budget, self._furthest)

    @property
    def experiment(self) -> Experiment:
        """What is trained."""
        return self.trainer.experiment

    @property
    def moment(self) -> Moment:
        """Where the cursor is."""
        return self._moment

    @property
    def memory(self) -> int:
        """Bytes held by checkpoints and history."""
        return self._checkpoint_bytes + self._history.nbytes

    def next_phase(self) -> Moment:
        """One phase forward."""
        if self._moment.complete:
            self._allow(self._moment.step + 1)
            return self._show(self._moment.step + 1, self._phases[0])
        return self._show(self._moment.step, self._phases[self._phases.index(self._moment.phase) + 1])

    def back_phase(self) -> Moment:
        """One phase back."""
        index = self._phases.index(self._moment.phase) if self._moment.step else 0
        if index > 0:
            return self._show(self._moment.step, self._phases[index - 1])
        return self.go(step=max(0, self._moment.step - 1))

    def next_step(self) -> Moment:
        """To the end of this step, or of the next one where this one is over."""
        return self.go(step=self._moment.position + 1)

    def back_step(self) -> Moment:
        """To the beginning of this step, which is the end of the one before."""
        return self.go(step=max(0, self._moment.step - 1))

    def next_epoch(self) -> Moment:
        """To the end of this epoch, or of the next one where this one is over."""
        return self.go(step=self.epoch_end(self._moment.epochs_completed + 1))

    def back_epoch(self) -> Moment:
        """To the beginning of this epoch, or of the one before where this one has not begun."""
        return self.go(
            step=max(0, self._moment.step - 1) // self.trainer.steps_per_epoch * self.trainer.steps_per_epoch
        )

    def epoch_end(self, epoch: int) -> int:
        """The last step of an epoch; 0, the start, for epoch 0."""
        return epoch * self.trainer.steps_per_epoch

    def step_of(self, epoch: int, sample: int) -> int:
        """The step of an epoch that takes the data row `sample`."""
        place: int = self.trainer.order(epoch).tolist().index(sample)
        return self.epoch_end(epoch - 1) + place // self.experiment.training.batch + 1

    def go(self, step: int, phase: str | None = None) -> Moment:
        """To `phase` of step `step`; without a phase to the end of that step, and with step 0 to the start."""
        for _ in self.travel(step, phase):
            pass
        return self._moment

    def travel(self, step: int, phase: str | None = None) -> Iterator[int]:
        """As `go`, in slices: yields the number of steps reached after each. Left early, the cursor has not moved."""
        target = self._phases[-1] if phase is None else Phase(phase)
        if step < 0 or (step > 0 and target not in self._phases):
            raise ValueError(f"no phase {phase!r} in step {step}")
        if step == 0:
            self._show(0, START)
            return
        self._allow(step)
        if step != self._moment.step:
            state = self._nearest(step - 1)
            while state.step < step - 1:
                state = self._advance(state, step - 1)
                yield state.step
            self._enter(state)
        self._show(step, target)

    def run_until(self, condition: Callable[[Moment], bool], limit: int = 1_000_000) -> bool:
        """Makes steps until `condition` holds at the end of one, or `limit` steps are made; whether it held."""
        return any(held for _, held in self.run(condition, limit))

    def run(self, condition: Callable[[Moment], bool], limit: int = 1_000_000) -> Iterator[tuple[int, bool]]:
        """As `run_until`, a step at a time: yields the step reached and whether the condition held there."""
        for _ in range(limit):
            self.next_step()
            held = condition(self._moment)
            yield self._moment.step, held
            if held:
                return

    def run_epochs(self, ended: Callable[[Array], bool], limit: int) -> Iterator[tuple[int, bool]]:
        """Makes whole epochs until `ended` holds for the errors of all epochs so far, or for `limit` epochs.

        Yields the epoch reached and whether it held there. Runs at full speed: moments are made only at the
        end, where the run ended or was left.
        """
        first = self._moment.epochs_completed
        state = self._nearest(self._moment.position)
        try:
            for epoch in range(first + 1, first + limit + 1):
                self._allow(self.epoch_end(epoch))
                while state.step < self.epoch_end(epoch):
                    state = self._advance(state, self.epoch_end(epoch))
                held = bool(ended(self._history.values[:epoch]))
                yield epoch, held
                if held:
                    return
        finally:
            self.go(step=state.step)

    def _allow(self, step: int) -> None:
        if step > self._furthest:
            raise BackpropError(f"a run here ends at step {self._furthest:,}", "r starts over")

    def _nearest(self, step: int) -> TrainingState:
        """The latest state at hand that is not after `step`."""
        floor = step // self._interval * self._interval
        if floor not in self._checkpoints:  # beyond the furthest step so far
            floor = max(self._checkpoints)
        at_hand = (self._checkpoints[floor], self._before, self._after)
        state = max((state for state in at_hand if state.step <= step), key=lambda state: state.step)
        if state is self._after:
            self._remember(state)
        return state

    def _advance(self, state: TrainingState, step: int) -> TrainingState:
        """The next slice on the way to `step`, which leaves a checkpoint and the errors of its epochs behind."""
        stop = min(step, state.step + STRIDE, (state.step // self._interval + 1) * self._interval)
        errors: list[float] = []
        epoch = state.step // self.trainer.steps_per_epoch
        state = self.trainer.advance(state, stop - state.step, errors)
        for number, error in enumerate(errors, epoch + 1):
            self._remember_error(number, error)
        self._remember_checkpoint(state)
        return state

    def _enter(self, before: TrainingState) -> None:
        """Makes the step after `before` the present one."""
        self._before = before
        self._passage, self._after = self.trainer.record(before)

    def _show(self, step: int, phase: Phase) -> Moment:
        if step == 0:
            self._before = self._after = self.trainer.start()
            passage, samples = None, tuple[int, ...]()
        else:
            if self._after.step != step:
                self._enter(self._state(step - 1))
            passage, samples = self._passage, self.trainer.samples(step)
        if phase == self._phases[-1]:  # not before: an error that the screen has not reached yet is no history
            self._remember(self._after)
        at_start = step <= 1 or (step - 1) % self.trainer.steps_per_epoch == 0
        self._moment = Moment(
            experiment=self.experiment,
            step=step,
            epoch=self.trainer.epoch(step),
            phase=phase,
            samples=samples,
            before=self._before.parameters,
            after=self._after.parameters,
            passage=passage,
            errors=self._history.values,
            recent=self._recent(step),
            error_before=0.0 if at_start else self._before.epoch_error,
        )
        return self._moment

    def _state(self, step: int) -> TrainingState:
        state = self._nearest(step)
        while state.step < step:
            state = self._advance(state, step)
        return state

    def _recent(self, step: int) -> tuple[tuple[int, float], ...]:
        """The steps of the same epoch before `step`, at most the last few."""
        if step == 0:
            return ()
        first = max((step - 1) // self.trainer.steps_per_epoch * self.trainer.steps_per_epoch, step - 1 - RECENT)
        if first == step - 1:
            return ()
        state = self._state(first)
        found = []
        while state.step < step - 1:
            passage, state = self.trainer.record(state)
            error = np.add.accumulate(np.atleast_1d(passage.error))[-1]  # in order, as an epoch's error is
            found.append((self.trainer.samples(state.step)[0], float(error)))
        return tuple(found)

    def _remember(self, state: TrainingState) -> None:
        """Keeps what a completed step leaves behind."""
        if state.step and state.step % self.trainer.steps_per_epoch == 0:
            self._remember_error(self.trainer.epoch(state.step), state.epoch_error)
        self._remember_checkpoint(state)

    def _remember_error(self, epoch: int, error: float) -> None:
        if epoch != len(self._history) + 1:
            return
        if 2 * self._history.nbytes > self._budget:
            raise BackpropError(
                f"{len(self._history):,} epochs fill the memory for the history of errors", "start again with `r`"
            )
        self._history.append(error)

    def _remember_checkpoint(self, state: TrainingState) -> None:
        if state.step % self._interval or state.step in self._checkpoints:
            return
        self._checkpoints[state.step] = state
        self._checkpoint_bytes += state.parameters.flat.nbytes + _OVERHEAD
        while self.memory > self._budget and len(self._checkpoints) > 2:
            self._interval *= 2
            self._checkpoints = {step: kept for step, kept in self._checkpoints.items() if step % self._interval == 0}
            self._checkpoint_bytes = len(self._checkpoints) * (state.parameters.flat.nbytes + _OVERHEAD)
