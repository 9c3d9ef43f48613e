"""Many initialisations of one experiment, trained at once: one NumPy call does the same work in a thousand networks.

Each network's sums are taken in the same order as when it is trained alone, so a sweep's run is the same run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array
from tui_backprop.core.backprop import Backprop, adds_in_order
from tui_backprop.core.diagnostics.signs import Ends
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import reached
from tui_backprop.core.initialisers import initialisations
from tui_backprop.core.network import BiasMode, Parameters, parameters_from
from tui_backprop.core.optimizers import OPTIMIZERS, Optimizer
from tui_backprop.core.outcomes import Outcome, SweptRun, outcomes_of
from tui_backprop.core.passes import Frame
from tui_backprop.core.penalty import penalised, with_penalty
from tui_backprop.core.run.trainer import order

GROUP_BYTES = 4 * 2**20
"""Bytes that networks trained at once may take: more would not stay in the processor's caches."""
GROUP_MOST = 4096
WORTHWHILE = 0.8
"""Networks that have ended are taken out once only this share of those in training is still running."""


def starts(experiment: Experiment, seeds: Sequence[int]) -> Iterator[Parameters]:
    """The initial parameters of each seed."""
    for weights in initialisations(experiment.network, experiment.init, seeds):
        yield parameters_from(experiment.network, weights, _kept_biases(experiment))


def _kept_biases(experiment: Experiment) -> Sequence[Array]:
    """Frozen biases are the same from every start; none where they are trained, and start at 0."""
    return experiment.initial.biases if experiment.network.bias is BiasMode.FROZEN else ()


class Sweep:
    """One run from each of `seeds`, of at most `epochs` epochs; it ends early as a run of `Trainer.epochs` does.

    `seeds` may be a range of any length: they are taken a group at a time.
    `run` makes them, `outcomes` and `ended` say how they ended.
    """

    def __init__(self, experiment: Experiment, seeds: Sequence[int], epochs: int) -> None:
        self.experiment, self.seeds, self.epochs = experiment, seeds, epochs
        network, training = experiment.network, experiment.training
        size = 8 * (Frame.size_of(network, training.batch) + 3 * network.size)
        self._together = min(max(1, GROUP_BYTES // size), GROUP_MOST)
        self._group: _Group | None = None
        self._done: list[Outcome] = []
        self._run = self._runs()

    def suits(self, experiment: Experiment, seeds: Sequence[int], epochs: int) -> bool:
        """Whether it is the sweep of that experiment, whose own seed makes no difference."""
        ours = self.experiment
        same = (ours.network, ours.training, ours.init) == (experiment.network, experiment.training, experiment.init)
        same &= all(map(np.array_equal, _kept_biases(ours), _kept_biases(experiment)))
        return same and ours.data is experiment.data and (self.seeds, self.epochs) == (seeds, epochs)

    @property
    def progress(self) -> float:
        """How much is done, from 0 to 1."""
        group = self._group
        under_way = len(group.seeds) * group.epoch / self.epochs if group is not None else 0.0
        return (len(self._done) + under_way) / len(self.seeds)

    def run(self) -> Iterator[None]:
        """Makes all runs; yields after every step, so that the caller can look, do something else, or stop.

        A later call continues from there.
        """
        return self._run  # not `yield from`: a caller that breaks off would close it

    def _runs(self) -> Iterator[None]:
        for first in range(0, len(self.seeds), self._together):
            group = _Group(self.experiment, self.seeds[first : first + self._together])
            self._group = group
            while group.epoch < self.epochs and group.running:
                yield from group.train_epoch()
            self._done += group.outcomes()
            self._group = None

    def outcomes(self) -> list[Outcome]:
        """The outcome of every run begun, in the order of the seeds; unfinished ones as they are now."""
        return self._done + (self._group.outcomes() if self._group is not None else [])

    def ended(self) -> list[Outcome]:
        """The outcomes of the runs that have ended so far: cheap, so that it can be called often."""
        return self._done + (self._group.ended() if self._group is not None else [])


class _Group:
    """Networks that make their steps together.

    Those that have ended keep running until it is worth taking them out. Arrays over `_members`, the places in `seeds`
    of the networks still in training, are parallel: `_error` of the last epoch, `_earlier` of one a good while ago,
    `_most` the largest, `_running` or ended, `_lost` the step after which numbers were no longer finite, or 0.
    """

    def __init__(self, experiment: Experiment, seeds: Sequence[int]) -> None:
        self._experiment, self.seeds = experiment, seeds
        self.epoch = 0
        self._innermost = adds_in_order(experiment.network, experiment.training, experiment.training.batch)
        self._ended, self._unjudged = list[Outcome](), list[SweptRun]()
        self._members = np.arange(len(seeds))
        self._error, self._recent, self._earlier = (np.full(len(seeds), np.nan) for _ in range(3))
        self._most = np.zeros(len(seeds))
        self._next_look = 1
        self._running = np.ones(len(seeds), dtype=bool)
        self._lost = np.zeros(len(seeds), dtype=np.int64)
        self._passes: dict[int, Backprop] = {}
        self._parameters: Array
        self._starts = np.stack([parameters.flat for parameters in starts(experiment, seeds)])
        self._age = 0
        self._train(self._starts, None)

    @property
    def running(self) -> int:
        """How many runs have not ended."""
        return int(self._running.sum())

    def outcomes(self) -> list[Outcome]:
        """The outcome of each run, so far."""
        running = [self._run_at(place) for place in np.flatnonzero(self._running).tolist()]
        outcomes = {outcome.seed: outcome for outcome in (*self.ended(), *outcomes_of(self._experiment, running))}
        return [outcomes[seed] for seed in self.seeds]

    def ended(self) -> list[Outcome]:
        """The outcomes of those that have ended."""
        self._ended += outcomes_of(self._experiment, self._unjudged)
        self._unjudged.clear()
        return list(self._ended)

    def train_epoch(self) -> Iterator[None]:
        """One epoch of all; yields after every step."""
        rows, batch = self._order(), self._experiment.training.batch
        error = np.zeros(len(self._members))
        for first in range(0, len(self._experiment.data), batch):
            self._step(rows[..., first : first + batch], error)
            yield
        self.epoch += 1
        self._error, self._most = error, np.maximum(self._most, error)
        self._look_back()
        self._note()

    def _step(self, rows: NDArray[np.intp], error: Array) -> None:
        """One update from the samples `rows` (batch,), or (members, batch) where each has its own; adds to `error`."""
        data = self._experiment.data
        passes = self._passes_of(rows.shape[-1])
        if passes.parameters is not self._parameters:
            np.copyto(passes.parameters, self._parameters)
            self._parameters = passes.parameters
        with np.errstate(all="ignore"):
            passes.run(data.inputs.take(rows, axis=0), data.targets.take(rows, axis=0), wholly=False)
            trained, (piece,) = self._experiment.network.trained, passes.pieces
            for call in piece.program:
                call()
            parameters, gradient = passes.parameters[:, trained], piece.flat[:, trained]
            if penalised(self._experiment.training):
                gradient = with_penalty(self._experiment, parameters, gradient)
            self._optimizer.update(self._reshaped(parameters), self._reshaped(gradient), self._slots, self._age)
            self._age += 1
            for errors in passes.frame.error[:, :, 0].T:
                error += errors
            if not isfinite(np.add.reduce(self._reshaped(passes.parameters), axis=None) + np.add.reduce(error)):
                finite = np.isfinite(error) & np.isfinite(passes.parameters).all(axis=1)
                self._lost[~finite & (self._lost == 0)] = self._age

    def _order(self) -> NDArray[np.intp]:
        """The data rows in the order in which the epoch takes them, (samples,) or (members, samples)."""
        epoch, data = self.epoch + 1, self._experiment.data
        if not self._experiment.training.shuffle:
            return np.arange(len(data))
        return np.stack([order(self.seeds[member], epoch, len(data)) for member in self._members.tolist()])

    def _look_back(self) -> None:
        """Keeps an error that is a fifth to a third of the run old."""
        if self.epoch >= self._next_look:
            self._earlier, self._recent = self._recent, self._error
            self._next_look = self.epoch + 1 + self.epoch // 4

    def _note(self) -> None:
        """Which runs have ended with this epoch, and how."""
        error, running = self._error, self._running
        converged = running & (self._lost == 0)
        converged[converged] = reached(self._experiment, error[converged], self._parameters[converged])
        ended = np.flatnonzero(running & (converged | (self._lost > 0)))
        self._unjudged += [self._run_at(place, bool(converged[place])) for place in ended.tolist()]
        running[ended] = False
        if len(ended) and running.sum() <= WORTHWHILE * len(running) and running.any():
            self._members, self._error = self._members[running], error[running]
            self._recent, self._earlier = self._recent[running], self._earlier[running]
            self._most = self._most[running]
            self._running, self._lost = running[running], self._lost[running]
            self._train(self._parameters[running], self._slots_of(running))

    def _run_at(self, place: int, converged: bool = False) -> SweptRun:
        member, lost = int(self._members[place]), int(self._lost[place])
        error, earlier, most = (float(each[place]) for each in (self._error, self._earlier, self._most))
        ends = Ends(self._starts[member], self._parameters[place].copy())
        return SweptRun(self.seeds[member], self.epoch, error, earlier, most, ends, lost, converged)

    def _train(self, parameters: Array, slots: Array | None) -> None:
        """Goes on with networks of these `parameters` (members, size), and what their optimiser remembers."""
        training = self._experiment.training
        self._passes.clear()
        self._parameters = self._passes_of(training.batch).parameters
        self._parameters[...] = parameters
        shape = self._reshaped(self._parameters[:, self._experiment.network.trained]).shape
        self._optimizer: Optimizer = OPTIMIZERS[training.optimizer](training, shape)
        self._slots = np.zeros((len(self._optimizer.memory), *shape)) if slots is None else slots

    def _passes_of(self, batch: int) -> Backprop:
        if batch not in self._passes:
            experiment = self._experiment
            self._passes[batch] = Backprop(experiment.network, experiment.training, batch, len(self._members))
        return self._passes[batch]

    def _reshaped(self, part: Array) -> Array:
        """Arrays (members, …) with their axes as they lie in memory."""
        return part.T if self._innermost else part

    def _slots_of(self, running: NDArray[np.bool_]) -> Array:
        """What the optimisers of networks that go on remember."""
        return self._slots[..., running] if self._innermost else self._slots[:, running]
