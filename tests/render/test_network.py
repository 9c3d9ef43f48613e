"""The node graph, against figures that were worked out without it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.article import Worked, worked
from tests.render.moments import at, moments, of, page, shown, text
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.network import LEAST_GROUPED, network
from tui_backprop.render.spans import Line

TALL, WIDE, TINY, MICRO = (70, 20), (90, 10), (56, 6), (45, 6)
FIRST = Weight(1, 0, 0)
ORDER: list[str] = list(phases(2))
KNOWN_FROM = {"x": "input", "z1": "sum1", "a": "activate1", "z2": "sum2", "ŷ": "activate2", "y": "error",
              "δ2": "error", "↑": "upstream1", "δ1": "mask1"}  # fmt: skip
Nodes = dict[str, dict[str, str]]


def expected(known: Worked, phase: str) -> Nodes:
    """What each node of the article must show at a phase: a number, or the sign that it is not known."""
    step, sample = known.step, known.sample

    def value(name: str, number: float, shut: bool = False) -> str:
        reached = ORDER.index(phase) >= ORDER.index(KNOWN_FROM[name])
        return (shown(number) + ("✕" if shut else "")).strip() if reached else "·"

    nodes = {f"x{i + 1}": {"": value("x", x)} for i, x in enumerate(ARTICLE_INPUTS[sample])}
    for i in range(4):
        shut = bool(step.z[0][i] <= 0)
        nodes[f"h{i + 1}"] = {
            "z": value("z1", step.z[0][i]),
            "a": value("a", step.a[0][i], shut),
            "↑": value("↑", step.upstream[0][i]),
            "δ": value("δ1", step.delta[0][i], shut),
        }
    nodes["y"] = {
        "z": value("z2", step.z[1][0]),
        "ŷ": value("ŷ", step.prediction[0]),
        "y": value("y", ARTICLE_TARGETS[sample][0]),
        "δ": value("δ2", step.delta[1][0]),
    }
    return nodes


def tall(lines: list[str]) -> Nodes:
    """The nodes of the article, drawn in four lines each."""
    nodes = {row[:2]: {"": row[2:10].strip()} for row in lines if row.startswith("x")}
    for name in ("h1", "h2", "h3", "h4", "y"):
        top, left = next(
            (y, row.index(f"╭{name} ") + 1 + len(name)) for y, row in enumerate(lines) if f"╭{name} " in row
        )
        parts = [row[left : left + 11] for row in lines[top : top + 4]]
        nodes[name] = {part[1]: part[3:].strip() for part in parts}
    return nodes


def wide(lines: list[str]) -> Nodes:
    """The nodes of the article, drawn in two lines each."""
    nodes = {row[:2]: {"": row[2:10].strip()} for row in lines if row.startswith("x")}
    for name in ("h1", "h2", "h3", "h4", "y"):
        top, left = next(
            (y, row.index(f"╭{name} ") + 1 + len(name)) for y, row in enumerate(lines) if f"╭{name} " in row
        )
        parts = [row[left + x : left + x + 10] for row in lines[top : top + 2] for x in (0, 10)]
        nodes[name] = {part[1]: part[2:].strip() for part in parts}
    return nodes


def rows(lines: list[Line]) -> list[str]:
    return [text(spans) for spans in lines]


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("phase", ORDER)
def test_every_node_shows_what_is_known_and_nothing_else(step: int, phase: str) -> None:
    moment, nodes = at("article", step, phase), expected(worked(step), phase)
    assert tall(rows(network(moment, Unit(2, 0), *TALL))) == nodes
    assert wide(rows(network(moment, Unit(2, 0), *WIDE))) == nodes


def test_figures_of_the_article_by_hand() -> None:
    assert expected(worked(3), "mask1")["h2"] == {"z": "−0.0509", "a": "0.0000✕", "↑": "−0.1962", "δ": "0.0000✕"}
    assert expected(worked(1), "mask1")["h4"] == {"z": "+1.3391", "a": "+1.3391", "↑": "+1.6830", "δ": "+1.6830"}
    assert expected(worked(1), "error")["y"] == {"z": "+2.9496", "ŷ": "+2.9000", "y": "+1.0000", "δ": "+1.9000"}


def test_at_the_start_nothing_is_known() -> None:
    moment = at("article")
    nodes = tall(rows(network(moment, Unit(2, 0), *TALL)))
    assert {number for values in nodes.values() for number in values.values()} == {"·"}


@pytest.mark.parametrize("size", [TALL, WIDE])
def test_what_this_phase_brought_is_bold(size: tuple[int, int]) -> None:
    names = re.compile(r"[hxy]\d?")
    bold = [
        span.text.strip()
        for spans in network(at("article", 1, "upstream1"), Unit(2, 0), *size)
        for span in spans
        if span.bold and not names.fullmatch(span.text.strip()) and not re.search("[⠀-⣿]", span.text)
    ]
    assert bold == ["+1.1815", "+0.8240", "+0.4447", "+1.6830"]


@pytest.mark.parametrize(
    ("phase", "name", "number"),
    [("sum1", "h2", "z−0.0509"), ("activate1", "h2", "a 0.0000✕"), ("mask1", "h2", "δ 0.0000✕"),
     ("mask1", "y", "δ−0.6000"), ("upstream1", "h2", "↑−0.1962"), ("activate2", "y", "ŷ+0.4000"),
     ("sum1", "y", "z   ·")],
)  # fmt: skip
def test_where_there_is_room_for_one_number_it_is_the_latest(phase: str, name: str, number: str) -> None:
    assert f"{name}{number}" in page(network(at("article", 3, phase), FIRST, *TINY))


def test_the_smallest_nodes_are_numbers_alone() -> None:
    shown_here = page(network(at("article", 3, "mask1"), FIRST, *MICRO))
    assert [number for number in ("−0.109", " 0.000✕", "+0.036", "−0.351", "−0.600") if number not in shown_here] == []


def units_named(lines: list[str]) -> set[int]:
    """The hidden units that have a row, of their own or with others."""
    ranges = re.findall(r"h(\d+)(?:–(\d+))?", "\n".join(lines))
    return {unit for first, last in ranges for unit in range(int(first), int(last or first) + 1)}


@given(st.integers(4, 60), st.integers(1, 40), st.integers(60, 120))
@settings(deadline=None, max_examples=40)
def test_units_without_room_share_a_row_or_are_counted(height: int, units: int, columns: int) -> None:
    lines = rows(network(of([1, units, 1], 1, "sum1"), FIRST, columns, height))
    more = re.search(r"… (\d+) more", "\n".join(lines))
    assert len(units_named(lines)) + (int(more[1]) if more else 0) == units
    assert not more or height <= LEAST_GROUPED


@given(st.data(), st.integers(3, 30))
@settings(deadline=None, max_examples=40)
def test_the_selected_unit_is_in_sight(data: st.DataObject, height: int) -> None:
    unit = data.draw(st.integers(0, 39))
    lines = network(of([1, 40, 1], 1, "sum1"), Unit(1, unit), 80, height)
    (name,) = [span.text for spans in lines for span in spans if span.selected]
    assert unit + 1 in units_named([name])


def test_a_row_of_several_units_shows_their_mean_and_how_many_gates_are_open() -> None:
    moment = of([6, 20, 2], 1, "activate1", hidden="relu")
    a = moment.activation(1)
    assert a is not None
    lines = rows(network(moment, FIRST, 80, 12))  # 11 rows: two units in each
    for first in range(0, 20, 2):
        opened = int((a[first : first + 2] > 0).sum())
        gates = f"{opened}/2" if opened else "✕"
        row = rf"h{first + 1}–{first + 2} +{re.escape(shown(float(a[first : first + 2].mean())).strip())} +{gates}"
        assert re.search(row, "\n".join(lines)), row


def test_the_edges_of_rows_of_several_units_are_means() -> None:
    """Weights of +1 and −1 in turn cancel in each row of two units: an edge that carries nothing."""
    weights = [[[1.0, -1.0] * 10] * 2, [[1.0]] * 20]
    lines = network(of([2, 20, 1], weights=weights), Unit(0, 0), 80, 12)
    inks = {(span.target.layer, span.ink) for spans in lines for span in spans if isinstance(span.target, Weight)}
    assert inks == {(1, "dim"), (2, "+4")}


@pytest.mark.parametrize("layer", [1, 4, 6, 8])
def test_layers_without_room_are_counted_and_this_phases_is_in_sight(layer: int) -> None:
    moment = of([2] * 9, 1, f"sum{layer}")
    first, last = map(int, re.findall(r"^layers (\d)–(\d) of 8", text(network(moment, FIRST, 80, 12)[-1]))[0])
    assert 0 < last - first < 8
    assert first <= layer - 1 < layer <= last
    assert text(network(moment, FIRST, 250, 12)[-1]).startswith("edges")


@pytest.mark.parametrize(
    ("phase", "caption"),
    [("sum1", "edges: weights"), ("upstream1", "◂ edges: blame, W2·δ"), ("gradient", "edges: gradients"),
     ("mask1", "◂ edges: blame past the gates"), ("update", "edges: weights, updated; nodes: before it")],
)  # fmt: skip
def test_the_last_line_says_what_the_edges_show(phase: str, caption: str) -> None:
    assert text(network(at("article", 1, phase), FIRST, *TALL)[-1]).startswith(caption + "  ")
    assert "dashed −" in text(network(at("article", 1, phase), FIRST, *TALL)[-1])


@pytest.mark.parametrize(
    ("phase", "label"),
    [("sum1", "+0.8176"), ("gradient", "+1.1815"), ("update", "+0.6995")],  # 0.6218·1.9, 0.8176 − 0.1·1.1815
)
def test_the_selected_edge_bears_its_number(phase: str, label: str) -> None:
    spans = [span for spans in network(at("article", 1, phase), FIRST, *TALL) for span in spans if span.selected]
    assert [(span.text, span.target) for span in spans] == [(label, FIRST)]


def test_of_very_many_edges_the_strongest_are_drawn() -> None:
    assert "64 strongest" in page(network(of([12, 12, 1], 1), FIRST, 100, 20))


@settings(deadline=None, max_examples=50)
@given(moments(most_units=8), st.integers(20, 120), st.integers(2, 40))
def test_the_graph_fills_its_lines(moment: Moment, columns: int, height: int) -> None:
    lines = rows(network(moment, Unit(1, 0), columns, height))
    assert {len(line) for line in lines[:-1]} <= {columns}
    assert len(lines) == height


def test_a_click_on_a_node_or_edge_means_it() -> None:
    targets = {span.target for spans in network(at("article"), FIRST, *TALL) for span in spans}
    assert {Unit(0, 2), Unit(1, 3), Unit(2, 0), Weight(1, 1, 1), Weight(2, 3, 0)} <= targets
