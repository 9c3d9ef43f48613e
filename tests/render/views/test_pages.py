"""What the views say in words and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.core.runs import article, xor
from tests.render.moments import at, of, page
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.experiments import Overrides
from tui_backprop.render.selection import Selection
from tui_backprop.render.views.collapse import collapse
from tui_backprop.render.views.health import health
from tui_backprop.render.views.interference import interference
from tui_backprop.render.views.landscape import landscape
from tui_backprop.render.views.page import ViewPage
from tui_backprop.render.views.pulls import pulls
from tui_backprop.render.views.shades import Shading
from tui_backprop.render.views.slope import slope
from tui_backprop.render.views.surface import surface

FIRST = Weight(1, 0, 0)
View = Callable[[Moment, Selection, int], ViewPage]


def shown(view: View, moment: Moment, selection: Selection = FIRST, columns: int = 62, rows: int = 99) -> list[str]:
    lines, _ = view(moment, selection, columns).lines(columns, rows)
    return [row.rstrip() for row in page(lines).splitlines()]


def test_the_stalemate_of_the_single_layer() -> None:
    rows = shown(pulls, at("no-direction", 160), Weight(1, 1, 0))
    assert rows[:2] == [
        "2 pull W1[x2→y] up, 2 down right now; but an epoch's updates",
        "cancel, and it is where it was an epoch ago.",
    ]
    assert [row.split()[-1] for row in rows[3:7]] == ["+0.0600", "−0.0600", "+0.0600", "−0.0600"]
    assert rows[7].split()[-1] == "0.0000"


def test_a_net_pull_has_no_digits_that_rounding_left() -> None:
    texts = [" ".join(shown(pulls, at("no-direction", step), Weight(1, 1, 0))) for step in range(12)]
    assert not [text for text in texts if re.search(r"net −?\d+\.\d{13}", text)]


BOWL = {
    "network": {"layers": [2, 1], "weights": [[[0.0], [0.0]]]},
    "data": {"inputs": [[1.0, 0.0], [0.0, 1.0]], "targets": [[1.0], [-1.0]]},
}


@pytest.mark.parametrize(
    ("moment", "selection", "words"),
    [
        (lambda: at("article"), Unit(1, 0), "select one"),
        (lambda: Timeline(article({"seed": 0}, rate=1.0)).go(40), FIRST, "No sample pulls on W1[x1→h1]"),
        (lambda: at("xor"), Bias(2, 0), "pull b2[y] up"),
        (lambda: Timeline(load_experiment(BOWL)).moment, Weight(1, 0, 0), "1 pulls W1[x1→y] up, 0 down;"),
    ],
)
def test_other_pulls(moment: Any, selection: Selection, words: str) -> None:
    assert words in " ".join(shown(pulls, moment(), selection))


def test_the_articles_picture_of_two_linear_layers() -> None:
    """I1·(w1·w5 + w3·w6) + I2·(w2·w5 + w4·w6), its weights counted unit by unit."""
    definition = {
        "network": {"layers": [2, 2, 1], "hidden": "linear", "weights": [[[1.0, 3.0], [2.0, 4.0]], [[5.0], [6.0]]]},
        "data": {"inputs": [[1.0, 10.0]], "targets": [[0.0]]},
    }
    text = "\n".join(shown(collapse, Timeline(load_experiment(definition)).moment))
    assert "z(y) = I1·(w1·w5 + w3·w6) + I2·(w2·w5 + w4·w6)" in text
    assert "= I1·(1·5 + 3·6) + I2·(2·5 + 4·6)" in text
    assert "= I1·23 + I2·34" in text
    letters = "I1 is x1, I2 is x2; w1 to w4 are W1 unit by unit, w5 to w6 lead to y."
    assert letters in " ".join(text.split())
    assert "363" in text  # 1·23 + 10·34
    assert "Largest difference: 0" in text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (lambda: at("article", 2), "relu of layer 1"),
        (lambda: at("sigmoid"), "sigmoid of layer 1"),
        (lambda: at("no-direction"), "only one layer"),
        (lambda: Timeline(load_experiment("article-random", Overrides(seed=13))).go(4000), "no gate switches on this"),
    ],
)
def test_why_layers_collapse_or_not(moment: Any, words: str) -> None:
    assert words in " ".join(shown(collapse, moment()))


def test_interference_of_the_first_updates() -> None:
    rows = shown(interference, at("article", 2))
    assert rows[0].startswith("Of 3 others 1 got better, 2 worse; its own: −")
    assert rows[2].startswith(" #0 ")
    assert rows[3].split() == ["▸#1", "+0.0400", "−0.2400", "+0.1100", "−0.1500"]  # as the samples pane has it
    assert "known once it is made" in " ".join(shown(interference, at("article", 3, "gradient")))
    assert ["▸#2", *"····"] in [row.split() for row in shown(interference, at("article", 3, "gradient"))]
    assert "No update yet" in shown(interference, at("article"))[0]


def test_a_gradient_that_vanishes_one_that_explodes_and_one_that_is_gone() -> None:
    deep = xor([2, 4, 4, 4, 4, 4, 1], 0, 0.5, hidden="sigmoid", output="sigmoid")
    assert "vanishes" in " ".join(shown(health, Timeline(deep).go(4)))
    diverged = Timeline(load_experiment("linear-collapse", Overrides(rate=0.5))).go(40)
    assert "exploded" in " ".join(shown(health, diverged))
    assert "All gradients are 0" in " ".join(shown(health, at("article", 4 * 148)))
    assert "No update yet" in " ".join(shown(health, at("article")))


@pytest.mark.parametrize(
    ("network", "training", "words"),
    [
        ({"biases": [[-5.0, -5.0], [0.0]]}, {}, "No weight gets a gradient from the error: only b2 still changes."),
        ({"biases": [[-5.0, -5.0], [0.0]]}, {"batch": "full"}, "only b2 still changes."),
        ({"biases": [[-5.0, -5.0], [0.0]], "bias": "frozen"}, {}, "All gradients are 0: nothing changes any more."),
        ({"biases": [[-5.0, -5.0], [0.0]]}, {"l2": 0.1}, "(weights because of the weight penalty)."),
        ({"biases": [[-5.0, -5.0], [1.0]], "bias": "frozen"}, {"l1": 0.1}, "only W1 W2 still change (weights"),
    ],
)  # fmt: skip
def test_what_still_changes_where_no_weight_gets_a_gradient(
    network: dict[str, Any], training: dict[str, Any], words: str
) -> None:
    weights = [[[1.0, -1.0], [0.5, 1.0]], [[1.0], [0.5]]]
    shut = {"layers": [2, 2, 1], "hidden": "relu", "bias": True, "weights": weights, **network}
    data = {"inputs": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "targets": [[1.0], [1.0], [0.0]]}
    timeline = Timeline(load_experiment({"network": shut, "training": {"rate": 0.1, **training}, "data": data}))
    assert words in " ".join(shown(health, timeline.go(5), columns=100))


def test_weights_that_are_0_have_no_share_to_change_by() -> None:
    rows = shown(health, of([1, 2, 1], 2, init="zeros", bias=True), columns=62)
    assert [row.split() for row in rows if row.startswith("W")] == [["W1", "0", "0", "–"], ["W2", "0", "0", "–"]]


@pytest.mark.parametrize(("columns", "bars"), [(62, 31), (32, 1), (31, 3), (28, 0)])
def test_where_there_is_little_room_the_numbers_stay_and_the_bars_go(columns: int, bars: int) -> None:
    rows = shown(health, at("article", 40), columns=columns)
    heading = next(row for row in rows if row.endswith("|ΔW/W|"))
    (first,) = (row for row in rows if row.startswith("W1"))
    assert heading.split()[-3:] == ["|∂E/∂W|", "|ΔW|", "|ΔW/W|"]
    assert len(heading) == len(first) == columns
    assert len(re.findall("[▁-█]", first)) == bars
    assert any(" bar " in row for row in rows) == bool(bars)


@pytest.mark.parametrize("columns", [28, 58, 100])
def test_gradient_health_has_a_row_for_every_layer_where_eight_rows_are(columns: int) -> None:
    deep = xor([2, 4, 4, 4, 4, 4, 1], 0, 0.5, hidden="tanh", output="sigmoid")
    rows = shown(health, Timeline(deep).go(4), columns=columns, rows=8)
    assert [row[:2] for row in rows] == [rows[0][:2], "  ", "W1", "W2", "W3", "W4", "W5", "W6"]
    assert rows[0].startswith("δ ")


def test_gradient_health_says_how_many_steps_its_means_are_of() -> None:
    """Of W2's gradient: 0.445 in step 8, and 0.314 on average over steps 5 to 8, an epoch."""
    means = shown(health, at("article", 8))
    (second,) = (row for row in means if row.startswith("W2"))
    assert second.split()[-3] == "0.31"
    assert "numbers: mean of the last 4 steps" in means
    assert "numbers: mean of the last 2 steps" in shown(health, at("article", 2))
    assert "numbers: mean of the last step" in shown(health, at("article", 1))


def test_the_gradient_check_shows_every_figure() -> None:
    moment = at("article", 1, "gradient")
    rows = shown(slope, moment)
    figures = {row[:10].strip(): row.split()[-1] for row in rows[1:9]}
    first, second = moment.before.weights
    raw = np.maximum(np.ones(3) @ first, 0) @ second
    assert float(figures["back-prop"]) == pytest.approx((raw[0] - 1) * second[0, 0])  # ŷ not rounded
    assert float(figures["slope"]) == pytest.approx(float(figures["back-prop"]), abs=1e-5)
    assert rows[0].startswith("✓ For W1[x1→h1]")
    assert "Weights and biases have gradients" in shown(slope, moment, Unit(1, 0))[0]
    assert "right at a kink" in shown(slope, at("xor"), Bias(1, 0))[0]


def test_the_place_of_a_parameter_in_the_flat_array() -> None:
    moment = of([3, 4, 2], bias=True)
    flat = np.arange(moment.experiment.network.size, dtype=float)
    network = moment.experiment.network
    assert flat[Weight(2, 3, 1).index(network)] == network.weights(flat)[1][3, 1]
    assert flat[Bias(1, 2).index(network)] == network.biases(flat)[0][2]


def test_the_surface_of_xor_when_it_is_solved() -> None:
    timeline = Timeline(load_experiment("xor"))
    timeline.run_until(lambda moment: moment.converged_at is not None, limit=40_000)
    lines = surface(timeline.moment, FIRST, 30, 12, Shading.SHADES)
    text = page(lines)
    assert text.startswith("output y over x1 ▸ and x2 ▲")
    assert [sign for sign in "○●" if text.count(sign) < 3] == []  # two of each, and the legend's
    assert text.count("◇") == text.count("◆") == 1  # the legend's alone
    rows = text.splitlines()[1:-1]
    assert rows[0][1] in "░▒▓█●"  # x1 low, x2 high: 1
    assert rows[-1][1] in "╌–=≡○"


@pytest.mark.parametrize("shading", [Shading.TONES, Shading.RAMP])
def test_in_colours_a_dot_has_its_class_and_a_wrong_one_its_sign(shading: Shading) -> None:
    """The untrained network of XOR answers two of the four samples wrong, those that are to be high."""
    lines = surface(at("xor"), FIRST, 30, 12, shading)
    signs = [(span.text, span.ink.partition("|")[0]) for spans in lines[1:-1] for span in spans if span.text in "○●◇◆"]
    assert sorted(signs) == [("◆", "wrong"), ("◆", "wrong"), ("○", "low"), ("○", "low")]


def test_the_ramp_follows_the_output() -> None:
    """A unit that says x1: from −1 at the left to +1 at the right, in a straight line."""
    definition = {
        "network": {"layers": [2, 1], "weights": [[[1.0], [0.0]]]},
        "data": {"inputs": [[-1, 0], [1, 1]], "targets": [[-1], [1]]},
    }
    lines = surface(Timeline(load_experiment(definition)).moment, FIRST, 40, 6, Shading.RAMP, small=False)
    row = next(spans for spans in lines[1:-1] if all(span.text[0] == "▀" for span in spans))
    shares = [float(span.ink.partition("|")[0]) for span in row for _ in span.text]
    width = len(shares)
    expected = [1.2 * (2 * (x + 0.5) / width - 1) for x in range(width)]  # a tenth beyond the samples at either side
    assert np.allclose(shares, np.clip(expected, -1, 1), atol=1 / 24)


def test_more_inputs_than_two_are_mentioned() -> None:
    assert "held at the mean: x3" in page(surface(at("article"), FIRST, 80, 12, Shading.TONES))
    assert "held at the mean: x2" in page(surface(at("article"), Weight(1, 2, 0), 80, 12, Shading.TONES))


def test_a_curve_for_one_input() -> None:
    definition = {
        "network": {"layers": [1, 1], "weights": [[[1.0]]]},
        "data": {"inputs": [[0.0], [1.0]], "targets": [[0.0], [1.0]]},
    }
    text = page(surface(Timeline(load_experiment(definition)).moment, FIRST, 40, 10, Shading.TONES))
    assert text.startswith("output y over x1, −0.1…1.1\n")
    rows = text.splitlines()[1:-1]
    assert "●" in rows[0] or "●" in rows[1]
    assert rows[0].strip() > ""


def test_the_loss_surface_of_a_bowl() -> None:
    """½(w1 − 1)² and ½(w2 + 1)² on average: 0.5 here, ever lower to the lower right."""
    rows = page(landscape(Timeline(load_experiment(BOWL)).moment, FIRST, 0, 50, 16, Shading.SHADES)).splitlines()
    assert rows[0].startswith("W1[x1→y] ▸ and W1[x2→y] ▲")
    assert rows[1].startswith("Lowest of 32×8 points: loss ")
    cells = [row[7:] for row in rows[4:12]]
    assert [row[:7].strip() for row in rows[4:12]] == ["2", "", "", "", "0", "", "", "−2"]
    assert rows[12].split() == ["−2", "0", "2"]
    assert (cells[0][0], cells[4][16]) == ("≡", "●")
    lowest = [(place.index("▼"), row) for row, place in enumerate(cells) if "▼" in place]
    assert [(round(-2 + (column + 0.5) / 8), round(2 - (row + 0.5) / 2)) for column, row in lowest] == [(1, -1)]
    assert "2 samples; all other weights held" in " ".join(rows[13:])


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([[[-1.0], [-1.0]], [[1.0]]], "A plateau: whatever these two are here"),  # dead for −x, and so it stays
        ([[[-1.5], [0.0]], [[1.0]]], "Flat around here"),
    ],
)
def test_plateaus_of_the_loss(weights: list[list[list[float]]], words: str) -> None:
    inputs = [[0.0, 0.0]] if "plateau" in words else [[1.0, 0.0]]
    definition = {
        "network": {"layers": [2, 1, 1], "weights": weights},
        "data": {"inputs": inputs, "targets": [[1.0]]},
    }
    text = " ".join(
        page(landscape(Timeline(load_experiment(definition)).moment, FIRST, 0, 70, 20, Shading.TONES)).split()
    )
    assert words in text


@pytest.mark.parametrize(("columns", "rows"), [(29, 8), (48, 14), (41, 14), (58, 4), (50, 8), (60, 20)])
@pytest.mark.parametrize("name", ["article", "xor"])
def test_beside_and_below_a_small_map_are_whole_sentences_or_none(name: str, columns: int, rows: int) -> None:
    lines = landscape(at(name, 8), FIRST, 0, columns, rows, Shading.TONES)
    assert len(lines) <= rows
    aside = columns >= 44 and rows < 14
    left = max(row.rfind("▀") for row in page(lines).splitlines()) + 3 if aside else 0
    words = " ".join(row[left:] for row in page(lines).splitlines() if aside or "▀" not in row)
    said = " ".join(words.split())
    assert said.endswith((".", "lowest ◇ start", "+ path")), said
    assert "…" not in said
    assert not said.endswith("x:")


def test_a_loss_surface_where_there_is_nothing_lower_and_where_there_is_one_weight() -> None:
    definition = {**BOWL, "network": {"layers": [2, 1], "weights": [[[1.0], [-1.0]]]}}
    text = page(landscape(Timeline(load_experiment(definition)).moment, FIRST, 0, 100, 20, Shading.TONES))
    assert "Nowhere on this map is the loss more than 1.0 % below the 0 here" in text
    one = {"network": {"layers": [1, 1]}, "data": {"inputs": [[1.0]], "targets": [[1.0]]}}
    assert "only one weight" in page(landscape(Timeline(load_experiment(one)).moment, FIRST, 0, 80, 20, Shading.TONES))
    diverged = Timeline(load_experiment("linear-collapse", Overrides(rate=0.5))).go(400)
    assert "no longer finite" in page(landscape(diverged, FIRST, 0, 80, 20, Shading.TONES))


def test_the_second_weight_is_another_of_the_unit_then_one_that_leads_on() -> None:
    moment = of([2, 2, 1], bias=True)
    for other, name in enumerate(["b1[h2]", "W1[x1→h2]", "W2[h2→y]", "b1[h2]"]):
        assert f"▸ and {name} ▲" in page(landscape(moment, Weight(1, 1, 1), other, 60, 20, Shading.TONES))
    two = of([1, 2])
    assert "W1[x1→y1] ▸ and W1[x1→y2] ▲" in page(landscape(two, FIRST, 0, 60, 20, Shading.TONES))


def test_what_takes_too_long_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.core.diagnostics.collapse.WORK_BUDGET", 0)
    assert "would take too long" in " ".join(shown(collapse, at("linear-collapse")))
    monkeypatch.setattr("tui_backprop.core.diagnostics.gradient_check.KINK_SEARCH_BUDGET", 0)
    assert "not searched for" in " ".join(shown(slope, at("article", 1)))


def test_where_numbers_are_not_finite_no_view_compares_them() -> None:
    """A linear network at a rate of 0.5 diverges: its weights are NaN, though no hand has touched them."""
    timeline = Timeline(load_experiment("article", Overrides(hidden="linear", rate=0.5)))
    timeline.run_until(lambda moment: not moment.finite, limit=100)
    moment = timeline.next_epoch()
    text = " ".join(shown(pulls, moment, columns=120))
    assert "edits also moved" not in text
    text = " ".join(shown(interference, moment, columns=120))
    assert "nothing can be compared" in text
    assert "got better" not in text
