"""Adding as training adds."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_backprop.core.arrays import sum_in_order


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=40))
def test_numbers_are_added_first_to_last(values: list[float]) -> None:
    wanted = reduce(add, values)
    with np.errstate(all="raise"):
        assert np.array_equal(sum_in_order(values), wanted, equal_nan=True)


@pytest.mark.parametrize("values", [[1e16, 1.0, 1.0], [0.1] * 10, [1.0, 1e100, 1.0, -1e100]])
def test_nothing_is_made_up_for_and_nothing_added_in_pairs(values: list[float]) -> None:
    assert sum_in_order(values) == reduce(add, values)
