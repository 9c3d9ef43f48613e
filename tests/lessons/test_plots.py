"""What pages plot and the programs they show, held against formulas, and run."""

from __future__ import annotations

import contextlib
import io
import re

import numpy as np
import pytest

from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.computed_page import PageBuilder, RenderedBlock
from tui_backprop.lessons.file_check import mistakes
from tui_backprop.lessons.lesson import Block, Lesson, Page, Words
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.plots import plot, plot_table
from tui_backprop.lessons.reader import read
from tui_backprop.render.lesson_pictures import PLOT_ROWS, plotted, program
from tui_backprop.render.spans import length
from tui_backprop.render.spans import plain as text_of


def page_of(number: int, title: str) -> tuple[Lesson, Page]:
    lesson = chapter(chapter_names()[number - 1])
    return lesson, next(page for page in lesson.pages if page.title == title)


def moment_of(number: int, title: str) -> Moment:
    lesson, page = page_of(number, title)
    return PageBuilder(lesson).build(page).context.moment


def at(experiment: str, step: int, phase: str | None = None) -> Moment:
    return Timeline(load_experiment(experiment)).go(step, phase)


def test_the_error_over_a_weight_is_a_parabola_and_its_slope_the_gradient() -> None:
    """x = 2, t = 1: the error is (2w − 1)²/2, with a slope of 2(2w − 1)."""
    found = plot("error over W1[x→y]", moment_of(1, "Turn a weight, watch the error"), 9)
    assert found.x.tolist() == [-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    assert found.curve == pytest.approx(0.5 * (2 * found.x - 1) ** 2)
    assert found.here == pytest.approx((1.5, 2.0))
    assert found.line == pytest.approx(2.0 + 4.0 * (found.x - 1.5))


def test_a_line_over_the_samples_is_straight_without_hidden_units_and_bends_with_them() -> None:
    level = plot("y over x1 + x3", moment_of(1, "No straight line will do"))
    assert level.curve == pytest.approx(np.full(7, 0.5))
    assert sorted(level.marks) == [(0, 1), (1, 0), (2, 1)]
    for step in (40, 400):
        collapsed = plot("y over x1 + x3", at("linear-collapse", step), 21)
        assert np.diff(collapsed.curve, 2) == pytest.approx(np.zeros(19), abs=1e-12)
    bent = plot("y over x1 + x3 without h2", at("article", 592), 21)
    assert bent.line is not None
    assert np.diff(bent.line, 2) == pytest.approx(np.zeros(19), abs=2e-3)  # h3 is shut for #2 alone, by a hair
    assert bent.curve[[0, 10, 20]] == pytest.approx([0.9672, 0.0358, 0.9539], abs=1e-4)
    assert bent.line[20] == pytest.approx(-0.8970, abs=1e-4)
    assert plot_table(bent)[-1] == "  targets: 1 at 2, 0 at 1, 1 at 0"


def test_a_plot_is_drawn_at_any_moment_and_width() -> None:
    for step in (0, 1, 592):
        moment = at("article", step)
        for columns in (10, 43, 76):
            for source in ("error over W2[h2→y]", "y over x1 + x3", "y over x1 + x3 without h2"):
                lines = plotted(source, moment, columns)
                assert len(lines) == PLOT_ROWS + 2
                assert all(length(each) <= columns for each in lines)
                assert "●" in text_of(lines)
    assert "−0.897 to 1" in text_of(plotted("y over x1 + x3 without h2", at("article", 592), 43))
    assert plotted("error over W1[x→y]", at("article", 0), 43) == []  # another network is on the screen by now
    for value in (1e5, 1e200, np.inf, np.nan):
        timeline = Timeline(load_experiment("no-direction"))
        timeline.edit("weight", (1, 0, 0), value) if np.isfinite(value) else None
        assert isinstance(plotted("error over W1[x1→y]", timeline.moment, 43), list)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```plot\nerror over W1[x1→h9]\n```", "not a weight"),
        ("```plot\nerror\n```", "cannot be plotted"),
        ("```plot\nh1 over x1 + x3\n```", "cannot be plotted"),
        ("```plot\ny over x2\n```", "the same for all samples"),
        ("```plot\ny over x1 without x2\n```", "does not lead to the output"),
        ("```plot\ny over x1 + x9\n```", "'x9'"),
        ("```code\na = 1  # sum9\n```", "no phase 'sum9'"),
    ],
)
def test_a_plot_of_nothing_and_a_phase_that_there_is_not_are_mistakes(block: str, message: str) -> None:
    lesson, found = read(f'+++\ntitle = "T"\n+++\n# A\n{block}\n', "f.md", "f")
    assert found == []
    (mistake,) = mistakes(lesson)
    assert mistake.line == 5
    assert message in str(mistake)
    with pytest.raises(BackpropError, match="line 5"):
        PageBuilder(lesson).build(lesson.pages[0])


def listing(title: str) -> tuple[Block, ...]:
    _, page = page_of(11, title)
    return tuple(block for block in page.before if block.kind == "code")


def source_of(blocks: tuple[Block, ...]) -> str:
    rows = [cell[0] for block in blocks for cell in block.cells]
    return "\n".join(row.text for row in rows if isinstance(row, Words)) + "\n"


def test_the_program_that_is_to_be_typed_in_prints_what_the_studio_trains() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source_of(listing("The whole program")), {})
    lines = printed.getvalue().splitlines()
    timeline = Timeline(moment_of(11, "The whole program").base)
    assert len(lines) == 348
    moment = timeline.go(timeline.epoch_end(348))
    assert moment.converged_at == 348
    for line, error in zip(lines, moment.errors.tolist(), strict=True):
        epoch, told = line.split()
        assert float(told) == pytest.approx(error, abs=0.0051), epoch


def test_the_two_halves_of_the_step_are_the_step() -> None:
    start = load_experiment("article").initial
    first, second = (weights.copy() for weights in start.weights)
    code = compile(source_of(listing("Forward") + listing("And back")), "step", "exec")
    known = {"np": np, "rate": 0.1, "W1": first, "W2": second}
    for x, t in zip(ARTICLE_INPUTS, ARTICLE_TARGETS, strict=True):
        exec(code, known | {"x": x, "t": t})
    after = at("article", 4).parameters.weights
    assert first == pytest.approx(after[0], abs=1e-12)
    assert second == pytest.approx(after[1], abs=1e-12)


def test_the_line_of_the_present_phase_is_lit_and_tells_what_it_computed() -> None:
    block = RenderedBlock("code", tuple(tuple(cell) for cell in listing("And back")[0].cells))  # type: ignore[arg-type]
    for phase, lit, value in (
        ("error", "delta2 = y - t", "0.7"),
        ("upstream1", "blame1 = W2 @ delta2", "0.1763"),
        ("mask1", "delta1 = blame1 * (z1 > 0)", "0.1763  0  "),
    ):
        lines = text_of(program(block, at("article", 2, phase), 60)).splitlines()
        place = lines.index(f"▸ {lit}")
        assert lines[place + 1].strip().startswith(f"= {value}")
        assert sum(line.startswith("▸") for line in lines) == 1
    lines = text_of(program(block, at("article", 2, "gradient"), 60)).splitlines()
    assert [line[2:7] for line in lines if line.startswith("▸")] == ["grad2", "grad1"]
    assert "▸" not in text_of(program(block, None, 60)) + text_of(program(block, at("article", 0), 60))


def test_the_hidden_values_are_those_of_the_trained_network_and_one_layer_learns_them() -> None:
    experiment = moment_of(2, "One layer is enough now").base
    trained = at("article", 592)
    values = np.maximum(ARTICLE_INPUTS @ trained.parameters.weights[0], 0.0)
    assert experiment.data.inputs == pytest.approx(values, abs=5.1e-5)
    assert experiment.data.targets.tolist() == np.reshape(ARTICLE_TARGETS, (4, 1)).tolist()
    np.random.seed(0)
    weights = np.random.random((4, 1))
    error, epochs = np.inf, 0
    while error and epochs < 1000:
        error, epochs = 0.0, epochs + 1
        for x, t in zip(experiment.data.inputs, experiment.data.targets, strict=True):
            delta = np.round(x @ weights, 1) - t
            error += float(delta[0] ** 2)
            weights -= 0.1 * np.outer(x, delta)
    assert epochs == 108
    assert re.search(r"After 108 epochs", text_of_page(2, "One layer is enough now"))


def text_of_page(number: int, title: str) -> str:
    lesson, page = page_of(number, title)
    computed = PageBuilder(lesson).build(page)
    return " ".join("".join(part.text for part in cell) for block in computed.after for cell in block.cells)
