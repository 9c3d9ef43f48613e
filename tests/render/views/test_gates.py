"""The gates as text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.render.moments import at, of, page
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.experiments import Overrides
from tui_backprop.render.views.gates import gates


def shown(moment: Moment, columns: int = 60, rows: int = 20) -> list[str]:
    lines, _ = gates(moment, Weight(1, 0, 0), columns).lines(columns, rows)
    return [row.rstrip() for row in page(lines).splitlines()]


def test_the_articles_grid() -> None:
    assert shown(at("article", 2)) == [
        "1 of 4 units switches between samples: h2",
        "     h1 h2 h3 h4",
        " #0  ●  ●  ●  ●",
        "▸#1  ●  ✕  ●  ●",
        " #2  ●  ✕  ●  ●",
        " #3  ●  ●  ●  ●",
        "all   =  ~  =  =",
        "● open  ✕ shut  ~ switches  = the same for all",
    ]


def test_a_run_that_is_stuck_is_warned_of() -> None:
    stuck = Timeline(load_experiment("article-random", Overrides(seed=13))).go(4000)
    assert shown(stuck)[0] == "! No gate switches: on this data the network is linear now."


def test_a_network_whose_units_have_all_died() -> None:
    died = Timeline(load_experiment("article-random", Overrides(seed=0, rate=1.0))).go(40)
    assert shown(died)[:2] == [
        "! No gate switches: on this data the network is linear now.",
        "4 dead, shut for all: h1 h2 h3 h4",
    ]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (lambda: at("no-direction"), "no hidden units"),
        (lambda: at("linear-collapse"), "linear whatever its weights"),
        (lambda: Timeline(load_experiment("linear-collapse", Overrides(rate=0.5))).go(40), "no longer finite"),
        (lambda: at("sigmoid"), "0 of 16 sigmoid outputs saturated"),
        (lambda: of([2, 3, 2, 1], hidden="leaky_relu"), "leaks 1 %"),
    ],
)
def test_other_networks(moment: Any, words: str) -> None:
    assert words in " ".join(shown(moment()))


def test_many_samples_become_shares() -> None:
    definition: dict[str, dict[str, Any]] = {
        "network": {"layers": [1, 2, 1], "weights": [[[1.0, -1.0]], [[1.0], [1.0]]]},
        "data": {"inputs": [[float(i)] for i in range(-25, 75)], "targets": [[0.0]] * 100},
    }
    rows = shown(Timeline(load_experiment(definition)).moment)
    assert [row.split("█")[0] + row.split("░")[-1] for row in rows[1:3]] == ["h1   74 % open ~", "h2   25 % open ~"]
    definition["network"]["hidden"] = "tanh"  # f′ < 0.05 from |z| > 2.18 on: all inputs but −2 to 2
    rows = shown(Timeline(load_experiment(definition)).moment)
    assert rows[0] == "190 of 200 tanh outputs saturated"
    assert [row.split("█")[0] + row.split("░")[-1] for row in rows[1:3]] == [
        "h1   95 % saturated ~",
        "h2   95 % saturated ~",
    ]


def test_many_units_are_numbered_and_the_selected_one_is_visible() -> None:
    moment = of([2, 64, 1])
    lines, _ = gates(moment, Weight(1, 0, 63), 40).lines(40, 10)
    assert "65" not in page(lines)
    assert "60" in page(lines)
    assert max(map(len, shown(moment, 40))) <= 40


def test_the_legend_of_smooth_units_says_what_a_dot_means() -> None:
    assert "● not saturated" in " ".join(shown(of([2, 3, 1], hidden="sigmoid")))
    assert "● open" in " ".join(shown(of([2, 3, 1], hidden="relu")))
