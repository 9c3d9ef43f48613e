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
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.unrolled import unroll


def order(seed: int, epoch: int, samples: int) -> NDArray[np.intp]:
    """The order of the samples in a shuffled epoch: it needs no other epoch's."""
    return np.random.default_rng((seed, epoch)).permutation(samples)


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Where training stands after `step` updates.

    `epoch_error` is the reported error of the steps made so far in the epoch of step `step`, so that after
    the epoch's last step it is the epoch's error.
    """

    step: int
    parameters: Parameters
    epoch_error: float = 0.0


class Trainer:
    """Trains an experiment. It keeps buffers but no state: every result depends on its arguments alone.

    The order of the samples in a shuffled epoch comes from a generator seeded with (seed, epoch), so any
    step can be computed without those before it.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.steps_per_epoch = experiment.steps_per_epoch
        training, network = experiment.training, experiment.network
        self._trained = network.trained
        self._optimizer = OPTIMIZERS[training.optimizer](training.rate, (network.trained.stop,))
        self._passes: dict[int, Backprop] = {}
        self._unrolled = unroll(network, training)
        self._table = np.hstack([experiment.data.inputs, experiment.data.targets])
        self._order_epoch = 0
        self._order = np.arange(len(experiment.data))

    def start(self) -> TrainingState:
        """Before the first step."""
        return TrainingState(0, self.experiment.initial)

    def epoch(self, step: int) -> int:
        """The epoch that step `step` belongs to; epochs and steps count from 1, the start is 0."""
        return -(-step // self.steps_per_epoch)

    def order(self, epoch: int) -> NDArray[np.intp]:
        """The data rows in the order in which the epoch takes them."""
        if self.experiment.training.shuffle and epoch != self._order_epoch:
            self._order_epoch = epoch
            self._order = order(self.experiment.seed, epoch, len(self.experiment.data))
        return self._order

    def samples(self, step: int) -> tuple[int, ...]:
        """The data rows that step `step` (from 1) averages over."""
        start = (step - 1) % self.steps_per_epoch * self.experiment.training.batch
        rows = self.order(self.epoch(step))[start : start + self.experiment.training.batch]
        return tuple(rows.tolist())

    def advance(self, state: TrainingState, steps: int, epoch_errors: list[float] | None = None) -> TrainingState:
        """The state `steps` updates later; the errors of the epochs that end on the way go into `epoch_errors`."""
        run = self._run_arrays if self._unrolled is None else self._run_unrolled
        step, last = state.step, state.step + steps
        parameters, error = state.parameters, state.epoch_error
        while step < last:
            done = step % self.steps_per_epoch
            now = min(self.steps_per_epoch - done, last - step)
            parameters, error = run(parameters, step, now, 0.0 if done == 0 else error)
            step += now
            if epoch_errors is not None and step % self.steps_per_epoch == 0:
                epoch_errors.append(error)
        return TrainingState(step, parameters, error)

    def record(self, state: TrainingState) -> tuple[Pass, TrainingState]:
        """One step: its pass with every intermediate, and the state after it."""
        step, network = state.step + 1, self.experiment.network
        error = 0.0 if state.step % self.steps_per_epoch == 0 else state.epoch_error
        if self._unrolled is None:
            passes = self._step(step, state.parameters.flat)
            passage = Pass(network, passes.batch, frozen(passes.frame.flat.copy()))
            after = passes.parameters.copy()
            errors = passes.frame.error[:, 0].tolist()
        else:
            values, parameters, reported = self._unrolled.record(state.parameters.flat.tolist(), *self._listed(step, 1))
            passage, after, errors = Pass(network, 1, frozen(np.array(values))), np.array(parameters), [reported]
        for value in errors:
            error += value
        return passage, TrainingState(step, Parameters(network, frozen(after)), error)

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
        if state.step == 0 or state.step % self.steps_per_epoch:
            return False
        return state.epoch_error <= self.experiment.training.stop or not self.finite(state)

    @staticmethod
    def finite(state: TrainingState) -> bool:
        """Whether error and parameters are all finite numbers."""
        return bool(np.isfinite(state.epoch_error) and np.isfinite(state.parameters.flat).all())

    def _run_unrolled(self, parameters: Parameters, step: int, count: int, error: float) -> tuple[Parameters, float]:
        """`count` steps after step `step`, all of one epoch, by the written-out step of a small network."""
        assert self._unrolled is not None
        flat, error = self._unrolled.run(parameters.flat.tolist(), self._listed(step + 1, count), error)
        return Parameters(parameters.network, frozen(np.array(flat))), error

    def _run_arrays(self, parameters: Parameters, step: int, count: int, error: float) -> tuple[Parameters, float]:
        """The same by NumPy, for networks of any size and for mini-batches."""
        flat = parameters.flat
        for number in range(step + 1, step + count + 1):
            passes = self._step(number, flat)
            flat = passes.parameters
            for value in passes.frame.error[:, 0].tolist():
                error += value
        return Parameters(parameters.network, frozen(flat.copy())), error

    def _step(self, step: int, flat: Array) -> Backprop:
        """Makes step `step` from the parameters `flat`: forward, backward, update."""
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
            self._optimizer.update(passes.parameters[self._trained], passes.frame.gradient[self._trained])
        return passes

    def _rows(self, step: int, count: int) -> slice | NDArray[np.intp]:
        """The data rows of `count` steps of one epoch from step `step` on."""
        training = self.experiment.training
        start = (step - 1) % self.steps_per_epoch * training.batch
        rows = slice(start, start + count * training.batch)
        return self.order(self.epoch(step))[rows] if training.shuffle else rows

    def _listed(self, step: int, count: int) -> list[list[float]]:
        """The same rows as plain numbers, inputs before targets."""
        rows = self._table[self._rows(step, count)]
        return rows.tolist()  # type: ignore[no-any-return]
