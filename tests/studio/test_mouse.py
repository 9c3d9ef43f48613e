"""The mouse: the wheel scrolls every pane, a click selects what it is on, and a title does what it names."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.studio.studio import WIDE, Studio, studio
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.studio.panes.samples import SamplesPane
from tui_backprop.studio.screens.questions import ChoiceQuestion


def place(s: Studio, name: str, text: str) -> tuple[int, int]:
    """Where a text stands in a pane, its frame included."""
    pane = s.painted(name)
    y, x = next((y, row.index(text)) for y, row in enumerate(s.text(name).splitlines()) if text in row)
    return x + pane.gutter.left, y + pane.gutter.top


async def click(s: Studio, name: str, at: tuple[int, int], times: int = 1) -> None:
    await s.pilot.click(s.painted(name), offset=at, times=times)
    await s.settle()


async def test_a_click_on_a_sample_marks_it_and_the_wheel_continues_from_there() -> None:
    async with studio("circle", WIDE) as s:
        samples = s.painted("Samples")
        assert isinstance(samples, SamplesPane)
        await click(s, "Samples", (3, 4))
        first = samples.cursor
        assert first is not None
        for event in (MouseScrollDown, MouseScrollUp):
            before = samples.cursor
            samples.post_message(event(samples, 2, 2, 0, 1, 0, False, False, False))
            await s.settle()
            assert before is not None
            assert samples.cursor == before + (3 if event is MouseScrollDown else -3)


async def test_the_wheel_scrolls_the_inspector() -> None:
    async with studio(size=(80, 24)) as s:
        await s.press("space")
        before = s.text("Inspector")
        pane = s.painted("Inspector")
        for _ in range(3):
            pane.post_message(MouseScrollUp(pane, 2, 2, 0, -1, 0, False, False, False))
        await s.settle()
        assert s.text("Inspector") != before


async def test_heads_of_rows_and_columns_select_their_units() -> None:
    async with studio() as s:
        await click(s, "Matrices", place(s, "Matrices", "h3"))
        assert s.screen.selection == Unit(1, 2)
        await click(s, "Matrices", place(s, "Matrices", "x2"))
        assert s.screen.selection == Unit(0, 1)


async def test_a_click_on_the_errors_line_goes_to_that_epoch() -> None:
    async with studio() as s:
        await s.press(*"eeeee")
        await click(s, "Error", place(s, "Error", "●"))
        assert s.where == (4, "update")


@pytest.mark.parametrize(("pane", "shown"), [("Matrices", "Gradients"), ("Error", "")])
async def test_a_title_does_what_it_names(pane: str, shown: str) -> None:
    async with studio() as s:
        await click(s, pane, (8, 0))
        if shown:
            assert s.title(pane).startswith(shown)
        else:
            assert s.visible == {"Chart"}


async def test_a_double_click_edits() -> None:
    async with studio() as s:
        await click(s, "Matrices", place(s, "Matrices", "+0.5251"), times=2)
        await s.pilot.pause()
        assert s.screen.selection == Weight(1, 2, 1)
        assert isinstance(s.app.screen, ChoiceQuestion)
