"""How initial weights are drawn: one entry per initialiser, with the same as text for a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod, sqrt
from typing import NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.elementary import FEW, log, log_into
from tui_backprop.core.network import Network

CONSTANT = 0.5
"""Every weight under the initialiser `constant`: all units of a layer stay alike forever."""


class Random:
    """NumPy's generator, `numpy.random.seed`, with normal numbers by way of our own logarithm.

    They are NumPy's (Marsaglia's polar method, from the same stream), but for the last digit of a few: NumPy takes the
    C library's logarithm, which is not the same everywhere.
    """

    def __init__(self) -> None:
        numpys = np.random.RandomState()  # importing it takes milliseconds, and given weights need none of it
        self.random_sample, self.uniform, self._seed = numpys.random_sample, numpys.uniform, numpys.seed
        self._kept = np.empty(0)  # numbers come in pairs

    def seed(self, seed: int) -> None:
        """Starts over."""
        self._seed(seed)
        self._kept = np.empty(0)

    def normal(self, mean: float, deviation: float, shape: tuple[int, ...]) -> Array:
        """Normal numbers in an array."""
        count = prod(shape)
        missing = count - len(self._kept)
        numbers = np.concatenate([self._kept, self._few(missing) if missing <= FEW else self._many(missing)])
        self._kept = numbers[count:]
        return np.asarray(mean + deviation * numbers[:count].reshape(shape))

    def _few(self, missing: int) -> list[float]:
        """At least as many as are missing, one pair at a time."""
        numbers, draw = list[float](), self.random_sample
        while len(numbers) < missing:
            x, y = 2.0 * draw() - 1.0, 2.0 * draw() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                factor = sqrt(-2.0 * log(square) / square)
                numbers += (factor * y, factor * x)
        return numbers

    def _many(self, missing: int) -> Array:
        """The same numbers, computed by NumPy."""
        parts, pairs_missing = list[Array](), -(-missing // 2)
        while pairs_missing:
            pairs = 2.0 * self.random_sample((pairs_missing, 2)) - 1.0
            square = pairs[:, 0] * pairs[:, 0] + pairs[:, 1] * pairs[:, 1]
            inside = (square < 1.0) & (square > 0.0)
            square = square[inside]
            logarithm = np.empty_like(square)
            log_into(square, logarithm)
            parts.append((pairs[inside][:, ::-1] * np.sqrt(-2.0 * logarithm / square)[:, None]).ravel())
            pairs_missing -= len(square)
        return np.concatenate(parts)


class Initialiser(NamedTuple):
    """`draw(random, (fan_in, fan_out))` gives a matrix; `numpy` is that with `random`, m and n, in a script.

    `fixed` says that it draws nothing: every seed has the same weights.
    """

    name: str
    draw: Callable[[Random, tuple[int, int]], Array]
    numpy: str
    fixed: bool = False


def _xavier(random: Random, shape: tuple[int, int]) -> Array:
    """Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, eq. 12."""
    return random.normal(0.0, np.sqrt(2.0 / (shape[0] + shape[1])), shape)


def _he(random: Random, shape: tuple[int, int]) -> Array:
    """He et al., "Delving deep into rectifiers", 2015, eq. 10."""
    return random.normal(0.0, np.sqrt(2.0 / shape[0]), shape)


def _xavier_uniform(random: Random, shape: tuple[int, int]) -> Array:
    """The same deviation, drawn uniformly: eq. 16 of the same paper."""
    return np.asarray(random.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / (shape[0] + shape[1])))


def _he_uniform(random: Random, shape: tuple[int, int]) -> Array:
    """He's deviation, drawn uniformly."""
    return np.asarray(random.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / shape[0]))


ZEROS = Initialiser("zeros", lambda random, shape: np.zeros(shape), "np.zeros((m, n))", fixed=True)
INITIALISERS: dict[str, Initialiser] = {
    entry.name: entry
    for entry in (
        Initialiser("uniform01", lambda random, shape: random.random_sample(shape), "random.random_sample((m, n))"),
        Initialiser(
            "uniform", lambda random, shape: random.uniform(-1.0, 1.0, shape), "random.uniform(-1.0, 1.0, (m, n))"
        ),
        Initialiser("normal", lambda random, shape: random.normal(0.0, 1.0, shape), "random.normal(0.0, 1.0, (m, n))"),
        Initialiser("xavier", _xavier, "random.normal(0.0, np.sqrt(2.0 / (m + n)), (m, n))"),
        Initialiser("he", _he, "random.normal(0.0, np.sqrt(2.0 / m), (m, n))"),
        Initialiser("xavier_uniform", _xavier_uniform, "random.uniform(-1.0, 1.0, (m, n)) * np.sqrt(6.0 / (m + n))"),
        Initialiser("he_uniform", _he_uniform, "random.uniform(-1.0, 1.0, (m, n)) * np.sqrt(6.0 / m)"),
        ZEROS,
        Initialiser(
            "constant", lambda random, shape: np.full(shape, CONSTANT), f"np.full((m, n), {CONSTANT})", fixed=True
        ),
    )
}
"""W[1], W[2] … come in order from one `RandomState(seed)`, the stream of `numpy.random.seed`; biases start at 0."""


def initialise(network: Network, name: str, seed: int) -> list[Array]:
    """Fresh weights W[1]…W[L] by the initialiser `name`; the same seed gives the same bits."""
    return next(initialisations(network, name, [seed]))


def initialisations(network: Network, name: str, seeds: Iterable[int]) -> Iterator[list[Array]]:
    """The same for each of `seeds`; seeding a generator again takes a fiftieth of the time of making one."""
    random = Random()
    draw = INITIALISERS[name].draw
    for seed in seeds:
        random.seed(seed)
        yield [draw(random, shape) for shape in zip(network.units, network.units[1:], strict=False)]
