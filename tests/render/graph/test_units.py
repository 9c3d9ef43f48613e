"""The numbers of the units, and the gate between them, against figures that were worked out without the package."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.article import Worked, worked
from tests.render.graph.drawn import cells, of_ink, rows, units
from tests.render.moments import at, of, shown
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Phase, phases
from tui_backprop.experiments import Overrides
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.graph.plan import LEAST_GROUPED
from tui_backprop.render.views.shades import Shading

FRAMED, PLAIN, TINY = (120, 21), (80, 10), (60, 8)
NAMES = ("h1", "h2", "h3", "h4", "y")
FIRST, OUTPUT = Weight(1, 0, 0), Unit(2, 0)
ORDER: list[str] = list(phases(2))
KNOWN_FROM = {"x": "input", "z1": "sum1", "a": "activate1", "z2": "sum2", "ŷ": "activate2", "t": "error",
              "δ2": "error", "↑": "upstream1", "δ1": "mask1"}  # fmt: skip


def expected(known: Worked, phase: str) -> dict[str, dict[str, str]]:
    """What each unit of the article must show at a phase: a number, or the sign that it is not known."""
    step = known.step

    def value(name: str, number: float) -> str:
        return shown(number).strip() if ORDER.index(phase) >= ORDER.index(KNOWN_FROM[name]) else "·"

    found = {
        f"h{i + 1}": {
            "z": value("z1", step.z[0][i]), "a": value("a", step.a[0][i]),
            "↑": value("↑", step.upstream[0][i]), "δ": value("δ1", step.delta[0][i]),
        }
        for i in range(4)
    }  # fmt: skip
    found["y"] = {
        "z": value("z2", step.z[1][0]), "ŷ": value("ŷ", step.prediction[0]),
        "t": value("t", ARTICLE_TARGETS[known.sample][0]), "δ": value("δ2", step.delta[1][0]),
    }  # fmt: skip
    return found


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("phase", ORDER)
def test_every_unit_shows_what_is_known_and_nothing_else(step: int, phase: str) -> None:
    moment, values = at("article", step, phase), expected(worked(step), phase)
    assert units(graph(moment, OUTPUT, *FRAMED), NAMES) == values
    assert units(graph(moment, OUTPUT, *PLAIN), NAMES) == values
    inputs = [shown(x) if phase else "·" for x in ARTICLE_INPUTS[worked(step).sample]]
    drawn = "\n".join(rows(graph(moment, OUTPUT, *PLAIN)))
    assert [f"x{i + 1} {x}" in drawn for i, x in enumerate(inputs)] == [True] * 3


def test_figures_of_the_article_by_hand() -> None:
    assert expected(worked(3), "mask1")["h2"] == {"z": "−0.0509", "a": "0.0000", "↑": "−0.1962", "δ": "0.0000"}
    assert expected(worked(1), "mask1")["h4"] == {"z": "+1.3391", "a": "+1.3391", "↑": "+1.6830", "δ": "+1.6830"}
    assert expected(worked(1), "error")["y"] == {"z": "+2.9496", "ŷ": "+2.9000", "t": "+1.0000", "δ": "+1.9000"}


@pytest.mark.parametrize("size", [FRAMED, PLAIN])
def test_what_this_phase_brought_is_bold(size: tuple[int, int]) -> None:
    lines = graph(at("article", 1, "upstream1"), OUTPUT, *size)
    bold = [span.text.strip() for spans in lines for span in spans if span.bold and re.search(r"\d\.\d", span.text)]
    assert bold == ["+1.1815", "+0.8240", "+0.4447", "+1.6830"]


GATES = {  # phase: the barrier's upper row, its lower row, and the error that ends there; step 3 shuts the gate of h2
    "sum1": ("   ", "   ", " "), "activate1": ("█✕█", "███", " "), "sum2": ("█✕█", "███", " "),
    "error": ("█✕█", "███", " "), "upstream1": ("   ", "hut", " "), "mask1": ("███", "█✕█", "◀"),
    "update": ("███", "█✕█", "◀"),
}  # fmt: skip
WITHOUT_CAPS = {  # the same where the barrier ends with its two rows
    "sum1": ("   ", "   ", " "), "activate1": ("▇✕▇", "███", " "), "sum2": ("▇✕▇", "███", " "),
    "error": ("▇✕▇", "███", " "), "upstream1": ("   ", "hut", " "), "mask1": ("▇▇▇", "█✕█", "◀"),
    "update": ("▇▇▇", "█✕█", "◀"),
}  # fmt: skip


@pytest.mark.parametrize("size", [FRAMED, PLAIN])
@pytest.mark.parametrize("phase", GATES)
def test_a_shut_gate_stops_the_signal_then_the_error(phase: str, size: tuple[int, int]) -> None:
    drawn = rows(graph(at("article", 3, phase), OUTPUT, *size))
    y = next(y for y, row in enumerate(drawn) if "−0.0509" in row or "h2 z" in row)
    x = drawn[y].index("z ", drawn[y].index("h2") if "h2" in drawn[y] else 0) + len("z −0.0509") + 1
    upper, lower, waiting = (GATES if size == FRAMED else WITHOUT_CAPS)[phase]
    assert (drawn[y][x : x + 3], drawn[y + 1][x : x + 3], drawn[y + 1][x + 3]) == (upper, lower, waiting)
    assert (drawn[y][x - 1] == "▶") == (upper[1] == "✕"), "the signal ends there"
    if size == FRAMED:  # the barrier goes through the frame as well, as soon as it stops something
        caps = ("───", "───") if phase in ("sum1", "upstream1") else ("▄▄▄", "▀▀▀")
        assert (drawn[y - 1][x : x + 3], drawn[y + 2][x : x + 3]) == caps


@pytest.mark.parametrize("size", [FRAMED, PLAIN])
def test_a_gate_is_red_once_it_stops_something(size: tuple[int, int]) -> None:
    for phase, stops in (("sum1", False), ("sum2", True), ("upstream1", False), ("mask1", True)):
        inks = {span.ink for spans in graph(at("article", 3, phase), OUTPUT, *size) for span in spans}
        assert ("warn" in inks) == stops, phase


@pytest.mark.parametrize(("hidden", "words"), [
    ("relu", ["open", "shut", "open", "open"]), ("leaky_relu", ["open", "×0.01", "open", "open"]), ("tanh", []),
])  # fmt: skip
@pytest.mark.parametrize("size", [FRAMED, PLAIN])
def test_where_the_error_has_arrived_words_say_which_gates_are_open(
    hidden: str, words: list[str], size: tuple[int, int]
) -> None:
    def said(phase: str) -> list[str]:
        timeline = Timeline(load_experiment("article", Overrides(hidden=hidden)))
        timeline.go(3, Phase(phase))
        drawn = "\n".join(rows(graph(timeline.moment, OUTPUT, *size)))
        return re.findall(r"open|shut|×0.01", drawn)

    assert (said("upstream1"), said("gradient")) == (words, words[1:2] if "×0.01" in words else [])


MAPPED, THUMBED = (72, 22), (56, 10)


@pytest.mark.parametrize("size", [MAPPED, THUMBED])
@pytest.mark.parametrize("phase", GATES)
def test_behind_a_map_a_shut_gate_is_the_same_barrier_and_the_error_ends_at_it(
    phase: str, size: tuple[int, int]
) -> None:
    """The second step of `xor`: in layer 1 only h4 is open, and an error arrives at all four."""
    moment = at("xor", 2, phase)
    drawn = rows(graph(moment, OUTPUT, *size, maps=Shading.RAMP))
    for name in ("h1", "h2", "h3", "h4"):
        y, x = next((y, row.index(f"{name} ")) for y, row in enumerate(drawn) if f"{name} " in row)
        y, x = (y, x + 12) if size == THUMBED else (y + 1, x + 13)
        upper, lower, stopped = (WITHOUT_CAPS if size == THUMBED else GATES)[phase]
        if name == "h4":
            upper = {"activate1": "━▶━", "sum2": "─▶─", "error": "─▶─"}.get(phase, "   ")
            lower = {"upstream1": "pen", "mask1": "━◀━", "update": "─◀─"}.get(phase, "   ")
            stopped = "━" if phase == "mask1" else " "
        assert (drawn[y][x : x + 3], drawn[y + 1][x : x + 3], drawn[y + 1][x + 3]) == (upper, lower, stopped), name
        assert (drawn[y + 1][x + 4] == "◀") == (phase in ("upstream1", "mask1")), "the edge's arrow is in that row, too"


def test_nothing_passes_or_stops_where_no_error_arrives() -> None:
    """The error ends in layer 2, so none reaches layer 1, whose first unit is open and whose second is shut."""
    weights = [[[1.0, -1.0]], [[-1.0], [-1.0]], [[1.0]]]
    experiment = {
        "network": {"layers": [1, 2, 1, 1], "hidden": "relu", "weights": weights},
        "data": {"inputs": [[1.0]], "targets": [[1.0]]},
    }
    timeline = Timeline(load_experiment(experiment))
    timeline.next_step()
    lines = graph(timeline.moment, OUTPUT, 200, 21)
    drawn = "\n".join(rows(lines)[1:-1])
    assert drawn.count("◀") == drawn.count("█✕█◀") == 1
    assert drawn.count("█✕█") == 2


@pytest.mark.parametrize(("phase", "texts"), [
    ("sum1", ["z−0.0509", "z+0.2860"]), ("activate1", ["a 0.0000✕", "a+0.2860"]), ("upstream1", ["↑−0.1962✕"]),
    ("mask1", ["δ 0.0000✕"]),
])  # fmt: skip
def test_a_number_alone_has_its_letter_and_the_sign_of_a_shut_gate(phase: str, texts: list[str]) -> None:
    drawn = "\n".join(rows(graph(at("article", 3, phase), FIRST, 44, 8)))
    assert "h2" not in drawn
    for shown_text in texts:
        assert shown_text in drawn, drawn


@pytest.mark.parametrize(
    ("phase", "signal", "error"),
    [("sum1", 0, 0), ("activate1", 3, 0), ("error", 3, 0), ("upstream1", 0, 0), ("mask1", 0, 3), ("update", 0, 3)],
)
def test_only_the_present_directions_arrow_is_lit(phase: str, signal: int, error: int) -> None:
    lines = graph(at("article", 3, phase), OUTPUT, *FRAMED)
    spans = [span for row in lines for span in row]
    assert sum(span.text in (" ─▶─ ", "━━▶━━") and span.ink == "signal" for span in spans) == signal
    assert sum(span.text in (" ─◀─ ", "━━◀━━") and span.ink == "error" for span in spans) == error
    thick = {"activate1": "━━▶━━", "mask1": "━━◀━━"}.get(phase)  # in the phase in which it happens
    assert {text for text in ("━━▶━━", "━━◀━━") if any(span.text == text for span in spans)} == ({thick} - {None})


def test_smooth_units_have_no_barrier() -> None:
    lines = graph(at("circle", 3, "mask1"), OUTPUT, 120, 24)
    assert not of_ink(lines, "warn", "█")
    assert not any("✕" in row for row in rows(lines))


@pytest.mark.parametrize(
    ("phase", "name", "number"),
    [("sum1", "h2", "z −0.0509"), ("activate1", "h2", "a  0.0000 ✕"), ("mask1", "h2", "δ  0.0000 ✕"),
     ("mask1", "y", "δ −0.6000"), ("upstream1", "h2", "↑ −0.1962 ✕"), ("activate2", "y", "ŷ +0.4000"),
     ("sum1", "y", "z    ·")],
)  # fmt: skip
def test_where_there_is_room_for_one_number_it_is_the_newest(phase: str, name: str, number: str) -> None:
    drawn = "\n".join(rows(graph(at("article", 3, phase), FIRST, *TINY)))
    assert re.search(rf"{name} +{re.escape(number)}", drawn), drawn


def units_named(drawn: list[str]) -> set[int]:
    """The hidden units that have a row, of their own or with others."""
    ranges = re.findall(r"h(\d+)(?:–(\d+))?", "\n".join(drawn))
    return {unit for first, last in ranges for unit in range(int(first), int(last or first) + 1)}


@given(st.integers(6, 60), st.integers(1, 40), st.integers(60, 120))
@settings(max_examples=40)
def test_units_without_room_share_a_row_or_are_counted(height: int, hidden: int, columns: int) -> None:
    drawn = rows(graph(of([1, hidden, 1], 1, "sum1"), FIRST, columns, height))
    more = re.search(r"… (\d+) more", "\n".join(drawn))
    assert len(units_named(drawn)) + (int(more[1]) if more else 0) == hidden
    assert not more or height - 2 <= LEAST_GROUPED


@given(st.data(), st.integers(5, 30))
@settings(max_examples=40)
def test_the_selected_unit_is_visible(data: st.DataObject, height: int) -> None:
    unit = data.draw(st.integers(0, 39))
    lines = graph(of([1, 40, 1], 1, "update"), Unit(1, unit), 80, height)
    (name,) = [span.text for row in lines for span in row if span.selected and span.target != "to_phase('update')"]
    assert unit + 1 in units_named([name])


def test_a_row_of_several_units_shows_their_mean_and_how_many_gates_are_open() -> None:
    moment = of([6, 20, 2], 1, "activate1", hidden="relu")
    a = moment.activation(1)
    assert a is not None
    drawn = "\n".join(rows(graph(moment, FIRST, 80, 12)))  # ten rows: two units in each
    for first in range(0, 20, 2):
        opened = int((a[first : first + 2] > 0).sum())
        gates = f"{opened}/2" if opened else "✕"
        row = rf"h{first + 1}–{first + 2} +a +{re.escape(shown(float(a[first : first + 2].mean())).strip())} +{gates}"
        assert re.search(row, drawn), row


@pytest.mark.parametrize("layer", [1, 4, 6, 8])
def test_where_not_all_layers_fit_that_of_the_phase_is_visible(layer: int) -> None:
    moment = of([2] * 9, 1, f"sum{layer}")
    drawn = "\n".join(rows(graph(moment, FIRST, 80, 12)))
    name = "y1" if layer == 8 else f"h{layer}.1"
    assert f"{name} z" in drawn
    assert "x1" in drawn or layer > 1
    assert ("x1 +" in drawn, "y1" in drawn) != (True, True)


def test_a_click_on_a_unit_or_an_edge_means_it() -> None:
    targets = {span.target for row in cells(graph(at("article"), FIRST, *FRAMED)) for _, span in row}
    assert {Unit(0, 2), Unit(1, 3), Unit(2, 0), Weight(1, 1, 1), Weight(2, 3, 0)} <= targets


@pytest.mark.parametrize("size", [(120, 24), PLAIN, (60, 9)])
def test_at_the_start_the_numbers_have_blanks_and_the_keys_stand_there(size: tuple[int, int]) -> None:
    lines = graph(at("article"), FIRST, *size)
    drawn = "\n".join(rows(lines))
    assert "·" not in drawn.replace("·· 0", "")
    targets = {span.target for row in lines for span in row if isinstance(span.target, str)}
    assert (
        size != (120, 24)
        or {"phase(1)", "step(1)", "play", "until", "by_hand", "help", "app.command_palette"} <= targets
    )
    assert "one phase forward" not in "\n".join(rows(graph(at("article", 1, "input"), FIRST, *size)))


def test_names_are_whole_before_units_have_frames() -> None:
    drawn = "\n".join(rows(graph(Timeline(load_experiment("iris")).moment, FIRST, 120, 21)))
    for name in ("sepal length", "petal width", "setosa", "versicolor"):
        assert name in drawn, drawn


@pytest.mark.parametrize(("height", "tops"), [(13, [1, 4, 7, 10]), (12, [1, 3, 6, 8]), (21, [2, 7, 11, 16])])
def test_there_is_a_row_between_two_units_wherever_there_is_room(height: int, tops: list[int]) -> None:
    """Of four units of two rows: eleven rows within the frame are just enough for three blank ones."""
    drawn = rows(graph(at("article", 1, "sum1"), FIRST, 80, height))
    assert [row for row, text in enumerate(drawn) if re.search(r"\bh\d z", text)] == tops


def test_long_names_are_whole_on_a_wide_screen() -> None:
    names = ["living_area_in_square_metres", "district_of_the_city=north"]
    data = {"inputs": [[1.0, 2.0]], "targets": [[1.0]], "names": names}
    moment = Timeline(load_experiment({"network": {"layers": [2, 2, 1]}, "data": data})).moment
    drawn = "\n".join(rows(graph(moment, FIRST, 160, 21)))
    for name in names:
        assert name in drawn, drawn


@pytest.mark.parametrize(("phase", "cross", "head"), [("upstream1", "warn", "error"), ("mask1", "sign|warn", "error")])
def test_beside_a_number_alone_a_gate_is_lit_when_it_stops_something(phase: str, cross: str, head: str) -> None:
    lines = graph(at("article", 3, phase), FIRST, 44, 8)
    assert {span.ink for spans in lines for span in spans if span.text == "✕"} == {cross}
    row = next(row for row in cells(lines) if "✕" in "".join(character for character, _ in row))
    place = [character for character, _ in row].index("✕")
    assert (row[place + 1][0], row[place + 1][1].ink) == ("◀", head), "the error ends there"
