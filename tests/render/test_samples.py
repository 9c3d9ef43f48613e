"""All samples under the present weights."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.article import worked
from tests.render.moments import at, of, page, shown, text
from tests.transcription import ARTICLE_INPUTS
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.backprop import Evaluation, evaluate
from tui_backprop.render.samples import samples


def rows(step: int | None, phase: str | None = None, columns: int = 80) -> list[str]:
    return [text(spans).rstrip() for spans in samples(at("article", step, phase), columns, 10)]


def test_the_first_sample_under_the_first_weights() -> None:
    heading, first, *_ = rows(1, "sum1")
    assert heading.split() == ["x1", "x2", "x3", "target", "ŷ", "error"]
    assert first.split() == ["▸#0", "1", "1", "1", "1", "2.9", "3.6100"]


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("updated", [False, True])
def test_every_sample_is_tried_with_the_weights_that_hold_now(step: int, updated: bool) -> None:
    known = worked(step)
    found = rows(step, "update" if updated else "gradient")[1:]
    for row, error in enumerate(known.errors(updated)):
        inputs = " ".join(f"{x:.0f}" for x in ARTICLE_INPUTS[row])
        assert f"#{row} {inputs}" in found[row]
        assert f" {error:.4f}" in found[row]
        assert ("✓" in found[row]) == (error == 0)
        assert found[row].startswith("▸") == (row == known.sample)


def test_after_an_update_its_effect_on_every_sample_is_told() -> None:
    before, after = worked(1).errors(False), worked(1).errors(True)
    assert rows(1)[0].split()[-5:] == ["ŷ", "now", "error", "this", "update"]
    for line, old, new in zip(rows(1)[1:], before, after, strict=True):
        assert line.endswith(f"{shown(new - old)} {'▼ better' if new < old else '▲ worse'}")
    assert before[0] - after[0] == pytest.approx(3.61)  # the sample itself is right now


def test_before_an_update_there_is_no_effect() -> None:
    assert not re.search("better|worse|same|update", "".join(rows(1, "gradient")))


def test_at_the_end_of_the_articles_run_all_are_right() -> None:
    assert [row.split()[-2:] for row in rows(4 * 148)[1:]] == [["✓", "same"]] * 4


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 12))
def test_the_present_sample_is_in_sight(step: int, height: int) -> None:
    definition = load_experiment("article").definition
    data = {"inputs": definition["data"]["inputs"] * 10, "targets": definition["data"]["targets"] * 10}
    moment = Timeline(load_experiment({**definition, "data": data})).go(step)
    assert f"▸#{step - 1} " in page(samples(moment, 80, height))


def test_a_mini_batch_marks_all_of_its_samples() -> None:
    assert page(samples(at("article", 1, batch=3), 80, 10)).count("▸") == 3


def test_many_inputs_are_cut_and_say_so() -> None:
    assert "1 1 1 1 1 1 …" in page(samples(of([9, 1]), 80, 10))


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


def test_the_sample_gone_to_is_in_sight_and_marked() -> None:
    moment = Timeline(load_experiment("iris")).go(1)
    lines = samples(moment, 80, 8, cursor=100)
    marked = [spans for spans in lines if any(span.selected for span in spans)]
    assert len(marked) == 1
    assert "#100 " in text(marked[0])
    assert "▸" not in page(lines)


def test_only_the_samples_in_sight_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"generator": "plane", "samples": 100_000}
    moment = Timeline(load_experiment({"network": {"layers": [2, 3, 1]}, "data": data})).go(1)
    tried: list[int] = []

    def spy(parameters: Any, training: Any, inputs: Any, targets: Any) -> Evaluation:
        tried.append(len(inputs))
        return evaluate(parameters, training, inputs, targets)

    monkeypatch.setattr("tui_backprop.core.diagnostics.samples.evaluate", spy)
    samples(moment, 80, 12, cursor=99_999)
    assert tried == [11, 11]  # before the update and after it
