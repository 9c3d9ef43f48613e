"""The path of phases and the counters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.moments import at, moments, of, text
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.breadcrumb import counters, path
from tui_backprop.render.spans import Span

ARTICLE = "input ▸ sum1 ▸ relu1 ▸ sum2 ▸ predict ▸ error ◂ upstream1 ◂ mask1 ◂ gradient ◂ update"


def test_the_path_goes_to_the_right_and_back() -> None:
    assert text(path(at("article"), 120)) == ARTICLE
    assert text(path(at("article"), 80)) == ARTICLE.replace(" ", "")
    assert text(path(of([2, 3]), 120)) == "input ▸ sum1 ▸ predict ▸ error ◂ gradient ◂ update"
    assert text(path(of([2, 2, 2, 1], hidden=["tanh", "leaky_relu"]), 200)) == (
        "input ▸ sum1 ▸ tanh1 ▸ sum2 ▸ leaky_relu2 ▸ sum3 ▸ predict ▸ error "
        "◂ upstream2 ◂ mask2 ◂ upstream1 ◂ slope1 ◂ gradient ◂ update"
    )


@pytest.mark.parametrize(("phase", "label"), list(zip(phases(2), ARTICLE.replace("◂", "▸").split(" ▸ "), strict=True)))
def test_where_we_are_is_bold_and_what_is_to_come_is_dim(phase: str, label: str) -> None:
    spans = path(at("article", 1, phase), 120)
    assert [span.text for span in spans if span.bold] == [label]
    place = [span.text for span in spans].index(label)
    assert {span.ink for span in spans[place + 1 :]} <= {"dim"}
    assert {span.ink for span in spans[:place]} <= {"text"}


def test_at_the_start_all_is_to_come() -> None:
    assert {(span.ink, span.bold) for span in path(at("article"), 120)} == {("dim", False)}


@given(moments(most_units=2), st.integers(14, 100))
def test_where_we_are_is_visible_in_any_width(moment: Moment, width: int) -> None:
    spans = path(moment, width)
    assert cell_len(text(spans)) <= width
    here = [span.text for span in spans if span.bold]
    assert here == ([phase_label(moment.phase, moment.experiment)] if moment.step else [])


def test_the_counters() -> None:
    everything = "article 3-4-1 relu · sgd 0.1   epoch 1   sample #2 3/4   step 3   error so far 4.1"
    assert text(counters(at("article", 3, "mask1"), 120)) == everything.replace("4.1", "4.46")
    assert text(counters(at("article", 3, "sum1"), 120)) == everything  # 3.61 + 0.49: this sample's is not known
    assert text(counters(at("article", 1, "sum1"), 120)).endswith("sample #0 1/4   step 1   error so far ·")
    assert text(counters(at("article", 4), 120)).endswith("step 4   error 4.95")
    assert text(counters(at("article"), 120)) == "article 3-4-1 relu · sgd 0.1   start: nothing computed yet"


def test_epoch_and_sample_are_the_last_to_be_cut() -> None:
    moment = at("article", 4 * 147 + 1, "error")
    assert text(counters(moment, 75)).startswith("article   epoch 148   sample #0 1/4   step 589   error so far 0")
    assert text(counters(moment, 45)).startswith("epoch 148   sample #0 1/4   error so far 0")
    assert text(counters(moment, 30)).startswith("epoch 148  sample #0 1/4")


def test_what_is_wrong_stays_visible() -> None:
    trouble = Span("⚠ 1 dead (2)", "warn")
    for width in (120, 75, 60):
        assert text(counters(at("article", 3, "mask1"), width, trouble)).endswith("⚠ 1 dead (2)")


def test_a_changed_rate_is_shown_at_once() -> None:
    timeline = Timeline(load_experiment("article"))
    timeline.go(3)
    timeline.edit("rate", (), 0.5)
    assert "sgd 0.1 → 0.5" in text(counters(timeline.moment, 120))
    assert "sgd 0.5" in text(counters(timeline.next_step(), 120))


def test_so_are_another_optimiser_and_activation() -> None:
    timeline = Timeline(load_experiment("article"))
    timeline.go(3)
    timeline.edit("optimizer", (), "adam")
    timeline.edit("activation", (1,), "tanh")
    assert "3-4-1 relu → tanh · sgd → adam 0.1 " in text(counters(timeline.moment, 120))
    assert "3-4-1 tanh · adam 0.1 " in text(counters(timeline.next_step(), 120))


def test_a_mini_batch_names_its_samples() -> None:
    assert "samples #0 #1 #2 1/2, #0 shown" in text(counters(at("article", 1, "sum1", batch=3), 120))
    assert "samples #0 #1 #2 #3 … 1/20, #0 shown" in text(
        counters(at("circle", 1, "sum1", batch=5, shuffle=False), 120)
    )
