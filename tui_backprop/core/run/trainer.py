"""Training as a pure function: the state before a step → the pass of that step, and the state after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.backprop import Backprop, Pass
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.optimizers import OPTIMIZERS, Memory
from tui_backprop.core.penalty import penalised, with_penalty
from tui_backprop.core.unrolled import unroll


def order(seed: int, epoch: int, samples: int) -> NDArray[np.intp]:
    """The order of the samples in a shuffled epoch: it needs no other epoch's."""
    return np.random.default_rng((seed, epoch)).permutation(samples)


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Where training stands after `step` updates.

    `epoch_error` is the reported error of the steps made so far in the epoch of step `step`, so that after
    the epoch's last step it is the epoch's error. Without a `memory` the optimiser starts afresh.
    """

    step: int
    parameters: Parameters
    epoch_error: float = 0.0
    memory: Memory | None = None

    def __repr__(self) -> str:
        return f"TrainingState(step {self.step}, error {self.epoch_error:g} so far in its epoch)"

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.parameters.flat.nbytes + (self.memory.slots.nbytes if self.memory is not None else 0)


@dataclass(frozen=True)
class Origin:
    """Where an experiment's own epochs begin: after `step` steps, which were `epoch` epochs."""

    step: int = 0
    epoch: int = 0


class Trainer:
    """Trains an experiment. It keeps buffers but no state: every result depends on its arguments alone.

    The order of the samples in a shuffled epoch comes from a generator seeded with (seed, epoch), so any
    step can be computed without those before it. A trainer that takes over from one with other batches has its
    `origin` where it does.
    """

    def __init__(self, experiment: Experiment, origin: Origin | None = None) -> None:
        self.experiment, self.origin = experiment, origin or Origin()
        self.steps_per_epoch = experiment.steps_per_epoch
        training, network = experiment.training, experiment.network
        self._trained = network.trained
        self._optimizer = OPTIMIZERS[training.optimizer](training, (network.trained.stop,))
        self.fresh = Memory(frozen(np.zeros((len(self._optimizer.memory), network.trained.stop))))
        self._penalised = penalised(training)
        self._passes: dict[int, Backprop] = {}
        self._unrolled = unroll(network, training)
        self._order_epoch = 0
        self._order = np.arange(len(experiment.data))

    def __repr__(self) -> str:
        return f"Trainer({self.experiment!r})"

    def start(self) -> TrainingState:
        """Before the first step."""
        return TrainingState(0, self.experiment.initial, memory=self.fresh)

    def epoch(self, step: int) -> int:
        """The epoch that step `step` belongs to; epochs and steps count from 1, the start is 0."""
        return self.origin.epoch - (self.origin.step - step) // self.steps_per_epoch

    def done(self, step: int) -> int:
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
        start = self.done(step - 1) * self.experiment.training.batch
        rows = self.order(self.epoch(step))[start : start + self.experiment.training.batch]
        return tuple(rows.tolist())

    def advance(self, state: TrainingState, steps: int, epoch_errors: list[float] | None = None) -> TrainingState:
        """The state `steps` updates later; the errors of the epochs that end on the way go into `epoch_errors`."""
        run = self._run_arrays if self._unrolled is None else self._run_unrolled
        last = state.step + steps
        while state.step < last:
            done = self.done(state.step)
            state = run(state, min(self.steps_per_epoch - done, last - state.step), state.epoch_error if done else 0.0)
            if epoch_errors is not None and self.done(state.step) == 0:
                epoch_errors.append(state.epoch_error)
        return state

    def record(self, state: TrainingState) -> tuple[Pass, TrainingState]:
        """One step: its pass with every intermediate, and the state after it."""
        step, network = state.step + 1, self.experiment.network
        error = state.epoch_error if self.done(state.step) else 0.0
        memory = state.memory or self.fresh
        if self._unrolled is None:
            slots = memory.slots.copy()
            passes = self._step(step, state.parameters.flat, slots, memory.age)
            passage = Pass(network, passes.batch, frozen(passes.frame.flat.copy()))
            after = passes.parameters.copy()
            errors = passes.frame.error[:, 0].tolist()
        else:
            slots = memory.slots
            values, parameters, reported = self._unrolled.record(state.parameters.flat.tolist(), *self._listed(step, 1))
            passage, after, errors = Pass(network, 1, frozen(np.array(values))), np.array(parameters), [reported]
        for value in errors:
            error += value
        memory = Memory(frozen(slots), memory.age + 1)
        return passage, TrainingState(step, Parameters(network, frozen(after)), error, memory)

    def epochs(self, count: int) -> Iterator[tuple[int, TrainingState]]:
        """(epoch, state at its end) for the first `count` epochs; the last one where training ends early."""
        state = self.start()
        for epoch in range(1, count + 1):
            state = self.advance(state, self.steps_per_epoch)
            yield epoch, state
            if self.ended(state):
                return

    def ended(self, state: TrainingState) -> bool:
        """Whether training stops here: an epoch ended within the error allowed, or the numbers are not finite."""
        if state.step == 0 or self.done(state.step):
            return False
        return state.epoch_error <= self.experiment.training.stop or not self.finite(state)

    @staticmethod
    def finite(state: TrainingState) -> bool:
        """Whether error and parameters are all finite numbers."""
        return bool(np.isfinite(state.epoch_error) and np.isfinite(state.parameters.flat).all())

    def _run_unrolled(self, state: TrainingState, count: int, error: float) -> TrainingState:
        """`count` steps after `state`, all of one epoch, by the written-out step of a small network."""
        assert self._unrolled is not None
        memory, parameters = state.memory or self.fresh, state.parameters
        flat, error = self._unrolled.run(parameters.flat.tolist(), self._listed(state.step + 1, count), error)
        after = Parameters(parameters.network, frozen(np.array(flat)))
        return TrainingState(state.step + count, after, error, Memory(memory.slots, memory.age + count))

    def _run_arrays(self, state: TrainingState, count: int, error: float) -> TrainingState:
        """The same by NumPy, for networks of any size and for mini-batches."""
        memory, flat = state.memory or self.fresh, state.parameters.flat
        slots = memory.slots.copy()
        for made in range(count):
            passes = self._step(state.step + made + 1, flat, slots, memory.age + made)
            flat = passes.parameters
            for value in passes.frame.error[:, 0].tolist():
                error += value
        after = Parameters(state.parameters.network, frozen(flat.copy()))
        return TrainingState(state.step + count, after, error, Memory(frozen(slots), memory.age + count))

    def _step(self, step: int, flat: Array, slots: Array, age: int) -> Backprop:
        """Makes step `step` from the parameters `flat`: forward, backward, update; changes `slots`."""
        rows = self._rows(step, 1)
        inputs, targets = self.experiment.data.inputs[rows], self.experiment.data.targets[rows]
        passes = self._passes.get(len(inputs))
        if passes is None:
            passes = Backprop(self.experiment.network, self.experiment.training, len(inputs))
            self._passes[len(inputs)] = passes
        if flat is not passes.parameters:
            np.copyto(passes.parameters, flat)
        with np.errstate(all="ignore"):
            passes.run(inputs, targets)
            parameters, gradient = passes.parameters[self._trained], passes.frame.gradient[self._trained]
            if self._penalised:
                gradient = with_penalty(self.experiment, parameters, gradient)
            self._optimizer.update(parameters, gradient, slots, age)
        return passes

    def _rows(self, step: int, count: int) -> slice | NDArray[np.intp]:
        """The data rows of `count` steps of one epoch from step `step` on."""
        training = self.experiment.training
        start = self.done(step - 1) * training.batch
        rows = slice(start, start + count * training.batch)
        return self.order(self.epoch(step))[rows] if training.shuffle else rows

    def _listed(self, step: int, count: int) -> list[list[float]]:
        """The same rows as plain numbers, inputs before targets."""
        rows = self.experiment.data.table[self._rows(step, count)]
        return rows.tolist()  # type: ignore[no-any-return]
