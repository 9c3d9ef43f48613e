"""What helps, and the likely cause, in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from tui_backprop.core.experiment import Data
from tui_backprop.render.trouble import why_grown


@pytest.mark.parametrize(
    ("largest", "cause"),
    [
        ([1.0, 9.0], "the rate may be too large"),
        ([1.0, 90.0], "x2 is not scaled"),
        ([900.0, 90.0], "x1 and 1 more are not scaled"),
    ],
)
def test_why_an_error_has_grown(largest: list[float], cause: str) -> None:
    assert why_grown(Data(np.array([[0.0, 0.0], largest]), np.ones((2, 1)), ("x1", "x2"), ("y",))) == cause
