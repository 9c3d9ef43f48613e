"""All samples under the present weights."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.article import worked
from tests.render.moments import at, moments, of, page, shown, text
from tests.transcription import ARTICLE_INPUTS
from tui_backprop import Timeline, load_experiment, render
from tui_backprop.core.forward import Evaluation, evaluate
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.samples import samples
from tui_backprop.render.spans import length, plain


def rows(step: int | None, phase: str | None = None, columns: int = 80) -> list[str]:
    return [text(spans).rstrip() for spans in samples(at("article", step, phase), columns, 10)]


def test_the_first_sample_under_the_first_weights() -> None:
    heading, first, *_ = rows(1, "sum1")
    assert heading.split() == ["x1", "x2", "x3", "t", "ŷ", "error"]
    assert first.split() == ["▸#0", "1", "1", "1", "1", "2.9", "3.6100"]


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("updated", [False, True])
def test_every_sample_is_tried_with_the_weights_that_hold_now(step: int, updated: bool) -> None:
    known = worked(step)
    found = rows(step, "update" if updated else "gradient")[1:]
    for row, error in enumerate(known.errors(updated)):
        inputs = "".join(f"{x:3.0f}" for x in ARTICLE_INPUTS[row])
        assert f"#{row}{inputs} " in found[row]
        assert f" {error:.4f}" in found[row]
        assert ("✓" in found[row]) == (error == 0)
        assert found[row].startswith("▸") == (row == known.sample)


def test_after_an_update_its_effect_on_every_sample_is_shown() -> None:
    before, after = worked(1).errors(False), worked(1).errors(True)
    assert rows(1)[0].split()[-5:] == ["ŷ", "now", "error", "Δ", "error"]
    for line, old, new in zip(rows(1)[1:], before, after, strict=True):
        assert line.endswith(f"{shown(new - old)} {'▼ better' if new < old else '▲ worse'}")
    assert before[0] - after[0] == pytest.approx(3.61)  # the sample itself is right now


def test_there_is_no_effect_before_an_update() -> None:
    assert not re.search("better|worse|same|Δ", "".join(rows(1, "gradient")))


def test_at_the_end_of_the_articles_run_all_are_right() -> None:
    assert [row.split()[-2:] for row in rows(4 * 148)[1:]] == [["✓", "same"]] * 4


@given(st.integers(1, 40), st.integers(1, 12))
def test_the_present_sample_is_visible(step: int, height: int) -> None:
    definition = load_experiment("article").definition
    data = {"inputs": definition["data"]["inputs"] * 10, "targets": definition["data"]["targets"] * 10}
    moment = Timeline(load_experiment({**definition, "data": data})).go(step)
    assert f"▸#{step - 1} " in page(samples(moment, 80, height))


def test_a_mini_batch_marks_all_of_its_samples() -> None:
    assert page(samples(at("article", 1, batch=3), 80, 10)).count("▸") == 3


def test_many_inputs_are_cut_and_say_so() -> None:
    assert re.search(r"#0( +1\.0){9} +1 ", page(samples(of([9, 1]), 80, 10)))
    assert re.search(r"#0( +1\.0){3} … ", page(samples(of([9, 1]), 40, 10)))


def table(preset: str, step: int, phase: str | None, columns: int) -> list[str]:
    moment = Timeline(load_experiment(preset)).go(step, phase)
    return page(samples(moment, columns, 5)).splitlines()


def test_in_few_columns_the_article_is_legible() -> None:
    assert table("article", 14, "mask1", 19) == [
        "   in    t  ŷ err ",
        " 0 1 1 1 1 .8 .04 ",
        "▸1 1 1 0 0 .5 .25 ",
        " 2 0 1 0 1 .4 .36 ",
        " 3 0 1 1 0 .7 .49 ",
    ]
    assert table("article", 14, None, 19)[1:3] == [" 0 1 1 1 1 .6 .16▲", "▸1 1 1 0 0 .4 .16▼"]
    assert table("article", 0, None, 19)[1:4] == [" 0 1 1 1 1 2.9 3.6 ", " 1 1 1 0 0 1.8 3.2 ", " 2 0 1 0 1 1.0  .0✓"]
    assert table("article", 4 * 148, None, 19)[4] == "▸3 0 1 1 0  .0 .00✓"


def test_all_inputs_are_there_where_they_fit() -> None:
    assert table("circle", 5, None, 44)[:2] == [
        "        x1    x2  t     ŷ error   Δ error ",
        " #2   0.83  1.98  1  0.52  0.11 ✓ ▼ better",
    ]
    sepal_and_petal = table("iris", 5, None, 60)
    assert sepal_and_petal[0].split()[:4] == ["s…1", "s…2", "p…3", "p…4"]
    assert sepal_and_petal[1].split()[:5] == ["#51", "0.1", "0.3", "0.6", "0.8"]
    assert table("iris", 5, None, 120)[0].split()[:4] == ["sepal", "length", "sepal", "width"]


@settings(max_examples=60)
@given(moments(most_units=9), st.integers(26, 120))
def test_nothing_collides_and_no_word_is_cut(moment: Moment, columns: int) -> None:
    lines = page(samples(moment, columns, 12)).splitlines()
    assert {len(line) for line in lines} == {len(lines[0])}
    for word in re.findall(r"[▼▲] \w*…?", "\n".join(lines)):
        assert word in ("▼ better", "▲ worse"), lines
    changes = r"[+−]\S+ (?=[▼▲])|[✓▼▲]|better|worse|same"  # an error that stays the same has no number
    fields = {len(re.sub(changes, " ", line).split()) for line in lines[1:]}
    assert len(fields) == 1, lines  # a field more or less would be two that have run together


def test_an_error_that_is_not_zero_is_not_shown_as_zero() -> None:
    data = {"inputs": [[1.0], [1.0]], "targets": [[0.001], [0.0]]}
    moment = Timeline(
        load_experiment({"network": {"layers": [1, 1], "weights": [[[0.0]]]}, "training": {"rate": 0.1}, "data": data})
    ).moment
    first, second = (line.split() for line in page(samples(moment, 60, 5)).splitlines()[1:])
    assert (first[-1], second[-2:]) == ("5e−7", ["0.0000", "✓"])  # half its square


def test_of_classes_the_name_is_shown_and_how_sure_the_network_is() -> None:
    moment = Timeline(load_experiment("iris")).go(1, "error")
    assert moment.passage is not None
    sure = float(moment.passage.prediction.max())
    name = ("setosa", "versicolor", "virginica")[int(moment.passage.prediction.argmax())]
    row = next(line for line in page(samples(moment, 100, 10)).splitlines() if line.startswith("▸"))
    assert f" {name} {sure:.2f} " in row
    data = moment.experiment.data
    right = data.targets[moment.samples[0]].argmax() == moment.passage.prediction.argmax()
    assert ("✓" in row) == right


def test_the_sample_gone_to_is_visible_and_marked() -> None:
    moment = Timeline(load_experiment("iris")).go(1)
    lines = samples(moment, 80, 8, cursor=100)
    marked = [spans for spans in lines if any(span.selected for span in spans)]
    assert len(marked) == 1
    assert "#100 " in text(marked[0])
    assert "▸" not in page(lines)


def test_only_the_visible_samples_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"generator": "plane", "samples": 100_000}
    moment = Timeline(load_experiment({"network": {"layers": [2, 3, 1]}, "data": data})).go(1)
    tried: list[int] = []

    def spy(parameters: Any, training: Any, inputs: Any, targets: Any) -> Evaluation:
        tried.append(len(inputs))
        return evaluate(parameters, training, inputs, targets)

    monkeypatch.setattr("tui_backprop.core.diagnostics.samples.evaluate", spy)
    samples(moment, 80, 12, cursor=99_999)
    assert tried == [11, 11]  # before the update and after it


@pytest.mark.parametrize("columns", [30, 46, 60, 100])
def test_of_many_inputs_as_many_are_shown_as_fit_after_few_attempts(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, build = list[int](), render.samples._inputs

    def spy(shown: Any, form: Any, inputs: int) -> Any:
        tried.append(inputs)
        return build(shown, form, inputs)

    monkeypatch.setattr(render.samples, "_inputs", spy)
    lines = samples(of([64, 1]), columns, 10)
    assert {length(spans) for spans in lines} == {length(lines[0])}
    assert columns - 4 < length(lines[0]) <= columns  # there is no room for another input
    assert len(tried) < 20


HOMEWORK: dict[str, Any] = {
    "network": {"layers": [2, 2, 2], "hidden": "sigmoid", "output": "sigmoid", "bias": True},
    "data": {"inputs": [[0.05, 0.10]], "targets": [[0.01, 0.99]]},
}
PRICES: dict[str, Any] = {
    "network": {"layers": [2, 2, 1]},
    "training": {"rate": 1e-12},
    "data": {"inputs": [[53.7, 1956], [168.2, 1986]], "targets": [[244436], [576023]]},
}


@pytest.mark.parametrize(
    ("definition", "given", "least"),
    [(HOMEWORK, ["0.05", "0.1", "0.01", "0.99"], 40), (PRICES, ["53.7", "1956", "244436"], 34)],
)
def test_what_was_given_keeps_its_digits_while_what_was_computed_can_be_shortened(
    definition: dict[str, Any], given: list[str], least: int
) -> None:
    moment = Timeline(load_experiment(definition)).go(1)
    for columns in (least, 45, 60, 80):
        row = page(samples(moment, columns, 5)).splitlines()[1]
        assert row.split()[1 : 1 + len(given)] == given, columns


def test_an_input_or_a_target_that_is_not_zero_is_not_shown_as_zero() -> None:
    data = {"inputs": [[1e-5, 0.5], [0.123456, 0.25]], "targets": [[0.001], [0.00002]]}
    moment = Timeline(load_experiment({"network": {"layers": [2, 2, 1]}, "data": data})).go(1)
    for columns in (30, 40, 60, 90):
        first, second = (line.split() for line in page(samples(moment, columns, 5)).splitlines()[1:])
        assert (first[1], second[3]) == ("1e−5", "2e−5"), columns


def test_prices_in_the_files_units_have_all_their_digits() -> None:
    data = {**PRICES["data"], "standardise": True, "standardise_targets": True}
    moment = Timeline(load_experiment({**PRICES, "data": data})).go(1)
    lines = page(samples(moment, 80, 5)).splitlines()
    assert " 244436 / " in lines[1]
    assert " 576023 / " in lines[2]
    assert not re.search(r"\de\+", "\n".join(lines))


@pytest.mark.parametrize("columns", [50, 60])
def test_names_are_whole_where_there_is_room(columns: int) -> None:
    heading = plain(samples(Timeline(load_experiment("spiral")).go(3), columns, 8)).splitlines()[0]
    assert heading.split()[:4] == ["x1", "x2", "sin(x1)", "sin(x2)"]


@pytest.mark.parametrize("columns", range(18, 60, 4))
def test_of_wide_numbers_none_is_cut_and_inputs_left_out_are_marked(columns: int) -> None:
    random = [[1.2345 * (-1) ** row * (column + 1) for column in range(6)] for row in range(40)]
    data = {"inputs": random, "targets": [[row * 7 % 10 / 3.7 - 1.41] for row in range(40)]}
    network = {"layers": [6, 1], "hidden": "linear", "output": "linear", "weights": [[[0.01]] * 6]}
    drawn = plain(
        samples(Timeline(load_experiment({"network": network, "data": data})).moment, columns, 8)
    ).splitlines()
    for row in drawn[1:]:
        assert not re.search(r"[\de.]…", row), row
    shown = len(re.findall(r"[−\d.]+", drawn[1])) - 4  # but its number, t, ŷ and the error
    assert shown in (0, 6) or " …" in drawn[1]
