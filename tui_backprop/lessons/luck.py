"""Many starts of one small network trained side by side, to tell how often training gets there, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tui_backprop.core.experiment import Experiment

EPOCHS = 1000
"""Far beyond the slowest start that gets there at all."""


@dataclass(frozen=True)
class Starts:
    """How many starts converged and how many got stuck, and of both those with no gate that switches at the end."""

    converged: int
    stuck: int
    stuck_linear: int
    converged_linear: int


@lru_cache(maxsize=4)
def starts(experiment: Experiment, count: int) -> Starts:
    """Seeds 0 to `count` − 1 of a network with one hidden ReLU layer, one output and no biases, sample by sample."""
    network, training, data = experiment.network, experiment.training, experiment.data
    random = [np.random.RandomState(seed) for seed in range(count)]
    first = np.stack([generator.random_sample((network.units[0], network.units[1])) for generator in random])
    second = np.stack([generator.random_sample(network.units[1]) for generator in random])
    converged = np.zeros(count, bool)
    running = np.arange(count)
    w1, w2 = first, second
    for _ in range(EPOCHS):
        error = np.zeros(len(running))
        for x, y in zip(data.inputs, data.targets[:, 0], strict=True):
            z = np.einsum("i,nij->nj", x, w1)
            a = np.maximum(z, 0.0)
            prediction = np.einsum("nj,nj->n", a, w2)
            if training.round is not None:
                prediction = np.round(prediction, training.round)
            delta = prediction - y
            error += delta**2
            hidden = delta[:, None] * w2 * (z > 0)
            w2 = w2 - training.rate * a * delta[:, None]
            w1 = w1 - training.rate * x[None, :, None] * hidden[:, None, :]
        first[running], second[running] = w1, w2
        done = error <= training.stop
        converged[running[done]] = True
        running, w1, w2 = running[~done], w1[~done], w2[~done]
        if not len(running):
            break
    opened = np.einsum("si,nij->nsj", data.inputs, first) > 0
    linear = ~(opened.any(axis=1) & ~opened.all(axis=1)).any(axis=1)
    return Starts(
        int(converged.sum()), int((~converged).sum()), int((linear & ~converged).sum()), int((linear & converged).sum())
    )
