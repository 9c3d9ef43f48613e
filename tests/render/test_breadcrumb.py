"""The path of phases and the counters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.moments import at, moments, of, text
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.breadcrumb import counters, path, phase_label

ARTICLE = "input ▸ sum1 ▸ relu1 ▸ sum2 ▸ predict ▸ error ◂ upstream1 ◂ mask1 ◂ gradient ◂ update"


def test_the_path_goes_to_the_right_and_back() -> None:
    assert text(path(at("article"), 120)) == ARTICLE
    assert text(path(at("article"), 80)) == ARTICLE.replace(" ", "")
    assert text(path(of([2, 3]), 120)) == "input ▸ sum1 ▸ predict ▸ error ◂ gradient ◂ update"
    assert text(path(of([2, 2, 2, 1], hidden=["tanh", "leaky_relu"]), 200)) == (
        "input ▸ sum1 ▸ tanh1 ▸ sum2 ▸ leaky_relu2 ▸ sum3 ▸ predict ▸ error "
        "◂ upstream2 ◂ mask2 ◂ upstream1 ◂ mask1 ◂ gradient ◂ update"
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
def test_where_we_are_is_in_sight_in_any_width(moment: Moment, width: int) -> None:
    spans = path(moment, width)
    assert cell_len(text(spans)) <= width
    here = [span.text for span in spans if span.bold]
    assert here == ([phase_label(moment.phase, moment.experiment)] if moment.step else [])


def test_the_counters() -> None:
    everything = "article  epoch 1  sample #2 (3 of 4)  step 3  epoch's error so far 4.1  rate 0.1"
    assert text(counters(at("article", 3, "mask1"), 120)) == everything.replace("4.1", "4.46")
    assert text(counters(at("article", 3, "sum1"), 120)) == everything  # 3.61 + 0.49: this sample's is not known
    assert text(counters(at("article", 1, "sum1"), 120)).endswith(
        "sample #0 (1 of 4)  step 1  epoch's error so far ·  rate 0.1"
    )
    assert text(counters(at("article"), 120)) == "article  start: nothing computed yet  rate 0.1"


def test_epoch_and_sample_are_the_last_to_go_where_there_is_no_room() -> None:
    moment = at("article", 4 * 147 + 1, "error")
    assert text(counters(moment, 60)).startswith("epoch 148  sample #0 (1 of 4)")
    assert "error so far 0" in text(counters(moment, 60))
    assert text(counters(moment, 30)).startswith("epoch 148  sample #0 (1 of 4)")


def test_a_mini_batch_names_its_samples() -> None:
    assert "sample #0 #1 #2 (1 of 2, #0 shown)" in text(counters(at("article", 1, "sum1", batch=3), 120))
