"""How large gradients and updates are, layer by layer, over the run: vanishing and exploding made visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.network import Network
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.past import RECOMPUTE_BUDGET, Past, PastStep

MOST_MARKS = 48
"""The most places of the run that are sampled."""
MOST_STEPS = 8
"""The most steps that a mark averages over: an epoch of them, where epochs are short."""
AT_EACH_KEY = 250_000
"""Parameters times samples of the latest steps, which may have to be made again for every picture."""
VANISHING, VANISHING_SHORT = 1e-2, 1e-3
"""The first layer's δ as a share of the output's, below which it vanishes on its way through several smooth layers;
and in other networks, where shut gates make δ small for a while without blocking it."""
EXPLODING = 100.0
"""The share above which it explodes."""
VANISHES, EXPLODES = "vanishes", "explodes"


@dataclass(frozen=True, eq=False)
class Health:
    """Mean sizes at each mark and layer, layer 1 first.

    `steps` are the numbers of the marks' first steps. `gradient`, `update`, `weight` (marks, layers) are means of
    |∂E/∂W|, |ΔW| and |W| over all entries, biases aside, and over `window` steps. `every` is the distance of marks.
    `latest` (5, layers) are gradient, update, weight, |δ| and |Δb| over the `recent` last steps up to the moment.
    """

    steps: tuple[int, ...]
    gradient: Array
    update: Array
    weight: Array
    latest: Array
    every: int
    window: int
    recent: int

    @property
    def ratio(self) -> Array:
        """The latest |ΔW| as a share of |W| (layers,); around one in a thousand is healthy."""
        with np.errstate(all="ignore"):
            return np.asarray(self.latest[1] / self.latest[2])


def delta_sizes(mask: Sequence[Array], delta: Sequence[Array]) -> Array:
    """Mean |δ| (layers, …) over samples (…, samples, units); a sample that some layer shuts out altogether counts as 0.

    Otherwise δ would seem to vanish where most samples are fitted, with hardly any δ, and gates stop the rest.
    """
    through = np.logical_and.reduce([np.ones(delta[-1].shape[:-1], bool), *(slope.any(axis=-1) for slope in mask[:-1])])
    return np.array([np.mean(np.where(through, np.mean(np.abs(each), axis=-1), 0.0), axis=-1) for each in delta])


def share(delta: Array) -> float:
    """The first layer's δ as a share of the output's, by their sizes (layers,); 1 where there is none at the output."""
    with np.errstate(all="ignore"):
        return float(delta[0] / delta[-1]) if delta[-1] > 0 else 1.0


def on_its_way(network: Network, delta: Array) -> str:
    """What happens to δ on its way to the first layer, by its sizes (layers,): it vanishes, explodes, or neither."""
    smooth = sum(ACTIVATIONS[name].curved for name in network.activations[:-1])
    reached = share(delta)
    if reached < (VANISHING if smooth > 1 else VANISHING_SHORT):
        return VANISHES
    return EXPLODES if reached > EXPLODING else ""


def latest(moment: Moment) -> Array:
    """(5, layers): mean |∂E/∂W|, |ΔW|, |W|, |δ|, |Δb| over the latest steps, of an epoch at most; zeros before any."""
    position = moment.position
    last = moment.past.of_steps("sizes", position - _recent(moment) + 1, position, _sizes, moment.made)
    with np.errstate(all="ignore"):
        return np.asarray(np.mean(last, axis=0)) if last else np.zeros((5, moment.experiment.network.depth))


def _recent(moment: Moment) -> int:
    """How many steps `latest` averages over: few in a large network, none before the first."""
    few = max(1, AT_EACH_KEY // moment.past.cost(moment.step))
    return min(moment.position, moment.experiment.steps_per_epoch, MOST_STEPS, few)


def health_of(moment: Moment) -> Health:
    """The run up to the moment, at marks a power of two apart; going back shows the same marks.

    Large networks have fewer marks, of one step each, where states are available.
    """
    position, past = moment.position, moment.past
    epoch, depth = moment.experiment.steps_per_epoch, moment.experiment.network.depth
    cost = past.cost(moment.step)
    large = cost * past.interval > RECOMPUTE_BUDGET
    most = max(2, min(MOST_MARKS, 2 * RECOMPUTE_BUDGET // cost))
    every = past.interval if large else 1
    while position > every * most:
        every *= 2
    if every >= 64:
        every = max(every, past.interval)  # where states are available
    window = 1 if large else min(every, epoch, MOST_STEPS)
    firsts = range(1, position - window + 2, every)
    marks = [_mark(past, first, window) for first in firsts]
    now = latest(moment)
    sizes = np.array(marks) if now.any() else np.zeros((0, 5, depth))
    return Health(
        tuple(firsts)[: len(sizes)], sizes[:, 0], sizes[:, 1], sizes[:, 2], now, every, window, _recent(moment)
    )


def _mark(past: Past, first: int, window: int) -> Array:
    """(5, layers): the sizes that `latest` has, over `window` steps."""

    def mean() -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(np.mean([_sizes(step) for step in past.steps(first, first + window - 1)], axis=0))

    found: Array = past.cached(("health", first, window), mean)
    return found


@np.errstate(all="ignore")  # of a run that has diverged
def _sizes(step: PastStep) -> Array:
    before, after = step.before.weights, step.after.weights
    biases = zip(step.before.biases, step.after.biases, strict=True)
    return np.array(
        [
            [np.mean(np.abs(gradient)) for gradient in step.passage.gradient],
            [np.mean(np.abs(new - old)) for old, new in zip(before, after, strict=True)],
            [np.mean(np.abs(old)) for old in before],
            delta_sizes(
                *([np.atleast_2d(part) for part in parts] for parts in (step.passage.mask, step.passage.delta))
            ),
            [np.mean(np.abs(new - old)) for old, new in biases] or [np.float64()] * len(before),
        ]
    )
