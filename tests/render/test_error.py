"""The error over time, from errors chosen by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.render.moments import SIZES, assert_within, at, text
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.scores import scores
from tui_backprop.render.error import binned, error, error_line

LINEAR = [8.0, 4.0, 2.0, 1.0]


def after(epoch: int, errors: list[float]) -> Moment:
    """The end of an epoch of a run in which the epochs had these errors."""
    return replace(at("article", 4 * epoch), errors=np.array(errors))


def lines(moment: Moment, columns: int = 60, rows: int = 4) -> list[str]:
    return [text(spans).rstrip() for spans in error(moment, columns, rows)]


def test_before_an_epoch_is_over_there_is_no_curve() -> None:
    assert lines(at("article", 2, "error")) == ["no epoch completed yet", "this epoch #0 3.61  #1 0.49"]
    assert lines(at("article", 2, "sum1")) == ["no epoch completed yet", "this epoch #0 3.61  #1 ·"]
    assert lines(at("article")) == ["no epoch completed yet", "this epoch"]


def test_the_articles_first_two_epochs() -> None:
    headline, curve, cursor, this_epoch = lines(at("article", 8))
    assert headline == "epoch 2: 1.39  lowest 1.39 in epoch 2  bars 0–4.95"
    assert (curve, cursor) == ("█▂", " ▲")  # 1.39 / 4.95 of 8 eighths is 2.2
    assert this_epoch.startswith("this epoch #0 ")
    assert at("article", 8).errors.tolist() == pytest.approx([4.95, 1.39])


def test_bars_are_as_high_as_their_errors() -> None:
    assert lines(after(4, LINEAR))[1] == "█▄▂▁"
    assert lines(after(4, LINEAR), rows=5)[1:3] == ["█", "██▄▂"]


def test_an_error_of_zero_has_no_bar_and_a_small_one_has_the_least() -> None:
    assert lines(after(3, [8.0, 0.0, 0.5]))[1] == "█ ▁"


def test_a_large_range_is_drawn_on_a_logarithmic_scale() -> None:
    headline, curve, *_ = lines(after(3, [100.0, 10.0, 1.0]))
    assert headline.endswith("  bars 1–100 log")
    assert curve == "█▄▁"
    assert "log" not in lines(after(2, [30.0, 1.0]))[0]


@pytest.mark.parametrize("epoch", [1, 3, 4])
def test_the_cursor_stands_under_the_epoch(epoch: int) -> None:
    headline, _, cursor, _ = lines(after(epoch, LINEAR))
    assert cursor == " " * (epoch - 1) + "▲"
    assert headline.startswith(f"epoch {epoch}: {LINEAR[epoch - 1]:g}")
    assert ("been to epoch 4" in headline) == (epoch < 4)
    spans = error(after(epoch, LINEAR), 60, 4)[1]
    assert [(len(span.text), span.ink) for span in spans] == [(epoch, "text"), (4 - epoch, "dim")]


def test_a_logarithmic_axis_begins_and_ends_at_powers_of_ten() -> None:
    headline, curve, *_ = lines(after(4, [1000.0, 100.0, 50.0, 3.0]))
    assert headline.endswith("  bars 1–1000 log")
    assert curve == "█▅▅▁"  # 8, 5.3, 4.5 and 1.3 eighths
    assert lines(after(5, [1000.0, 100.0, 50.0, 3.0, 2.0]))[1][:4] == curve
    assert lines(after(2, [1e7, 1e-7]))[0].endswith("  bars 1e−7–1e7 log")


def test_many_epochs_share_a_bar() -> None:
    _, curve, cursor, _ = lines(after(5, [8.0, 8.0, 4.0, 4.0, 2.0]), columns=40)
    assert (curve, cursor) == ("██▄▄▂", "    ▲")
    _, curve, cursor, _ = lines(after(4, [8.0, 6.0, 4.0, 3.0, 2.0]), columns=3)
    assert curve == "█▄▂"  # means 7, 3.5, 2
    assert cursor == " ▲"
    values, size = binned(np.array([8.0, 6.0, 4.0, 3.0, 2.0]), 3)
    assert (values.tolist(), size) == ([7.0, 3.5, 2.0], 2)


def test_an_error_that_is_no_number_is_marked() -> None:
    headline, curve, *_ = lines(after(3, [50.5, math.inf, math.nan]))
    assert headline == "epoch 3: NaN  lowest 50.5 in epoch 1  bars 0–50.5"
    assert curve == "█!!"


@settings(deadline=None)
@given(st.lists(st.floats(0) | st.just(math.nan), max_size=12), st.integers(0, 3), SIZES)
@example([1e-308, 1.7e308], 2, (40, 10))
@example([math.inf, math.nan], 2, (40, 10))
@example([1.7e308] * 9, 1, (2, 4))
@example([5e-324, 0.0], 2, (40, 10))
def test_no_error_is_too_strange_to_be_drawn(errors: list[float], epoch: int, size: tuple[int, int]) -> None:
    moment = after(min(epoch, len(errors)), errors)
    assert_within(error(moment, *size), *size)
    assert_within([error_line(moment, size[0])], size[0], 1)


def test_one_line_for_small_screens() -> None:
    line = text(error_line(after(4, LINEAR), 60))
    assert line.split() == ["error", "epoch", "4:", "1", "█▄▂▁", "0–8"]
    assert (len(line), line.index("█")) == (60, text(error_line(after(1, [123.456]), 60)).index("█"))
    assert text(error_line(at("article"), 80)).startswith("error no epoch completed yet")


def test_where_there_are_classes_or_a_test_part_their_scores_stand_beside_the_error() -> None:
    moment = Timeline(load_experiment("iris")).go(2 * 105)
    training, test = scores(moment) or (None, None)
    assert training is not None
    assert test is not None
    assert training.accuracy is not None
    row = lines(moment, rows=8)[1]
    assert row.startswith(f"train {training.error:.4g} {math.floor(training.accuracy * 1000) / 10} % right  test ")
    assert row.endswith(" % right")
    assert row in text(error_line(moment, 120))
    line = text(error_line(moment, 80))
    assert f"train {math.floor(training.accuracy * 1000) / 10} %  test " in line
    assert "█" in line
    assert "right" not in text(error_line(moment, 60))
