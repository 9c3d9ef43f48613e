"""Right sheets pass; of a wrong one the wrong figures are named, and the mistakes that were made."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from tests.lessons.by_hand.sheets import Hand, Homework, text_of
from tests.transcription import Array, loss_value
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.worked import to_digits
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import significant
from tui_backprop.lessons.by_hand.marking import Marking, mark
from tui_backprop.lessons.by_hand.sheet import read_sheet

NETWORKS = {
    "sigmoid": Homework(),
    "tanh": Homework(("tanh", "linear"), loss="squared"),
    "gates": Homework(("relu", "linear"), weights=[np.array([[1.5, -2.5], [0.7, 0.3]]), Homework().weights[1]]),
    "adam": Homework(("sigmoid", "sigmoid"), optimizer="adam", rate=0.05),
    "softmax": Homework(("tanh", "softmax"), loss="softmax_cross_entropy", targets=[[0, 1], [1, 0]]),
    "penalty": Homework(("leaky_relu", "sigmoid"), l2=0.2),
    "many signs": Homework(
        ("tanh", "linear"), weights=[np.array([[-1.5, 2.5], [-0.7, -1.3]]), Homework().weights[1]], loss="squared"
    ),
    "no biases": Homework(("elu", "linear"), loss="mean_squared", biases=[]),
}


def marked(work: Homework, text: str) -> tuple[Marking, Moment]:
    timeline = Timeline(load_experiment(work.definition))
    moment_of = cache(timeline.go)
    return mark(read_sheet(text, moment_of), moment_of), moment_of(1)


def first_mistake(work: Homework, text: str) -> tuple[str, str]:
    """(the first wrong figure, the mistake)"""
    verdict, moment = marked(work, text)
    if not verdict.wrong:
        return "", ""
    first = verdict.wrong[0]
    return first.given.figure.label(moment), first.mistake.name if first.mistake else ""


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("decimals", [1, 2, 4, 6, 15])
def test_a_right_sheet_passes(name: str, decimals: int) -> None:
    figures = Hand(NETWORKS[name]).figures()
    verdict, _ = marked(NETWORKS[name], text_of(figures, decimals))
    assert (verdict.agree, verdict.wrong) == (len(figures), ())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("decimals", [2, 4])
def test_digits_may_be_cut_off(name: str, decimals: int) -> None:
    figures = Hand(NETWORKS[name]).figures()
    cut = [(label, math.trunc(value * 10**decimals) / 10**decimals) for label, value in figures]
    verdict, _ = marked(NETWORKS[name], text_of(cut, decimals))
    assert (verdict.agree, verdict.wrong) == (len(figures), ())


class SignOfDelta(Hand):
    """target − prediction"""

    def output(self, z: Array, a: Array, target: Array) -> Array:
        return -super().output(z, a, target)


class MaskForgotten(Hand):
    """What arrives at a hidden unit is taken for its δ."""

    def mask(self, z: Array, layer: int) -> Array:
        return np.ones_like(z)


class InputForgotten(Hand):
    """The gradient is δ alone."""

    def gradient(self, below: Array, delta: Array) -> Array:
        return np.outer(np.ones_like(below), delta)


class NewWeights(Hand):
    """The blame is passed down through weights that were updated already."""

    def upstream(self, delta: Array, layer: int, gradient: Array) -> Array:
        new = self.updated(self.work.weights[layer], self.penalised(gradient, self.work.weights[layer]))
        return new @ delta


class RateForgotten(Hand):
    """old − gradient"""

    def updated(self, old: Array, gradient: Array) -> Array:
        return old - gradient


class SlopeForgotten(Hand):
    """The output's own slope is left out of its δ."""

    def output(self, z: Array, a: Array, target: Array) -> Array:
        return a - target


class BiasForgotten(Hand):
    """z is the sum of the products alone."""

    def sums(self, below: Array, layer: int) -> Array:
        return below @ self.work.weights[layer]


class WrongWay(Hand):
    """old + rate × gradient"""

    def updated(self, old: Array, gradient: Array) -> Array:
        return old + self.work.rate * gradient


class Uncorrected(Hand):
    """Adam's means as they are."""

    def updated(self, old: Array, gradient: Array) -> Array:
        return old - self.work.rate * 0.1 * gradient / (np.sqrt(0.001 * gradient**2) + 1e-8)


class PenaltyForgotten(Hand):
    """The weights cost nothing."""

    def penalised(self, gradient: Array, weights: Array) -> Array:
        return gradient


class PenaltyTwice(Hand):
    """As if the penalty were l2 × w²."""

    def penalised(self, gradient: Array, weights: Array) -> Array:
        return gradient + 2 * self.work.l2 * weights


class RoundedTooEarly(Hand):
    """The values are written with four decimals, but it goes on with one."""

    def sums(self, below: Array, layer: int) -> Array:
        return super().sums(np.round(below, 1), layer)


class ActivationForgotten(Hand):
    """a = z"""

    def activation(self, z: Array, layer: int) -> Array:
        return z if not layer else super().activation(z, layer)


class WrongWeights(Hand):
    """The weights out of a unit are taken for those into it."""

    def sums(self, below: Array, layer: int) -> Array:
        return below @ self.work.weights[layer].T + self.work.biases[layer]


class ValueForSlope(Hand):
    """z·(1 − z)"""

    def mask(self, z: Array, layer: int) -> Array:
        return z * (1 - z)


class SlopeAdded(Hand):
    """a·(1 − a), whatever the activation"""

    def mask(self, z: Array, layer: int) -> Array:
        a = self.activation(z, layer)
        return np.asarray(a * (1 - a))


class SigmoidSlope(Hand):
    """The slope of sigmoid at z, whatever the activation"""

    def mask(self, z: Array, layer: int) -> Array:
        a = 1 / (1 + np.exp(-z))
        return np.asarray(a * (1 - a))


class SlopeAddedAbove(Hand):
    """y·(1 − y) at a linear output"""

    def output(self, z: Array, a: Array, target: Array) -> Array:
        return super().output(z, a, target) * a * (1 - a)


class RateOfAnother(Hand):
    """old − 0.1 × gradient, where the rate is 0.3"""

    def updated(self, old: Array, gradient: Array) -> Array:
        return old - 0.1 * gradient


class RateShifted(Hand):
    """old − 0.03 × gradient, where the rate is 0.3"""

    def updated(self, old: Array, gradient: Array) -> Array:
        return old - 0.03 * gradient


class GatesInverted(Hand):
    """1 where z is at most 0, else 0"""

    def mask(self, z: Array, layer: int) -> Array:
        return 1 - super().mask(z, layer)


class BiasTakenAway(Hand):
    """products − bias"""

    def sums(self, below: Array, layer: int) -> Array:
        return below @ self.work.weights[layer] - self.work.biases[layer]


class BiasTwice(Hand):
    """products + 2 × bias"""

    def sums(self, below: Array, layer: int) -> Array:
        return super().sums(below, layer) + self.work.biases[layer]


class NoMinusSigns(Hand):
    """All weights are taken for positive ones."""

    def sums(self, below: Array, layer: int) -> Array:
        return below @ np.abs(self.work.weights[layer]) + self.work.biases[layer]


class TargetAdded(Hand):
    """(prediction + target) × slope"""

    def output(self, z: Array, a: Array, target: Array) -> Array:
        return (a + target) * a * (1 - a)


WRONG: list[tuple[type[Hand], str, str, str]] = [
    (SignOfDelta, "sigmoid", "δ(y1)", "sign"),
    (SignOfDelta, "softmax", "δ(y1)", "sign"),
    (MaskForgotten, "gates", "δ(h2)", "mask-forgotten"),
    (MaskForgotten, "sigmoid", "δ(h1)", "slope-forgotten"),
    (MaskForgotten, "tanh", "δ(h1)", "slope-forgotten"),
    (InputForgotten, "sigmoid", "∂E/∂W1[x1→h1]", "input-forgotten"),
    (NewWeights, "sigmoid", "upstream(h1)", "updated-too-early"),
    (NewWeights, "adam", "upstream(h1)", "updated-too-early"),
    (RateForgotten, "sigmoid", "W1[x1→h1]", "rate-forgotten"),
    (SlopeForgotten, "sigmoid", "δ(y1)", "slope-forgotten"),
    (BiasForgotten, "sigmoid", "z(h1)", "bias-ignored"),
    (WrongWay, "gates", "W1[x1→h1]", "sign"),
    (Uncorrected, "adam", "W1[x1→h1]", "correction-forgotten"),
    (PenaltyForgotten, "penalty", "W1[x1→h1]", "penalty-forgotten"),
    (PenaltyTwice, "penalty", "W1[x1→h1]", "penalty"),
    (RoundedTooEarly, "sigmoid", "z(y1)", "rounding"),
    (RoundedTooEarly, "softmax", "z(y1)", "rounding"),
    (ActivationForgotten, "sigmoid", "a(h1)", "activation-forgotten"),
    (ActivationForgotten, "gates", "a(h2)", "activation-forgotten"),
    (WrongWeights, "tanh", "z(h1)", "wrong-weights"),
    (ValueForSlope, "sigmoid", "δ(h1)", "value-for-slope"),
    (SlopeForgotten, "tanh", "δ(y1)", "factor"),
    (SlopeAdded, "gates", "δ(h1)", "other-activation"),
    (SigmoidSlope, "gates", "δ(h1)", "other-activation"),
    (SigmoidSlope, "tanh", "δ(h1)", "other-activation"),
    (SlopeAddedAbove, "gates", "δ(y1)", "other-activation"),
    (SlopeAddedAbove, "no biases", "δ(y1)", "other-activation"),
    (RateOfAnother, "sigmoid", "W1[x1→h1]", "rate 0.1"),
    (RateOfAnother, "tanh", "W1[x1→h1]", "rate 0.1"),
    (RateShifted, "gates", "W1[x1→h1]", "rate 0.03"),
    (RateShifted, "softmax", "W1[x1→h1]", "rate 0.03"),
    (GatesInverted, "gates", "δ(h1)", "gate"),
    (BiasTakenAway, "sigmoid", "z(h1)", "bias"),
    (BiasTwice, "tanh", "z(h1)", "bias"),
    (NoMinusSigns, "many signs", "z(h1)", "sign"),
    (TargetAdded, "sigmoid", "δ(y1)", "sum"),
]


@pytest.mark.parametrize(
    ("hand", "network", "figure", "mistake"), WRONG, ids=[f"{hand.__name__} {name}" for hand, name, *_ in WRONG]
)
def test_the_first_wrong_figure_and_the_mistake_are_named(
    hand: type[Hand], network: str, figure: str, mistake: str
) -> None:
    assert first_mistake(NETWORKS[network], text_of(hand(NETWORKS[network]).figures())) == (figure, mistake)


@pytest.mark.parametrize(
    ("hand", "network", "mistake"),
    [
        (SignOfDelta, "sigmoid", "sign"),
        (MaskForgotten, "gates", "mask-forgotten"),
        (MaskForgotten, "sigmoid", "slope-forgotten"),
        (InputForgotten, "tanh", "input-forgotten"),
        (NewWeights, "sigmoid", "updated-too-early"),
        (RateForgotten, "softmax", "rate-forgotten"),
        (SlopeForgotten, "sigmoid", "slope-forgotten"),
        (BiasForgotten, "sigmoid", "bias-ignored"),
        (Uncorrected, "adam", "correction-forgotten"),
        (PenaltyForgotten, "penalty", "penalty-forgotten"),
        (ActivationForgotten, "sigmoid", "activation-forgotten"),
        (SlopeAdded, "gates", "other-activation"),
        (SigmoidSlope, "gates", "other-activation"),
        (SlopeAddedAbove, "gates", "other-activation"),
    ],
)
def test_the_mistake_is_found_where_only_the_new_weights_are_given(
    hand: type[Hand], network: str, mistake: str
) -> None:
    figures = [(name, value) for name, value in hand(NETWORKS[network]).figures() if name.startswith(("W", "b"))]
    figure, named = first_mistake(NETWORKS[network], text_of(figures, 6))
    assert figure.startswith("W")
    assert named == mistake


class InputForgottenWrongWay(InputForgotten, WrongWay):
    """old + rate × δ"""


class MaskAndRateForgotten(MaskForgotten, RateForgotten):
    """old − input × upstream"""


class SlopeForgottenAndSign(SlopeForgotten):
    """target − prediction"""

    def output(self, z: Array, a: Array, target: Array) -> Array:
        return target - a


@pytest.mark.parametrize(
    ("hand", "network", "figure", "mistake", "second"),
    [
        (InputForgottenWrongWay, "tanh", "W", "input-forgotten", "The sign is the wrong way round, too."),
        (InputForgottenWrongWay, "no biases", "W", "input-forgotten", "The sign is the wrong way round, too."),
        (MaskAndRateForgotten, "sigmoid", "W", "slope-forgotten", "The rate is missing, too."),
        (SlopeForgottenAndSign, "sigmoid", "δ", "slope-forgotten", "The sign is the wrong way round, too."),
    ],
)
def test_two_mistakes_at_once_are_both_named(
    hand: type[Hand], network: str, figure: str, mistake: str, second: str
) -> None:
    figures = [(name, value) for name, value in hand(NETWORKS[network]).figures() if name.startswith(figure)]
    verdict, _ = marked(NETWORKS[network], text_of(figures, 6))
    found = verdict.wrong[0].mistake
    assert found is not None
    assert found.name == mistake
    assert found.says.endswith(second)


def test_a_mistake_is_not_looked_for_before_figures_that_are_right() -> None:
    """A wrong sign of δ would lead to the same new weight, and so would a forgotten input to the same value."""
    for name in ("sigmoid", "softmax", "gates"):
        work = NETWORKS[name]
        figures, other_way = Hand(work).figures(), dict(WrongWay(work).figures())
        weights = [label for label, value in figures if label.startswith("W") and abs(other_way[label] - value) > 1e-3]
        assert weights
        for label in weights:
            one_wrong = [(each, other_way[label] if each == label else value) for each, value in figures]
            verdict, moment = marked(work, text_of(one_wrong, 5))
            (wrong,) = verdict.wrong
            assert wrong.given.figure.label(moment) == label
            assert wrong.mistake is not None
            assert wrong.mistake.says.startswith("The change goes the other way"), wrong.mistake.says


@pytest.mark.parametrize(
    ("hand", "contradicted"),
    [
        (MaskForgotten, "slope-forgotten"),
        (InputForgotten, "input-forgotten"),
        (NewWeights, "updated-too-early"),
        (BiasForgotten, "bias-ignored"),
        (ActivationForgotten, "activation-forgotten"),
    ],
)
def test_no_mistake_is_named_that_right_figures_on_the_sheet_rule_out(hand: type[Hand], contradicted: str) -> None:
    work = NETWORKS["sigmoid"]
    label, made = "W1[x1→h1]", dict(hand(work).figures())
    alone = text_of([(label, made[label])], 6)
    assert first_mistake(work, alone) == (label, contradicted)
    whole = text_of([(each, made[label] if each == label else value) for each, value in Hand(work).figures()], 6)
    found, mistake = first_mistake(work, whole)
    assert found == label
    assert mistake != contradicted


class MaskForgottenWrongWay(MaskForgotten, WrongWay):
    """The slopes are forgotten, and later the sign of the update."""


class BiasForgottenSignOfDelta(BiasForgotten, SignOfDelta):
    """Sums without biases, and target − prediction."""


@pytest.mark.parametrize("decimals", [4, 6])
@pytest.mark.parametrize(
    ("hand", "network", "first", "second"),
    [
        (MaskForgottenWrongWay, "sigmoid", "δ(h", "W b"),
        (MaskForgottenWrongWay, "tanh", "δ(h", "W b"),
        (BiasForgottenSignOfDelta, "sigmoid", "z(", "δ(y"),
        (BiasForgottenSignOfDelta, "softmax", "z(", "δ(y"),
    ],
)
def test_after_a_mistake_only_what_does_not_follow_from_it_is_wrong(
    hand: type[Hand], network: str, first: str, second: str, decimals: int
) -> None:
    figures = hand(NETWORKS[network]).figures()
    verdict, moment = marked(NETWORKS[network], text_of(figures, decimals))
    labels = [wrong.given.figure.label(moment) for wrong in verdict.wrong]
    made = (first, *second.split())
    assert labels == [label for label, _ in figures if label.startswith(made)]


def test_after_many_wrong_figures_or_the_first_of_a_large_step_the_rest_is_not_checked() -> None:
    figures = [(name, value + 7) for name, value in Hand(NETWORKS["sigmoid"]).figures()]
    verdict, _ = marked(NETWORKS["sigmoid"], text_of(figures))
    assert (len(verdict.wrong), verdict.rest) == (20, len(figures) - 20)
    large = Homework(batch=5, inputs=[[0.5, 2.0]] * 5, targets=[[0.01, 0.99]] * 5)
    verdict, _ = marked(large, "".join(f"z(h1) #{sample} = 9\n" for sample in range(5)))
    assert (len(verdict.wrong), verdict.rest) == (1, 4)


@pytest.mark.parametrize("decimals", [1, 2])
@pytest.mark.parametrize("seed", [0, 11, 22, 38, 43, 49])
def test_who_goes_on_with_few_digits_made_no_other_mistake(seed: int, decimals: int) -> None:
    """By chance many a figure comes close to that of a forgotten input, another weight, another rate."""
    drawn = np.random.default_rng(seed)
    weights, biases = (np.round(drawn.normal(size=shape), 2) for shape in ((2, 2), 2))
    work = Homework(("sigmoid",), weights=[weights], biases=[biases])
    figures = Hand(work, keep=lambda name, values: np.round(values, decimals)).figures()
    verdict, _ = marked(work, text_of(figures, decimals))
    assert {wrong.mistake and wrong.mistake.name for wrong in verdict.wrong} <= {"rounding"}


def test_rounding_too_early_is_one_mistake() -> None:
    work = Homework(
        ("sigmoid", "softmax"), loss="softmax_cross_entropy", rate=0.5, inputs=[[1, 0.5]], targets=[[1, 0]],
        weights=[np.array([[0.2, -0.4, 0.5], [0.7, 0.1, -0.3]]), np.array([[0.3, -0.2], [-0.6, 0.4], [0.1, 0.9]])],
        biases=[np.array([0.1, -0.2, 0.05]), np.array([0.2, -0.1])],
    )  # fmt: skip
    figures = Hand(work, lambda kind, values: np.round(values, 2)).figures()
    verdict, moment = marked(work, text_of(figures, 2))
    named = [(each.given.figure.label(moment), each.mistake and each.mistake.name) for each in verdict.wrong]
    assert named == [("z(y2)", "rounding")]


def test_three_unrelated_mistakes_are_all_found() -> None:
    figures = dict(Hand(NETWORKS["softmax"]).figures())
    figures["a(h2)"] *= -1
    figures["upstream(h1)"] += 1.5
    figures["W2[h2→y1]"] = 4.2 - figures["W2[h2→y1]"]
    verdict, moment = marked(NETWORKS["softmax"], text_of(list(figures.items()), 5))
    labels = [wrong.given.figure.label(moment) for wrong in verdict.wrong]
    assert labels == ["a(h2)", "upstream(h1)", "W2[h2→y1]"]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("decimals", [3, 4, 5])
@pytest.mark.parametrize("cut", [False, True])
def test_to_go_on_with_the_digits_that_are_written_is_right(name: str, decimals: int, cut: bool) -> None:
    scale = 10**decimals

    def keep(kind: str, values: Array) -> Array:
        return np.asarray(np.trunc(values * scale) / scale if cut else np.round(values, decimals))

    figures = Hand(NETWORKS[name], keep).figures()
    assert first_mistake(
        NETWORKS[name], text_of([(label, float(keep("", np.array(v)))) for label, v in figures], decimals)
    ) == (
        "",
        "",
    )


SLOPES: dict[str, Callable[[Array], Array]] = {
    "tanh": lambda a: 1 - a * a,
    "sigmoid": lambda a: a * (1 - a),
    "elu": lambda a: np.where(a > 0, 1, a + 1),
    "linear": np.ones_like,
}


class AsWritten(Hand):
    """E, and δ of an output with its slope, follow from ŷ as it is written."""

    def error(self, z: Array, a: Array, target: Array) -> float:
        return loss_value(self.work.loss, a, target)

    def output(self, z: Array, a: Array, target: Array) -> Array:
        own = self.work.activations[-1]
        if own == "softmax" and self.work.loss == "half_squared":
            return np.asarray(a * (a - target - ((a - target) * a).sum()))
        return (a - target) * (1.0 if "cross" in self.work.loss else SLOPES[own](a))


@pytest.mark.parametrize("digits", ["three decimals", "four digits"])
@pytest.mark.parametrize(
    ("output", "loss"),
    [
        *((name, "half_squared") for name in (*SLOPES, "softmax")),
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "softmax_cross_entropy"),
    ],
)
def test_the_error_and_the_slope_of_an_output_may_follow_from_its_value_as_written(
    output: str, loss: str, digits: str
) -> None:
    def write(value: float) -> str:
        return f"{value:.3f}" if digits[0] == "t" else f"{value:.4f}" if abs(value) >= 0.1 else f"{value:.4g}"

    random = np.random.default_rng(3)
    for _ in range(20):
        work = Homework(
            ("relu", output), loss,
            weights=[random.normal(size=(2, 2)), random.normal(size=(2, 2))], biases=[random.normal(size=2)] * 2,
            targets=[[1, 0], [0, 1]],
        )  # fmt: skip
        figures = AsWritten(work, lambda kind, values: np.vectorize(lambda v: float(write(v)))(values)).figures()
        if any(name.startswith("ŷ") and write(value) in ("0.000", "1.000") for name, value in figures):
            continue
        right = {name: write(value) for name, value in figures}
        assert first_mistake(work, sheet_of(right)) == ("", "")
        delta = dict(figures)["δ(y1)"]
        if abs(delta) > 0.1:
            assert first_mistake(work, sheet_of(right | {"δ(y1)": write(1.1 * delta)}))[0] == "δ(y1)"


def sheet_of(figures: dict[str, str]) -> str:
    """Figures as they are written."""
    return "".join(f"{name} = {text}\n" for name, text in figures.items())


def test_weights_and_inputs_may_be_taken_as_they_are_printed() -> None:
    random = np.random.default_rng(5)
    work = Homework(
        ("tanh", "sigmoid"), weights=[random.normal(size=(9, 4)), random.normal(size=(4, 2))],
        biases=[random.normal(size=4), random.normal(size=2)], inputs=(4 * random.normal(size=(2, 9))).tolist(),
    )  # fmt: skip
    printed = Homework(
        work.activations, weights=[np.round(w, 4) for w in work.weights], biases=[np.round(b, 4) for b in work.biases],
        inputs=np.round(work.inputs, 4).tolist(),
    )  # fmt: skip
    off = [
        (name, value)
        for (name, value), (_, exact) in zip(Hand(printed).figures(), Hand(work).figures(), strict=True)
        if abs(value - exact) > 3e-4
    ]
    assert off
    assert first_mistake(work, text_of(Hand(printed).figures())) == ("", "")
    assert first_mistake(work, text_of([(name, value + 9e-4) for name, value in off])) != ("", "")


@pytest.mark.parametrize(
    ("text", "right"), [("0.56178", True), ("0.561783", True), ("0.5618", True), ("0.56170", False)]
)
def test_a_sum_of_weights_as_a_sheet_prints_them_may_have_more_digits(text: str, right: bool) -> None:
    """The article's weights into h2 are printed as 0.005173, 0.03151 and 0.5251."""
    timeline = Timeline(load_experiment("article"))
    verdict = mark(read_sheet(f"z(h2) = {text}", timeline.go), timeline.go)
    assert (verdict.wrong == ()) is right


def test_every_weight_counts_for_a_rate_that_one_alone_does_not_show() -> None:
    """With a tenth of the rate the first weight does not seem to have moved."""
    work = PUBLISHED_STEP
    slow = Homework(rate=0.05, weights=work.weights, biases=work.biases, inputs=work.inputs, targets=work.targets)
    verdict, _ = marked(work, text_of([each for each in Hand(slow).figures() if each[0].startswith("W")]))
    assert {wrong.mistake and wrong.mistake.says for wrong in verdict.wrong} == {
        "The change is a tenth of the right one: check the rate, which is 0.5."
    }


@pytest.mark.parametrize("text", ["0", "0.0", "0.00"])
def test_nothing_is_said_of_the_digits_of_a_nought(text: str) -> None:
    verdict, _ = marked(PUBLISHED_STEP, f"z(h1) = {text}")
    (wrong,) = verdict.wrong
    assert wrong.mistake is None or wrong.mistake.name != "decimal-point"


@pytest.mark.parametrize(("text", "mistake"), [("0.6", None), ("0.8200", "rounding"), ("0.3575", "logarithm")])
def test_only_what_is_a_few_per_cent_off_is_close(text: str, mistake: str | None) -> None:
    """E is 0.8231."""
    work = Homework(
        ("relu", "softmax"), loss="softmax_cross_entropy", inputs=[[1, 2]], targets=[[0, 1, 0]],
        weights=[np.array([[0.5, -0.3], [0.2, 0.8]]), np.array([[0.1, -0.2, 0.4], [0.3, 0.6, -0.5]])],
        biases=[np.full(2, 0.1), np.zeros(3)],
    )  # fmt: skip
    (wrong,) = marked(work, f"E = {text}")[0].wrong
    assert (wrong.mistake and wrong.mistake.name) == mistake


def test_numbers_are_rounded_to_the_digits_that_a_sheet_prints() -> None:
    values = np.array([0.0, -0.0051728, 0.099999, 0.1, -0.56178123, 1234.56789, 4.38649e-7])
    printed = [float(significant(value).replace("−", "-")) for value in values.tolist()]
    assert to_digits(4)(values) == pytest.approx(printed, rel=1e-14)


@pytest.mark.parametrize(
    ("hand", "network", "decimals", "mistake"),
    [
        (ActivationForgotten, "sigmoid", 3, "activation-forgotten"),
        (ActivationForgotten, "tanh", 2, "activation-forgotten"),
        (BiasForgotten, "softmax", 3, "bias-ignored"),
    ],
)
def test_of_two_mistakes_that_fit_the_rest_of_the_sheet_decides(
    hand: type[Hand], network: str, decimals: int, mistake: str
) -> None:
    """The first wrong weight alone could come from another one."""
    figures = [(name, value) for name, value in hand(NETWORKS[network]).figures() if name.startswith(("W", "b"))]
    assert first_mistake(NETWORKS[network], text_of(figures, decimals))[1] == mistake


def test_a_step_that_is_not_finite_any_more_can_be_checked() -> None:
    work = Homework(("relu", "linear"), weights=[np.full((2, 2), 1e200), np.full((2, 2), 1e200)])
    text = "Step 2\nz(h1) = 1\nŷ(y1) = 1\nδ(h1) = 1\n∂E/∂W1[x1→h1] = 1\nW1[x1→h1] = 1\n"
    for line in text.splitlines()[1:]:
        assert first_mistake(work, f"Step 2\n{line}")[0]


PUBLISHED = """\
z(h1) = 0.3775
a(h1) = 0.593269992
a(h2) = 0.596884378
z(y1) = 1.105905967
prediction(y1) = 0.75136507
prediction(y2) = 0.772928465
E = 0.298371109
slope(y1) = 0.186815602
delta(y1) = 0.138498562
dW2[h1->y1] = 0.082167041
slope(h1) = 0.241300709
upstream(h1) = 0.036350306
dW1[x1->h1] = 0.000438568
W1[x1->h1] = 0.149780716
W1[x2->h1] = 0.19956143
W1[x1->h2] = 0.24975114
W1[x2->h2] = 0.29950229
W2[h1->y1] = 0.35891648
W2[h2->y1] = 0.408666186
W2[h1->y2] = 0.511301270
W2[h2->y2] = 0.561370121
"""
"""From M. Mazur, "A step by step backpropagation example", 2015."""


PUBLISHED_STEP = Homework(
    rate=0.5,
    weights=[np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])],
    biases=[np.array([0.35, 0.35]), np.array([0.60, 0.60])],
    inputs=[[0.05, 0.10]],
    targets=[[0.01, 0.99]],
)


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("W2[h1→y1] = 0.3589", None),
        ("W2[h1→y1] = 0.3588", "rounding"),
        ("W2[h1→y1] = 0.3590", "rounding"),
        ("W1[x1→h1] = 0.1497", None),  # cut off
        ("W1[x1→h1] = 0.1496", "rate-forgotten"),  # 0.14956
        ("W1[x1→h1] = 0.1491", "slope-forgotten"),
        ("W1[x1→h1] = 0.1494", "rounding"),  # none leads there
        ("out(h1) = 0.593269992", None),
        ("out(y1) = 0.75136507", None),
    ],
)
def test_a_figure_alone_is_checked_to_its_own_digits(line: str, mistake: str | None) -> None:
    verdict, _ = marked(PUBLISHED_STEP, line)
    assert [wrong.mistake and wrong.mistake.name for wrong in verdict.wrong] == ([mistake] if mistake else [])


def test_the_error_of_one_of_several_outputs_is_not_taken_for_that_of_all() -> None:
    with pytest.raises(BackpropError, match=r"'E\(y1\)'.*: E is the error of all outputs together"):
        marked(PUBLISHED_STEP, "E(y1) = 0.274811083")


def test_a_published_step_is_right() -> None:
    work = PUBLISHED_STEP
    verdict, _ = marked(work, PUBLISHED)
    assert (verdict.agree, verdict.wrong) == (PUBLISHED.count("\n"), ())
    assert first_mistake(work, PUBLISHED.replace("= 0.138498562", "= 0.741365070")) == ("δ(y1)", "slope-forgotten")


def batch(work: Homework, combine: Callable[[float, float], float]) -> str:
    """A step of both samples: units sample by sample, gradients and new weights from those of both."""
    first, second = (dict(Hand(work).figures(sample)) for sample in (0, 1))
    lines = [
        f"{name} #{n} = {v:.5f}" for n, found in enumerate((first, second)) for name, v in found.items() if "(" in name
    ]
    old = {f"W{n}[{a}→{b}]": float(w[i, j]) for n, w in enumerate(work.weights, 1)
           for i, a in enumerate(work.names(n - 1)) for j, b in enumerate(work.names(n))}  # fmt: skip
    for name, weight in old.items():
        gradient = combine(first[f"∂E/∂{name}"], second[f"∂E/∂{name}"])
        lines += [f"∂E/∂{name} = {gradient:.5f}", f"{name} = {weight - work.rate * gradient:.5f}"]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("combine", "mistake"),
    [
        (lambda one, other: (one + other) / 2, ""),
        (lambda one, other: one + other, "sum"),
        (lambda one, other: other, "last-sample-only"),
    ],
)
def test_a_batch_is_checked_sample_by_sample(combine: Callable[[float, float], float], mistake: str) -> None:
    work = Homework(batch=2)
    assert first_mistake(work, batch(work, combine)) == ("∂E/∂W1[x1→h1]" if mistake else "", mistake)
