"""Normal numbers: NumPy's own, up to the last digit, from the same stream."""

from __future__ import annotations

import numpy as np
import pytest

from tui_backprop.core.elementary import FEW
from tui_backprop.core.initialisers import Random

SHAPES = [(2, 3), (1, 1), (FEW + 1, 3), (5, 1), (784, 5), (3, 3)]
"""Few numbers and many, odd counts and even ones: one of a pair is kept for the next matrix."""


@pytest.mark.parametrize("seed", range(20))
def test_normal_numbers_are_numpys_up_to_the_last_digit(seed: int) -> None:
    ours, theirs = Random(), np.random.RandomState(seed)
    ours.seed(seed)
    for shape in SHAPES:
        numbers = ours.normal(0.0, 0.7, shape)
        assert numbers.shape == shape
        np.testing.assert_allclose(numbers, theirs.normal(0.0, 0.7, shape), rtol=1e-15)
    assert ours.random_sample() == theirs.random_sample()  # neither has taken more from the stream


def test_few_and_many_have_the_same_bits() -> None:
    one, other = Random(), Random()
    one.seed(3)
    other.seed(3)
    singly = np.concatenate([one.normal(0.0, 1.0, (1, 2)).ravel() for _ in range(500)])
    assert np.array_equal(singly, other.normal(0.0, 1.0, (1000,)))


def test_a_seed_begins_again() -> None:
    random = Random()
    random.seed(5)
    first = random.normal(0.0, 1.0, (1, 3))
    random.seed(5)
    assert np.array_equal(random.normal(0.0, 1.0, (1, 3)), first)
