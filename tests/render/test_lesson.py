"""A lesson's page as lines: tables that fit."""

from __future__ import annotations

import re

import pytest

from tui_backprop.experiments import load_experiment
from tui_backprop.lessons.computed_page import PageBuilder, RenderedBlock
from tui_backprop.lessons.lesson import Words
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.render.lesson import PageView, page_lines
from tui_backprop.render.spans import length, plain

BESIDE_THE_PANES = 43
"""Columns of a page at 120x40."""


def table(*rows: str) -> tuple[RenderedBlock, ...]:
    return tuple(RenderedBlock("row", tuple((Words(cell),) for cell in row.split("|"))) for row in rows)


def drawn(blocks: tuple[RenderedBlock, ...], columns: int) -> str:
    lines, _ = page_lines(PageView("", "", load_experiment("article"), blocks), -1, "", columns)
    assert all(length(each) <= columns for each in lines)
    return plain(lines)


def letters(text: str) -> list[str]:
    return sorted(re.sub(r"\s", "", text))


@pytest.mark.slow
def test_no_table_of_a_chapter_is_cut() -> None:
    count = 0
    for name in chapter_names():
        builder = PageBuilder(chapter(name))
        for page in builder.lesson.pages:
            computed = builder.build(page)
            for half in (computed.before, computed.after):
                rows = tuple(block for block in half if block.kind == "row")
                text = drawn(rows, BESIDE_THE_PANES)
                for row in rows:
                    cells = ["".join(part.text for part in cell) for cell in row.cells]
                    assert all(word in text for cell in cells for word in cell.split()), (page.title, cells)
                count += bool(rows)
    assert count > 20


def test_a_table_that_is_too_wide_continues_below() -> None:
    rows = table("sample|what the network says|target of the sample", "#0|1.0449|1", "#1|−0.0362|0")
    for columns in (60, 43, 30, 20, 10, 6):
        assert letters(drawn(rows, columns)) == letters("".join(part[0].text for row in rows for part in row.cells))
    assert "#0          1.0449           1" in drawn(rows, 30)
