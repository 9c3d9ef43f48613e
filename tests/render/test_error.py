"""The error over time, from errors chosen by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.render.moments import SIZES, assert_within, at, text
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.scores import scores
from tui_backprop.render.error import error, error_line
from tui_backprop.render.error_plot import ErrorPlot, axis_of, binned, plot
from tui_backprop.render.spans import Span

LINEAR = [8.0, 4.0, 2.0, 1.0]


def after(epoch: int, errors: Sequence[float], ghosts: Sequence[Sequence[float]] = ()) -> Moment:
    """The end of an epoch of a run in which the epochs had these errors; epoch 0 is the start."""
    moment = at("article", 4 * epoch) if epoch else at("article")
    return replace(moment, errors=np.array(errors), ghosts=tuple(np.array(ghost) for ghost in ghosts))


def lines(moment: Moment, columns: int = 60, rows: int = 6) -> list[str]:
    return [text(spans).rstrip() for spans in error(moment, columns, rows)]


def plotted(moment: Moment, columns: int, rows: int) -> ErrorPlot:
    return plot(moment, axis_of(moment), columns, rows)


def dots(cells: list[list[Span]], ink: str = "") -> set[tuple[int, int]]:
    """The braille dots, in an ink or in any: x from the left, y from the bottom."""
    bits = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    return {
        (2 * column + right, 4 * (len(cells) - 1 - row) + 3 - down)
        for row, spans in enumerate(cells)
        for column, span in enumerate(spans)
        for down in range(4)
        for right in range(2)
        if "\u2800" <= span.text <= "\u28ff" and ord(span.text) - 0x2800 & bits[down][right] and ink in ("", span.ink)
    }


def test_there_is_no_line_before_an_epoch_is_over() -> None:
    assert lines(at("article", 2, "error")) == ["no epoch completed yet", "this epoch  #0 3.61  #1 0.49"]
    assert lines(at("article", 2, "sum1")) == ["no epoch completed yet", "this epoch  #0 3.61  #1 ·"]
    assert lines(at("article")) == ["no epoch completed yet", "this epoch"]


def test_back_in_the_first_epoch_it_does_not_say_that_none_was_completed() -> None:
    timeline = Timeline(load_experiment("article"))
    timeline.go(5)
    timeline.go(3)
    headline = " ".join(lines(timeline.moment))
    assert "before the end of epoch 1" in headline
    assert "reached epoch 1" in headline
    assert "completed" not in headline


def test_the_articles_first_two_epochs() -> None:
    assert at("article", 8).errors.tolist() == pytest.approx([4.95, 1.39])
    headline, *curve, epochs, this_epoch = lines(at("article", 8), 45, 8)
    assert headline == "epoch 2: sum 1.39  lowest 1.39 in epoch 2"
    assert [line.split()[0] for line in (curve[0], curve[-1])] == ["4.95", "0"]
    assert curve[0].startswith("4.95 ●")
    assert [line.endswith("●") for line in curve] == [False, False, False, True, False]  # 1.39 of 4.95, in 5 rows
    assert (epochs, len(epochs)) == ("     1" + " " * 37 + "2▲", 45)
    assert this_epoch.startswith("this epoch  #1 0.25")


def test_the_line_goes_straight_from_error_to_error() -> None:
    """8 dots high, 16 wide: a third of the way an epoch; 7 is the highest dot, 4 of 8 is 3.5 of it."""
    found = dots(plotted(after(0, LINEAR), 8, 2).cells)
    assert {(0, 7), (5, 4), (10, 2), (15, 1)} <= found
    assert sorted(x for x, _ in found) == list(range(16))  # one dot in each column, none left out
    assert {(x, y) for x, y in found if x <= 5} == {(0, 7), (1, 6), (2, 6), (3, 5), (4, 5), (5, 4)}


@pytest.mark.parametrize("columns", [8, 30, 77])
def test_it_is_stretched_over_the_columns_it_has(columns: int) -> None:
    cells = plotted(after(0, LINEAR[:2]), columns, 3).cells
    assert [cells[0][0].text, cells[1][-1].text] == ["●", "●"]  # in the first column and in the last
    assert {x for x, _ in dots(cells)} == set(range(2, 2 * columns - 2))


@pytest.mark.parametrize("columns", [30, 60])
def test_epochs_that_stand_apart_have_a_mark_each(columns: int) -> None:
    found = plotted(after(2, LINEAR), columns, 4)
    marks = [
        (column, row, span.ink)
        for row, spans in enumerate(found.cells)
        for column, span in enumerate(spans)
        if span.text == "●"
    ]
    last = columns - 1
    assert sorted(marks) == [
        (0, 0, "label"),
        (round(last / 3), 1, "accent"),
        (round(2 * last / 3), 2, "dim"),
        (last, 3, "dim"),
    ]


def test_an_error_of_zero_is_at_the_bottom() -> None:
    assert {(0, 7), (5, 0), (10, 1), (15, 0)} <= dots(plotted(after(0, [8.0, 0.0, 1.0, 0.5]), 8, 2).cells)


def test_a_large_range_is_drawn_on_a_logarithmic_scale() -> None:
    moment = after(0, [100.0, 10.0, 1.0, 100.0])
    assert axis_of(moment).text == "1–100 log"
    assert {(0, 7), (5, 4), (10, 0), (15, 7)} <= dots(plotted(moment, 8, 2).cells)
    found = lines(moment, 60, 8)
    assert "log scale" in found[0]
    assert [found[1].split()[0], found[5].split()[0]] == ["100", "1"]
    assert "log" not in "".join(lines(after(2, [30.0, 1.0])))


def test_a_logarithmic_axis_says_that_an_error_of_0_stands_at_its_bottom() -> None:
    assert axis_of(after(5, [100.0, 10.0, 1.0, 0.0, 0.0])).text == "≤1–100 log"


def test_a_logarithmic_axis_begins_and_ends_at_powers_of_ten() -> None:
    errors = [1000.0, 100.0, 50.0, 3.0]
    assert axis_of(after(4, errors)).text == axis_of(after(5, [*errors, 2.0])).text == "1–1000 log"
    found = dots(plotted(after(0, errors), 8, 2).cells)
    assert {(0, 7), (5, 5), (10, 4), (15, 1)} <= found  # thirds of 7: 7, 4.67, 3.96 and 1.11
    assert axis_of(after(2, [1e7, 1e-7])).text == "1e−7–1e7 log"


@pytest.mark.parametrize("epoch", [1, 3, 4])
def test_the_cursor_stands_under_the_epoch(epoch: int) -> None:
    headline, *_, epochs, _ = lines(after(epoch, LINEAR), 62, 8)
    columns = range(2, 62)  # beside the axis
    assert epochs.index("▲") == columns[round((epoch - 1) / 3 * 119) // 2]
    assert ("1" in epochs, "4" in epochs) == (True, True)
    assert headline.startswith(f"epoch {epoch}: sum {LINEAR[epoch - 1]:g}")
    assert ("reached epoch 4" in headline) == (epoch < 4)


def test_what_is_beyond_the_cursor_is_dim() -> None:
    found = plotted(after(2, LINEAR), 6, 4).cells
    assert max(x for x, _ in dots(found, "label")) < 4
    assert set(range(6, 12)) <= {x for x, _ in dots(found, "dim")} <= set(range(4, 12))
    calm = {span.ink for spans in error(after(4, LINEAR), 60, 8)[1:-2] for span in spans if span.text.strip()}
    assert calm == {"label", "accent", "dim"}  # the line, the present epoch, the axis


def test_other_branches_are_dotted() -> None:
    """The line lies on the bottom; the other branch, at the top, has a quarter of the dots."""
    moment = after(0, [0.0] * 4, [[8.0] * 4])
    found = dots(plotted(moment, 8, 2).cells)
    assert {x for x, y in found if y == 0} == set(range(16))
    assert 3 <= len({x for x, y in found if y == 7}) <= 8
    assert plotted(after(0, [8.0], [[1.0] * 12]), 20, 2).size == 1
    assert "12" in lines(after(1, [8.0], [[1.0] * 12]))[-2]


def test_many_epochs_share_a_column_and_their_extremes_are_kept() -> None:
    values, size = binned(np.array([8.0, 6.0, 4.0, 3.0, 2.0]), 3)
    assert (values.tolist(), size) == ([7.0, 3.5, 2.0], 2)
    errors = [4.0, 4.0, 0.0, 8.0, 4.0, 4.0, 4.0, 4.0]
    found = plotted(after(0, errors), 4, 2)
    assert found.size == 2
    assert {y for x, y in dots(found.cells) if x == 2} == set(range(8))  # epochs 3 and 4; their mean is 4, as all are
    assert {y for x, y in dots(found.cells) if x in (0, 5, 7)} == {4}
    assert "2 epochs a column" in lines(after(1, [4.0] * 60), 40, 8)[-2]


def test_an_error_that_is_not_finite_is_marked_and_breaks_the_line() -> None:
    moment = after(3, [50.5, math.inf, math.nan, 1.0, 1.0])
    assert lines(moment)[0].startswith("epoch 3: sum NaN")
    cells = plotted(moment, 8, 2).cells
    assert [(column, span.ink) for column, span in enumerate(cells[-1]) if span.text == "!"] == [
        (2, "warn"),
        (4, "warn"),
    ]
    assert {x for x, _ in dots(cells)} <= {0, 1, *range(10, 16)}


def test_a_converged_run_says_in_which_epoch_and_under_which_bound() -> None:
    assert "epoch 148: sum 0  converged in epoch 148 (error 0)" in lines(at("article", 4 * 148))
    later = lines(at("article", 4 * 150), 24, 12)
    assert later[:2] == ["epoch 150: sum 0", "converged in epoch 148"]
    assert "converged in epoch 148 (error 0)" in text(error_line(at("article", 4 * 148), 120))
    assert "converged" not in "".join(lines(at("article", 4 * 147)))
    iris = Timeline(load_experiment("iris"))
    for _ in iris.run_epochs(lambda errors: len(errors) == iris.converged_at, 300):
        pass
    assert "(error ≤ 5)" in "".join(lines(iris.moment))


@given(
    st.lists(st.floats(0) | st.just(math.nan), max_size=12),
    st.lists(st.floats(0) | st.just(math.nan), max_size=30),
    st.integers(0, 3),
    SIZES,
)
@example([1e-308, 1.7e308], [], 2, (40, 10))
@example([math.inf, math.nan], [], 2, (40, 10))
@example([1.7e308] * 9, [], 1, (2, 4))
@example([5e-324, 0.0], [1.7e308], 2, (40, 10))
def test_no_error_is_too_strange_to_be_drawn(
    errors: list[float], ghost: list[float], epoch: int, size: tuple[int, int]
) -> None:
    moment = after(min(epoch, len(errors)), errors, [ghost])
    assert_within(error(moment, *size), *size)
    assert_within([error_line(moment, size[0])], size[0], 1)


@pytest.mark.parametrize("rows", range(1, 16))
@pytest.mark.parametrize("columns", [10, 24, 60])
def test_all_rows_are_used(columns: int, rows: int) -> None:
    assert len(error(after(4, LINEAR), columns, rows)) == rows


def test_one_line_for_small_screens() -> None:
    line = error_line(after(4, LINEAR), 60)
    assert text(line).startswith("error epoch 4: sum 1  ")
    assert text(line).endswith("● 0–8")
    assert len(text(line)) == 60
    (cells,) = plotted(after(4, LINEAR), 26, 1).cells
    assert "".join(span.text for span in cells) in text(line)
    assert text(error_line(at("article"), 80)).startswith("error no epoch completed yet")
    assert text(error_line(at("article"), 80)).endswith("1–8: views  w: by hand  ^p: lessons, and more")
    assert text(error_line(at("article"), 60)).endswith("1–8: views  ^p: lessons, more")
    assert "lessons" not in text(error_line(at("article", 1), 80))


def test_sum_and_mean_have_their_names() -> None:
    moment = Timeline(load_experiment("iris")).go(2 * 105)
    training, test = scores(moment) or (None, None)
    assert training is not None
    assert test is not None
    assert training.accuracy is not None
    assert test.accuracy is not None
    right = [round(score.accuracy * 100, 1) for score in (training, test) if score.accuracy is not None]
    shown = "  ".join(lines(moment, 90, 12)[:3])
    assert f"epoch 2: sum {moment.errors[1]:.4g}" in shown
    assert f"accuracy {right[0]} % (train), {right[1]} % (test)" in shown
    assert f"mean per sample {training.error:.4g} (train), {test.error:.4g} (test)" in shown
    assert f"accuracy {right[0]} % (train), {right[1]} % (test)" in text(error_line(moment, 120))
    assert f"{right[0]} % (train), {right[1]} % (test)" in text(error_line(moment, 80))
    assert "train" not in text(error_line(moment, 50))
    for columns in range(18, 100):  # whatever fits is whole
        whole = lines(moment, columns, 12)[:3]
        assert not [line for line in whole if "…" in line and "▲" not in line], columns


def test_of_this_epoch_the_latest_samples_are_shown_and_none_is_cut() -> None:
    moment = at("article", 4, "error")
    assert lines(moment, 60)[-1] == "this epoch  #0 3.61  #1 0.49  #2 0.36  #3 0.49"
    assert lines(moment, 32)[-1] == "this epoch  #2 0.36  #3 0.49"


def test_before_the_first_epoch_a_narrow_pane_says_so_in_short() -> None:
    assert lines(at("article"), 18)[0] == "no epoch yet"
