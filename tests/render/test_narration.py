"""One sentence for each phase, with the moment's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.nets import Net, nets
from tests.render.moments import at, definition, moments, of
from tests.transcription import one_step
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.error import error
from tui_backprop.render.narration import opening, sentence
from tui_backprop.render.spans import plain, safe


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("input", "Sample #0 goes in: x1=1, x2=1 and x3=1."),
        ("sum1", "Each hidden unit adds up value × weight: z = x·W1."),
        ("activate1", "Every sum is above 0: all of them pass unchanged."),
        ("sum2", "The output adds up value × weight: z = a·W2."),
        ("activate2", "The prediction is 2.9496, rounded to 2.9 (round = 1)."),
        ("error", "2.9 should be 1: too high. δ = ŷ − t = +1.9000 flows back; reported error 3.61."),
        ("upstream1", "δ flows back through W2: each unit is blamed through its weights. Most: h4 (+1.6830)."),
        ("mask1", "δ = upstream × f′(z): every slope is 1, so all of the error passes."),
        ("gradient", "A weight's gradient is the value below it × the δ above it: ∂E/∂W = a·δ."),
        ("update", "Each weight changes by −0.1 × its gradient: 16 of 16 changed."),
    ],
)
def test_the_articles_first_step(phase: str, said: str) -> None:
    assert sentence(at("article", 1, phase)) == said


def test_an_error_is_said_in_few_digits_unless_they_would_be_the_targets() -> None:
    assert sentence(at("spiral", 1, "error")).startswith("−0.0521 should be −1: too high.")
    near = of([1, 1], 1, "error", weights=[[[0.9999999]]])
    assert sentence(near).startswith("0.9999999 should be 1: too low.")


@pytest.mark.parametrize(("training", "by"), [({}, ""), ({"l2": 0.01}, ", with the weight penalty")])
def test_an_update_names_its_rule_and_a_penalty_if_there_is_one(training: dict[str, float], by: str) -> None:
    assert f"by the step of adam{by}: 16 of 16" in sentence(at("article", 1, "update", optimizer="adam", **training))


@pytest.mark.parametrize(
    ("bias", "what", "count"), [(True, "parameter", 2), ("frozen", "weight", 1), (False, "weight", 1)]
)
def test_what_an_update_changes_is_counted_with_the_biases_that_are_trained(
    bias: bool | str, what: str, count: int
) -> None:
    said = sentence(of([1, 1], 1, bias=bias, weights=[[[2.0]]]))
    assert said == f"Each {what} changes by −0.1 × its gradient: {count} of {count} changed."


def test_the_start_says_what_to_watch_or_how_to_begin() -> None:
    watch = "Four hidden units share the blame for every error. Watch which gates shut, and what that stops."
    assert sentence(at("article")) == watch
    assert "space" in opening(sentence(of([1, 1])), 60)
    assert opening("Press . for a phase. Or don't.", 25) == "Press . for a phase."


def test_the_start_says_what_cannot_be_learned() -> None:
    assert sentence(of([1, 1], output="softmax")) == (
        "The goal is out of reach: a softmax over one unit always answers 1."
    )


def test_a_shut_gate_is_named_forwards_and_backwards() -> None:
    assert sentence(at("article", 3, "activate1")) == "ReLU stops negative sums: the gate of h2 shuts."
    assert sentence(at("article", 3, "mask1")) == "δ = upstream × f′(z): h2 was shut, so the error stops there."


def test_several_shut_gates_are_named_and_many_are_counted() -> None:
    shut = [[[-1.0] * 3], [[1.0]] * 3]
    assert "the gates of h1, h2 and h3 shut" in sentence(of([1, 3, 1], 1, "activate1", weights=shut))
    many = [[[-1.0] * 9], [[1.0]] * 9]
    assert "h5, h6 and 3 more were shut" in sentence(of([1, 9, 1], 1, "mask1", weights=many))


def test_a_right_answer_moves_nothing() -> None:
    step = 4 * 147 + 1
    assert sentence(at("article", step, "error")) == (
        "1 is right: the error is 0, so nothing flows back and no weight changes."
    )
    assert "no unit gets any blame" in sentence(at("article", step, "upstream1"))
    assert sentence(at("article", step)) == "No weight changes."


@pytest.mark.parametrize(
    "training", [{"optimizer": "momentum"}, {"optimizer": "adam"}, {"l2": 0.1}, {"batch": 2}], ids=str
)
def test_a_right_answer_moves_weights_that_other_gradients_or_a_penalty_move(training: dict[str, Any]) -> None:
    network = definition([1, 1], weights=[[[1.0]]], bias=False)
    said = sentence(Timeline(load_experiment({**network, "training": {"rate": 0.1, **training}})).go(1, "error"))
    assert said.endswith("is right: the error is 0, so nothing flows back.")


def test_an_epoch_ends_with_its_error_and_a_run_with_convergence() -> None:
    assert sentence(at("article", 4)).startswith("Epoch 1 ends with error 4.95.")
    assert sentence(at("article", 8)).startswith("Epoch 2 ends with error 1.39.")
    assert sentence(at("article", 4 * 147)).startswith("Epoch 147 ends with error 0.02.")
    assert sentence(at("article", 4 * 148)) == "Epoch 148 converged (error 0). No weight changes."
    assert "converged" not in sentence(at("article", 4 * 149))
    goals: list[tuple[dict[str, Any], str]] = [
        ({"stop": 1.0}, "error ≤ 1"),
        ({"goal": "all_right"}, "every answer right"),
    ]
    for training, goal in goals:
        timeline = Timeline(at("article", **training).experiment)
        while timeline.moment.converged_at is None:
            timeline.next_epoch()
        assert f"converged ({goal})." in sentence(timeline.moment)
        assert f"({goal})" in plain(error(timeline.moment, 60, 8))


def test_other_activations_are_explained_as_what_they_do() -> None:
    assert "sigmoid squeezes" in sentence(of([1, 1, 1], 1, "activate1", hidden="sigmoid"))
    assert "nothing bends here" in sentence(of([1, 1, 1], 1, "activate1", hidden="linear"))
    leaky = of([1, 1, 1], 1, "activate1", hidden="leaky_relu", weights=[[[-1.0]], [[1.0]]])
    assert sentence(leaky) == "leaky_relu lets only a hundredth of a negative sum through: h1."
    slope = of([1, 1, 1], 1, "mask1", hidden="sigmoid", weights=[[[0.0]], [[1.0]]])
    assert "the slopes let 0.25 of the error pass" in sentence(slope)  # σ′(0) = ½ · ½
    assert "plus its bias" in sentence(of([1, 1, 1], 1, "sum1", bias=True))


def test_several_outputs_and_mini_batches() -> None:
    weights = [[[0.5, -0.25]]]
    assert sentence(of([1, 2], 1, "activate1", weights=weights)) == "The prediction: 0.5 and −0.25."
    assert "0.9062" in sentence(of([1, 2], 1, "error", weights=weights))  # ½ (0.5² + 1.25²) = 0.90625
    assert "averaged over 3 samples" in sentence(at("article", 1, "gradient", batch=3))


def test_a_diverged_run_says_so() -> None:
    definition = load_experiment("article-random").definition
    definition = {
        "network": {**definition["network"], "hidden": "linear"},
        "training": {**definition["training"], "rate": 0.5},
        "data": definition["data"],
    }
    timeline = Timeline(load_experiment(definition))
    assert "error 50.49." in sentence(timeline.go(4))
    assert sentence(timeline.go(12)) == (
        "The run has diverged: some weights are no longer finite (the rate may be too large)."
    )
    assert all(sentence(timeline.back_phase()) for _ in range(30))


SYMBOLS = {"×": "*", "−": "-", "f′(z)": "slope"}


def come_to(sides: str, dot: str, known: dict[str, Any]) -> list[Any]:
    """What stands between the equals signs of a sentence, computed by NumPy."""
    for symbol, code in {**SYMBOLS, "·": dot}.items():
        sides = sides.replace(symbol, code)
    return [eval(side, {}, known) for side in sides.split(" = ")]  # printed by the package, read as sums


def statements_of(net: Net) -> Iterator[tuple[str, list[Any], Any]]:
    """(phase, what the sides of its equation come to, the independently computed value) of a first step."""
    timeline, depth = Timeline(net.experiment()), len(net.layers) - 1
    first = one_step(net.rules, net.weights, net.biases, net.inputs[0], net.targets[0])
    a = [net.inputs[0], *first.a]
    for phase in phases(depth)[1:]:
        said, layer = sentence(timeline.go(1, phase)), phase.layer
        if phase.kind == "sum":
            known = {"x": a[0], "a": a[1], f"a{layer - 1}": a[layer - 1], f"W{layer}": net.weights[layer - 1]}
            known |= {f"b{layer}": net.biases[layer - 1]} if net.biases else {}
            yield phase, come_to(said.partition("z = ")[2].rstrip("."), "@", known), first.z[layer - 1]
        elif phase.kind == "mask":
            known = {"upstream": first.upstream[layer - 1], "slope": first.mask[layer - 1]}
            yield phase, come_to(said.partition("δ = ")[2].partition(":")[0], "*", known), first.delta[layer - 1]
        elif phase.kind == "gradient":
            for below, delta, gradient in zip(a, first.delta, first.gradient, strict=False):
                known = {"a": below[:, None], "δ": delta}
                yield phase, come_to(said.partition("∂E/∂W = ")[2].rstrip("."), "*", known), gradient
        elif phase.kind == "error" and "δ = " in said:
            known = {"ŷ": first.prediction, "t": net.targets[0], "n": net.layers[-1], "slope": first.mask[-1]}
            yield phase, come_to(said.partition("δ = ")[2].partition(" flows")[0], "*", known), first.delta[-1]
        elif phase.kind == "update" and "each by" in said:
            moved = sentence(timeline.go(1)).partition("each by ")[2].partition(" × its gradient")[0]
            steps = [np.asarray(come_to(moved, "*", {})[0]) * gradient for gradient in first.gradient]
            weights = zip(steps, timeline.moment.after.weights, net.weights, strict=True)
            yield from ((phase, [step], after - before) for step, after, before in weights)


@settings(max_examples=150)
@given(nets(batches=(1,)))
def test_every_equation_in_a_sentence_holds(net: Net) -> None:
    kinds = set()
    for phase, sides, value in statements_of(net):
        kinds.add(phase.rstrip("0123456789"))
        for side in sides:
            rounding = 6e-5 + 1e-3 * np.abs(value) if np.ndim(side) == 0 else 1e-12  # four digits are shown
            assert np.all(np.abs(side - value) <= rounding), (phase, side, value)
    assert kinds >= {"sum", "gradient"} | ({"mask"} if len(net.layers) > 2 else set())


@given(moments(hostile=True))
def test_there_is_a_safe_sentence_for_every_moment(moment: Moment) -> None:
    said = sentence(moment)
    assert said == safe(said)
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (99, "δ flows back. Most: h4 (+0.2926). e.g. 4"),
        (36, "δ flows back. Most: h4 (+0.2926)."),
        (32, "δ flows back."),
        (13, "δ flows back."),
        (12, "δ flows back. Most: h4 (+0.2926). e.g. 4"),
    ],
)
def test_as_many_whole_sentences_are_said_as_fit(columns: int, said: str) -> None:
    assert opening("δ flows back. Most: h4 (+0.2926). e.g. 4", columns) == said


def test_a_first_sentence_that_is_too_long_ends_at_its_colon() -> None:
    assert opening("One output for each species: they share the error.", 49) == "One output for each species."
    assert opening("One output for each species: they share the error.", 20).endswith("error.")


def test_notes_on_data_are_not_cut_at_a_colon() -> None:
    notes = "standardised: inputs and targets · left out: area (the same in every row)"
    assert opening(notes, 60) == notes


@pytest.mark.parametrize("name", ["article", "blame", "circle", "spiral", "sigmoid", "iris"])
def test_in_sixty_columns_no_sentence_is_cut(name: str) -> None:
    timeline = Timeline(load_experiment(name))
    said = [sentence(timeline.moment)]
    said += [
        sentence(timeline.go(step, phase)) for step in (1, 3) for phase in phases(timeline.experiment.network.depth)
    ]
    assert [text for text in said if len(opening(text, 60)) > 60] == []
