"""The error chart: every error that an axis has a place for, and no failure for the others."""

from __future__ import annotations

import math
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.render.moments import at
from tests.studio.panes.bench import Bench
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.studio.panes.chart import ChartPane, chart


def after(errors: list[float]) -> Moment:
    """The end of the last of some epochs."""
    return replace(at("article", 4 * len(errors)), errors=np.array(errors))


def test_before_the_first_epoch_there_is_nothing_to_draw() -> None:
    assert chart(at("article", 1), False, 60, 20) == "No epoch completed yet."


def test_axes_and_curve() -> None:
    drawn = chart(at("article", 4 * 40), False, 80, 20)
    assert len(drawn.splitlines()) == 20
    assert max(map(len, drawn.splitlines())) <= 80
    numbers = [float(number) for number in re.findall(r"\d+\.?\d*", drawn)]
    assert {1, 40} <= set(numbers)  # epochs
    assert max(number for number in numbers if number != 40) >= 4.9  # the first error is 4.95
    assert re.findall(r"(\S+)┤", chart(at("article", 4 * 148), False, 80, 20)) == ["4.95", "3.71", "2.48", "1.24", "0"]
    assert re.search("[⠁-⣿]", drawn)
    assert "epoch" in drawn.splitlines()[-1]


def test_an_error_of_zero_has_no_place_on_a_logarithmic_axis() -> None:
    assert "(1 with errors off this axis)" in chart(after([10.0, 1.0, 0.0]), True, 90, 20)
    assert "off this axis" not in chart(after([10.0, 1.0, 0.0]), False, 90, 20)
    assert chart(after([0.0]), True, 90, 20) == "No error so far can be drawn on this axis."


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_test_samples_have_a_curve_of_their_own(logarithmic: bool) -> None:
    drawn = chart(Timeline(load_experiment("iris")).go(105 * 30), logarithmic, 100, 30)
    assert drawn.count("×") > 15
    assert "line: training, ×: test, scaled to the training set" in drawn.splitlines()[-1]
    assert "×" not in chart(at("article", 40), logarithmic, 100, 30)


@settings(max_examples=40)
@given(
    st.lists(st.floats(0) | st.sampled_from([math.nan, math.inf]), min_size=1, max_size=6),
    st.booleans(),
    st.integers(1, 120),
    st.integers(1, 40),
)
@example([50.5, 6.2e106, math.nan], True, 80, 20)
@example([50.5, 6.2e106, math.nan], False, 80, 20)
@example([1.7e308, 5e-324], False, 80, 20)
@example([1.0], True, 80, 20)
@example([1.11, 1.11], True, 80, 20)
@example([1.0, 1.0 + 2e-16], True, 80, 20)
@example([3e16, 3e16], False, 80, 20)
@example([3e16, 3e16 + 4], True, 80, 20)
@example([5e-324], False, 80, 20)
def test_no_error_is_too_strange(errors: list[float], logarithmic: bool, columns: int, rows: int) -> None:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as complaints:
        assert isinstance(chart(after(errors), logarithmic, columns, rows), str)
    assert out.getvalue() + complaints.getvalue() == ""  # it would stand amid the studio's screen


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("error", [0.25, 1.0, 3e16])
def test_equal_errors_are_a_level_line_amid_the_axis(error: float, logarithmic: bool) -> None:
    drawn = chart(after([error] * 5), logarithmic, 60, 21).splitlines()
    assert [y for y, line in enumerate(drawn) if re.search("[⠁-⣿]{20}", line)] == [9]  # of rows 1 to 17: the middle
    labels = re.findall(r"(\S+)┤", "\n".join(drawn))
    assert [float(label) for label in labels] == pytest.approx([2 * error, 1.5 * error, error, 0.5 * error, 0])
    assert labels[-1] == "0"


def test_a_logarithmic_axis_has_equal_steps_with_few_digits() -> None:
    assert re.findall(r"(\S+)┤", chart(after([1e6, 3e12, 5e3, 3e-8]), True, 70, 18)) == [
        "3e12", "3e7", "300", "0.003", "3e−8",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (120, 40)])
async def test_l_changes_the_axis(size: tuple[int, int]) -> None:
    app = Bench(ChartPane, at("article", 4 * 148))
    async with app.run_test(size=size) as pilot:
        before = [strip.text for strip in app.strips]
        app.widget.focus()
        await pilot.press("l")
        assert ([strip.text for strip in app.strips] != before) or size[0] < 10
        await pilot.press("l")
        assert [strip.text for strip in app.strips] == before
