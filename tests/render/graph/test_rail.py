"""The frame of the graph as the rail of the phases."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.graph.drawn import rows
from tests.render.moments import at, moments, of, text
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.spans import Span

OUTPUT = Unit(2, 0)
FORWARD = ["input", "sum1", "relu1", "sum2", "predict"]
BACKWARD = ["update", "gradient", "mask1", "upstream1", "error"]


def words(line: str) -> list[str]:
    return re.findall(r"[\w.]+", line)


@pytest.mark.parametrize("size", [(120, 21), (80, 10), (60, 9), (200, 40)])
def test_forward_phases_stand_above_to_the_right_and_backward_ones_below_to_the_left(size: tuple[int, int]) -> None:
    drawn = rows(graph(at("article", 1, "mask1"), OUTPUT, *size))
    top, bottom = words(drawn[0]), words(drawn[-1])
    assert [word for word in top if word != "forward"] == FORWARD
    assert [word for word in bottom if word not in ("backward", "back")] == BACKWARD
    assert drawn[0][0] + drawn[0][-1] + drawn[-1][0] + drawn[-1][-1] == "╭╮╰╯"
    assert ("▶" in drawn[0], "◀" in drawn[0], "▶" in drawn[-1], "◀" in drawn[-1]) == (True, False, False, True)


@pytest.mark.parametrize(("columns", "word"), [(80, "backward"), (60, "back"), (54, "")])
def test_a_rail_begins_with_its_direction_in_a_word_that_there_is_room_for(columns: int, word: str) -> None:
    bottom = rows(graph(at("article", 1, "mask1"), OUTPUT, columns, 9))[-1]
    assert words(bottom)[: bool(word)] == [word] * bool(word)
    assert words(bottom)[bool(word)] == "update"


def middle(line: str, word: str) -> float:
    return line.index(word) + len(word) / 2


def test_each_phase_stands_at_the_column_that_it_is_about() -> None:
    drawn = rows(graph(at("article", 1, "mask1"), OUTPUT, 120, 21))
    unit = next(row for row in drawn if "─ h1 ─" in row)
    left, right = unit.index("╭"), unit.index("╮")
    output = next(row for row in drawn if "─ y ─" in row).index("╭")
    assert left < middle(drawn[0], "relu1") < right
    assert left < middle(drawn[-1], "mask1") < right
    assert abs(middle(drawn[0], "relu1") - (left + right) / 2) < 2
    assert right < middle(drawn[0], "sum2") < output
    assert right < middle(drawn[-1], "upstream1") < output < middle(drawn[0], "predict")
    assert middle(drawn[0], "sum1") < left
    assert middle(drawn[-1], "gradient") < left


def labels(moment: Moment) -> list[Span]:
    lines = graph(moment, OUTPUT, 120, 21)
    found = [span for line in (lines[0], lines[-1]) for span in line if isinstance(span.target, str)]
    return [span._replace(text=span.text.strip()) for span in found]


@pytest.mark.parametrize("phase", phases(2))
def test_the_present_phase_is_filled_and_the_path_so_far_is_lit(phase: str) -> None:
    moment, order = at("article", 1, phase), phases(2)
    spans = labels(moment)
    filled = [span for span in spans if span.selected]
    assert [span.target for span in filled] == [f"to_phase('{phase}')"]
    assert filled[0].ink == ("signal" if filled[0].text in FORWARD else "error")
    for span in spans:
        name = str(span.target).removeprefix("to_phase('").removesuffix("')")
        if name != phase:
            assert span.ink == ("text" if order.index(name) < order.index(phase) else "dim")


@pytest.mark.parametrize("phase", phases(2))
def test_only_the_present_direction_has_its_colour(phase: str) -> None:
    lines = graph(at("article", 1, phase), OUTPUT, 120, 21)
    way, other = ("signal", "error") if phases(2).index(phase) < 5 else ("error", "signal")
    inks = {span.ink for line in (lines[0], lines[-1]) for span in line}
    assert way in inks
    assert other not in inks
    links = "".join(span.text for span in lines[0] if "▶" in span.text)
    assert ("━" in links) == (phase != "input"), "the way that lies behind is thick all the same"


@pytest.mark.parametrize("size", [(80, 10), (60, 9), (40, 9)])
@pytest.mark.parametrize("phase", phases(5))
def test_phases_out_of_sight_have_a_sign_that_leads_to_them(phase: str, size: tuple[int, int]) -> None:
    lines = graph(of([3, 6, 6, 6, 6, 1], 1, phase, hidden="relu"), OUTPUT, *size)
    turn = phases(5).index("error")
    for line, every in ((lines[0], phases(5)[:turn]), (lines[-1], phases(5)[turn:][::-1])):
        there = [str(span.target)[10:-2] for span in line if isinstance(span.target, str)]
        first, last = (every.index(name) for name in (there[0], there[-1]))
        assert list(every[first : last + 1]) == there, "the sign leads to the phase next to those in sight"
        signs = [span.text == "…" for span in line if isinstance(span.target, str)]
        assert any(signs)
        assert signs[0] or there[0] == every[0]
        assert signs[-1] or there[-1] == every[-1]
        assert not any(signs[1:-1])


def test_at_the_start_nothing_is_lit() -> None:
    assert {(span.ink, span.selected) for span in labels(at("article"))} == {("dim", False)}


@settings(max_examples=60)
@given(moments(most_units=3), st.integers(24, 160))
def test_no_word_is_cut_and_the_present_phase_is_visible(moment: Moment, columns: int) -> None:
    lines = graph(moment, OUTPUT if moment.experiment.network.depth > 1 else Unit(1, 0), columns, 12)
    known = {phase_label(phase, moment.experiment) for phase in phases(moment.experiment.network.depth)}
    for line in (lines[0], lines[-1]):
        assert set(words(text(line))) <= known | {"forward", "backward", "back"}
        assert len(text(line)) == columns
    if moment.step:
        assert phase_label(moment.phase, moment.experiment) in words(text(lines[0]) + text(lines[-1]))


def test_masks_of_smooth_units_are_slopes() -> None:
    drawn = rows(graph(of([2, 2, 2, 1], 1, "mask1", hidden=["tanh", "relu"]), OUTPUT, 160, 12))
    assert {"slope1", "mask2"} <= set(words(drawn[-1]))
    assert {"tanh1", "relu2"} <= set(words(drawn[0]))
