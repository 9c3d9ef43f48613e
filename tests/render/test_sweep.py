"""A sweep as text: bins, bars and reasons, counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_backprop.core.outcomes import Ending, Outcome
from tui_backprop.render.spans import length, plain
from tui_backprop.render.sweep import SweepState, bins, goal_advice, histogram, page, quartiles, reasons

EPOCHS = [75, 99, 100, 149, 150, 460]
STUCK = [
    Outcome(13, Ending.LINEAR, 1000, 1.11, 0),
    Outcome(14, Ending.LINEAR, 1000, 1.0, 1),
    Outcome(20, Ending.DIVERGED, 3, float("nan"), 0, lost=11),
]


def state(over: bool = True, stuck: list[Outcome] = STUCK) -> SweepState:
    converged = [Outcome(seed, Ending.CONVERGED, epochs, 0.0, 0) for seed, epochs in enumerate(EPOCHS)]
    return SweepState(10, 1000, (*converged, *stuck), 1.0 if over else 0.5, over)


def test_bins_are_round() -> None:
    assert bins(EPOCHS, 5) == [(0, 99, 2), (100, 199, 3), (200, 299, 0), (300, 399, 0), (400, 499, 1)]
    assert bins([7], 5) == [(7, 7, 1)]
    assert bins([], 5) == []


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=50), st.integers(1, 20))
def test_every_value_is_in_one_bin(values: list[int], most: int) -> None:
    found = bins(values, most)
    assert len(found) <= most
    assert [count for _, _, count in found] == [sum(a <= value <= b for value in values) for a, b, _ in found]
    assert sum(count for _, _, count in found) == len(values)


def test_bars_are_as_long_as_their_counts() -> None:
    lines = plain(histogram(EPOCHS, 30, 5)).splitlines()
    assert lines == [
        "  0– 99 ████████████▌ 2",
        "100–199 ███████████████████ 3",
        "200–299",
        "300–399",
        "400–499 ██████▌ 1",
    ]


@given(st.lists(st.integers(1, 10**6), max_size=30), st.integers(20, 150), st.integers(5, 45), st.booleans())
def test_a_page_stays_within_its_room(values: list[int], columns: int, rows: int, over: bool) -> None:
    outcomes = tuple(Outcome(seed, Ending.CONVERGED, value, 0.0, 0) for seed, value in enumerate(values))
    for cursor in (0, 2):
        lines = page(SweepState(99, 10**6, (*outcomes, *STUCK), 0.5, over), cursor, columns, rows)
        assert len(lines) <= rows
        assert all(length(spans) <= columns for spans in lines)


def test_quartiles() -> None:
    assert plain(quartiles([10, 20, 30, 40, 50])) == "epochs: quartiles 20, 30, 40; range 10–50"
    assert plain(quartiles([])) == "none has converged"


def test_the_reasons_with_their_seeds() -> None:
    assert plain(reasons(STUCK, 100, 1)).splitlines() == [
        "1 diverged: the error grew instead of falling: the rate may be too large, or the data need scaling",
        "    seeds 20",
        "2 linear: no gate switches between samples: on this data the network is linear",
        "    1 of them with dead units: shut for every sample",
        "    seeds 13 …",
    ]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 18)])
def test_a_page_shows_counts_and_every_stuck_run(size: tuple[int, int]) -> None:
    text = plain(page(state(), 1, *size))
    assert text.startswith("6 converge (66.7 %)   3 do not")
    assert "1 diverged   2 linear" in text
    assert "▸seed 14     linear    error 1        epoch 1,000  1 dead" in text
    assert "seed 20     diverged  error NaN      step 11" in text


def test_a_page_under_way_says_how_far_it_is() -> None:
    assert plain(page(state(over=False), 0, 80, 24)).startswith("6 converge   3 do not   1 under way, 50 %")


def test_one_run_converges_and_does_not() -> None:
    both = (
        Outcome(0, Ending.CONVERGED, 1, 0.0, 0, all_right=True),
        Outcome(1, Ending.LINEAR, 9, 1.0, 0, all_right=False),
    )
    assert plain(page(SweepState(2, 9, both, 1.0, True), 0, 80, 24)).startswith(
        "1 converges (50.0 %)   1 does not   1 gets all samples right\n"
    )


def test_only_all_of_them_are_all_of_them() -> None:
    every = tuple(Outcome(seed, Ending.CONVERGED, 1, 0.0, 0) for seed in range(3000))
    nearly = (*every, Outcome(3000, Ending.LINEAR, 9, 1.0, 0))
    assert plain(page(SweepState(3000, 9, every, 1.0, True), 0, 80, 24)).startswith("3,000 converge (100 %)   0 do not")
    assert plain(page(SweepState(3001, 9, nearly, 1.0, True), 0, 80, 24)).startswith("3,000 converge (99.9 %)   1 does")


@pytest.mark.parametrize(("columns", "ends"), [(60, "   stopped at 100 %"), (49, "   stopped at 100 %"), (48, "")])
def test_counts_are_whole_or_left_out(columns: int, ends: str) -> None:
    assert plain(page(state(), 0, columns, 18)).splitlines()[0] == f"6 converge (66.7 %)   3 do not{ends}"


def test_the_chosen_run_is_visible() -> None:
    many = [Outcome(seed, Ending.LINEAR, 1000, 1.0, 0) for seed in range(500)]
    for cursor in (0, 3, 250, 499):
        assert f"▸seed {cursor} " in plain(page(state(stuck=many), cursor, 60, 18))


def test_a_goal_within_reach_is_named_where_none_converges() -> None:
    plateaus = [Outcome(seed, Ending.PLATEAU, 50, error, 0) for seed, error in enumerate((903.2, 1204.0, 904.4))]
    assert "--goal error --stop 905 counts" in goal_advice(plateaus, 2000.0)
    assert "--stop 1,210" not in (told := goal_advice(plateaus[1:2], 2000.0))
    assert "--stop 1210 counts" in told
    assert told.startswith("The goal may be out of reach of any weights: classes overlap, or targets are noisy. ")
    assert goal_advice(plateaus, 2000.0, True).startswith(
        "The goal may be out of reach: the weight penalty keeps weights too"
    )
    assert "--stop 0.0124 counts" in goal_advice([Outcome(0, Ending.PLATEAU, 50, 0.01234, 0)], 1.0)
    assert goal_advice([*plateaus, Outcome(3, Ending.CONVERGED, 9, 0.0, 0)], 2000.0) == ""
    assert goal_advice([Outcome(3, Ending.DEAD, 9, 2.0, 4)], 2.0) == goal_advice([], 2.0) == ""
    falls = Outcome(3, Ending.FALLING, 50, 800.0, 0)
    for unsure in (goal_advice(plateaus, 904.0), goal_advice([*plateaus, falls], 2000.0)):
        assert "out of reach" not in unsure
        assert "try more epochs (--epochs) or another rate (--rate)" in unsure
    solved = [
        Outcome(seed, Ending.PLATEAU, 50, 2.517e-31, 0, all_right=right) for seed, right in enumerate((True, False))
    ]
    assert goal_advice(solved, 0.5) == "1 gets all samples right: --goal all_right counts it as converged."
    assert goal_advice(solved[1:], 0.5).startswith("Half of those on a plateau have an error of 2.52e-31 or less")


def test_runs_are_counted_that_are_stuck_after_a_rate_that_was_too_large() -> None:
    runs = [Outcome(seed, Ending.DEAD, 50, 1.0, 4, grew=seed > 0) for seed in range(3)]
    told = [plain([spans]) for spans in reasons(runs, 100, 12)]
    assert "    2 of them after their error had grown: the rate may be too large" in told
    assert "rate" in runs[1].sentence
    assert "rate" not in runs[0].sentence
