"""A cursor over the phases, samples and epochs of a run that moves both ways, and over its branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tui_backprop.core.arrays import Array, sum_in_order
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.branch import STRIDE, Branch
from tui_backprop.core.run.branches import Branches
from tui_backprop.core.run.edits import BY_EPOCH, Edit, Value, What, is_change, present_value
from tui_backprop.core.run.moment import START, BranchPlace, Moment, Phase, Snapshot, phases
from tui_backprop.core.run.place import phase_named
from tui_backprop.core.run.trainer import Trainer, TrainingState
from tui_backprop.errors import BackpropError

FURTHEST = 1_000_000_000
"""The last step that a run may reach."""
BUDGET = 256 * 2**20
"""Bytes that checkpoints and history of a branch may take."""
RECENT = 24
"""How many steps of the present epoch a moment remembers."""


class Timeline:
    """The position in a run, as one immutable `moment`, and every way to move.

    `travel` and `run` move in slices, for callers that must stay responsive; the other moves are made at once.
    A move further back than the start stops at the start. An edit in the past begins another branch.
    """

    def __init__(
        self,
        experiment: Experiment,
        budget: int = BUDGET,
        furthest: int = FURTHEST,
        branches: Sequence[BranchPlace] = (),
        present: int = 0,
    ) -> None:
        """`branches` are those of an earlier timeline of the experiment, `present` the one to stand in.

        The cursor is at its start. Raises `BackpropError` where edits do not fit the experiment.
        """
        self.experiment = experiment
        self.furthest, self._budget = furthest, budget
        self._branches = Branches(experiment, budget, branches, present)
        self._phases = phases(experiment.network.depth)
        self._before = self._after = self._edited_state = self._branch.nearest(0)
        self._passage: Pass | None = None
        self._reported: dict[int, tuple[int, float]] = {}  # by step: its first sample and its error
        self._moment = self._show(0, START)

    def __repr__(self) -> str:
        branches = f", branch {self._branches.present + 1} of {len(self._branches)}" if len(self._branches) > 1 else ""
        return f"Timeline({self.experiment.name!r}, {self._moment.where}{branches})"

    def for_experiment(self, experiment: Experiment) -> Timeline:
        """A timeline of another experiment, within the same bounds."""
        return Timeline(experiment, self._budget, self.furthest)

    @property
    def _branch(self) -> Branch:
        return self._branches.here.branch

    @property
    def trainer(self) -> Trainer:
        """The one that makes the present step, or the next one where that is over."""
        return self._branch.trainer(self._moment.position + 1)

    @property
    def moment(self) -> Moment:
        """Where the cursor is."""
        return self._moment

    @property
    def snapshot(self) -> Snapshot:
        """Where the run stands: at the moment, or further, while a move forward is under way."""
        moment = self._moment
        step, phase = moment.step, moment.phase
        if self._under_way > step:
            step, phase = self._under_way, self._phases[-1]
        return Snapshot(self.experiment, step, phase, self._branches.places(step, phase), self._branches.present)

    @property
    def memory(self) -> int:
        """Bytes held by checkpoints and history."""
        return self._branches.memory

    @property
    def converged_at(self) -> int | None:
        """The first epoch that reached the goal since the last edit, whether before the cursor or not."""
        return self._branch.converged_at(max(self._under_way, self._moment.position))

    def at_goal(self, errors: Array) -> bool:
        """For `run_epochs`: whether the last of these epochs reached the goal."""
        return len(errors) == self.converged_at

    # Moves

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
        return self.go(step=self.epoch_start)

    @property
    def epoch_start(self) -> int:
        """The step at whose end the epoch of the present step begins."""
        return self.epoch_end(max(0, self._moment.epoch - 1))

    def epoch_end(self, epoch: int) -> int:
        """The last step of an epoch; 0, the start, for epoch 0."""
        return self._branch.epoch_end(epoch)

    def step_of(self, epoch: int, sample: int) -> int:
        """The step of an epoch, from 1, that takes the data row `sample`, from 0; `BackpropError` if there is none."""
        if epoch < 1:
            raise BackpropError(f"no epoch {epoch}: epochs are counted from 1", "0 alone is the start")
        if not 0 <= sample < len(self.experiment.data):
            raise BackpropError(f"no sample #{sample}", f"samples 0 to {len(self.experiment.data) - 1}")
        return self._branch.step_of(epoch, sample)

    def go(self, step: int, phase: str | None = None) -> Moment:
        """To `phase` of step `step`; without a phase to the end of that step, and with step 0 to the start.

        A phase has the screen's name, such as "relu1", or that of a `Phase`. Raises `BackpropError` if there is none.
        """
        for _ in self.travel(step, phase):
            pass
        return self._moment

    def travel(self, step: int, phase: str | None = None) -> Iterator[int]:
        """Like `go`, in slices: yields the number of steps reached after each. Left early, the cursor has not moved."""
        if isinstance(step, bool) or not isinstance(step, int | np.integer):
            raise BackpropError(f"{step!r} is not a step", "a whole number from 0")
        if step < 0:
            raise BackpropError(f"no step {step}: steps are counted from 1", "0 is the start")
        if step == 0:
            self._show(0, START)
            return
        target = self._phases[-1] if phase is None else phase_named(phase, self.experiment)
        self._allow(step)
        if step != self._moment.step:
            state = self._nearest(step - 1)
            try:
                while state.step < step - 1:
                    state = self._branch.advance(state, step - 1)
                    self._under_way = state.step
                    yield state.step
            finally:
                self._under_way = 0
            self._enter(state)
        self._show(step, target)

    def preview(self) -> Moment | None:
        """The end of the step that a move under way has reached, while the cursor stays; None where none has."""
        if self._under_way <= self._moment.step:
            return None
        saved = self._moment, self._before, self._passage, self._after, self._edited_state, self._under_way
        try:
            return self._show(self._under_way, self._phases[-1])
        finally:
            self._moment, self._before, self._passage, self._after, self._edited_state, self._under_way = saved

    def run_until(self, condition: Callable[[Moment], bool], limit: int = 1_000_000) -> bool:
        """Makes steps until `condition` holds at the end of one, or `limit` steps are made; whether it held."""
        return any(held for _, held in self.run(condition, limit))

    def run(self, condition: Callable[[Moment], bool], limit: int = 1_000_000) -> Iterator[tuple[int, bool]]:
        """Like `run_until`, a step at a time: yields the step reached and whether the condition held there."""
        for _ in range(limit):
            self.next_step()
            held = condition(self._moment)
            yield self._moment.step, held
            if held:
                return

    def run_epochs(self, ended: Callable[[Array], bool], limit: int) -> Iterator[tuple[int, bool]]:
        """Makes whole epochs until `ended` holds for the errors of all epochs so far, or for `limit` epochs.

        Yields the epoch reached and whether it held there; within a long epoch, now and then that epoch and False.
        Runs at full speed: moments are made only at the end, where the run ended or was left.
        """
        first = self._moment.epochs_completed
        state = self._nearest(self._moment.position)
        try:
            for epoch in range(first + 1, first + limit + 1):
                self._allow(self.epoch_end(epoch))
                end = self.epoch_end(epoch)
                while state.step < end:
                    state = self._branch.advance(state, end)
                    self._under_way = state.step
                    if state.step < end and state.step % STRIDE == 0:
                        yield epoch, False
                held = bool(ended(self._branch.errors[:epoch]))
                yield epoch, held
                if held:
                    return
        finally:
            self.go(step=state.step)

    def run_steps(
        self, happened: Callable[[Experiment, TrainingState, TrainingState], bool], limit: int
    ) -> Iterator[tuple[int, bool]]:
        """Makes steps until `happened(experiment, before, after)` for one, or `limit` are made; without moments.

        Yields the step reached and whether it happened there, and stops at its end.
        """
        state = self._state(self._moment.position)
        try:
            for _ in range(limit):
                self._allow(state.step + 1)
                before = state
                self._under_way = before.step
                made, state = self._branch.step(before)  # edits made at its end are not part of the step
                held = happened(self._branch.trainer(state.step).experiment, before, made)
                yield state.step, held
                if held:
                    return
        finally:
            self.go(step=state.step)

    # Edits and branches

    def edit(self, what: What, place: tuple[int, ...], value: Value) -> Moment:
        """Changes something from this moment on: see `Edit`. In mid-step, from before the step on.

        Where the run has been further already, this begins another branch, and the old future stays as it was.
        Raises `BackpropError` for a value that does not fit.
        """
        moment, old = self._moment, self._branch
        at = moment.position
        if what in BY_EPOCH and old.trainer(at + 1).steps_into_epoch(at):
            at = old.epoch_end(old.epoch(at))
        edit = Edit(at, what, place, value.item() if isinstance(value, np.generic) else value)
        parameters = moment.edited or moment.after if moment.complete else moment.before
        changed = is_change(present_value(edit, old.trainer(at + 1).experiment, parameters), value)
        past = old.reached > at
        if past:
            self._branches.check_room()
        branch = old.with_edit(edit, keep_future=not past)
        if not changed:
            return moment
        if self.memory + branch.memory > 2 * self._budget:
            raise BackpropError("edits and branches fill the memory for them", "a new run begins without any")
        if past:
            self._branches.add(branch, moment.step, moment.phase)
        else:
            self._branches.here.branch = branch
        self._forget()
        return self._show(moment.step, moment.phase)

    def switch(self, index: int) -> Moment:
        """To the branch of this number, where it was left."""
        if index != self._branches.present:
            self._branches.switch(index, self._moment.step, self._moment.phase)
            self._forget()
            self._show(self._branches.here.step, self._branches.here.phase)
        return self._moment

    def rename(self, index: int, name: str) -> Moment:
        """Gives a branch another name."""
        self._branches.rename(index, name)
        return self._show(self._moment.step, self._moment.phase)

    def recall(self) -> Iterator[int]:
        """Computes again what the branches of an earlier timeline had reached, in slices: yields steps made."""
        yield from self._branches.recall(self.furthest)
        self._show(self._moment.step, self._moment.phase)

    def _forget(self) -> None:
        """Forgets what is stored: it belongs to another branch."""
        self._before = self._after = self._edited_state = self._branch.nearest(0)
        self._reported = {}

    # The present

    def _allow(self, step: int) -> None:
        if step > self.furthest:
            raise BackpropError(f"a run here ends at step {self.furthest:,}", "go back, or begin a new run")

    def _nearest(self, step: int) -> TrainingState:
        """The latest settled state that is stored and not after `step`."""
        available = (self._branch.nearest(step), self._before, self._edited_state)
        state = max((state for state in available if state.step <= step), key=lambda state: state.step)
        if state is self._edited_state:
            self._branch.remember(state)
        return state

    def _enter(self, before: TrainingState) -> None:
        """Makes the step after `before` the present one."""
        self._before, step = before, before.step + 1
        trainer = self._branch.trainer(step)
        self._passage, self._after = trainer.record(before)
        self._reported[step] = trainer.samples(step)[0], sum_in_order(self._passage.error)
        self._edited_state = self._branch.with_edits(self._after)

    def _show(self, step: int, phase: Phase) -> Moment:
        self._under_way = 0
        branch = self._branch
        trainer = branch.trainer(step)
        if step == 0:
            self._before = self._after = self._edited_state = branch.nearest(0)
            passage, samples = None, tuple[int, ...]()
        else:
            if self._after.step != step:
                self._enter(self._state(step - 1))
            passage, samples = self._passage, trainer.samples(step)
        complete = phase in (START, self._phases[-1])
        if complete:  # not before: an error that the screen has not reached yet is not history
            branch.remember(self._edited_state)
        edits = branch.edits_at(step) if complete else branch.edits_at(step - 1)
        ahead = branch.trainer(step + 1).experiment
        self._moment = Moment(
            experiment=trainer.experiment,
            step=step,
            epoch=trainer.epoch(step) if step else 0,
            order=trainer.steps_into_epoch(step - 1) + 1 if step else 0,
            phase=phase,
            samples=samples,
            before=self._before.parameters,
            after=self._after.parameters,
            passage=passage,
            errors=branch.errors,
            goal_at=branch.converged_at(step if complete else step - 1),
            recent=self._recent(step),
            error_before=0.0 if step == 0 or trainer.steps_into_epoch(step - 1) == 0 else self._before.epoch_error,
            memory_before=self._before.memory,
            memory_after=self._after.memory,
            edits=edits,
            edited=self._edited_state.parameters if complete and self._edited_state is not self._after else None,
            ahead=ahead if complete else trainer.experiment,
            base=self.experiment,
            branches=self._branches.places(step, phase),
            present=self._branches.present,
            past=self._branches.here.past,
            ghosts=self._branches.ghosts,
        )
        return self._moment

    def _state(self, step: int) -> TrainingState:
        return self._branch.state_at(step, self._nearest(step))

    def _recent(self, step: int) -> tuple[tuple[int, float], ...]:
        """The steps of the same epoch before `step`, at most the last few."""
        if step == 0:
            return ()
        first = max(step - 1 - self._branch.trainer(step).steps_into_epoch(step - 1), step - 1 - RECENT)
        wanted = range(first + 1, step)
        if not all(number in self._reported for number in wanted):
            for made in self._branches.here.past.steps(first + 1, step - 1):
                self._reported[made.number] = made.samples[0], sum_in_order(made.passage.error)
        self._reported = {number: self._reported[number] for number in (*wanted, step) if number in self._reported}
        return tuple(self._reported[number] for number in wanted)
