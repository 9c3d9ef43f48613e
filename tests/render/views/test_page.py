"""What of a view is visible where there is little room."""

from __future__ import annotations

import pytest

from tests.render.moments import page
from tui_backprop.render.spans import Line, line
from tui_backprop.render.views.page import ViewPage

NUMBERS = [line(f"#{row} 0.25") for row in range(6)]
PAGE = ViewPage(
    [line("   h1")], NUMBERS, [[line("net")], [line("− better,"), line("+ worse")]], 3, [[line("So."), line("It is.")]]
)


def shown(rows: int, scroll: int = 0, of: ViewPage = PAGE) -> list[str]:
    lines, _ = of.lines(10, rows, scroll)
    return [row.rstrip() for row in page(lines).splitlines()]


@pytest.mark.parametrize("rows", range(2, 15))
def test_headings_go_last_and_paragraphs_are_whole_or_left_out(rows: int) -> None:
    text = shown(rows)
    assert len(text) <= rows
    assert "   h1" in text
    assert any(row.startswith("#3") for row in text)
    assert ("So." in text) == ("It is." in text)
    assert ("− better," in text) == ("+ worse" in text)
    marks = "".join(row[-1] for row in text if row.startswith("#"))
    hidden = "So." not in text or not text[-1].startswith("+")
    assert bool(set("↑↓") & set(marks)) == (hidden or len(marks) < 6)
    assert all("0.25" in row for row in text if row.startswith("#"))


def test_what_is_hidden_comes_with_scrolling_up_and_down() -> None:
    assert shown(4) == ["   h1", "#2 0.25  ↑", "#3 0.25  ↓", "net"]
    assert shown(4, -9) == ["   h1", "So.", "It is.   ↓", "net"]
    assert shown(4, 9) == ["   h1", "− better,↑", "+ worse", "net"]


def test_a_page_of_sentences_alone_scrolls_from_its_start() -> None:
    sentences: list[list[Line]] = [[line("One"), line("two.")], [line("Three."), line("Four.")]]
    assert shown(3, of=ViewPage(verdict=sentences)) == ["One", "two.", "Three.   ↓"]
    assert shown(3, 9, of=ViewPage(verdict=sentences)) == ["One", "two.", "Four.    ↑"]
