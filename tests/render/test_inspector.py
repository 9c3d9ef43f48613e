"""The arithmetic behind a selection: what is printed is read back, worked out by Python, and compared."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import Net, nets
from tests.render.article import worked
from tests.render.moments import at, moments, of, page, selections
from tests.transcription import one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.inspector import NARROW, abbreviate_repeats, inspect
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Span, length, plain, safe

FUNCTIONS: dict[str, Any] = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: max(z, 0.01 * z),
    "sigmoid": lambda z: 0.0 if z < -709 else 1 / (1 + math.exp(-z)),  # beyond, exp(−z) overflows
    "tanh": math.tanh,
    "round": lambda value, decimals: float(np.round(value, decimals)),
}
NUMBER = r"\d+(?:\.\d+)?…?(?:e[+-]\d+)?"
SMOOTH = re.compile("sigmoid|tanh")


def arithmetic(moment: Moment, selection: Selection) -> list[tuple[str, list[str]]]:
    """(phase, what stands between the equals signs) of each equation."""
    lines = page(inspect(moment, selection, 10_000).lines).splitlines()
    equations = []
    for line in lines:
        phase, _, equation = line.partition(" ")
        for chain in equation.removesuffix(" ✕ shut").partition("   reported ")[0].split(",  "):
            equations.append((phase, [part.strip() for part in chain.split(" = ")]))
    return equations


def evaluate(text: str) -> float | None:
    """What a printed term comes to; None where it is a formula and not numbers."""
    code = text.replace("−", "-").replace("×", "*").replace("NaN", "nan").replace("∞", "inf")
    words = set(re.findall(r"[^\W\d_]\w*", re.sub(r"\d+(\.\d+)?(e[+-]?\d+)?", "", code)))
    if not words <= {*FUNCTIONS, "nan", "inf"} or "·" in code or "…" in code or not re.search(r"\d|nan|inf", code):
        return None
    return float(eval(code, {"nan": math.nan, "inf": math.inf, **FUNCTIONS}))  # printed by the package, read as sums


def check(moment: Moment, selection: Selection, tolerance: float) -> int:
    """Compares everything that is printed as equal; how many times there was something to compare."""
    compared = 0
    for phase, parts in arithmetic(moment, selection):
        values = [(part, value) for part in parts if (value := evaluate(part)) is not None]
        for (part, value), (other, next_value) in pairwise(values):
            smooth = 1e-14 if SMOOTH.search(part + other) else 0.0
            assert value == pytest.approx(next_value, rel=max(smooth, tolerance), abs=tolerance, nan_ok=True), (
                phase,
                parts,
            )
            compared += 1
    return compared


@settings(max_examples=150)
@given(st.data(), nets(most_units=12, batches=(1,)), st.integers(1, 8))
def test_what_is_printed_is_what_it_comes_to(data: st.DataObject, net: Net, step: int) -> None:
    moment = Timeline(net.experiment()).go(step)
    selection = data.draw(selections(moment.experiment))
    frozen = isinstance(selection, Bias) and net.bias == "frozen"
    assert check(moment, selection, 0.0) >= (2 if isinstance(selection, Weight) else 0 if frozen else 1) * bool(
        selection.layer
    )


@settings(max_examples=50)
@given(st.data(), nets(batches=(3,)), st.integers(1, 4))
def test_in_a_mini_batch_too(data: st.DataObject, net: Net, step: int) -> None:
    moment = Timeline(net.experiment()).go(step)
    check(moment, data.draw(selections(moment.experiment)), 1e-12)


@settings(max_examples=80)
@given(st.data(), nets(batches=(1,)))
def test_the_results_are_those_of_the_equations(data: st.DataObject, net: Net) -> None:
    moment = Timeline(net.experiment()).go(1)
    layer = data.draw(st.integers(1, moment.experiment.network.depth))
    unit = data.draw(st.integers(0, net.layers[layer] - 1))
    below = data.draw(st.integers(0, net.layers[layer - 1] - 1))
    step = one_step(net.rules, net.weights, net.biases, net.inputs[0], net.targets[0])
    gradient = float(step.gradient[layer - 1][below, unit])
    wanted = {
        f"z({safe(moment.experiment.unit_names(layer)[unit])})": step.z[layer - 1][unit],
        f"δ({safe(moment.experiment.unit_names(layer)[unit])})": step.delta[layer - 1][unit],
        "∂E/∂W": gradient,
        "new": net.weights[layer - 1][below, unit] - net.training["rate"] * gradient,
    }
    found = {parts[0]: parts[-1] for _, parts in arithmetic(moment, Weight(layer, below, unit))}
    for name, value in wanted.items():
        assert evaluate(found[name]) == pytest.approx(float(value), rel=1e-9, abs=1e-12)


def test_the_articles_first_weight_by_hand() -> None:
    equations = dict(arithmetic(at("article", 1), Weight(1, 0, 0)))
    assert equations["input"] == ["x1", "1"]
    assert equations["sum1"][1:] == ["1×0.817638809 + 1×0.421768179 + 1×0.707635578", "1.947042566"]
    assert equations["relu1"][1:] == ["relu(z)", "relu(1.947042566)", "1.947042566"]
    assert equations["sum2"][-1] == "2.949584133197377"
    assert equations["predict"] == ["ŷ", "round(2.949584133197377, 1)", "2.9"]
    assert equations["error"] == ["δ(y)", "ŷ − t", "2.9 − 1", "1.9"]
    assert equations["upstream1"][:2] == ["↑", "∂E/∂a(h1)"]
    assert equations["upstream1"][2:] == ["W2·δ", "0.621820595×1.9", "1.1814591305"]
    assert equations["mask1"][1:] == ["upstream·f′(z)", "1.1814591305×1", "1.1814591305"]
    assert equations["gradient"][1:] == ["x(x1)·δ(h1)", "1×1.1814591305", "1.1814591305"]
    assert equations["update"][1:] == ["old − rate·gradient", "0.817638809 − 0.1×1.1814591305", "0.69949289595"]
    assert "reported (ŷ − t)² = 3.61" in page(inspect(at("article", 1), Weight(1, 0, 0), 200).lines)


def test_a_shut_gate_stops_the_error() -> None:
    lines = page(inspect(at("article", 3), Weight(1, 1, 1), 200).lines).splitlines()
    mask = next(line for line in lines if line.startswith("mask1"))
    assert mask.endswith("×0 = 0 ✕ shut")
    old = repr(float(worked(3).before[0][1, 1])).replace("-", "−")
    assert lines[-1].endswith(f"{old} − 0.1×0 = {old}")


@pytest.mark.parametrize("selection", [Weight(1, 0, 0), Weight(2, 1, 0), Unit(0, 0), Unit(1, 2), Unit(2, 0)])
@pytest.mark.parametrize("phase", phases(2))
def test_what_is_not_computed_yet_is_unknown(selection: Selection, phase: str) -> None:
    names = ["input", "sum1", "relu1", "sum2", "predict", "error", "upstream1", "mask1", "gradient", "update"]
    now = [*map(str, phases(2))].index(phase)
    for label, parts in arithmetic(at("article", 3, phase), selection):
        assert (parts[-1] == "·") == (names.index(label) > now)


@settings(max_examples=80)
@given(st.data(), moments(most_units=6), st.integers(20, 120))
def test_the_present_phase_has_its_line_whatever_is_selected(data: st.DataObject, moment: Moment, columns: int) -> None:
    inspection = inspect(moment, data.draw(selections(moment.experiment)), columns)
    block = inspection.lines[inspection.focus : inspection.end]
    labels = {spans[0].text.strip() for spans in block if spans[0].bold and spans[0].text.strip()}
    assert labels == ({phase_label(moment.phase, moment.experiment)} if moment.step else set())


@pytest.mark.parametrize(
    ("moment", "selection", "line"),
    [
        # the weight's own lower unit, where the layers match
        (at("article", 14, "upstream1"), Weight(2, 3, 0), "upstream1 ↑ = ∂E/∂a(h4) = W2·δ = 0.5851…×0.5 = 0.2925…"),
        (at("article", 14, "mask1"), Weight(2, 1, 0), "mask1 δ(h2) = upstream·f′(z) = 0.1461…×0 = 0 ✕ shut"),
        # else the shut one, else the one with the largest number
        (at("article", 14, "mask1"), Unit(2, 0), "mask1 δ(h2) = upstream·f′(z) = 0.1461…×0 = 0 ✕ shut"),
        (at("article", 14, "upstream1"), Unit(2, 0), "upstream1 ↑ = ∂E/∂a(h4) = W2·δ = 0.5851…×0.5 = 0.2925…"),
        (at("article", 14, "activate1"), Unit(2, 0), "relu1 a(h1) = relu(z) = relu(0.9596…) = 0.9596…"),
        (at("article", 14, "sum1"), Unit(0, 0), "sum1 z(h1) = 1×0.6798… + 1×0.2797… + 0×0.5715… = 0.9596…"),
        (at("article", 14, "input"), Weight(2, 0, 0), "input x1 = 1"),
        # of a unit the weight that learns most
        (at("article", 14, "gradient"), Unit(1, 3), "gradient W1[x1→h4]: ∂E/∂W = x(x1)·δ(h4) = 1×0.2925… = 0.2925…"),
        (at("article", 14, "gradient"), Unit(0, 1), "gradient W1[x2→h4]: ∂E/∂W = x(x2)·δ(h4) = 1×0.2925… = 0.2925…"),
        (at("article", 14), Unit(2, 0), "update W2[h1→y]: new = old − rate·gradient = 0.1945… − 0.1×0.4798… = 0.1465…"),
    ],
)
def test_a_selection_without_a_part_in_the_phase_is_joined_by_what_has_most(
    moment: Moment, selection: Selection, line: str
) -> None:
    found = inspect(moment, selection, NARROW - 1)
    assert " ".join(page(found.lines[found.focus : found.end]).split()) == line


def test_in_a_deep_net_the_present_layer_joins_a_weight_below_it() -> None:
    """Units 2 and 1 of layer 2, worked out by hand: z = (1, −3), so the second is shut."""
    weights = [[[1.0]], [[1.0, -3.0]], [[1.0, 2.0], [1.0, 1.0]], [[1.0], [1.0]]]
    moment = of([1, 1, 2, 2, 1], 1, "activate2", weights=weights)
    found = inspect(moment, Weight(1, 0, 0), 100)
    assert page(found.lines[found.focus : found.end]).split()[:2] == ["relu2", "a(h2.1)"]
    moment = of([1, 1, 2, 2, 1], 1, "mask2", weights=weights)
    found = inspect(moment, Weight(4, 0, 0), 100)
    assert page(found.lines[found.focus : found.end]).split()[1] == "δ(h2.2)"
    assert page(found.lines[found.focus : found.end]).endswith("×0 = 0 ✕ shut")


@pytest.mark.parametrize("columns", [24, 27, 35, NARROW - 1])
@pytest.mark.parametrize("phase", phases(2))
def test_where_it_is_narrow_numbers_have_four_decimals_and_are_never_broken(columns: int, phase: str) -> None:
    moment = at("article", 14, phase)
    lines = inspect(moment, Weight(1, 0, 0), columns).lines
    assert not re.search(r"\d\.\d{5}", page(lines))
    whole = {
        re.sub(r"(\.\d{4})\d+", r"\1…", n)
        for n in re.findall(NUMBER, page(inspect(moment, Weight(1, 0, 0), 999).lines))
    }
    assert set(re.findall(NUMBER, page(lines))) <= whole


def test_where_it_is_narrow_the_label_stands_before_its_equation() -> None:
    lines = inspect(at("article", 14, "mask1"), Weight(1, 0, 0), 27).lines
    assert [line.rstrip() for line in page(lines[-11:]).splitlines()] == [
        "upstream1 ↑ = ∂E/∂a(h1)",
        "  = W2·δ = 0.1945…×0.5",
        "  = 0.0972…",
        "mask1 δ(h1)",
        "  = upstream·f′(z)",
        "  = 0.0972…×1",
        "  = 0.0972…",
        "gradient ∂E/∂W",
        "  = x(x1)·δ(h1) = ·",
        "update new",
        "  = old − rate·gradient = ·",
    ]


@pytest.mark.parametrize("columns", [29, 40])
def test_where_it_is_narrow_lines_break_alike_from_step_to_step(columns: int) -> None:
    """Whatever signs and zeros the numbers have: gradient and update stay in their places."""
    found = {
        tuple(re.sub(rf"\(?−?({NUMBER}|\d+)\)?", "n", row.strip()) for row in page(lines).splitlines()[-5:])
        for step in range(13, 29)
        for lines in [inspect(at("article", step, "update"), Weight(1, 0, 0), columns).lines]
    }
    assert len(found) == 1


@pytest.mark.parametrize("phase", phases(2))
def test_the_focus_is_on_this_phase(phase: str) -> None:
    moment = at("article", 1, phase)
    inspection = inspect(moment, Weight(1, 0, 0), 60)
    label = inspection.lines[inspection.focus][0]
    assert (label.bold, label.ink) == (True, "accent")
    bold = [spans[0].text.strip() for spans in inspection.lines if spans[0].bold and spans[0].text.strip()]
    assert bold == [label.text.strip()]


def test_the_order_is_that_of_the_phases() -> None:
    labels = [label for label, _ in groupby(arithmetic(of([2, 2, 2, 1], 1), Weight(2, 0, 0)), key=lambda pair: pair[0])]
    assert labels == [
        "sum1",
        "relu1",
        "sum2",
        "relu2",
        "sum3",
        "predict",
        "error",
        "upstream2",
        "mask2",
        "gradient",
        "update",
    ]


def test_biases() -> None:
    network: dict[str, Any] = {"bias": True, "weights": [[[0.5]], [[2.0]]], "biases": [[0.25], [-1.0]]}
    equations = dict(arithmetic(of([1, 1, 1], 1, **network), Bias(1, 0)))  # x 1, y 1
    assert equations["sum1"] == ["z(h1)", "1×0.5 + 0.25", "0.75"]
    assert equations["sum2"] == ["z(y)", "0.75×2 + (−1)", "0.5"]
    assert equations["error"] == ["δ(y)", "ŷ − t", "0.5 − 1", "−0.5"]
    assert equations["mask1"][-1] == "−1"
    assert equations["gradient"] == ["∂E/∂b", "δ(h1)", "−1"]
    assert equations["update"] == ["new", "old − rate·gradient", "0.25 − 0.1×(−1)", "0.35"]


def test_a_frozen_bias_stays() -> None:
    network: dict[str, Any] = {"bias": "frozen", "weights": [[[0.5]]], "biases": [[0.25]]}
    lines = page(inspect(of([1, 1], 1, **network), Bias(1, 0), 200).lines).splitlines()
    assert lines[-1] == "update     a frozen bias is used, but not trained, and stays 0.25"


@pytest.mark.parametrize(
    ("network", "training", "error"),
    [
        (
            {"output": "linear"},
            {"loss": "squared"},
            "δ(y) = 2·(ŷ − t) = 2×(0.5 − 1) = −1   reported loss squared = 0.25",
        ),
        (
            {"output": "sigmoid", "weights": [[[0.0]]]},
            {"loss": "half_squared"},
            "δ(y) = (ŷ − t)·f′(z) = (0.5 − 1)×0.25 = −0.125   reported loss half_squared = 0.125",
        ),
        (
            {"output": "sigmoid", "weights": [[[0.0]]]},
            {"loss": "binary_cross_entropy"},
            "δ(y) = ŷ − t = 0.5 − 1 = −0.5   reported loss binary_cross_entropy = 0.6931471805599453",
        ),
        (
            {"output": "tanh", "weights": [[[0.0]]]},
            {"loss": "squared", "report": "squared"},
            "δ(y) = 2·(ŷ − t)·f′(z) = 2×(0 − 1)×1 = −2   reported (ŷ − t)² = 1",
        ),
    ],
)
def test_the_error_of_each_loss(network: dict[str, Any], training: dict[str, Any], error: str) -> None:
    definition = of([1, 1], weights=network.pop("weights", [[[0.5]]]), **network).experiment.definition
    moment = Timeline(load_experiment({**definition, "training": {"rate": 0.1, **training}})).go(1)
    assert f"error      {error}" in page(inspect(moment, Unit(1, 0), 300).lines)


def test_a_long_sum_is_cut_and_says_so() -> None:
    text = page(inspect(of([40, 1], 1), Weight(1, 30, 0), 2000).lines)
    assert text.count("×", text.index("sum1"), text.index("predict")) == 12
    assert "+ … 28 more terms = " in text
    selected = next(span.text for span in inspect(of([40, 1], 1), Weight(1, 30, 0), 2000).lines[1] if span.bold)
    assert selected == "+ 1×(−0.8033063323338998) "  # numpy.random.RandomState(1).uniform(-1, 1, (40, 1))[30]


@pytest.mark.parametrize("columns", [61, 76])
def test_lines_break_alike_whatever_the_digits(columns: int) -> None:
    timeline = Timeline(load_experiment("article"))
    layouts = Counter(
        tuple(spans[0].text for spans in inspect(timeline.go(step=step), Weight(1, 0, 0), columns).lines)
        for step in range(4, 593, 4)
    )
    (_, usual), *_ = layouts.most_common(1)
    assert len(layouts) <= 4  # by the width alone: 8 or 9
    assert usual > 0.5 * 148


def test_no_more_cells_are_filled_than_there_are() -> None:
    timeline = Timeline(load_experiment("article"))
    for columns in (20, 27, 40, 61):
        lines = inspect(timeline.go(step=300), Weight(1, 0, 0), columns).lines
        assert max(map(length, lines)) <= columns


def test_a_number_stands_in_full_once() -> None:
    lines = inspect(at("article", 1), Weight(1, 0, 0), 200).lines
    told = dict(re.findall(r"(\w+) +(.*)", page(abbreviate_repeats(lines))))
    assert told["relu1"] == "a(h1) = relu(z) = relu(1.9470…) = 1.9470…"
    assert told["predict"] == "ŷ = round(2.9495…, 1) = 2.9"
    assert told["update"] == "new = old − rate·gradient = 0.8176… − 0.1×1.1814… = 0.69949289595"
    numbers = [re.findall(r"\d+\.\d{6,}", page(some)) for some in (lines, abbreviate_repeats(lines))]
    assert numbers[1] == list(dict.fromkeys(numbers[0]))


def test_powers_of_ten_and_few_digits_are_never_cut() -> None:
    text = "1.1102230246251565e-16 and 1.1102230246251565e-16, 0.25 and 0.25"
    assert abbreviate_repeats([(Span(text),)]) == [(Span(text),)]


def test_a_long_label_stands_apart_from_its_equation() -> None:
    assert "leaky_relu1 a(h1)" in page(inspect(of([1, 1, 1], hidden="leaky_relu"), Unit(1, 0), 80).lines)


def test_names() -> None:
    moment = of([2, 2, 1], bias=True)
    parts = (Weight(1, 1, 0), Bias(2, 0), Unit(0, 1), Weight(2, 1, 0))
    names = [part.name(moment.experiment) for part in parts]
    assert names == ["W1[x2→h1]", "b2[y]", "x2", "W2[h2→y]"]


@pytest.mark.parametrize("columns", range(24, 61))
def test_no_line_begins_with_the_end_of_a_mean(columns: int) -> None:
    lines = plain(inspect(at("article", 1, "update", batch=3), Weight(1, 0, 0), columns).lines).splitlines()
    assert any(")/3" in text for text in lines)
    assert [text for text in lines if text.strip().startswith(")")] == []
