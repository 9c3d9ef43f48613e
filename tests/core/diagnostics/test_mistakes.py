"""Which mistake leads to a wrong figure: each is made here by hand, from an independent pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lessons.figures import rules
from tests.transcription import Step, one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.figures import FIGURES, FigureKind
from tui_backprop.core.diagnostics.mistakes import likely, true_value
from tui_backprop.core.parts import Bias, Part, Unit, Weight
from tui_backprop.core.run.moment import Moment

HALF = 0.005
NETWORK: dict[str, Any] = {
    "network": {
        "layers": [2, 2, 2],
        "hidden": "sigmoid",
        "output": "sigmoid",
        "bias": True,
        "weights": [[[1.5, -2.5], [0.7, 1.3]], [[0.9, -1.4], [2.1, 0.6]]],
        "biases": [[0.35, -0.6], [0.8, -0.45]],
    },
    "training": {"rate": 0.3, "loss": "half_squared", "report": "loss"},
    "data": {"inputs": [[0.5, 2.0]], "targets": [[0.01, 0.99]]},
}
GATED = {
    **NETWORK,
    "network": {**NETWORK["network"], "hidden": "relu", "output": "linear", "biases": [[0.35, -2.6], [0.8, -0.45]]},
}


def step(definition: dict[str, Any]) -> tuple[Moment, Step, list[np.ndarray], list[np.ndarray]]:
    experiment = load_experiment(definition)
    weights, biases = list(experiment.initial.weights), list(experiment.initial.biases)
    x, t = experiment.data.inputs[0], experiment.data.targets[0]
    return Timeline(experiment).go(step=1), one_step(rules(experiment), weights, biases, x, t), weights, biases


def named(moment: Moment, figure: FigureKind, part: Part, value: float) -> str:
    found = likely(moment, figure, part, round(value, 4), 0.0001)
    return found.name if found else ""


def test_smooth_units_one_mistake_after_the_other() -> None:
    moment, true, (first, second), biases = step(NETWORK)
    x, t = np.array([0.5, 2.0]), np.array([0.01, 0.99])
    h, out, rate = true.a[0], true.a[1], 0.3
    new_second = second - rate * true.gradient[1]
    unit, output, lower, upper = Unit(1, 0), Unit(2, 0), Weight(1, 1, 0), Weight(2, 1, 0)
    z, delta, upstream = true.z[0][0], true.delta[0][0], true.upstream[0][0]
    table: list[tuple[FigureKind, Part, float, str]] = [
        ("z", unit, z - biases[0][0], "bias-ignored"),
        ("z", unit, z - x[1] * first[1, 0], "term-missing"),
        ("z", unit, first[:, 0].sum() + biases[0][0], "input-forgotten"),
        ("z", Unit(1, 1), true.z[0][1] + 2 * 2.5 * 0.5, "sign"),
        ("z", unit, x @ first[0] + biases[0][0], "wrong-weights"),
        ("z", unit, -z, "sign"),
        ("a", unit, 1 / (1 + np.exp(z)), "sign"),
        ("z", unit, h[0], "activation"),
        ("z", unit, z * 10, "decimal-point"),
        ("a", unit, z, "activation-forgotten"),
        ("delta", output, t[0] - out[0], "slope-forgotten"),
        ("delta", output, out[0] - t[0], "slope-forgotten"),
        ("delta", output, -true.delta[1][0], "sign"),
        ("delta", output, out[0], "target-forgotten"),
        ("upstream", unit, new_second[0] @ true.delta[1], "updated-too-early"),
        ("upstream", unit, second[0, 0] * true.delta[1][0], "term-missing"),
        ("upstream", unit, true.delta[1].sum(), "weight-forgotten"),
        ("upstream", unit, -upstream, "sign"),
        ("upstream", unit, delta, "masked"),
        ("delta", unit, upstream, "slope-forgotten"),
        ("delta", unit, (new_second[0] @ true.delta[1]) * h[0] * (1 - h[0]), "updated-too-early"),
        ("delta", unit, upstream * h[0], "value-for-slope"),
        ("delta", unit, -delta, "sign"),
        ("delta", unit, true.delta[0][1], "other-unit"),
        ("gradient", lower, delta, "input-forgotten"),
        ("gradient", lower, x[1] * upstream, "slope-forgotten"),
        ("gradient", lower, x[1] * (new_second[0] @ true.delta[1]) * h[0] * (1 - h[0]), "updated-too-early"),
        ("gradient", lower, -x[1] * delta, "sign"),
        ("gradient", lower, rate * x[1] * delta, "rate-too-early"),
        ("gradient", lower, x[1], "delta-forgotten"),
        ("gradient", lower, x[1] + delta, "sum"),
        ("gradient", lower, h[0] * delta, "wrong-input"),
        ("gradient", lower, x[1] * true.delta[0][1], "other-weight"),
        ("gradient", Bias(1, 0), 0.0, "bias-ignored"),
        ("new", upper, second[1, 0] + rate * true.gradient[1][1, 0], "sign"),
        ("new", upper, second[1, 0] - true.gradient[1][1, 0], "rate-forgotten"),
        ("new", upper, second[1, 0], "not-updated"),
        ("new", upper, -rate * true.gradient[1][1, 0], "old-forgotten"),
        ("new", upper, true.gradient[1][1, 0], "gradient"),
        ("new", lower, first[1, 0] - rate * delta, "input-forgotten"),
        ("new", lower, first[1, 0] - rate * x[1] * upstream, "slope-forgotten"),
    ]
    assert [(figure, part, named(moment, figure, part, value)) for figure, part, value, _ in table] == [
        (figure, part, name) for figure, part, _, name in table
    ]


def test_a_shut_gate_that_is_forgotten_is_found_everywhere_on_the_way_back() -> None:
    moment, true, (_, second), _ = step(GATED)
    shut = Unit(1, 1)
    assert true.z[0][1] < 0 < abs(true.upstream[0][1])
    x = np.array([0.5, 2.0])
    assert named(moment, "a", shut, true.z[0][1]) == "activation-forgotten"
    assert named(moment, "delta", shut, true.upstream[0][1]) == "mask-forgotten"
    assert named(moment, "gradient", Weight(1, 0, 1), x[0] * true.upstream[0][1]) == "mask-forgotten"
    assert named(moment, "new", Weight(1, 0, 1), -2.5 - 0.3 * x[0] * true.upstream[0][1]) == "mask-forgotten"
    assert named(moment, "z", Unit(2, 0), true.z[1][0] + true.z[0][1] * second[1, 0]) == "activation-forgotten"
    assert named(moment, "gradient", Weight(2, 1, 0), true.z[0][1] * true.delta[1][0]) == "activation-forgotten"


def test_a_guess_of_0_is_not_taken_for_another_weight_or_a_moved_point() -> None:
    """In step 7 of the article h2 is shut, so that the gradients at h2 are 0."""
    moment = Timeline(load_experiment("article")).go(7)
    assert true_value(moment, "gradient", Weight(2, 1, 0)) == 0.0
    for weight in (Weight(1, 1, 2), Weight(1, 1, 3), Weight(2, 0, 0), Weight(2, 3, 0)):
        assert abs(true_value(moment, "gradient", weight)) > HALF
        assert likely(moment, "gradient", weight, 0.0, HALF / 100) is None


def test_the_article_rounds_its_prediction() -> None:
    moment = Timeline(load_experiment("article")).go(step=1)
    assert (true_value(moment, "prediction", Unit(2, 0)), true_value(moment, "delta", Unit(2, 0))) == (2.9, 1.9)
    for value, name in ((-1.9, "sign"), (1.9496, "rounding"), (3.61, "squared"), (2.9, "target-forgotten")):
        found = likely(moment, "delta", Unit(2, 0), value, 1e-4)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize("step", [2, 3])
def test_nothing_is_close_to_a_figure_that_is_not_finite(step: int) -> None:
    """The first step with this rate makes weights of ±1e200, the second ±∞."""
    article = load_experiment("linear-collapse").definition
    experiment = load_experiment({**article, "training": {**article["training"], "rate": 1e200}})
    moment = Timeline(experiment).go(step)
    assert not np.isfinite(true_value(moment, "error", Unit(2, 0)))
    for guess in (1.0, -1.0, 1e300):
        assert likely(moment, "error", Unit(2, 0), guess, 0.5) is None


def test_digits_that_are_cut_or_rounded_too_early_are_close() -> None:
    moment = Timeline(load_experiment("article")).go(step=1)
    right = true_value(moment, "upstream", Unit(1, 3))  # 1.68298
    cut = likely(moment, "upstream", Unit(1, 3), 1.67, HALF)
    assert right == pytest.approx(1.683, abs=1e-3)
    assert cut is not None
    assert cut.name == "rounding"
    assert likely(moment, "upstream", Unit(1, 3), 1.68, HALF) is None


def parts(figure: FigureKind) -> list[Part]:
    if figure == "prediction":
        return [Unit(2, 0), Unit(2, 1)]
    if figure in ("gradient", "change", "new"):
        return [*(Weight(layer, i, j) for layer in (1, 2) for i in (0, 1) for j in (0, 1)), Bias(1, 0), Bias(2, 1)]
    return [Unit(layer, j) for layer in ((1,) if figure == "upstream" else (1, 2)) for j in (0, 1)]


@pytest.mark.parametrize("definition", [NETWORK, GATED], ids=["smooth", "gated"])
def test_a_right_figure_never_gets_a_hint(definition: dict[str, Any]) -> None:
    moment = step(definition)[0]
    for figure in FIGURES:
        for part in parts(figure):
            right = true_value(moment, figure, part)
            for value in (right, round(right, 2), right + HALF * 0.99, right - HALF * 0.99):
                assert likely(moment, figure, part, value, HALF) is None


@given(st.sampled_from([*FIGURES]), st.floats(), st.data())
def test_any_number_has_a_mistake_that_leads_to_it_or_none(
    figure: FigureKind, value: float, data: st.DataObject
) -> None:
    moment = step(GATED)[0]
    found = likely(moment, figure, data.draw(st.sampled_from(parts(figure))), value, HALF)
    assert found is None or abs(found.value - value) <= HALF


def test_of_a_batch_the_last_sample_alone_is_found() -> None:
    definition = {
        **NETWORK,
        "training": {**NETWORK["training"], "batch": "full"},
        "data": {"inputs": [[0.5, 2.0], [1.0, -1.0]], "targets": [[0.01, 0.99], [0.7, 0.2]]},
    }
    experiment = load_experiment(definition)
    moment = Timeline(experiment).go(step=1)
    last = one_step(
        rules(experiment),
        list(experiment.initial.weights),
        list(experiment.initial.biases),
        np.array([1.0, -1.0]),
        np.array([0.7, 0.2]),
    )
    assert named(moment, "gradient", Weight(2, 0, 1), last.gradient[1][0, 1]) == "last-sample-only"


M2, V2, E = 1 - 0.9**2, 1 - 0.999**2, 1e-8


def m(first: float, g: float) -> float:
    return 0.9 * 0.1 * first + 0.1 * g


def v(first: float, g: float) -> float:
    return 0.999 * 0.001 * first**2 + 0.001 * g**2


def second_step(optimizer: str) -> tuple[Moment, float, float, float, float]:
    """(moment, old, g of the first step, g of the second, the new weight as it should be) for W2[h2→y1]."""
    training = {**NETWORK["training"], "optimizer": optimizer, "rate": 0.1}
    experiment = load_experiment({**NETWORK, "training": training})
    timeline = Timeline(experiment)
    x, t = experiment.data.inputs[0], experiment.data.targets[0]
    gradients = []
    for number in (0, 1):
        parameters = timeline.go(number).parameters
        true = one_step(rules(experiment), list(parameters.weights), list(parameters.biases), x, t)
        gradients.append(float(true.gradient[1][1, 0]))
    old = float(timeline.go(1).parameters.weights[1][1, 0])
    moment = timeline.go(2)
    return moment, old, gradients[0], gradients[1], float(moment.after.weights[1][1, 0])


@pytest.mark.parametrize(
    ("optimizer", "wrong", "name"),
    [
        ("momentum", lambda old, first, g: old - 0.1 * g, "momentum-forgotten"),
        ("momentum", lambda old, first, g: old - 0.1 * 0.9 * first, "gradient-forgotten"),
        ("momentum", lambda old, first, g: old - 0.1 * (0.9 * first + 0.1 * g), "factor"),
        ("momentum", lambda old, first, g: old - 0.1 * (first + g), "factor"),
        ("momentum", lambda old, first, g: old - (0.9 * first + g), "rate-forgotten"),
        ("momentum", lambda old, first, g: old + 0.1 * (0.9 * first + g), "sign"),
        ("rmsprop", lambda old, first, g: old - 0.1 * g / (0.09 * first**2 + 0.1 * g**2 + 1e-8), "root-forgotten"),
        ("rmsprop", lambda old, first, g: old - 0.1 * g, "plain-sgd"),
        ("adam", lambda old, first, g: old - 0.1 * m(first, g) / (v(first, g) ** 0.5 + E), "correction-forgotten"),
        (
            "adam",
            lambda old, first, g: old - 0.1 * m(first, g) / ((v(first, g) / V2) ** 0.5 + E),
            "correction-forgotten",
        ),
        ("adam", lambda old, first, g: old - 0.1 * m(first, g) / M2 / (v(first, g) ** 0.5 + E), "correction-forgotten"),
        ("adam", lambda old, first, g: old - 0.1 * (m(first, g) / M2) / (v(first, g) / V2 + 1e-8), "root-forgotten"),
        ("adam", lambda old, first, g: old - 0.1 * g / ((v(first, g) / V2) ** 0.5 + E), "momentum-forgotten"),
        ("adam", lambda old, first, g: old - 0.1 * g, "plain-sgd"),
    ],
)
def test_each_mistake_with_an_optimiser_is_recognised(optimizer: str, wrong: Any, name: str) -> None:
    moment, old, first, g, right = second_step(optimizer)
    found = likely(moment, "new", Weight(2, 1, 0), wrong(old, first, g), 1e-6)
    assert found is not None
    assert found.name == name
    assert likely(moment, "new", Weight(2, 1, 0), right, 1e-6) is None
