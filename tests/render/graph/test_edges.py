"""The edges: what they carry, its sign and strength as they are drawn, and which way it goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.article import worked
from tests.render.graph.drawn import cells, edge_cells, inks, of_ink, rows
from tests.render.moments import at, moments, of
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.graph.edges import CHANGED, MOST_EDGES
from tui_backprop.render.graph.flow import Direction, flow
from tui_backprop.render.graph.picture import graph

SIZE = (120, 21)
OUTPUT = Unit(2, 0)
STEP = worked(3)  # sample 0 1 0, the gate of h2 is shut
X = np.array([0.0, 1.0, 0.0])
W1, W2 = STEP.before
CARRIED = {
    ("sum1", 1): X[:, None] * W1, ("activate1", 1): X[:, None] * W1,
    ("sum2", 2): STEP.step.a[0][:, None] * W2, ("error", 2): STEP.step.a[0][:, None] * W2,
    ("upstream1", 2): W2 * STEP.step.delta[1], ("mask1", 2): W2 * STEP.step.delta[1],
    ("gradient", 1): STEP.step.gradient[0], ("gradient", 2): STEP.step.gradient[1],
    ("update", 1): STEP.after[0], ("update", 2): STEP.after[1], ("input", 1): W1, ("input", 2): W2,
}  # fmt: skip


@pytest.mark.parametrize(("phase", "layer"), CARRIED)
def test_edges_carry_what_flows_in_the_phase(phase: str, layer: int) -> None:
    carried = flow(at("article", 3, phase), layer)
    assert carried.active
    np.testing.assert_allclose(carried.values, CARRIED[phase, layer], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("phase", "layer"), CARRIED)
def test_the_sign_has_a_colour_and_nothing_flows_from_a_zero(phase: str, layer: int) -> None:
    drawn = inks(graph(at("article", 3, phase), OUTPUT, *SIZE), layer)
    for (i, j), value in np.ndenumerate(CARRIED[phase, layer]):
        found = {ink[0] for ink in drawn.get(Weight(layer, i, j), set())} - {"f"}  # faint: unchanged in an update
        assert found <= ({"d"} if value == 0 else {"+"} if value > 0 else {"-"}), (i, j)


def one_edge(weight: float, **network: object) -> Moment:
    """A network of a single weight beside a reference weight of 1, at the start."""
    return of([1, 2, 1], weights=[[[1.0, weight]], [[1.0], [1.0]]])


@pytest.mark.parametrize(
    ("weight", "level", "dots"), [(0.9, 4, 3), (0.4, 3, 2), (0.2, 2, 1), (0.04, 1, 1), (-0.9, -4, 3), (-0.2, -2, 1)]
)
def test_strength_is_thickness_and_tone(weight: float, level: int, dots: int) -> None:
    """Shares of 1 above 0.5, 0.25, 0.05 and below, as levels 4 to 1."""
    drawn = edge_cells(graph(one_edge(weight), OUTPUT, *SIZE), Weight(1, 0, 1))
    assert {span.ink for _, span in drawn} == {f"{level:+d}"}
    most = max((ord(character) - 0x2800).bit_count() for character, _ in drawn)
    assert (most + 1) // 2 == dots, "two columns of dots in a cell"


def gaps(moment: Moment, weight: Weight) -> float:
    """The share of the columns between the units that an edge leaves blank."""
    columns = [
        x
        for row in cells(graph(moment, OUTPUT, *SIZE))
        for x, (character, span) in enumerate(row)
        if span.target == weight and "⠀" < character <= "⣿"
    ]
    return 1 - len(set(columns)) / (max(columns) - min(columns) + 1)


def test_positive_edges_are_solid_negative_ones_dashed_and_zeros_dotted() -> None:
    moment = of([1, 3, 1], weights=[[[0.5, -0.5, 0.0]], [[1.0], [1.0], [1.0]]])
    solid, dashed, dotted = (gaps(moment, Weight(1, 0, unit)) for unit in range(3))
    assert solid == 0
    assert 0.1 < dashed < 0.5 < dotted


@pytest.mark.parametrize(
    ("phase", "direction", "marked"),
    [("input", None, False), ("sum1", Direction.FORWARD, True), ("activate1", Direction.FORWARD, False),
     ("sum2", Direction.FORWARD, True), ("upstream1", Direction.BACKWARD, True), ("mask1", Direction.BACKWARD, False),
     ("gradient", None, False), ("update", None, False)],
)  # fmt: skip
def test_the_way_of_the_flow_is_marked_along_the_edges(phase: str, direction: Direction | None, marked: bool) -> None:
    lines = graph(at("article", 3, phase), OUTPUT, *SIZE)[1:-1]
    marks = {
        way: [
            span.target for row in cells(lines) for c, span in row if c == way.head and isinstance(span.target, Weight)
        ]
        for way in Direction
    }
    assert {way for way in Direction if marks[way]} == ({direction} if marked else set())
    if marked and direction is not None:
        layer = 1 if phase == "sum1" else 2
        carrying = {Weight(layer, i, j) for (i, j), value in np.ndenumerate(CARRIED[phase, layer]) if value}
        assert set(marks[direction]) == carrying
        assert min(marks[direction].count(edge) for edge in carrying) >= 2, "along the whole edge"


def test_the_error_arrives_at_every_unit_with_a_head_also_where_the_gate_is_shut() -> None:
    for phase, ink in (("upstream1", "error"), ("mask1", "dim")):  # in mask1 it has arrived
        lines = graph(at("article", 3, phase), OUTPUT, *SIZE)
        heads = {y for y, x in of_ink(lines[1:-1], ink, "◀") if rows(lines)[1:-1][y][x - 1] == "│"}
        assert len(heads) == 4


def test_forward_and_backward_are_different_pictures() -> None:
    """Between `sum2` and `upstream1` the edges of the last layer used to be the same, cell by cell."""
    forward, backward = (cells(graph(at("article", 14, phase), OUTPUT, *SIZE)) for phase in ("sum2", "upstream1"))
    inked = [
        (a, b)
        for row, other in zip(forward[1:-1], backward[1:-1], strict=True)
        for a, b in zip(row[70:92], other[70:92], strict=True)
        if a[0] != " " or b[0] != " "
    ]
    same = sum((a[0], a[1].ink) == (b[0], b[1].ink) for a, b in inked)
    assert same < len(inked) / 3


def test_in_an_update_the_weights_that_changed_stand_out() -> None:
    """Sample 0 1 0 changes only the weights of x2 whose gates are open: h1, h3, h4. The others look as before."""
    drawn = graph(at("article", 3, "update"), OUTPUT, *SIZE)
    marked = {span.target for row in drawn for span in row if span.text == CHANGED and isinstance(span.target, Weight)}
    assert {weight for weight in marked if weight.layer == 1} == {Weight(1, 1, unit) for unit in (0, 2, 3)}
    assert inks(drawn, 1)[Weight(1, 0, 0)] == {"+4"}


@pytest.mark.parametrize("size", [(118, 21), (78, 8)])
@pytest.mark.parametrize(("phase", "head"), [("sum2", "▶"), ("upstream1", "◀")])
def test_every_edge_that_carries_something_shows_which_way(phase: str, head: str, size: tuple[int, int]) -> None:
    """Sample 1 1 0 in epoch 4: h2 is shut, so its signal is nothing, though the error arrives there."""
    drawn = graph(at("article", 14, phase), OUTPUT, size[0] + 2, size[1] + 2)
    marked = {span.target for row in drawn for span in row if span.text == head and isinstance(span.target, Weight)}
    assert marked == {Weight(2, unit, 0) for unit in ((0, 2, 3) if head == "▶" else range(4))}


def test_every_weight_that_changed_has_a_sign_of_its_own() -> None:
    """Sample 1 1 1 at the start changes all sixteen."""
    drawn = graph(at("article", 1, "update"), OUTPUT, *SIZE)
    marked = [span.target for row in drawn for span in row if span.text == CHANGED and span.target]
    assert len(marked) == len(set(marked)) == 16


def test_where_many_weights_change_those_that_change_most_are_marked() -> None:
    """All of them change, 40 and 72 in the first two layers; where marks would coincide, the larger change has it."""
    moment = at("spiral", 1, "update")
    lines = graph(moment, OUTPUT, *SIZE)
    marked = {span.target for row in lines for span in row if span.text == CHANGED and isinstance(span.target, Weight)}
    for layer, (new, old) in enumerate(zip(moment.parameters.weights, moment.before.weights, strict=True), 1):
        changes = np.abs(new - old)
        order = [Weight(layer, *divmod(int(place), changes.shape[1])) for place in np.argsort(changes, axis=None)]
        found = {weight for weight in marked if weight.layer == layer}
        assert found <= set(order[-16:])
        assert order[-1] in found
        assert len(found) >= min(len(order), 16) * 0.7
    assert "● changed most" in "\n".join(rows(lines))


def test_the_edges_of_rows_of_several_units_are_means() -> None:
    """Weights of +1 and −1 in turn cancel in each row of two units: an edge that carries nothing."""
    moment = of([2, 20, 1], weights=[[[1.0, -1.0] * 10] * 2, [[1.0]] * 20])
    lines = graph(moment, Unit(0, 0), 80, 12)
    assert {ink for found in inks(lines, 1).values() for ink in found} == {"dim"}
    assert {ink for found in inks(lines, 2).values() for ink in found} == {"+4"}


@pytest.mark.parametrize(
    ("phase", "label"),
    [("sum1", "+0.8176"), ("gradient", "+1.1815"), ("update", "+0.6995")],  # 0.6218·1.9, 0.8176 − 0.1·1.1815
)
def test_the_selected_edge_bears_its_number(phase: str, label: str) -> None:
    lines = graph(at("article", 1, phase), Weight(1, 0, 0), *SIZE)
    spans = [span for row in lines for span in row if span.selected and not isinstance(span.target, str)]
    assert [(span.text, span.target) for span in spans] == [(label, Weight(1, 0, 0))]


def test_of_very_many_edges_the_strongest_are_drawn() -> None:
    lines = graph(of([12, 12, 1], 1), OUTPUT, 100, 20)
    assert len(inks(lines, 1)) <= MOST_EDGES
    assert f"{MOST_EDGES} strongest" in "\n".join(rows(lines))


@pytest.mark.parametrize(
    ("phase", "legend"),
    [("input", "edges: w"), ("sum1", "edges: x·w ▶"), ("sum2", "edges: a·w ▶"), ("upstream1", "edges: w·δ ◀"),
     ("mask1", "edges: w·δ ◀"), ("gradient", "edges: ∂E/∂w"), ("update", "edges: new w")],
)  # fmt: skip
@pytest.mark.parametrize("size", [SIZE, (80, 10), (110, 30), (100, 21)])
def test_a_legend_says_what_the_edges_show(phase: str, legend: str, size: tuple[int, int]) -> None:
    drawn = "\n".join(rows(graph(at("article", 1, phase), OUTPUT, *size)))
    assert legend in drawn
    assert all(sign in drawn for sign in ("━ +", "╍ −", "● changed" if phase == "update" else "·· 0"))


@settings(max_examples=60)
@given(moments(most_units=8), st.integers(12, 120), st.integers(4, 40))
def test_the_graph_fills_its_lines(moment: Moment, columns: int, height: int) -> None:
    drawn = rows(graph(moment, Unit(1, 0), columns, height))
    assert {len(row) for row in drawn} == {columns}
    assert len(drawn) == height


def test_the_weights_of_a_trained_network_are_seen_at_the_start_of_a_step() -> None:
    timeline = Timeline(load_experiment("article"))
    moment = timeline.go(592)
    assert flow(moment, 1).values.tolist() == moment.parameters.weights[0].tolist()
