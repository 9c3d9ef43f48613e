"""Places of a run, named in text."""

from __future__ import annotations

import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import phases
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


@pytest.mark.parametrize(
    ("activations", "names"),
    [
        (("relu", "sigmoid"), "input sum1 relu1 sum2 predict error upstream1 mask1 gradient update"),
        (("tanh", "softmax"), "input sum1 tanh1 sum2 predict error upstream1 slope1 gradient update"),
        (("leaky_relu", "linear"), "input sum1 leaky_relu1 sum2 predict error upstream1 mask1 gradient update"),
    ],
)
def test_every_name_that_the_screen_has_for_a_phase_is_accepted_and_listed(
    activations: tuple[str, str], names: str
) -> None:
    timeline = Timeline(load_experiment("xor", Overrides(hidden=activations[0], output=activations[1])))
    listed = phases(2)
    assert [parse_place(f"1:0:{name}", timeline) for name in names.split()] == [(1, phase) for phase in listed]
    assert [parse_place(f"1:0:{phase}", timeline) for phase in listed] == [(1, phase) for phase in listed]
    with pytest.raises(BackpropError) as refused:
        parse_place("1:0:x", timeline)
    assert refused.value.hint == f"one of {names.replace(' ', ', ')}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1:9:mask", "no phase 'mask', did you mean mask1?"),
        ("1:0:relu", "no phase 'relu', did you mean relu1?"),
        ("0:0:mask1", "no epoch 0: epochs are counted from 1"),
        ("1:4", "no sample #4"),
    ],
)
def test_what_is_wrong_with_a_place_is_said(text: str, message: str) -> None:
    with pytest.raises(BackpropError) as refused:
        parse_place(text, Timeline(load_experiment("article")))
    assert refused.value.message == message


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
