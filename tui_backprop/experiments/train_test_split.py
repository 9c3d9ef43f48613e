"""Which samples are set aside as the test set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tui_backprop.core.arrays import frozen
from tui_backprop.core.experiment import Data


def train_test_split(data: Data, share: float, seed: int) -> Data:
    """Sets a `share` of the samples aside, at least one and not all of them, drawn by `seed`; both keep their order.

    The seed is the data's own, not that of the weights: a run from new weights learns the same samples.
    """
    count = min(max(1, round(share * len(data))), len(data) - 1)
    order = np.random.default_rng((seed, 1)).permutation(len(data))
    test, training = (
        replace(data, inputs=frozen(data.inputs[rows]), targets=frozen(data.targets[rows]))
        for rows in (np.sort(order[:count]), np.sort(order[count:]))
    )
    return replace(training, test=test)
