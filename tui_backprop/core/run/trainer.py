"""Training as a pure function: the state before a step → the pass of that step, and the state after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.backprop import PIECE, Backprop
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import reached
from tui_backprop.core.network import Parameters
from tui_backprop.core.optimizers import OPTIMIZERS, Memory, Optimizer
from tui_backprop.core.passes import Pass
from tui_backprop.core.penalty import penalised, with_penalty
from tui_backprop.core.products import Program
from tui_backprop.core.unrolled_step import packed, unroll
from tui_backprop.errors import BackpropError

_FEW = 1024
"""Up to this many samples are also kept as plain numbers."""


def order(seed: int, epoch: int, samples: int) -> NDArray[np.intp]:
    """The order of the samples in a shuffled epoch: it needs no other epoch's."""
    return np.random.default_rng((seed, epoch)).permutation(samples)


@dataclass(eq=False)  # making a frozen one takes as long as a step, and this is never changed
class TrainingState:
    """Where training stands after `step` updates.

    `epoch_error` is the reported error of the steps made so far in the epoch of step `step`, so that after
    the epoch's last step it is the epoch's error. `memory` is the optimiser's.
    """

    step: int
    parameters: Parameters
    epoch_error: float
    memory: Memory

    def __repr__(self) -> str:
        return f"TrainingState(step {self.step}, error {self.epoch_error:g} so far in its epoch)"

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.parameters.flat.nbytes + self.memory.slots.nbytes


class Origin(NamedTuple):
    """Where an experiment's own epochs begin: after `step` steps, which were `epoch` epochs."""

    step: int = 0
    epoch: int = 0


class _ArrayStep:
    """The step by NumPy for batches of one size: passes, and the updates that follow, piece by piece.

    `slots` (slots, parameters trained) is what the optimiser remembers. Parameters and slots are kept from one step to
    the next: `holds` are the arrays, of a state or its `own`, that have their values. `errors` are those of the latest
    step's samples.
    """

    def __init__(self, experiment: Experiment, batch: int, slots: Array) -> None:
        self.passes, self.slots = Backprop(experiment.network, experiment.training, batch), slots.copy()
        self.own = self.holds = (self.passes.parameters, self.slots)
        self.errors = self.passes.frame.error[:, 0]
        self._experiment = experiment
        optimizer, end = OPTIMIZERS[experiment.training.optimizer], experiment.network.trained.stop
        self._moves = list[tuple[Program, Callable[[int], None]]]()
        for piece in self.passes.pieces:
            program = piece.program
            for first in range(0, min(piece.flat.size, end - piece.start), PIECE):
                start = piece.start + first
                place = slice(start, min(start + PIECE, piece.start + piece.flat.size, end))
                part = self.passes.parameters[place]
                gradient, update = piece.flat[first : first + part.size], optimizer(experiment.training, part.shape)
                move = partial(update.update, part, gradient, self.slots[:, place])
                if penalised(experiment.training):
                    move = partial(self._penalised, update, part, gradient, start)
                self._moves.append((program, move))
                program = []

    def _penalised(self, update: Optimizer, part: Array, gradient: Array, start: int, age: int) -> None:
        """The update with the weight penalty's share of the gradient."""
        gradient = with_penalty(self._experiment, part, gradient, start)
        update.update(part, gradient, self.slots[:, start : start + part.size], age)

    def step(self, samples: Array, age: int, wholly: bool = False) -> None:
        """Forward, backward, update by rows of inputs and targets. Fills the frame `wholly` or not."""
        self.passes.run_rows(samples, wholly)
        for program, move in self._moves:
            for call in program:
                call()
            move(age)


class Trainer:
    """Trains an experiment. It keeps buffers but no state: every result depends on its arguments alone.

    The order of the samples in a shuffled epoch comes from a generator seeded with (seed, epoch), so any
    step can be computed without those before it. A trainer that takes over from one with other batches has its
    `origin` where it does.
    """

    def __init__(self, experiment: Experiment, origin: Origin | None = None) -> None:
        if not isinstance(experiment, Experiment):
            raise BackpropError(f"{type(experiment).__name__} is not an experiment", "load_experiment returns one")
        self.experiment, self.origin = experiment, origin or Origin()
        self.steps_per_epoch = experiment.steps_per_epoch
        training, network = experiment.training, experiment.network
        self.empty_memory = Memory(frozen(np.zeros((len(OPTIMIZERS[training.optimizer].memory), network.trained.stop))))
        self._array_steps: dict[int, _ArrayStep] = {}
        self._unrolled = unroll(network, training)
        self._order_epoch = 0
        self._order = np.arange(len(experiment.data))

    def __repr__(self) -> str:
        return f"Trainer({self.experiment!r})"

    def __reduce__(self) -> tuple[type[Trainer], tuple[Experiment, Origin]]:
        """To pickle it: the functions that it has made cannot be, but are made again."""
        return Trainer, (self.experiment, self.origin)

    def start(self) -> TrainingState:
        """Before the first step."""
        return TrainingState(0, self.experiment.initial, 0.0, self.empty_memory)

    def epoch(self, step: int) -> int:
        """The epoch that step `step` belongs to; epochs and steps count from 1, the start is 0."""
        return self.origin.epoch - (self.origin.step - step) // self.steps_per_epoch

    def steps_into_epoch(self, step: int) -> int:
        """How many steps of its epoch are made after step `step`; 0 where an epoch is over."""
        return (step - self.origin.step) % self.steps_per_epoch

    def epoch_end(self, epoch: int) -> int:
        """The last step of an epoch, from the origin on."""
        return self.origin.step + (epoch - self.origin.epoch) * self.steps_per_epoch

    def order(self, epoch: int) -> NDArray[np.intp]:
        """The data rows in the order in which the epoch takes them."""
        if self.experiment.training.shuffle and epoch != self._order_epoch:
            self._order_epoch = epoch
            self._order = order(self.experiment.seed, epoch, len(self.experiment.data))
        return self._order

    def samples(self, step: int) -> tuple[int, ...]:
        """The data rows that step `step` (from 1) averages over."""
        start = self.steps_into_epoch(step - 1) * self.experiment.training.batch
        rows = self.order(self.epoch(step))[start : start + self.experiment.training.batch]
        return tuple(rows.tolist())

    def advance(self, state: TrainingState, steps: int, epoch_errors: list[float] | None = None) -> TrainingState:
        """The state `steps` updates later; the errors of the epochs that end on the way go into `epoch_errors`."""
        run = self._run_arrays if self._unrolled is None else self._run_unrolled
        return run(state, steps, epoch_errors if epoch_errors is not None else [])

    def _stretches(self, step: int, steps: int) -> Iterator[tuple[int, int]]:
        """(step before it, length) of each part of an epoch within `steps` steps after step `step`."""
        last = step + steps
        while step < last:
            count = min(self.steps_per_epoch - self.steps_into_epoch(step), last - step)
            yield step, count
            step += count

    def record(self, state: TrainingState) -> tuple[Pass, TrainingState]:
        """One step: its pass with every intermediate, and the state after it."""
        step, place, network = state.step + 1, self.steps_into_epoch(state.step), self.experiment.network
        error, memory, training = state.epoch_error if place else 0.0, state.memory, self.experiment.training
        if self._unrolled is not None and training.batch == 1:
            at = int(self.order(self.epoch(step))[place]) if training.shuffle else place
            row = few[at] if (few := self._few) else self.experiment.data.table[at].tolist()
            values, after, reported = self._unrolled.record(self._numbers(state), memory.age, row)
            return Pass(network, 1, values), self._state(step, after, error + reported, memory.age + 1)
        (samples,) = self._batches(step, 1)
        with np.errstate(all="ignore"):
            array_step = self._prepared(len(samples), state.parameters.flat, memory.slots)
            array_step.step(samples, memory.age, wholly=True)
        passes, slots = array_step.passes, frozen(array_step.slots.copy())
        passage = Pass(network, passes.batch, passes.frame.flat.tobytes(), passes.ordered)
        for value in array_step.errors.tolist():
            error += value
        parameters = frozen(passes.parameters.copy())
        array_step.holds = (parameters, slots)
        memory = Memory(slots, memory.age + 1)
        return passage, TrainingState(step, Parameters(network, parameters), error, memory)

    def epochs(self, count: int) -> Iterator[tuple[int, TrainingState]]:
        """(epoch, state at its end) for the first `count` epochs; the last one where training ends early."""
        state = self.start()
        for epoch in range(1, count + 1):
            state = self.advance(state, self.steps_per_epoch)
            yield epoch, state
            if self.ended(state):
                return

    def ended(self, state: TrainingState) -> bool:
        """Whether training stops here: an epoch ended that reached the goal, or the numbers are not finite."""
        if state.step == 0 or self.steps_into_epoch(state.step):
            return False
        return self.converged(state) or not self.finite(state)

    def converged(self, state: TrainingState) -> bool:
        """Whether the epoch that ends with this state reached the goal."""
        return bool(reached(self.experiment, np.array([state.epoch_error]), state.parameters.flat[None])[0])

    @staticmethod
    def finite(state: TrainingState) -> bool:
        """Whether error and parameters are all finite numbers."""
        return bool(np.isfinite(state.epoch_error) and np.isfinite(state.parameters.flat).all())

    def _run_unrolled(self, state: TrainingState, steps: int, epoch_errors: list[float]) -> TrainingState:
        """`steps` steps after `state`, by the written-out step of a small network."""
        assert self._unrolled is not None
        numbers: Sequence[float] = self._numbers(state)
        error, age = state.epoch_error, state.memory.age
        for step, count in self._stretches(state.step, steps):
            error = error if self.steps_into_epoch(step) else 0.0
            numbers, error = self._unrolled.run(numbers, age, self._listed(step + 1, count), error)
            age += count
            if self.steps_into_epoch(step + count) == 0:
                epoch_errors.append(error)
        return self._state(state.step + steps, packed(*numbers), error, age)

    def _run_arrays(self, state: TrainingState, steps: int, epoch_errors: list[float]) -> TrainingState:
        """The same by NumPy, for networks of any size."""
        memory, flat, error = state.memory, state.parameters.flat, state.epoch_error
        slots, age, array_step = memory.slots, memory.age, None
        with np.errstate(all="ignore"):
            for first, count in self._stretches(state.step, steps):
                error = error if self.steps_into_epoch(first) else 0.0
                for samples in self._batches(first + 1, count):
                    if array_step is None or array_step.passes.batch != len(samples):
                        array_step = self._prepared(len(samples), flat, slots)
                        flat, slots = array_step.own
                    array_step.step(samples, age)
                    age += 1
                    for value in array_step.errors.tolist():
                        error += value
                if self.steps_into_epoch(first + count) == 0:
                    epoch_errors.append(error)
        after = Parameters(state.parameters.network, frozen(flat.copy()))
        return TrainingState(state.step + steps, after, error, Memory(frozen(slots.copy()), age))

    def _prepared(self, batch: int, flat: Array, slots: Array) -> _ArrayStep:
        """The step of so many samples, about to be made from the parameters `flat`; its `own` then follow it."""
        array_step = self._array_steps.get(batch)
        if array_step is None:
            array_step = self._array_steps[batch] = _ArrayStep(self.experiment, batch, self.empty_memory.slots)
        if flat is not array_step.holds[0] or slots is not array_step.holds[1]:
            np.copyto(array_step.passes.parameters, flat)
            np.copyto(array_step.slots, slots)
        # no longer a state's, even if it is interrupted
        array_step.holds = array_step.own
        return array_step

    def _numbers(self, state: TrainingState) -> list[float]:
        """Parameters and memory as the written-out step takes them."""
        numbers: list[float] = state.parameters.flat.tolist()
        if state.memory.slots.size:
            numbers += state.memory.slots.ravel().tolist()
        return numbers

    def _state(self, step: int, flat: Array, error: float, age: int) -> TrainingState:
        network, empty_memory = self.experiment.network, self.empty_memory.slots
        if not empty_memory.size:
            return TrainingState(step, Parameters(network, flat), error, Memory(empty_memory, age))
        memory = Memory(flat[network.size :].reshape(empty_memory.shape), age)
        return TrainingState(step, Parameters(network, flat[: network.size]), error, memory)

    def _rows(self, step: int, count: int) -> slice | NDArray[np.intp]:
        """The data rows of `count` steps of one epoch from step `step` on."""
        training = self.experiment.training
        start = self.steps_into_epoch(step - 1) * training.batch
        rows = slice(start, start + count * training.batch)
        return self.order(self.epoch(step))[rows] if training.shuffle else rows

    def _batches(self, step: int, count: int) -> Iterator[Array]:
        """The data rows of each of `count` steps of one epoch from step `step` on."""
        batch, rows, table = self.experiment.training.batch, self._rows(step, count), self.experiment.data.table
        steps = range(0, count * batch, batch)
        if isinstance(rows, slice):
            part = table[rows]
            return (part[first : first + batch] for first in steps)
        return (table[rows[first : first + batch]] for first in steps)

    def _listed(self, step: int, count: int) -> list[Any]:
        """The same rows as plain numbers, inputs before targets; of mini-batches a list of rows for each."""
        batch, rows = self.experiment.training.batch, self._rows(step, count)
        few = isinstance(rows, slice) and self._few
        listed = few[rows] if few else self.experiment.data.table[rows].tolist()
        return listed if batch == 1 else [listed[first : first + batch] for first in range(0, len(listed), batch)]

    @cached_property
    def _few(self) -> list[list[float]]:
        """All rows as plain numbers; none where there are many."""
        data = self.experiment.data
        return data.table.tolist() if len(data) <= _FEW else []
