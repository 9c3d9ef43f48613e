"""One branch of a timeline: a run as determined by its experiment and its edits, and what has been stored of it.

Going back never undoes arithmetic: a state is recomputed forward from the nearest checkpoint, so it has the same
bits as before. Checkpoints are thinned by half whenever they outgrow their budget of memory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import may_be_reached
from tui_backprop.core.network import Parameters
from tui_backprop.core.run.edits import Edit, with_edit, with_parameter
from tui_backprop.core.run.trainer import Origin, Trainer, TrainingState
from tui_backprop.errors import BackpropError

STRIDE = 256
"""The most steps between two chances to interrupt a move."""
_INTERVAL = 64
"""Steps between checkpoints, before they are thinned."""
_OVERHEAD = 400
"""Bytes of a checkpoint besides its arrays."""
MOST_BRANCHES = 32
"""How many branches a run may have; those that are not the present one share a memory budget."""
_AT_REST = 64
"""The most checkpoints of a branch that is not the present one."""


class _History:
    """The error of each epoch; grows, and hands out views that never change."""

    def __init__(self, values: Array | None = None) -> None:
        self._count = 0 if values is None else len(values)
        self._values = np.empty(max(64, self._count))
        if values is not None:
            self._values[: self._count] = values

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
            self._values = np.concatenate([self._values, np.empty(self._count)])  # amortised: as many again
        self._values[self._count] = error
        self._count += 1


class Branch:
    """The states of a run, each a function of experiment, edits and step number alone.

    States that it takes and gives include the edits made at their step.
    """

    def __init__(self, experiment: Experiment, edits: Sequence[Edit], budget: int = 0, reached: int = 0) -> None:
        """Raises `BackpropError` for edits that do not fit. `reached` is the furthest step ever made."""
        self.experiment = experiment
        self.edits = tuple(sorted(edits, key=lambda edit: edit.step))
        self.reached = reached
        self._budget = budget
        self._edit_steps = [edit.step for edit in self.edits]
        self._trainers, self._from = _trainers(experiment, self.edits)
        self._interval = _INTERVAL
        self._checkpoints = {0: self.with_edits(self._trainers[0].start())}
        self._history = _History()
        self._goals: dict[int, int] = {}
        """The first epoch that reached the goal, by the number of edits made before it."""

    def with_edit(self, edit: Edit, keep_future: bool) -> Branch:
        """Another branch, the same up to the edit; later edits go with it only where `keep_future`."""
        edits = [other for other in self.edits if keep_future or other.step <= edit.step]
        reached = min(self.reached, edit.step)
        other = Branch(self.experiment, [*edits, edit], self._budget, reached)
        other._interval = self._interval
        kept = {step: state for step, state in self._checkpoints.items() if 0 < step < edit.step}
        other._checkpoints.update(kept)
        if reached:
            epochs = self.epochs_completed(reached)
            other._history = _History(self.errors[:epochs])
            other._goals = {made: epoch for made, epoch in self._goals.items() if epoch <= epochs}
        return other

    # Steps and epochs

    def trainer(self, step: int) -> Trainer:
        """The trainer that makes step `step`, from 1; for the start, the first one."""
        return self._trainers[max(0, bisect_left(self._from, max(1, step)) - 1)]

    def converged_at(self, step: int) -> int | None:
        """The first epoch that reached the goal, of those made with the same edits as stand after step `step`."""
        return self._goals.get(bisect_right(self._edit_steps, step))

    def edits_at(self, step: int) -> tuple[Edit, ...]:
        """The edits at the end of step `step`."""
        return self.edits[bisect_left(self._edit_steps, step) : bisect_right(self._edit_steps, step)]

    def epoch(self, step: int) -> int:
        """The epoch of step `step`, from 1; 0 for the start."""
        return self.trainer(step).epoch(step)

    def epochs_completed(self, step: int) -> int:
        """How many epochs are complete at the end of step `step`."""
        epoch = self.epoch(step)
        return epoch if step and self.trainer(step).steps_into_epoch(step) == 0 else max(0, epoch - 1)

    def epoch_end(self, epoch: int) -> int:
        """The last step of an epoch; 0, the start, for epoch 0."""
        return self._trainer_of(epoch).epoch_end(epoch)

    def step_of(self, epoch: int, sample: int) -> int:
        """The step of an epoch, from 1, that takes the data row `sample`."""
        trainer = self._trainer_of(epoch)
        place: int = trainer.order(epoch).tolist().index(sample)
        return trainer.epoch_end(epoch - 1) + place // trainer.experiment.training.batch + 1

    def _trainer_of(self, epoch: int) -> Trainer:
        fitting = [trainer for trainer in self._trainers if trainer.origin.epoch < epoch]
        return fitting[-1] if fitting else self._trainers[0]

    # States

    def with_edits(self, state: TrainingState) -> TrainingState:
        """The state with the edits at its step made."""
        edits = self.edits_at(state.step)
        if not edits:
            return state
        made, ahead = self.trainer(state.step), self.trainer(state.step + 1)
        parameters = Parameters(ahead.experiment.network, state.parameters.flat)
        for edit in edits:
            if edit.of_parameter:
                parameters = with_parameter(parameters, edit)
        same = made.experiment.training.optimizer == ahead.experiment.training.optimizer
        memory = state.memory if same and state.step else ahead.empty_memory
        return TrainingState(state.step, parameters, state.epoch_error, memory)

    def nearest(self, step: int) -> TrainingState:
        """The latest checkpoint that is not after `step`."""
        floor = step // self._interval * self._interval
        if floor not in self._checkpoints:  # beyond the furthest step so far
            floor = max(self._checkpoints)
        return self._checkpoints[floor]

    def advance(self, state: TrainingState, step: int) -> TrainingState:
        """The next slice on the way to `step`, which leaves a checkpoint and the errors of its epochs behind."""
        stop = min(step, state.step + STRIDE, (state.step // self._interval + 1) * self._interval)
        following = bisect_right(self._edit_steps, state.step)
        if following < len(self._edit_steps):
            stop = min(stop, self._edit_steps[following])
        errors: list[float] = []
        trainer = self.trainer(state.step + 1)
        made = trainer.advance(state, stop - state.step, errors)
        return self._kept(trainer, state, made, errors)

    def state_at(self, step: int, start: TrainingState | None = None) -> TrainingState:
        """The state after `step`, computed from an earlier one; without `start` from the latest checkpoint."""
        state = self.nearest(step) if start is None else start
        while state.step < step:
            state = self.advance(state, step)
        return state

    def step(self, state: TrainingState) -> tuple[TrainingState, TrainingState]:
        """One step: the state as training leaves it, and the same with the edits at its step made."""
        errors: list[float] = []
        trainer = self.trainer(state.step + 1)
        made = trainer.advance(state, 1, errors)
        return made, self._kept(trainer, state, made, errors)

    def _kept(self, trainer: Trainer, before: TrainingState, made: TrainingState, errors: list[float]) -> TrainingState:
        """`made` with its edits, after its checkpoint and the `errors` of the epochs since `before` were kept."""
        for epoch, error in enumerate(errors, trainer.epoch(before.step + 1)):
            end = trainer.epoch_end(epoch)
            if (
                self._remember_error(epoch, error)
                and bisect_left(self._edit_steps, end) not in self._goals
                and may_be_reached(trainer.experiment, error)
            ):
                before = made if end == made.step else trainer.advance(before, end - before.step)
                self._remember_goal(trainer, epoch, before)
        state = self.with_edits(made)
        self._remember_checkpoint(state)
        return state

    def remember(self, state: TrainingState) -> None:
        """Keeps what a completed step leaves behind."""
        trainer = self.trainer(state.step)
        epoch = trainer.epoch(state.step)
        if state.step and trainer.steps_into_epoch(state.step) == 0 and self._remember_error(epoch, state.epoch_error):
            self._remember_goal(trainer, epoch, state)
        self._remember_checkpoint(state)

    # What is kept

    @property
    def interval(self) -> int:
        """Steps from one checkpoint to the next."""
        return self._interval

    @property
    def errors(self) -> Array:
        """The reported error of each epoch that has been computed."""
        return self._history.values

    @property
    def memory(self) -> int:
        """Bytes held by checkpoints, history, and samples that were edited."""
        size = next(iter(self._checkpoints.values())).nbytes + _OVERHEAD
        edited = {id(trainer.experiment.data): trainer.experiment.data.table.nbytes for trainer in self._trainers}
        edited.pop(id(self.experiment.data), None)
        return len(self._checkpoints) * size + self._history.nbytes + 2 * sum(edited.values())

    def trim(self) -> None:
        """Frees memory while another branch is the present one."""
        while len(self._checkpoints) > _AT_REST or (
            len(self._checkpoints) > 1 and self.memory > self._budget / MOST_BRANCHES
        ):
            self._thin()

    def _thin(self) -> None:
        self._interval *= 2
        self._checkpoints = {step: kept for step, kept in self._checkpoints.items() if step % self._interval == 0}

    def _remember_error(self, epoch: int, error: float) -> bool:
        """Whether it was new."""
        if epoch != len(self._history) + 1:
            return False
        if 2 * self._history.nbytes > self._budget:
            raise BackpropError(
                f"{len(self._history):,} epochs fill the memory for the history of errors",
                "a new run begins with an empty one",
            )
        self._history.append(error)
        return True

    def _remember_goal(self, trainer: Trainer, epoch: int, end: TrainingState) -> None:
        made = bisect_left(self._edit_steps, end.step)
        if made not in self._goals and trainer.converged(end):
            self._goals[made] = epoch

    def _remember_checkpoint(self, state: TrainingState) -> None:
        self.reached = max(self.reached, state.step)
        if state.step % self._interval or state.step in self._checkpoints:
            return
        self._checkpoints[state.step] = state
        while self.memory > self._budget and len(self._checkpoints) > 2:
            self._thin()


def _trainers(experiment: Experiment, edits: Sequence[Edit]) -> tuple[list[Trainer], list[int]]:
    """The trainers that take turns, and the step after which each takes over."""
    trainers, starts = [Trainer(experiment)], [0]
    for edit in edits:
        changed = with_edit(trainers[-1].experiment, edit)
        if changed is trainers[-1].experiment:
            continue
        last = trainers[-1]
        origin = last.origin
        if last.experiment.training.batch != changed.training.batch:
            if last.steps_into_epoch(edit.step):
                raise BackpropError("a batch size applies to whole epochs", "change it at the end of one")
            origin = Origin(edit.step, last.epoch(edit.step))
        if starts[-1] == edit.step:
            del trainers[-1], starts[-1]
        trainers.append(Trainer(changed, origin))
        starts.append(edit.step)
    return trainers, starts
