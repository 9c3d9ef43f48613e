"""The weight matrices, against figures that were worked out without them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.article import FIRST, SECOND, worked
from tests.render.moments import at, definition, moments, of, page, selections, shown, text
from tests.transcription import Array
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.heat_map import shade
from tui_backprop.render.matrices import matrices, want_of_matrices
from tui_backprop.render.matrix_table import View, table_of
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import plain
from tui_backprop.render.views.collapse import collapse

ROOM = (60, 20)
NUMBER = re.compile(r"[+−]\d\.\d{4}| 0\.0000|·")
CORNER = Weight(1, 0, 0)


def lines(moment: Moment, view: View, size: tuple[int, int] = ROOM, selection: Selection = CORNER) -> list[str]:
    return [text(spans) for spans in matrices(moment, selection, view, *size)]


def read(line: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in NUMBER.findall(line) if number != "·"]


def side_by_side(first: Array, second: Array) -> list[str]:
    """The article's two matrices as lines of text."""
    left = [f"x{i + 1}" + "".join(f" {shown(w)}" for w in row) for i, row in enumerate(first)] + [""]
    right = [f"h{i + 1} {shown(w)}" for i, (w,) in enumerate(second)]
    head = f"{'W1':<8}h1{'h2':>8}{'h3':>8}{'h4':>8}  W2       y"
    return [head, *(f"{a:<36}{b}" for a, b in zip(left, right, strict=True))]


def test_the_weights_at_the_start() -> None:
    found = [line.rstrip() for line in lines(at("article"), View.VALUE)]
    assert found == side_by_side(FIRST, SECOND)
    assert found[1] == "x1 +0.8176 +0.0052 +0.6581 +0.2261  h1 +0.6218"


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("phase", phases(2))
def test_the_weights_are_those_of_this_phase(step: int, phase: str) -> None:
    known = worked(step)
    weights = known.after if phase == "update" else known.before
    assert [line.rstrip() for line in lines(at("article", step, phase), View.VALUE)] == side_by_side(*weights)


@pytest.mark.parametrize("phase", phases(2))
def test_the_gradients_are_unknown_before_their_phase(phase: str) -> None:
    found = [line.rstrip() for line in lines(at("article", 3, phase), View.GRADIENT)]
    if phase in ("gradient", "update"):
        assert found == side_by_side(*worked(3).step.gradient)
    else:
        numbers = NUMBER.findall("".join(found[1:]))
        assert (numbers, len(numbers)) == (["·"] * 16, 16)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_old_and_change_make_new_as_shown(step: int) -> None:
    known = worked(step)
    found = lines(at("article", step), View.UPDATE)
    for row in range(4):
        old, change, new = (np.array(read(line)) for line in found[1 + 3 * row : 4 + 3 * row])
        assert [mark in line for mark, line in zip(("old", "Δ", "new"), found[1 + 3 * row :], strict=False)] == [
            True
        ] * 3
        assert np.abs(old + change - new).max() < 1.6e-4  # each of the three is rounded
        weights = [
            np.concatenate([*(w[row] for w in layers if row < len(w))]) for layers in (known.before, known.after)
        ]
        assert np.abs(old - weights[0]).max() < 5.1e-5
        assert np.abs(new - weights[1]).max() < 5.1e-5
        assert np.abs(change - (weights[1] - weights[0])).max() < 5.1e-5


def test_before_the_update_only_the_old_weights_are_known() -> None:
    old, change, new = lines(at("article", 1, "gradient"), View.UPDATE)[1:4]
    assert read(old) == [0.8176, 0.0052, 0.6581, 0.2261, 0.6218]
    assert set(NUMBER.findall(change + new)) == {"·"}


def test_with_less_room_the_change_is_shown_alone() -> None:
    found = lines(at("article", 1), View.UPDATE, (60, 8))
    assert found[0].split() == ["ΔW1", "h1", "h2", "h3", "h4", "ΔW2", "y"]
    assert read(found[1])[0] == -0.1181


def test_what_the_update_changed_is_bold() -> None:
    spans = [span for spans in matrices(at("article", 2), CORNER, View.VALUE, *ROOM) for span in spans if span.bold]
    bold = {span.target for span in spans if span.target is not None}
    moved = {Weight(1, row, column) for row in (0, 1) for column in (0, 2, 3)}  # x3 is 0, and h2 is shut
    assert bold == moved | {Weight(2, row, 0) for row in (0, 2, 3)}
    before = matrices(at("article", 2, "gradient"), CORNER, View.VALUE, *ROOM)
    assert not [span for spans in before for span in spans if span.bold and span.target is not None]


def test_biases_have_a_name_of_their_own_beside_a_column_b() -> None:
    network = {"layers": [2, 2, 1], "hidden": "linear", "bias": True}
    data = {"inputs": [[1, 2]], "targets": [[1]], "names": ["a", "b"]}
    moment = Timeline(load_experiment({"network": network, "data": data})).moment
    assert [name for name, _ in table_of(moment, 1, View.VALUE, False).rows] == ["a", "b", "bias"]
    assert [name for name, _ in table_of(moment, 2, View.VALUE, False).rows] == ["h1", "h2", "b"]
    product = [plain([spans]) for spans in collapse(moment, Weight(1, 0, 0), 80).body]
    assert sum(line.startswith("bias ") for line in product) == 1


def test_biases_are_the_last_row() -> None:
    biases = [[0.25, -0.5], [0.125]]
    weights = [[[1.0, 2.0]], [[3.0], [4.0]]]
    moment = of([1, 2, 1], bias=True, biases=biases, weights=weights)
    found = lines(moment, View.VALUE)
    assert [line[:2] for line in found[:3]] == ["W1", "x1", "b "]
    assert read(found[2]) == [0.25, -0.5, 4.0]
    assert found[3].split() == ["b", "+0.1250"]
    frozen = of([1, 2, 1], 1, bias="frozen", biases=biases, weights=weights)
    assert read(lines(frozen, View.VALUE)[2])[:2] == [0.25, -0.5]


def test_a_matrix_too_wide_for_numbers_is_a_heat_map() -> None:
    weights = [[[1.0, -1.0, 0.3, -0.2, 0.01, 0.0] * 4], [[1.0]] * 24]
    found = lines(of([1, 24, 1], weights=weights), View.VALUE, (40, 10))
    assert found[1].startswith("x1 +█−█+▓−▒+░ 0+█")
    assert found[-1] == "W1 of 2 · columns 1–18 of 24"
    unknown = lines(of([1, 24, 1], weights=weights), View.GRADIENT, (40, 10))
    assert unknown[1].startswith("x1  · · ·")


def test_shades_tell_sign_and_size_without_colour() -> None:
    shades = [shade(value, 1.0) for value in (1.0, 0.3, 0.1, 0.01, 0.0, -0.01, -1.0, float("nan"), None)]
    assert shades == ["+█", "+▓", "+▒", "+░", " 0", "−░", "−█", " !", " ·"]


def test_a_matrix_too_high_is_scrolled_to_the_selection() -> None:
    found = lines(of([30, 2]), View.VALUE, (40, 8), Weight(1, 20, 1))
    assert found[-1] == "W1 of 1 · rows 18–23 of 30"
    narrow = [lines(of([30, 2]), View.VALUE, (columns, 8), Weight(1, 20, 1))[-1] for columns in (25, 18)]
    assert narrow == ["W1 · rows 18–23/30", "W1 · rows 18–23/30"]
    assert [line.split()[0] for line in found[1:-1]] == [f"x{row}" for row in range(18, 24)]


def test_there_are_as_many_decimals_as_there_is_room_for_the_same_everywhere() -> None:
    """The article's step 14, W1 and W2, in ever less room; figures from the studio's earlier screen."""
    moment = at("article", 14, "mask1")
    four = lines(moment, View.VALUE, (46, 5))
    assert four[1] == "x1 +0.6798 −0.0345 +0.6029 +0.0377  h1 +0.1946"
    three = lines(moment, View.VALUE, (45, 5))
    assert three[1] == "x1 +0.680 −0.034 +0.603 +0.038  h1 +0.195"
    two = lines(moment, View.VALUE, (40, 5))
    assert two[1] == "x1 +0.68 −0.03 +0.60 +0.04  h1 +0.19"
    assert {len(number) for found in (two, three, four) for number in re.findall(r"\.(\d+)", found[4])} == {2, 3, 4}


def test_below_each_other_a_layer_of_one_unit_needs_no_heading() -> None:
    found = lines(at("article", 14, "mask1"), View.VALUE, (27, 8))
    assert found == [
        "W1    h1    h2    h3    h4",
        "x1 +0.68 −0.03 +0.60 +0.04",
        "x2 +0.28 −0.07 −0.01 +0.57",
        "x3 +0.57 +0.42 +0.57 +0.14",
        "h1→y +0.19",
        "h2→y +0.29",
        "h3→y −0.06",
        "h4→y +0.59",
    ]
    assert lines(at("article", 14, "mask1"), View.VALUE, (27, 6))[3:] == [
        "x3 +0.57 +0.42 +0.57 +0.14",
        "h1→y +0.19  h2→y +0.29",
        "h3→y −0.06  h4→y +0.59",
    ]
    assert lines(at("article"), View.VALUE, (27, 9))[4].split() == ["W2", "y"]  # there is room for it
    biases: dict[str, Any] = {"bias": True, "biases": [[0.0, 0.0], [0.125]], "weights": [[[1.0, 2.0]], [[3.0], [4.0]]]}
    assert lines(of([1, 2, 1], **biases), View.VALUE, (15, 6))[-1] == "b→y  +0.12"


def test_large_numbers_take_decimals_from_all_alike() -> None:
    weights = [[[12.3456, 0.5], [-0.25, 1.0]]]
    found = lines(of([2, 2], weights=weights), View.VALUE, (20, 5))
    assert [line.split() for line in found[1:]] == [["x1", "+12.346", "+0.500"], ["x2", "−0.250", "+1.000"]]
    narrow = lines(of([2, 2], weights=weights), View.VALUE, (16, 5))
    assert [line.split() for line in narrow[1:]] == [["x1", "+12.35", "+0.50"], ["x2", "−0.25", "+1.00"]]
    assert "█" in "".join(lines(of([2, 2], weights=weights), View.VALUE, (15, 5)))  # not one decimal
    at_ten = lines(of([1, 1], weights=[[[9.999]]]), View.VALUE, (20, 5))
    assert at_ten[1].split()[-1] == "+9.999"  # with two decimals it is 10.00


def test_long_names_are_kept_while_two_decimals_fit_and_stay_different() -> None:
    names = ["district=north", "district=south", "district=west"]
    made = definition([3, 1])
    moment = Timeline(load_experiment({**made, "data": {**made["data"], "names": names}})).moment
    assert [line.split()[0] for line in lines(moment, View.VALUE, (20, 6))[1:]] == names
    assert all(re.search(r" [+−]\d\.\d\d$", line) for line in lines(moment, View.VALUE, (20, 6))[1:])
    assert [line.split()[0] for line in lines(moment, View.VALUE, (14, 6))[1:]] == ["di…north", "di…south", "dis…west"]


def test_the_selected_number_is_in_the_colour_of_the_selection() -> None:
    for size in (ROOM, (10, 5)):  # numbers, a heat map
        (chosen,) = [
            s for spans in matrices(at("article"), Weight(1, 1, 1), View.VALUE, *size) for s in spans if s.selected
        ]
        assert chosen.ink == "accent"


def test_in_colour_a_heat_map_has_the_tone_behind_the_sign() -> None:
    moment = of([1, 24, 1], weights=[[[1.0, -0.2, 0.0, 0.7] * 6], [[1.0]] * 24])
    plain, filled = (matrices(moment, CORNER, View.VALUE, 40, 10, filled) for filled in (False, True))
    assert page(plain) == page(filled)  # the text says as much as before
    inks = [(span.text, span.ink) for span in filled[1][2:8]]
    assert inks == [("−", "sign|-2"), ("▒", "-2|-2"), (" ", "0|0"), ("0", "0|0"), ("+", "sign|+4"), ("█", "+4|+4")]


@settings(max_examples=60)
@given(st.data(), moments(), st.sampled_from(View), st.integers(16, 120), st.integers(5, 40))
def test_the_selection_is_visible(data: st.DataObject, moment: Moment, view: View, columns: int, rows: int) -> None:
    selection = data.draw(selections(moment.experiment))
    spans = [span for spans in matrices(moment, selection, view, columns, rows) for span in spans if span.selected]
    if isinstance(selection, Unit):
        assert spans == []
    else:
        assert {span.target for span in spans} == {selection}


def test_a_click_on_a_number_means_its_parameter() -> None:
    targets = {span.target for spans in matrices(at("xor"), CORNER, View.VALUE, *ROOM) for span in spans}
    assert {Weight(1, 1, 3), Bias(1, 2), Weight(2, 3, 0), Bias(2, 0)} <= targets


def test_names_of_wide_characters_keep_the_columns_in_line(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("x,漢字,終\n1,0,1\n", encoding="utf-8")
    data = {"csv": str(tmp_path / "wide.csv")}
    experiment = load_experiment({"network": {"layers": [1, 2]}, "data": data})
    heading = lines(Timeline(experiment).moment, View.VALUE)[0]
    assert [cell_len(heading[: heading.index(name)]) for name in ("漢字", "終")] == [
        6,
        16,
    ]  # both columns end where their numbers do, at 10 and 18


def test_views_follow_each_other() -> None:
    order = [View.VALUE, View.GRADIENT, View.UPDATE, View.PULL]
    assert [view.next() for view in order] == [*order[1:], View.VALUE]


def test_the_page_is_text() -> None:
    assert "\x1b" not in page(matrices(at("article"), CORNER, View.VALUE, *ROOM))


def test_the_net_pulls_of_all_samples() -> None:
    """At the start of the article: minus the sum of the four samples' gradients, by its own loop's products."""
    moment = at("article")
    first, second = moment.parameters.weights
    gradient = np.zeros((3, 4))
    for x, y in zip(moment.experiment.data.inputs, moment.experiment.data.targets, strict=True):
        z = x @ first
        delta = np.round(np.maximum(z, 0) @ second, 1) - y
        gradient += np.outer(x, delta @ second.T * (z > 0))
    text = page(matrices(moment, Weight(1, 0, 0), View.PULL, 60, 16))
    assert [shown(-value) for value in gradient.ravel() if shown(-value) not in text] == []


def test_a_heat_map_has_whole_names_where_there_is_room() -> None:
    moment = Timeline(load_experiment("iris")).moment
    shown = {columns: plain(matrices(moment, Weight(1, 0, 0), View.VALUE, columns, 10)) for columns in (29, 28)}
    assert "sepal length " in shown[29]
    assert "sepal l… " in shown[28]
    assert want_of_matrices(moment.experiment).narrower[-1][0] == 29


@pytest.mark.parametrize(("layer", "where"), [(1, "W1 of 3 · → on to W2"), (3, "W3 of 3 · ← back to W2")])
def test_a_matrix_alone_says_which_key_leads_to_the_next(layer: int, where: str) -> None:
    moment, selection = of([8, 8, 8, 8]), Weight(layer, 0, 0)
    assert lines(moment, View.VALUE, (60, 12), selection)[-1].strip() == where
