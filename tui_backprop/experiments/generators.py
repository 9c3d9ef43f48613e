"""Samples in the plane by formula: the shapes of TensorFlow Playground, with its geometry.

Points lie within about −6…6. Classes are −1 and 1, half of the samples each (xor: as they fall). Noise, 0 to 0.5, has
the Playground's meaning for each shape: where a label depends on the place, the place is moved before it is asked for
the label, so that points near an edge change sides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tui_backprop.core.angles import sin_cos
from tui_backprop.core.arrays import Array
from tui_backprop.core.elementary import log1p_into

MOST_SAMPLES = 100_000
MOST_NOISE = 0.5


def generate(name: str, samples: int, noise: float, seed: int) -> tuple[Array, Array]:
    """Points (samples, 2) and their labels (samples,), in random order; the same seed gives the same samples."""
    random = np.random.default_rng(seed)
    points, labels = GENERATORS[name](random, samples, noise)
    order = random.permutation(samples)
    return points[order], labels[order]


def _around(radius: Array, angle: Array) -> Array:
    """Points (…, 2) at these distances from the middle, in these directions."""
    sine, cosine = sin_cos(angle)
    return np.column_stack([radius * sine, radius * cosine])


def _distance(across: Array, up: Array) -> Array:
    """The distance of a point from the middle; the C library's `hypot` has other last digits on other machines."""
    return np.asarray(np.sqrt(across * across + up * up))


def _circle(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """A disc of radius 2.5 in a ring from 3.5 to 5."""
    inner = samples - samples // 2
    radius = np.concatenate([random.uniform(0, 2.5, inner), random.uniform(3.5, 5, samples - inner)])
    angle = random.uniform(0, 2 * np.pi, samples)
    points = _around(radius, angle)
    moved = points + random.uniform(-5, 5, points.shape) * noise
    return points, np.where(_distance(moved[:, 0], moved[:, 1]) < 2.5, 1.0, -1.0)


def _xor(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """Four squares apart by 0.6: the label is the sign of x1·x2."""
    points = random.uniform(-5, 5, (samples, 2))
    points += np.where(points > 0, 0.3, -0.3)
    moved = points + random.uniform(-5, 5, points.shape) * noise
    return points, np.where(moved[:, 0] * moved[:, 1] >= 0, 1.0, -1.0)


def _gauss(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """Two clouds around (2, 2) and (−2, −2), of variance 0.5, with the most noise 4."""
    labels = np.where(np.arange(samples) < samples - samples // 2, 1.0, -1.0)
    spread = np.sqrt(0.5 + 7.0 * noise)
    logarithm = -random.uniform(0, 1, samples)  # Box and Muller, 1958; NumPy's normal numbers need the C library's
    log1p_into(logarithm, logarithm)
    radius, angle = np.sqrt(-2.0 * logarithm), random.uniform(0, 2 * np.pi, samples)
    return 2.0 * labels[:, None] + spread * _around(radius, angle), labels


def _spiral(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """Two arms of 1¾ turns."""
    arms = []
    for count, start, label in ((samples - samples // 2, 0.0, 1.0), (samples // 2, np.pi, -1.0)):
        along = np.arange(count) / max(count, 1)
        radius, angle = 5.0 * along, 1.75 * along * 2 * np.pi + start
        points = _around(radius, angle)
        arms.append((points + random.uniform(-1, 1, points.shape) * noise, np.full(count, label)))
    return np.concatenate([points for points, _ in arms]), np.concatenate([labels for _, labels in arms])


def _plane(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """Regression: (x1 + x2) / 10."""
    points = random.uniform(-6, 6, (samples, 2))
    moved = points + random.uniform(-6, 6, points.shape) * noise
    return points, moved.sum(axis=1) / 10


_HILLS = np.array([(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)])


def _regression_gauss(random: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    """Regression: six hills and hollows of radius 2, in a chequered row."""
    points = random.uniform(-6, 6, (samples, 2))
    moved = points + random.uniform(-6, 6, points.shape) * noise
    distance = _distance(moved[:, :1] - _HILLS[:, 0], moved[:, 1:] - _HILLS[:, 1])
    heights = _HILLS[:, 2] * np.clip(1 - distance / 2, 0, 1)
    return points, heights[np.arange(samples), np.abs(heights).argmax(axis=1)]


GENERATORS: dict[str, Callable[[np.random.Generator, int, float], tuple[Array, Array]]] = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
    "plane": _plane,
    "regression-gauss": _regression_gauss,
}
REGRESSIONS = frozenset({"plane", "regression-gauss"})
"""The generators whose labels are not classes."""
