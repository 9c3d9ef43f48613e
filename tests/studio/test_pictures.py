"""The whole screen as text, at moments of the article, by figures that were worked out without it."""

from __future__ import annotations

import re

import pytest

from tests.studio.studio import NARROW, SMALL, WIDE
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio.app import Picture, picture


def pictured(step: int, phase: str, size: tuple[int, int], *keys: str) -> Picture:
    timeline = Timeline(load_experiment("article"))
    timeline.go(step, phase)
    return picture(timeline, size, keys=keys)


def assert_shows(text: str, *parts: str) -> None:
    assert [part for part in parts if part not in text] == [], text


def test_the_first_sums_on_a_wide_screen() -> None:
    text = pictured(1, "sum1", WIDE).text
    head, said, top = text.splitlines()[:3]
    assert head == "article 3-4-1 relu · sgd 0.1   epoch 1   sample #0 1/4   step 1   error so far ·"
    assert said.endswith("z = x·W1.")
    assert re.findall(r"\w+", top) == ["forward", "input", "sum1", "relu1", "sum2", "predict"]
    assert_shows(
        text,
        "─ h1 ─", "│ z +1.9470 ", "│ z +0.5618 ", "│ z +1.3203 ", "│ z +1.3391 ",
        "x1 +1.0000 ",
        "x1 +0.8176 +0.0052 +0.6581 +0.2261  h1 +0.6218",
        "h4 +0.8858",
        "+ 1×0.4217… + 1×0.7076…",
        "▸#0  1  1  1  1  2.9  3.6100",
        "no epoch completed yet",
        "edges: x·w ▶",
        "q quit",
    )  # fmt: skip
    assert "+1.1815" not in text  # the upstream of h1, which comes later
    assert len(text.splitlines()) <= 40
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("size", [NARROW, (80, 23)])  # tmux takes a row for its status
def test_a_shut_gate_on_a_narrow_screen(size: tuple[int, int]) -> None:
    text = pictured(3, "mask1", size).text
    assert_shows(
        text,
        "sample #2 3/4",
        "h2 was shut, so the error stops there.",
        "h2 z −0.0509 ▇▇▇ a  0.0000",
        "δ  0.0000 █✕█◀↑ −0.1962",
        "y z +0.3744 ŷ +0.4000",
        "δ −0.6000 t +1.0000",
        "x2 +0.29 −0.05 +0.01 +0.55",
    )
    assert len(text.splitlines()) <= size[1]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_update(size: tuple[int, int]) -> None:
    text = pictured(1, "update", size).text
    first = "+0.6995" if size == WIDE else "+0.70"
    assert_shows(
        text, "Each weight changes by −0.1 × its gradient: 16 of 16 changed.", f"x1 {first}", "+1.6830", "3.61"
    )
    shown = pictured(1, "update", size, "v", "v").text
    assert_shows(shown, "x1  −0.118 −0.082" if size == WIDE else "x1  −▓", "ΔW1")


def test_after_the_last_epoch() -> None:
    text = pictured(4 * 148, "update", WIDE).text
    assert_shows(
        text,
        "Epoch 148 converged (error 0). No weight changes.",
        "epoch 148: sum 0",
        "converged in epoch 148",
        "x1 +0.4875 +1.0675 +0.5757 −0.4673  h1 −0.2600",
        "x2 +0.0704 −1.1005 −0.0024 +0.9504  h2 +1.7470",
        "▲",
    )
    assert text.count("✓") == 4


def test_a_small_screen_shows_the_head_and_one_pane() -> None:
    text = pictured(1, "sum1", SMALL).text
    assert_shows(text, "epoch 1   sample #0 1/4", "x1 +0.8176", "q quit")
    assert len(text.splitlines()) <= 12


def test_a_picture_is_text_with_colours_or_without_and_svg() -> None:
    found = pictured(1, "sum1", NARROW)
    assert "\x1b" not in found.text
    assert "\x1b[" in found.ansi
    assert found.svg.startswith("<svg")
    assert "tui-backprop" in found.svg
    assert "+1.9470" in found.svg


def test_a_picture_can_be_taken_after_keys() -> None:
    assert_shows(pictured(1, "sum1", (70, 24), "tab", "tab").text, "[Inspector]", "relu1")
