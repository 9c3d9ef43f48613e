"""Sines and cosines against mpmath; that no processor changes them is held in `test_elementary`."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from tests.transcription import Array
from tui_backprop.core.angles import sin, sin_cos

RANDOM = np.random.default_rng(1)
ANGLES = {
    "a turn": RANDOM.uniform(-7, 7, 3000),
    "many turns": RANDOM.uniform(-60_000, 60_000, 1000),
    "small": 10.0 ** RANDOM.uniform(-300, -1, 500),
    "large": -(10.0 ** RANDOM.uniform(5, 308, 500)),
    "nodes": np.arange(-300, 300) * math.pi / 64,
}


def units_off(found: Array, angles: Array, exact: object) -> float:
    """The largest error in units of the last place."""
    worst = 0.0
    with mpmath.workprec(1400):
        for value, angle in zip(found.tolist(), angles.tolist(), strict=True):
            true = exact(mpmath.mpf(angle))  # type: ignore[operator]
            worst = max(worst, float(abs(mpmath.mpf(value) - true) / math.ulp(float(true))))
    return worst


@pytest.mark.parametrize("angles", ANGLES.values(), ids=ANGLES)
def test_they_are_within_two_units_in_the_last_place(angles: Array) -> None:
    sine, cosine = sin_cos(angles)
    assert units_off(sine, angles, mpmath.sin) <= 2
    assert units_off(cosine, angles, mpmath.cos) <= 2
    assert np.array_equal(sin(angles), sine)


def test_any_shape_and_what_is_not_finite() -> None:
    sine, cosine = sin_cos(np.array([[0.0, math.inf], [math.nan, 1e300]]))
    assert (sine[0, 0], cosine[0, 0]) == (0.0, 1.0)
    assert np.isnan(sine).tolist() == np.isnan(cosine).tolist() == [[False, True], [True, False]]
