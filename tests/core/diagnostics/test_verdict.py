"""The word in the header, for networks made so that one thing is wrong with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.runs import swept
from tests.render.moments import page
from tui_backprop import Timeline, load_experiment
from tui_backprop.cli.main import main
from tui_backprop.core.diagnostics.scaling import close_together, unscaled
from tui_backprop.core.diagnostics.signs import Ends, Errors, creeps
from tui_backprop.core.diagnostics.verdict import DEAD, LINEAR, verdict
from tui_backprop.core.outcomes import Ending
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.experiments import preset_names
from tui_backprop.experiments.toml_text import toml_text
from tui_backprop.render.views.gates import gates
from tui_backprop.render.views.health import health


def of(hidden: str, weights: list[Any], inputs: list[list[float]], biases: list[Any] | None = None, **more: Any) -> Any:
    """A moment at the start of a network with these parameters, or, with `step`, after that step."""
    step = more.pop("step", 0)
    network: dict[str, Any] = {
        "layers": [len(weights[0]), *(len(w[0]) for w in weights)],
        "hidden": hidden,
        "output": more.pop("output", "linear"),
        "weights": weights,
    }
    if biases is not None:
        network |= {"bias": True, "biases": biases}
    targets = more.pop("targets", [float(i % 2) for i in range(len(inputs))])
    data = {"inputs": inputs, "targets": [[target] for target in targets]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": 0.1, **more}, "data": data}))
    return timeline.go(step)


def said(moment: Moment) -> tuple[str, str] | None:
    """The warning and the view that it points to."""
    found = verdict(moment)
    return None if found is None else (str(found), found.view)


OUT_OF_REACH = ("targets out of reach", "")
NOT_FINITE, DIVERGES = ("not finite: rate too large?", "health"), ("error diverges: rate too large?", "health")
SIDES = [[1.0], [-1.0]]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (lambda: of("tanh", [[[1.0]], [[1.0]]], SIDES, output="relu", targets=[-1.0, 1.0]), OUT_OF_REACH),
        (lambda: of("tanh", [[[1.0]], [[1.0]]], SIDES, output="softmax"), OUT_OF_REACH),
        (lambda: of("tanh", [[[1.0]], [[1.0]]], [[1.0], [1.0]]), OUT_OF_REACH),
        (lambda: of("tanh", [[[1.0]], [[1.0]]], [[1.0], [1.0]], goal="all_right"), None),  # noise: the rest is learned
        (lambda: of("relu", [[[-1.0]], [[1.0]]], [[1.0], [1.0]]), ("1 dead", "gates")),  # it keeps from learning more
        (lambda: of("relu", [[[1.0, 1.0]], [[1.0], [1.0]]], SIDES, [[0.0, -5.0], [0.0]]), ("1 dead", "gates")),
        (
            lambda: of("relu", [[[1.0, 0.9]], [[1.0], [1.0]]], SIDES, [[5.0, 5.0], [0.0]], rate=1e-4, step=2),
            ("linear now", "collapse"),
        ),
        (lambda: of("linear", [[[1.0, -1.0]], [[1.0], [1.0]]], SIDES, step=2), ("linear now", "collapse")),
        (lambda: of("tanh", [[[9.0, 0.1]], [[1.0], [1.0]]], SIDES), None),  # half of the answers, not more
        (lambda: of("tanh", [[[9.0, 8.0]], [[1.0], [1.0]]], SIDES), ("100 % saturated", "gates")),
        (
            lambda: of("relu", [[[1.0, -1.0]], [[1.0], [1.0]]], [[200.0], [-100.0]]),
            ("x1 not scaled", "gates"),
        ),
        (lambda: of("relu", [[[1.0, -1.0]], [[1.0], [1.0]]], SIDES), None),
        (lambda: of("linear", [[[3.0]], [[3.0]]], [[3.0], [-3.0]], rate=0.5, step=40), NOT_FINITE),
        (lambda: of("linear", [[[1.0]]], [[2.0], [-1.0]], rate=1.4, step=8), DIVERGES),
        (
            lambda: of("sigmoid", [[[2.0]], [[0.001]], [[0.001]], [[2.0]]], SIDES, step=1),
            ("gradient vanishes", "health"),
        ),
        (lambda: of("tanh", [[[0.5, 0.5]], [[0.3], [0.3]]], SIDES, step=4), ("units alike", "gates")),
        (lambda: of("leaky_relu", [[[0.0, 0.0]], [[0.0], [0.0]]], SIDES), ("units alike", "gates")),
        (lambda: of("tanh", [[[0.5, 0.5]], [[0.3], [0.2]]], SIDES), None),  # they will part
        (lambda: of("tanh", [[[0.5, 0.5]], [[0.3], [0.3]]], SIDES, [[0.0, 0.1], [0.0]]), None),
        (lambda: of("tanh", [[[0.5]], [[0.3]]], SIDES), None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_the_view_that_shows_it(moment: Any, expected: tuple[str, str] | None) -> None:
    assert said(moment()) == expected


FLAT = ("output saturated", "health")


def test_each_output_is_wrong_by_the_range_of_its_own_targets() -> None:
    """The first output is shut, and misses a target of 1; the second one's targets go up to 2000."""
    network = {"layers": [1, 2], "output": "relu", "weights": [[[-1.0, 1000.0]]]}
    data = {"inputs": [[1.0], [2.0]], "targets": [[1.0, 1000.0], [0.0, 2000.0]]}
    found = verdict(Timeline(load_experiment({"network": network, "data": data})).moment)
    assert found is not None
    assert (found.word, found.view) == FLAT


@pytest.mark.parametrize(
    ("output", "bias", "targets", "training", "expected"),
    [
        ("sigmoid", -15.0, [0.0, 1.0], {}, FLAT),
        ("sigmoid", -15.0, [0.0, 1.0], {"step": 60}, FLAT),
        ("sigmoid", 15.0, [0.0, 1.0], {"loss": "squared"}, FLAT),
        ("sigmoid", -15.0, [0.0, 1.0], {"loss": "binary_cross_entropy"}, None),
        ("sigmoid", -15.0, [0.0, 0.0], {}, None),
        ("sigmoid", -3.0, [0.0, 1.0], {}, None),  # slope 0.045 of at most 0.25
        ("tanh", 15.0, [-1.0, 1.0], {}, FLAT),
        ("relu", -15.0, [0.0, 3.0], {}, FLAT),
        ("relu", -15.0, [0.0, 0.0], {}, None),
        ("linear", -15.0, [0.0, 1.0], {}, None),
    ],
)
def test_wrong_answers_of_a_flat_output_are_named(
    output: str, bias: float, targets: list[float], training: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    weights = [[[0.5, -0.4]], [[0.5], [0.5]]]
    moment = of("tanh", weights, SIDES, [[0.1, 0.2], [bias]], output=output, targets=targets, **training)
    assert said(moment) == expected


def test_a_sweep_names_a_flat_output_too() -> None:
    """For all samples seeds 0 to 4 begin with a sum of 5 or more at the output, either way; the others with less."""
    found = {}
    for loss in ("half_squared", "binary_cross_entropy"):
        network = {"layers": [1, 200, 1], "hidden": "tanh", "output": "sigmoid", "init": "normal"}
        rules = {"rate": 1e-6, "loss": loss}
        data = {"inputs": [[0.8], [0.9], [1.0]], "targets": [[0.0], [1.0], [0.0]]}
        sweep = swept(load_experiment({"network": network, "training": rules, "data": data}), range(8), 20)
        found[loss] = [outcome.ending for outcome in sweep.outcomes()]
    assert found["half_squared"] == [Ending.FLAT_OUTPUT] * 5 + [Ending.SLOW] * 3
    assert found["binary_cross_entropy"] == [Ending.SLOW] * 8


def test_nothing_is_wrong_with_the_article() -> None:
    timeline = Timeline(load_experiment("article"))
    assert [said(timeline.go(step)) for step in (0, 3, 100, 592)] == [None] * 4


def test_an_edit_is_judged_at_once() -> None:
    timeline = Timeline(load_experiment("article"))
    timeline.go(3)
    for unit in range(4):
        for row in range(3):
            timeline.edit("weight", (1, row, unit), -1.0)
    assert said(timeline.moment) == ("4 dead", "gates")


def blobs(hidden: str = "relu", init: str = "xavier", **training: Any) -> Timeline:
    """Two classes that can be told apart, learned from standardised columns."""
    rows = [[math.sin(3.0 * n) + 0.9 * (-1) ** n, math.cos(5.0 * n)] for n in range(24)]
    network = {"layers": [2, 6, 1], "hidden": hidden, "output": "sigmoid", "bias": True, "init": init, "seed": 3}
    rules = {"rate": 0.1, "loss": "binary_cross_entropy", **training}
    data = {"inputs": rows, "targets": [[n % 2] for n in range(24)]}
    return Timeline(load_experiment({"network": network, "training": rules, "data": data}))


CAUSES = [
    ({"init": "zeros"}, ("units alike: init zeros", "gates")),
    ({"init": "zeros", "hidden": "leaky_relu"}, ("units alike: init zeros", "gates")),
    ({"init": "constant", "hidden": "tanh"}, ("units alike: init constant", "gates")),
    ({"l2": 1.0}, ("penalty too large", "health")),
    ({"l2": 0.5, "hidden": "tanh", "batch": 24, "rate": 1.0}, ("penalty too large", "health")),
    ({"l1": 0.3, "hidden": "sigmoid"}, ("penalty too large", "health")),
    ({"l2": 0.001, "hidden": "leaky_relu"}, None),
    ({"l1": 0.001, "hidden": "tanh"}, None),
    ({"rate": 1e-5}, ("error hardly falls: rate too small?", "health")),
    ({"rate": 1e-7, "hidden": "sigmoid", "batch": 24}, ("error hardly falls: rate too small?", "health")),
    ({"rate": 1e-8, "optimizer": "adam", "hidden": "tanh"}, ("error hardly falls: rate too small?", "health")),
    ({"rate": 0.003, "hidden": "tanh"}, None),
    ({"hidden": "leaky_relu"}, None),
]


@pytest.mark.parametrize("l2", [0.05, 0.0])
def test_a_penalty_that_wins_in_the_end_is_named_too(l2: float) -> None:
    """XOR: at its start the error pulls harder than the penalty, which in the end leaves nothing of the weights."""
    network = {"layers": [2, 4, 1], "hidden": "tanh", "bias": True, "init": "xavier", "seed": 1}
    data = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": 0.1, "l2": l2}, "data": data}))
    moment = timeline.go(4 * 1000)
    assert said(moment) == (("penalty too large", "health") if l2 else None)
    assert l2 == 0 or max(np.abs(layer).max() for layer in moment.parameters.weights) < 0.01
    sweep = swept(timeline.experiment, range(5), 1000)
    assert [outcome.ending is Ending.PENALTY for outcome in sweep.outcomes()] == [l2 > 0] * 5


@pytest.mark.parametrize(("changes", "expected"), CAUSES)
def test_a_cause_in_the_experiment_is_named(changes: dict[str, Any], expected: tuple[str, str] | None) -> None:
    timeline = blobs(**changes)
    assert said(timeline.go(100 * timeline.experiment.steps_per_epoch)) == expected


@pytest.mark.parametrize(("changes", "expected"), CAUSES)
def test_a_sweep_names_it_too(changes: dict[str, Any], expected: tuple[str, str] | None) -> None:
    sweep = swept(blobs(**changes).experiment, [3], 100)
    kinds = {"units": Ending.ALIKE, "penalty": Ending.PENALTY, "error": Ending.SLOW}
    (outcome,) = sweep.outcomes()
    if expected is None:
        assert outcome.ending not in kinds.values()
    else:
        assert outcome.ending is kinds[expected[0].split()[0]]


def test_saturated_units_are_no_trouble_where_every_answer_is_right() -> None:
    """Its answers on either side are ±0.63 and more, and both units are saturated."""
    network = {"layers": [1, 2, 1], "hidden": "tanh", "weights": [[[9.0, 8.0]], [[0.4], [0.3]]]}
    data = {"inputs": SIDES, "targets": [[1.0], [-1.0]]}
    saturated = ("100 % saturated", "gates")
    for goal in ("error", "all_right"):
        rules = {"rate": 0.01, "goal": goal}
        timeline = Timeline(load_experiment({"network": network, "training": rules, "data": data}))
        assert said(timeline.go(1)) is None
        moment = timeline.go(2)
        assert (moment.converged_at, said(moment)) == (1 if goal == "all_right" else None, None)
    timeline.edit("weight", (2, 0, 0), -0.4)
    assert said(timeline.go(3)) == saturated


@pytest.mark.parametrize(
    ("rate", "expected"), [(1e-4, ("error hardly falls: rate too small?", "health")), (1e-2, None)]
)
def test_an_error_that_falls_at_a_crawl_needs_a_larger_rate(rate: float, expected: tuple[str, str] | None) -> None:
    """XOR by four tanh units, whose error at a rate of 0.0001 is still 1.5 of 2 after 300 epochs."""
    network = {"layers": [2, 4, 1], "hidden": "tanh", "bias": True, "init": "xavier", "seed": 1}
    data = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": rate}, "data": data}))
    assert [said(timeline.go(4 * epoch)) for epoch in (20, 100, 300)] == [expected] * 3


def test_a_single_unit_without_weights_is_dead_because_of_them() -> None:
    network = {"layers": [1, 1, 1], "hidden": "relu", "init": "zeros"}
    data = {"inputs": SIDES, "targets": [[1.0], [0.0]]}
    assert said(Timeline(load_experiment({"network": network, "data": data})).go(8)) == ("1 dead: init zeros", "gates")


@pytest.mark.parametrize(
    ("errors", "epochs", "moved", "expected"),
    [
        ((62.0, 62.2, 62.8, 62.8), 100, 0.01, True),
        ((62.0, 62.2, 62.8, 62.8), 100, 0.5, False),  # weights move all the same
        ((62.0, 62.2, 62.8, 62.8), 9, 0.001, False),  # too early
        ((62.0, 62.0, 62.8, 62.8), 100, 0.01, False),  # it has come to rest
        ((62.8, 62.8, 62.8, 62.8), 100, 0.01, False),
        ((63.0, 62.9, 62.8, 63.0), 100, 0.01, False),  # it rises
        ((40.0, 45.0, 62.8, 62.8), 100, 0.01, False),  # it falls
        ((math.nan, 62.8, 62.8, math.nan), 100, 0.01, False),
    ],
)
def test_an_error_hardly_falls_if_it_falls_steadily_by_next_to_nothing(
    errors: tuple[float, ...], epochs: int, moved: float, expected: bool
) -> None:
    start = np.array([1.0, -3.0])
    assert creeps(Errors(*errors), epochs, Ends(start, start * (1.0 + moved))) is expected


def test_a_rate_that_was_too_large_is_the_cause_of_what_it_left_behind() -> None:
    timeline = blobs(rate=3.0, l2=1e-4)  # a penalty too weak to be the cause
    moment = timeline.go(24 * 60)
    found = verdict(moment)
    assert found is not None
    assert (found.trouble, found.cause) == (DEAD, "rate too large?")
    sweep = swept(timeline.experiment, [3], 60)
    (outcome,) = sweep.outcomes()
    assert outcome.ending is Ending.DEAD
    assert "the rate may be too large" in outcome.sentence


@pytest.mark.parametrize(
    ("changes", "key"), [({"init": "zeros"}, "init"), ({"l2": 1.0}, "l2"), ({"rate": 1e-5}, "rate")]
)
def test_the_view_that_it_points_to_says_what_it_means_and_what_helps(changes: dict[str, Any], key: str) -> None:
    moment = blobs(**changes).go(24 * 30)
    found = verdict(moment)
    assert found is not None
    view = {"health": health, "gates": gates}[found.view]
    shown = view(moment, Weight(1, 0, 0), 200)
    told = page([spans for part in (*shown.verdict, *shown.foot) for spans in part])
    assert found.trouble.means in told
    assert key in told.partition("What helps:")[2]


@pytest.mark.parametrize(
    ("hidden", "init", "weights", "helps"),
    [
        ("sigmoid", "xavier_uniform", False, "fewer layers; relu or tanh for sigmoid"),
        ("sigmoid", "uniform", False, "fewer layers; relu or tanh for sigmoid; init xavier or he"),
        ("tanh", "xavier", True, "fewer layers; init xavier or he"),
    ],
)
def test_advice_leaves_out_what_is_in_place_already(hidden: str, init: str, weights: bool, helps: str) -> None:
    network = {"layers": [1, 1, 1, 1, 1], "hidden": hidden, "output": "sigmoid", "bias": True, "init": init}
    if weights:
        network["weights"] = [[[0.1]]] * 4
    data = {"inputs": SIDES, "targets": [[1.0], [0.0]]}
    moment = Timeline(load_experiment({"network": network, "training": {"rate": 1e-4}, "data": data})).go(2)
    assert said(moment) == ("gradient vanishes", "health")
    assert f"What helps: {helps}." in page(
        [spans for part in health(moment, Weight(1, 0, 0), 200).verdict for spans in part]
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", preset_names())
def test_no_preset_has_such_a_cause_on_its_way(name: str) -> None:
    timeline = Timeline(load_experiment(name))
    for epoch in (*range(30), *range(30, 1001, 50)):
        moment = timeline.go(epoch * timeline.experiment.steps_per_epoch)
        found = verdict(moment)
        assert found is None or (found.trouble in (DEAD, LINEAR) and not found.cause), (epoch, str(found))
        if moment.converged_at is not None:
            break


HOUSES = [[53.7, 5.0, 1956.0], [77.9, 2.0, 1991.0], [168.2, 1.0, 1986.0]]
PRICES = [[244436.0], [318516.0], [576023.0]]


def houses(rate: float = 1e-13, hidden: str = "relu", **data: Any) -> Timeline:
    network = {"layers": [3, 4, 1], "hidden": hidden, "init": "xavier", "bias": True}
    samples = {"inputs": HOUSES, "targets": PRICES, "names": ["area", "rooms", "built"], "target_names": ["price"]}
    return Timeline(load_experiment({"network": network, "training": {"rate": rate}, "data": {**samples, **data}}))


def test_columns_that_are_not_scaled_are_named_the_largest_first() -> None:
    columns = unscaled(houses().experiment.data)
    assert [(column.name, column.low, column.high, column.target) for column in columns] == [
        ("price", 244436.0, 576023.0, True),
        ("built", 1956.0, 1991.0, False),
        ("area", 53.7, 168.2, False),
    ]
    assert [column.name for column in unscaled(houses(standardise=True).experiment.data)] == ["price"]
    assert unscaled(houses(standardise=True, standardise_targets=True).experiment.data) == ()


def test_a_column_that_is_not_scaled_is_the_cause_of_what_is_wrong() -> None:
    saturated = houses(hidden="sigmoid", standardise_targets=True).moment
    assert said(saturated) == ("100 % saturated: built +1 not scaled", "gates")
    overshoots = houses(rate=0.01, standardise=True).go(9)
    assert said(overshoots) == ("not finite: price not scaled", "health")
    assert said(houses(rate=1.5, standardise=True, standardise_targets=True).go(300)) == (
        "not finite: rate too large?",
        "health",
    )


@pytest.mark.parametrize(("at", "scale", "close"), [(5.0, 0.01, True), (0.0, 1e-4, True), (0.0, 1.0, False)])
def test_inputs_that_lie_close_together_are_the_cause_of_a_gradient_that_vanishes(
    at: float, scale: float, close: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """XOR in a corner: the network gives all samples the same answer, by output weights near 0."""
    network = {"layers": [2, 6, 1], "hidden": "tanh", "output": "sigmoid", "bias": True, "init": "xavier"}
    inputs = [[at + scale * a, at + scale * b] for a in (-1, 1) for b in (-1, 1)] * 5
    data = {"inputs": inputs, "targets": [[0], [1], [1], [0]] * 5}
    rules = {"rate": 0.3, "loss": "binary_cross_entropy"}
    experiment = load_experiment({"network": network, "training": rules, "data": data})
    assert [column.name for column in close_together(experiment.data)] == ["x1", "x2"] * close
    assert unscaled(experiment.data) == ()
    expected = ("gradient vanishes: x1 +1 not scaled", "health") if close else None
    moment = Timeline(experiment).go(20 * 100)
    assert said(moment) == expected
    told = page([spans for part in health(moment, Weight(1, 0, 0), 200).verdict for spans in part])
    file = tmp_path / "corner.toml"
    file.write_text(toml_text(experiment.definition), "utf-8")
    assert main(["train", str(file), "--epochs", "100", "--format", "brief"]) == 0
    err = capsys.readouterr().err
    for text in (told, err):
        assert ("Not scaled: x1 from " in text) == close


PARITY = [[float(a), float(b), float(c)] for a in (0, 1) for b in (0, 1) for c in (0, 1)]


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("depth", [1, 2, 4, 6])
def test_the_header_and_the_view_judge_the_gradient_alike(hidden: str, depth: int) -> None:
    network = {"layers": [3, *[4] * depth, 1], "hidden": hidden, "output": "sigmoid", "bias": True, "init": "xavier"}
    data = {"inputs": PARITY, "targets": [[sum(row) % 2] for row in PARITY]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": 0.5}, "data": data}))
    for epoch in (1, 20, 60):
        moment = timeline.go(8 * epoch)
        text = page([spans for part in health(moment, Weight(1, 0, 0), 200).verdict for spans in part])
        warned = said(moment) == ("gradient vanishes", "health")
        assert not (warned and "it vanishes on its way" not in text)
        assert not ("the error gets through" in text and warned)
        if hidden == "sigmoid":
            assert warned == (depth >= 4), text
            assert ("it vanishes on its way" in text) == warned


@pytest.mark.parametrize(
    ("inner", "expected", "share"), [(1.0, None, "0.5"), (0.01, ("gradient vanishes", "health"), "5.0e−5")]
)
def test_a_sample_that_gates_shut_out_is_no_vanishing_gradient(inner: float, expected: Any, share: str) -> None:
    """The first two samples are all but fitted, and the rest of the error is in the third, shut out by both gates."""
    apart = [[inner, 0.0], [0.0, inner]]
    weights = [[[1.0, 0.0], [0.0, 1.0]], apart, apart, [[1.0], [1.0]]]
    fitted = inner**2 * (1 + 1e-8)
    inputs, targets = [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [fitted, fitted, 1.0]
    moment = of("relu", weights, inputs, targets=targets, step=3)
    assert said(moment) == expected
    text = page([spans for part in health(moment, Weight(1, 0, 0), 200).verdict for spans in part])
    assert f"Where gates let it through, δ in the first layer is {share} × the output's" in text


def test_small_inputs_are_no_vanishing_gradient() -> None:
    """Of a common exercise: its inputs make ∂E/∂W1 small, not the way to them."""
    network = {
        "layers": [2, 2, 2],
        "hidden": "sigmoid",
        "output": "sigmoid",
        "weights": [[[0.15, 0.25], [0.2, 0.3]], [[0.4, 0.5], [0.45, 0.55]]],
        "bias": True,
        "biases": [[0.35, 0.35], [0.6, 0.6]],
    }
    data = {"inputs": [[0.05, 0.1]], "targets": [[0.01, 0.99]]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": 0.5}, "data": data}))
    assert [said(timeline.go(step)) for step in (1, 5, 100)] == [None] * 3
