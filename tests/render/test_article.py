"""The figures that the tests of rendering go by are the article's."""

from __future__ import annotations

import numpy as np

from tests.render.article import worked


def test_the_first_sample_is_the_articles() -> None:
    step = worked(1).step
    assert step.z[0].round(9).tolist() == [1.947042566, 0.561813723, 1.320314898, 1.33914507]
    assert step.z[1].tolist() == [2.949584133197377]
    assert step.prediction.tolist() == [2.9]
    assert step.delta[1].tolist() == [1.9]


def test_the_first_epochs_are_the_articles() -> None:
    assert [round(worked(step).step.error, 9) for step in (1, 2, 3, 4)] == [3.61, 0.49, 0.36, 0.49]
    first, second = worked(4).after
    assert np.allclose(first[0], [0.68186112, -0.07723001, 0.61481898, 0.01363698], rtol=0, atol=5e-9)
    assert np.allclose(second[:, 0], [0.13677727, 0.29952828, -0.09968558, 0.56497112], rtol=0, atol=5e-9)
    assert worked(3).step.z[0][1] < 0  # the gate of h2 is shut for sample #2
