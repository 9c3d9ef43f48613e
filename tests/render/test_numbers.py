"""Numbers as text of a fixed width, and their tone."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_backprop.lessons.arithmetic import number, significant
from tui_backprop.render.numbers import digits, fixed, full, level, scale_of, short, tone
from tui_backprop.render.numbers import given as given_number

CELLS = st.integers(6, 12)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def read(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.42, "+0.4200"),
        (-0.07, "−0.0700"),
        (2.949584133197377, "+2.9496"),
        (-12.3456789, "−12.346"),
        (1234.5, "+1234.5"),
        (123456.4, "+123456"),
        (1234567.0, "+1.2e6"),
        (-9.96e300, "−1e301"),
        (0.0, " 0.0000"),
        (-0.0, " 0.0000"),
        (math.inf, "+∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (None, "·"),
    ],
)
def test_numbers_have_a_sign_and_four_decimals_where_there_is_room(value: float | None, text: str) -> None:
    assert fixed(value).strip() == text.strip()
    assert len(fixed(value)) == 7


@pytest.mark.parametrize(
    ("value", "cells", "decimals", "text"),
    [
        (0.6798, 5, 2, "+0.68"),
        (-0.0071, 5, 2, "−0.01"),
        (0.0049, 5, 2, "+5e−3"),
        (3e-12, 5, 2, "+0.00"),  # its size would not fit; the sign tells it from zero
        (0.0, 5, 2, " 0.00"),
        (12.3456, 7, 2, " +12.35"),
        (-0.00004, 6, 3, "−4e−5"),
    ],
)
def test_fewer_decimals(value: float, cells: int, decimals: int, text: str) -> None:
    assert fixed(value, cells, decimals) == text.rjust(cells)


@given(st.floats(), CELLS)
@example(9.6e300, 6)
@example(9.549598520584094e-275, 7)
@example(-1.7e308, 7)
def test_a_number_takes_exactly_its_cells(value: float, cells: int) -> None:
    assert len(fixed(value, cells)) == len(fixed(None, cells)) == cells


@given(FINITE, CELLS)
def test_the_sign_is_a_glyph_and_zero_has_none(value: float, cells: int) -> None:
    assert fixed(value, cells).strip()[0] == ("+" if value > 0 else "−" if value < 0 else "0")


@given(st.floats(-1e308, 1e308))
def test_what_is_shown_is_near(value: float) -> None:
    size = abs(value)
    tolerance = 5.1e-5 if size < 9.9 else 0.51 if size < 999999 else 0.051 * size if size < 9e9 else 0.51 * size
    assert abs(read(fixed(value)) - value) <= tolerance


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (-0.25, "−0.25"),
        (3.61, "3.61"),
        (1e-9, "1e−9"),
        (1e-12, "1e−12"),
        (2e10, "2e10"),
        (1e20, "1e20"),
        (-0.0, "0"),
    ],
)
def test_short_numbers_take_few_characters(value: float, text: str) -> None:
    assert short(value) == text
    assert (short(math.nan), short(math.inf), short(-math.inf)) == ("NaN", "∞", "−∞")


@pytest.mark.parametrize(
    "write", [fixed, short, given_number, full, lambda value: digits(value, 12), number, significant]
)
@pytest.mark.parametrize(
    ("value", "power"), [(-5.5e-05, "e−5"), (5.5e20, "e20"), (-5.5e-12, "e−12"), (5.5e100, "e100")]
)
def test_an_exponent_is_written_the_same_wherever_a_number_stands(
    write: Callable[[float], str], value: float, power: str
) -> None:
    text = write(value)
    assert text.endswith(power) or "e" not in text, "large ones are written out in lessons"
    assert set(text) <= set("+−.e0123456789 "), text


def test_a_lesson_writes_no_digits_that_a_number_does_not_have() -> None:
    assert [number(value) for value in (1e24 - 1, -2.39e78, 123456789.5, 1e15 - 1)] == [
        "1e24", "−2.39e78", "123456789.5", "999999999999999",
    ]  # fmt: skip


@given(FINITE)
def test_the_full_number_has_every_digit(value: float) -> None:
    assert read(full(value)) == value
    assert "-" not in full(value)


def test_the_full_number_is_written_as_a_person_would() -> None:
    texts = [full(value) for value in (1.0, -0.0, 2.949584133197377, -0.5, math.nan, -math.inf, None)]
    assert texts == ["1", "0", "2.949584133197377", "−0.5", "NaN", "−∞", "·"]


@pytest.mark.parametrize(
    ("value", "ink"),
    [
        (0.0, "0"),
        (0.04, "+1"),
        (0.2, "+2"),
        (-0.3, "-3"),
        (0.51, "+4"),
        (-1.0, "-4"),
        (math.nan, "warn"),
        (None, "dim"),
    ],
)
def test_the_tone_says_sign_and_share_of_the_scale(value: float | None, ink: str) -> None:
    assert tone(value, 1.0) == ink


@given(FINITE, FINITE, st.floats(1e-300, 1e300))
def test_a_larger_number_has_no_lower_tone(a: float, b: float, scale: float) -> None:
    low, high = sorted((a, b))
    assert level(tone(low, scale)) <= level(tone(high, scale))


@given(FINITE, st.floats(1e-300, 1e300))
def test_the_opposite_number_has_the_opposite_tone(value: float, scale: float) -> None:
    assert level(tone(-value, scale)) == -level(tone(value, scale))
    assert (level(tone(value, scale)) == 0) == (value == 0)


@given(st.lists(st.floats(), max_size=6))
@example([1.5e308])
@example([math.nan, -math.inf])
def test_the_scale_is_the_power_of_two_above_the_largest_finite_size(values: list[float]) -> None:
    scale = scale_of(np.array(values[:3], dtype=np.float64), None, np.array(values[3:], dtype=np.float64))
    assert math.frexp(scale)[0] == 0.5
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if 1e-300 < largest < 2.0**1023:
        assert scale / 2 <= largest * (1 + 1e-12)
        assert largest <= scale * (1 + 1e-12)
