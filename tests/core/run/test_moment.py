"""The phases of a step, and what is known at each."""

from __future__ import annotations

import numpy as np
import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import START, Moment, phases

TWO_LAYERS = ["input", "sum1", "activate1", "sum2", "activate2", "error", "upstream1", "mask1", "gradient", "update"]
KNOWN_FROM = {
    "input": ["activation 0"],
    "sum1": ["sum 1"],
    "activate1": ["activation 1"],
    "sum2": ["sum 2"],
    "activate2": ["activation 2", "prediction"],
    "error": ["target", "error", "epoch_error", "mask 2", "delta 2"],
    "upstream1": ["upstream 1"],
    "mask1": ["mask 1", "delta 1"],
    "gradient": ["gradient 1", "gradient 2", "bias_gradient 1", "bias_gradient 2"],
    "update": [],
}
"""What each phase of a network of two layers makes known."""


def value(moment: Moment, name: str) -> object:
    what, _, layer = name.partition(" ")
    found = getattr(moment, what)
    return found(int(layer)) if layer else found


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, "input sum1 activate1 error gradient update"),
        (2, "input sum1 activate1 sum2 activate2 error upstream1 mask1 gradient update"),
        (
            3,
            "input sum1 activate1 sum2 activate2 sum3 activate3 error upstream2 mask2 upstream1 mask1 gradient update",
        ),
    ],
)
def test_a_step_goes_forwards_then_backwards(depth: int, expected: str) -> None:
    assert list(phases(depth)) == expected.split()


@pytest.mark.parametrize("name", ["xor", "article"])
def test_nothing_is_known_before_its_phase(name: str) -> None:
    timeline = Timeline(load_experiment(name))
    biased = bool(timeline.experiment.initial.biases)
    known: set[str] = set()
    everything = [value_name for names in KNOWN_FROM.values() for value_name in names]
    assert [n for n in everything if value(timeline.moment, n) is not None] == []
    for phase in TWO_LAYERS:
        moment = timeline.next_phase()
        known |= {n for n in KNOWN_FROM[phase] if biased or "bias" not in n}
        assert moment.phase == phase
        assert {n for n in everything if value(moment, n) is not None} == known
        assert [p for p in TWO_LAYERS if moment.reached(p)] == TWO_LAYERS[: TWO_LAYERS.index(phase) + 1]
        assert moment.updated == moment.complete == (phase == "update")
        assert moment.position == (1 if phase == "update" else 0)
        assert moment.parameters is (moment.after if phase == "update" else moment.before)


def test_a_new_step_forgets_what_the_last_one_knew() -> None:
    timeline = Timeline(load_experiment("xor"))
    timeline.next_step()
    moment = timeline.next_phase()
    assert (moment.step, moment.phase) == (2, "input")
    known = [n for names in KNOWN_FROM.values() for n in names if value(moment, n) is not None]
    assert known == ["activation 0", "epoch_error"]  # the error of the epoch's first sample is known


def test_at_the_start_nothing_has_been_reached() -> None:
    moment = Timeline(load_experiment("article")).moment
    assert (moment.step, moment.epoch, moment.phase, moment.sample, moment.passage) == (0, 0, START, None, None)
    assert not any(moment.reached(phase) for phase in TWO_LAYERS)
    assert moment.complete
    assert not moment.updated
    assert len(moment.errors) == 0
    assert moment.parameters.flat.tolist() == moment.experiment.initial.flat.tolist()


def test_phases_know_their_kind_layer_and_direction() -> None:
    order = phases(12)
    assert [(phase.kind, phase.layer) for phase in (order[0], order[1], order[24], order[25], order[26])] == [
        ("input", 0),
        ("sum", 1),
        ("activate", 12),
        ("error", 0),
        ("upstream", 11),
    ]
    assert [phase.backward for phase in phases(2)] == [False] * 6 + [True] * 4


def test_a_mini_batch_shows_one_sample_of_several() -> None:
    definition = dict(load_experiment("article").definition)
    definition["training"] = {**definition["training"], "batch": 3}
    moment = Timeline(load_experiment(definition)).go(step=1)
    assert moment.samples == (0, 1, 2)
    for row in range(3):
        shown = moment.showing(row)
        x = np.array(definition["data"]["inputs"][row], dtype=np.float64)
        assert shown.sample == row
        assert np.array_equal(shown.activation(0), x)  # type: ignore[arg-type]
        assert shown.sum(1) == pytest.approx(x @ moment.before.weights[0])
        assert shown.gradient(1) is moment.gradient(1)


def test_units_are_named_by_layer() -> None:
    shallow, deep = load_experiment("article"), dict(load_experiment("article-random").definition)
    deep["network"] = {**deep["network"], "layers": [3, 2, 2, 1]}
    assert [shallow.unit_names(layer) for layer in range(3)] == [("x1", "x2", "x3"), ("h1", "h2", "h3", "h4"), ("y",)]
    assert [load_experiment(deep).unit_names(layer) for layer in (1, 2)] == [("h1.1", "h1.2"), ("h2.1", "h2.2")]
