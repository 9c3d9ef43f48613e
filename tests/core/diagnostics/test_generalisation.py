"""The error of test samples along a run, against passes of their own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.render.moments import at
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics import generalisation
from tui_backprop.core.diagnostics.generalisation import MOST_MARKS, held_out_of
from tui_backprop.core.forward import evaluate


def test_every_mark_is_the_mean_error_of_the_test_samples_then() -> None:
    timeline = Timeline(load_experiment("iris"))
    timeline.go(105 * 130)
    found = held_out_of(timeline.moment)
    assert found is not None
    assert found.epochs.tolist() == list(range(4, 131, 4))
    assert len(found.epochs) <= MOST_MARKS
    test = timeline.experiment.data.test
    assert test is not None
    for epoch, error in list(zip(found.epochs.tolist(), found.errors.tolist(), strict=True))[::8]:
        weights = timeline.go(105 * int(epoch)).parameters
        logs = -np.log(
            (evaluate(weights, timeline.experiment.training, test.inputs, test.targets).raw * test.targets).sum(axis=1)
        )
        assert error == pytest.approx(logs.mean())
    assert (found.looked, found.total) == (45, 45)


def test_in_large_networks_marks_are_at_states_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generalisation, "RECOMPUTE_BUDGET", 0)
    timeline = Timeline(load_experiment("iris"))
    found = held_out_of(timeline.go(105 * 2))
    assert found is not None
    assert found.epochs == pytest.approx([64 / 105, 192 / 105])


def test_without_test_samples_there_is_nothing_to_try() -> None:
    assert held_out_of(at("article", 8)) is None
    found = held_out_of(at("iris"))
    assert found is not None
    assert len(found.errors) == 0
