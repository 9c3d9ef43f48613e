"""Every number question of the chapters: the likeliest wrong answers get the hint that fits, right ones never get one.

The wrong answers are worked out by `tests.transcription` alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lessons.figures import Place, state, step_of
from tests.lessons.figures import unit as unit_of
from tests.lessons.figures import weight as weight_of
from tests.lessons.test_chapters import pages, place
from tui_backprop.lessons.answers import RULES, hint, judge, read_answer
from tui_backprop.lessons.computed_page import ComputedPage
from tui_backprop.lessons.lesson import Question

KINDS = ("z", "a", "upstream", "delta", "gradient", "new", "product")
"""Figures whose likeliest wrong values are known; to a question about anything else its author writes a hint."""
OF_OUTPUT_AND_UPDATE = ("δ of an output is ŷ − t.", "The new value is old − rate·gradient.")
Wrong = Iterator[tuple[float, str]]
QUESTIONS = [
    (f"{lesson.name} {page.title}", page.task, computed)
    for lesson, page, computed in pages()
    if isinstance(page.task, Question) and page.task.kind == "number"
]


def of_any(right: float) -> Wrong:
    yield -right, "sign"
    for factor in (10, 0.1, 100, 0.01):
        yield factor * right, "decimal point"


def of_sum(where: Place, layer: int, column: int) -> Wrong:
    step, (weights, biases) = step_of(where), state(where.experiment, where.step - 1)
    below = where.experiment.data.inputs[where.samples[0]] if layer == 1 else step.a[layer - 2]
    into, z = weights[layer - 1][:, column], float(step.z[layer - 1][column])
    bias = biases[layer - 1][column] if biases else 0.0
    for name, value, weight in zip(where.experiment.unit_names(layer - 1), below, into, strict=True):
        yield z - value * weight, f"product of {name}"
        if weight < 0:
            yield z - 2 * value * weight, "minus sign got lost"
    yield into.sum() + bias, "by its input"
    yield z - bias, "bias is missing"
    yield float(below @ state(where.experiment, where.step)[0][layer - 1][:, column]) + bias, "still uses the old ones"
    if layer > 1:
        yield float(step.z[layer - 2] @ into) + bias, "shut gate"
    if len(weights[layer - 1]) == len(into) == weights[layer - 1].shape[1]:
        yield float(below @ weights[layer - 1][column]) + bias, "the weights into it are in its column"
    for other, name in enumerate(where.experiment.unit_names(layer)):
        if other != column:
            yield step.z[layer - 1][other], f"z({name})"


def of_activation(where: Place, layer: int, column: int) -> Wrong:
    step = step_of(where)
    yield step.z[layer - 1][column], "still z"
    yield step.mask[layer - 1][column], "slope, not the value"
    yield -step.z[layer - 1][column], "still z"
    for value, word in of_sum(where, layer, column):
        yield max(value, 0.0), word  # the only such question has a gate


def of_upstream(where: Place, layer: int, column: int) -> Wrong:
    step, (weights, _) = step_of(where), state(where.experiment, where.step - 1)
    out, above = weights[layer][column], step.delta[layer]
    early = state(where.experiment, where.step)[0][layer][column]
    right, names = step.upstream[layer - 1][column], where.experiment.unit_names(layer + 1)
    yield early @ above, "old weights"
    for name, weight, delta in zip(names, out, above, strict=True):
        if len(names) > 1:
            yield right - weight * delta, f"from {name}"
            yield right - 2 * weight * delta, "minus sign got lost"
    yield above.sum(), "multiply it by the weight"
    yield out.sum(), "multiply it by the δ above"
    yield step.gradient[layer][column].sum(), "value × δ"
    yield step.delta[layer - 1][column], "already δ"
    for other, name in enumerate(where.experiment.unit_names(layer)):
        if other != column:
            yield step.upstream[layer - 1][other], f"↑({name})"


def of_delta(where: Place, layer: int, column: int) -> Wrong:
    step, (weights, _) = step_of(where), state(where.experiment, where.step - 1)
    if layer == len(weights):
        target = where.experiment.data.targets[where.samples[0]][column]
        prediction, raw = step.prediction[column], step.a[-1][column]
        yield prediction, "take away the target"
        yield prediction + target, "don't add it"
        yield (prediction - target) ** 2, "squared"
        yield raw - target, "rounded prediction"
        yield (prediction - target) / 2, "Half"
        yield (prediction - target) * 2, "Twice"
        return
    upstream, mask = step.upstream[layer - 1][column], step.mask[layer - 1][column]
    early = state(where.experiment, where.step)[0][layer][column] @ step.delta[layer]
    yield upstream, "still missing"
    yield -upstream, "still missing"
    yield early * mask, "old weights"
    yield step.delta[layer].sum() * mask, "Blame is weight × δ"
    yield upstream * step.a[layer - 1][column], "by the unit's value"
    yield upstream * step.z[layer - 1][column], "by the unit's value"
    yield mask, "slope alone"
    for other, name in enumerate(where.experiment.unit_names(layer)):
        if other != column:
            yield step.delta[layer - 1][other], f"δ({name})"


def of_gradient(where: Place, layer: int, row: int, column: int) -> Wrong:
    step, (weights, _) = step_of(where), state(where.experiment, where.step - 1)
    below = where.experiment.data.inputs[where.samples[0]] if layer == 1 else step.a[layer - 2]
    delta, rate, right = step.delta[layer - 1][column], 0.1, below[row] * step.delta[layer - 1][column]
    yield delta, "δ alone"
    if layer <= len(step.upstream):
        yield below[row] * step.upstream[layer - 1][column], "was left out"
    yield -right, "the sign of δ"
    yield rate * right, "rate comes later"
    yield -rate * right, "change of the weight"
    yield below[row], "multiply it by δ"
    yield weights[layer - 1][row, column] * delta, "blame"
    yield below[row] + delta, "don't add"


def of_update(where: Place, layer: int, row: int, column: int) -> Wrong:
    step, rate = step_of(where), 0.1
    old, new = (state(where.experiment, where.step - ago)[0][layer - 1][row, column] for ago in (1, 0))
    gradient = step.gradient[layer - 1][row, column]
    yield old + rate * gradient, "other way"
    yield old - gradient, "rate is missing"
    yield old + gradient, "rate is missing"
    yield old - rate * step.delta[layer - 1][column], "δ alone"
    yield old, "has not moved"
    yield new - old, "add the old weight"
    yield old - new, "take it away from the old weight"
    yield gradient, "This is the gradient"
    yield new - rate * gradient, "twice"


def of_product(where: Place, pair: str) -> Wrong:
    weights, experiment = state(where.experiment, where.step - 1)[0], where.experiment
    below, above = (unit_of(experiment, name)[1] for name in pair.split("→"))
    right = weights[0][below] @ weights[1][:, above]
    for name, first, second in zip(experiment.unit_names(1), weights[0][below], weights[1][:, above], strict=True):
        yield right - first * second, f"through {name}"
        yield right - 2 * first * second, "minus sign got lost"
    for other, name in enumerate(experiment.unit_names(0)):
        if other != below:
            yield weights[0][other] @ weights[1][:, above], f"{name}→"
    yield weights[0][below].sum() + weights[1][:, above].sum(), "Multiply along each path"
    yield weights[0][below].sum() * weights[1][:, above].sum(), "Multiply along each path"


def likeliest(task: Question, computed: ComputedPage, right: float) -> Wrong:
    """Wrong answers, and a word of the hint that each should get."""
    assert computed.revealed is not None
    kind, _, name = task.about.partition(" ")
    where = place(computed.revealed)
    if kind == "product":
        yield from of_product(where, name)
    elif kind in ("gradient", "new"):
        found = weight_of(where.experiment, name)
        yield from (of_gradient if kind == "gradient" else of_update)(where, *found)
    else:
        of_unit = {"z": of_sum, "a": of_activation, "upstream": of_upstream, "delta": of_delta}[kind]
        yield from of_unit(where, *unit_of(where.experiment, name))
    yield from of_any(right)


@pytest.mark.parametrize(("task", "computed"), [(t, q) for _, t, q in QUESTIONS], ids=[name for name, *_ in QUESTIONS])
def test_the_likeliest_wrong_answers_get_the_hint_that_fits(task: Question, computed: ComputedPage) -> None:
    assert computed.truth is not None
    assert computed.revealed is not None
    if task.about.partition(" ")[0] not in KINDS:
        assert task.hint
        values = [computed.truth.answer * factor for factor in (0.5, 2, 3)]
        assert [hint(task, computed.truth, computed.revealed, value) for value in values] == [task.hint] * 3
        return
    wrong = [(float(f"{value:.4f}"), word) for value, word in likeliest(task, computed, computed.truth.answer)]
    wrong = [(value, word) for value, word in wrong if not judge(task, computed.truth, value)]
    for value, _ in wrong:
        words = {word for other, word in wrong if abs(other - value) <= 2e-4}
        words |= {f"{word} " for other, word in wrong if abs(other + value) <= 2e-4 and word != "sign"}
        said = hint(task, computed.truth, computed.revealed, value)
        assert any(word.strip() in said for word in words), (value, words, said)
    assert len({round(value, 3) for value, _ in wrong}) >= (8 if computed.truth.answer else 2)


def test_right_answers_never_get_a_hint_of_a_mistake() -> None:
    for name, task, computed in QUESTIONS:
        assert computed.truth is not None
        for text in (
            repr(computed.truth.answer),
            f"{computed.truth.answer:.{task.decimals}f}",
            f"{computed.truth.answer:.4f}",
        ):
            value = read_answer(text)
            assert judge(task, computed.truth, value), (name, text)
            if (
                task.about.partition(" ")[0] in KINDS
                and computed.revealed is not None
                and not task.about.startswith("product")
            ):
                assert hint(task, computed.truth, computed.revealed, value) in (
                    task.hint,
                    *RULES.values(),
                    *OF_OUTPUT_AND_UPDATE,
                )


def test_a_number_that_fits_no_mistake_gets_the_rule() -> None:
    """3.777 is the result of no known mistake; the author's own hint goes before the rule."""
    said = {}
    for _, task, computed in QUESTIONS:
        if not task.hint:
            assert computed.truth is not None
            assert computed.revealed is not None
            said[task.about.partition(" ")[0]] = hint(task, computed.truth, computed.revealed, 3.777)
    assert said.pop("new") == OF_OUTPUT_AND_UPDATE[1]
    assert said == {kind: RULES[kind] for kind in said}
    assert {"z", "a", "upstream", "delta", "gradient", "product"} <= said.keys()
