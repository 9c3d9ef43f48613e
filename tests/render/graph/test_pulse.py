"""The pulse: where it stands in each frame, and that it leaves the picture as it was."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import Net, nets
from tests.render.graph.drawn import rows
from tests.render.moments import SIZES, definition, selections
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.graph.edges import MOST_MARKED
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.graph.pulse import DOT, over, pulse

SIZE, OUTPUT = (120, 21), Unit(2, 0)
ORDER: list[str] = list(phases(2))


def way(*places: tuple[int, str | None]) -> tuple[Moment, Moment]:
    """Two moments of one run of the article, each at a step and a phase."""
    timeline = Timeline(load_experiment("article"))
    first, second = (timeline.go(step, phase) for step, phase in places)
    return first, second


@pytest.mark.parametrize(
    ("phase", "ink", "right"), [("sum1", "signal", True), ("sum2", "signal", True), ("upstream1", "error", False)]
)
def test_a_phase_sends_a_pulse_along_its_edges(phase: str, ink: str, right: bool) -> None:
    frames = pulse(*way((3, ORDER[ORDER.index(phase) - 1]), (3, phase)), OUTPUT, *SIZE)
    assert 6 <= len(frames) <= 8
    targets = {span.target for frame in frames for span in frame.values()}
    if phase == "sum1":  # sample 0 1 0: nothing comes from x1 and x3
        assert targets == {Weight(1, 1, unit) for unit in range(4)}
    elif phase == "sum2":  # the gate of h2 is shut
        assert targets == {Weight(2, unit, 0) for unit in (0, 2, 3)}
    else:  # the error arrives at the shut gate, too
        assert targets == {Weight(2, unit, 0) for unit in range(4)}
    assert {span.ink for frame in frames for span in frame.values()} == {ink}
    columns = [max(x for _, x in frame) for frame in frames]
    assert columns == sorted(columns, reverse=not right)
    assert len(set(columns)) == len(columns)


@pytest.mark.parametrize("phase", ["input", "activate1", "error", "mask1", "gradient", "update"])
def test_there_is_no_pulse_where_nothing_flows(phase: str) -> None:
    place = ORDER.index(phase)
    before: tuple[int, str | None] = (3, ORDER[place - 1]) if place else (2, None)
    assert pulse(*way(before, (3, phase)), OUTPUT, *SIZE) == []


def test_a_step_is_one_pulse_forward_and_one_back() -> None:
    frames = pulse(*way((2, None), (3, None)), OUTPUT, *SIZE)
    assert len(frames) <= 10
    inks = [{span.ink for span in frame.values()} for frame in frames]
    half = len(inks) // 2
    assert inks == [{"signal"}] * half + [{"error"}] * half
    layers = [{span.target.layer for span in frame.values() if isinstance(span.target, Weight)} for frame in frames]
    assert layers[0] == {1}
    assert layers[half - 1] == {2}
    assert layers[-1] == {2}


def test_a_jump_and_a_step_back_have_none() -> None:
    assert pulse(*way((2, None), (9, None)), OUTPUT, *SIZE) == []
    assert pulse(*way((3, None), (2, None)), OUTPUT, *SIZE) == []
    assert pulse(*way((3, "sum2"), (3, "activate1")), OUTPUT, *SIZE) == []


def test_through_a_single_layer_nothing_flows_back() -> None:
    timeline = Timeline(load_experiment("no-direction"))
    frames = pulse(timeline.go(2), timeline.go(3), Unit(1, 0), *SIZE)
    assert {span.ink for frame in frames for span in frame.values()} == {"signal"}


@settings(max_examples=100)
@given(st.data(), nets(), SIZES, st.booleans())
def test_every_step_and_phase_of_every_network_has_its_pulse_within_the_picture(
    data: st.DataObject, net: Net, size: tuple[int, int], maps: bool
) -> None:
    timeline = Timeline(load_experiment(net.definition))
    selection = data.draw(selections(timeline.experiment))
    before = timeline.go(data.draw(st.integers(0, 2)))
    moments = [before, timeline.next_step()]
    timeline.go(before.position)
    moments += [before, *(timeline.next_phase() for _ in phases(timeline.experiment.network.depth))]
    for earlier, later in pairwise(moments):
        for frame in pulse(earlier, later, selection, *size, maps):
            assert all(0 <= row < size[1] and 0 <= column < size[0] for row, column in frame)


def test_of_many_edges_only_the_strongest_have_one() -> None:
    timeline = Timeline(load_experiment(definition([8, 8, 2])))
    before, after = timeline.go(1, "input"), timeline.go(1, "sum1")
    frames = pulse(before, after, OUTPUT, 120, 40)
    assert {len(frame) for frame in frames} <= set(range(1, MOST_MARKED + 1))
    assert frames


@settings(max_examples=30)
@given(st.integers(1, 12), st.sampled_from(["sum1", "sum2", "upstream1"]), st.integers(60, 160), st.integers(10, 40))
def test_a_frame_changes_only_the_cells_of_its_marks(step: int, phase: str, columns: int, height: int) -> None:
    timeline = Timeline(load_experiment("article"))
    before = timeline.go(step, ORDER[ORDER.index(phase) - 1])
    after = timeline.go(step, phase)
    picture = graph(after, OUTPUT, columns, height)
    for frame in pulse(before, after, OUTPUT, columns, height):
        drawn = rows(over(picture, frame))
        assert {(y, x) for y, row in enumerate(drawn) for x, c in enumerate(row) if c == DOT} == set(frame)
        changed = {
            (y, x)
            for y, (old, new) in enumerate(zip(rows(picture), drawn, strict=True))
            for x, (a, b) in enumerate(zip(old, new, strict=True))
            if a != b
        }
        assert changed <= set(frame)
