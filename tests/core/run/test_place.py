"""Places of a run, named in text."""

from __future__ import annotations

import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.place import parse_place
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides


@pytest.mark.parametrize(
    ("text", "step", "phase"),
    [
        ("0", 0, None),
        ("1", 4, None),
        ("148", 592, None),
        ("1:0", 1, None),
        ("12:3", 48, None),
        ("1:0:mask1", 1, "mask1"),
        ("3:2:input", 11, "input"),
    ],
)
def test_a_place_is_an_epoch_a_sample_and_a_phase(text: str, step: int, phase: str | None) -> None:
    assert parse_place(text, Timeline(load_experiment("article"))) == (step, phase)


def test_a_sample_is_found_in_a_shuffled_epoch_too() -> None:
    timeline = Timeline(load_experiment("article", Overrides(shuffle=True)))
    for sample in range(4):
        step, _ = parse_place(f"3:{sample}", timeline)
        assert timeline.go(step=step).sample == sample


@pytest.mark.parametrize(
    "text",
    [
        *("", "-1", "1.5", "x", "1:x", "1::mask1", "1:4", "0:0", "1:0:mask2", "1:0:x", "1:0:mask1:2", "²"),
        *("9" * 5000, "1:" + "9" * 5000, "1000000000"),
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BackpropError):
        parse_place(text, Timeline(load_experiment("article")))
