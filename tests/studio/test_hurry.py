"""Keys in a hurry: whatever comes in one read acts on the screen it was meant for, or on none."""

from __future__ import annotations

import pytest
from textual.dom import DOMNode
from textual.events import Key, MouseDown, MouseUp
from textual.widgets import Input, OptionList

from tests.patience import until
from tests.studio.studio import NARROW, Studio, studio
from tui_backprop.studio.event_queue import EventQueue
from tui_backprop.studio.screens.palette import StudioPalette
from tui_backprop.studio.screens.questions import ChoiceQuestion, TextQuestion
from tui_backprop.studio.screens.setup import SetupScreen
from tui_backprop.studio.screens.sweep import SweepScreen

OPENING = ("g", "u", "s", "enter", "question_mark", "ctrl+n", "S", "ctrl+p")


async def type_ahead(s: Studio, *keys: str) -> None:
    """Keys that come in one read."""
    s.tap(*keys)
    await s.settle()


async def assert_well(s: Studio) -> None:
    """The studio is where it belongs, and takes a step."""
    for _ in range(4):
        if s.app.screen is not s.screen:
            await s.press("escape")
    assert s.app.screen is s.screen
    step = s.moment.step
    await s.press("space")
    assert s.moment.step == step + 1


async def test_what_is_typed_ahead_goes_to_the_dialog() -> None:
    async with studio(size=NARROW) as s:
        await type_ahead(s, "g", "3", "enter")
        assert (s.where, s.app.screen, s.screen.views) == ((12, "update"), s.screen, ())
        await type_ahead(s, "u", "down", "down", "enter", "2", "enter")
        assert s.where == (20, "update")
        await type_ahead(s, "enter", "enter")  # the same key twice: what it opens is not answered by it
        assert isinstance(s.app.screen, ChoiceQuestion)
        await type_ahead(s, "down", "enter", *"0.5", "enter")
        assert s.moment.ahead.training.rate == 0.5


@pytest.mark.slow
async def test_text_that_comes_in_one_read_is_passed_on_together(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = 0

    def counted(queue: EventQueue) -> list[DOMNode]:
        nonlocal waits
        waits += 1
        return path(queue)

    path = EventQueue._path
    async with studio() as s:
        await s.press("ctrl+n", *["down"] * 4, "end")
        monkeypatch.setattr(EventQueue, "_path", counted)
        for character in "1" * 300 + "2":
            s.app.post_message(Key(character, character))
        s.tap("left", "x", "down")
        await s.settle()
        field = s.app.screen.query_one("#layers", Input)
        assert (field.value, field.cursor_position) == ("4" + "1" * 300 + "x2", 302)
        assert s.app.screen.focused is not field
        assert waits < 30


@pytest.mark.slow
@pytest.mark.parametrize("key", OPENING)
async def test_no_key_is_taken_twice_or_by_the_screen_below(key: str) -> None:
    async with studio("article-random", size=NARROW) as s:
        for answer in ("enter", "escape", "q", "x", "pagedown"):
            if s.app.screen is s.screen:
                await type_ahead(s, key)
            await type_ahead(s, *[answer] * 4, "q", "q")
            assert s.app.is_running
            assert s.app.screen_stack[0] is s.screen
        await assert_well(s)


async def test_what_comes_after_the_answer_in_one_read_is_dropped() -> None:
    async with studio(size=NARROW) as s:
        await s.press("g")
        await type_ahead(s, "3", "enter", "enter", "q", "e")
        assert (s.app.is_running, s.where, s.app.screen) == (True, (12, "update"), s.screen)
        await type_ahead(s, "e")
        assert s.where == (16, "update")


async def test_a_dialog_is_answered_once_and_the_studio_is_never_taken_away() -> None:
    async with studio(size=NARROW) as s:
        await s.press("u")
        dialog = s.app.screen
        for _ in range(3):
            dialog.dismiss(0)
            s.app.pop_screen()
        await s.settle()
        assert s.where == (148 * 4, "update")
        await s.press("question_mark", "ctrl+p")
        s.app.screen_stack[1].dismiss()  # what lies over it stays
        await s.settle()
        assert isinstance(s.app.screen, StudioPalette)
        await assert_well(s)


async def test_the_second_of_two_clicks_on_an_option_is_not_the_studios() -> None:
    async with studio(size=NARROW) as s:
        await s.press("u")
        options = s.app.screen.query_one(OptionList)
        x, y = options.region.x + 3, options.region.y + 1
        before = s.screen.selection, s.screen.focused
        for kind in (MouseDown, MouseUp) * 3:
            s.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await s.settle()
        assert isinstance(s.app.screen, TextQuestion)
        await s.press("escape")
        assert (s.screen.selection, s.screen.focused) == before


@pytest.mark.slow
@pytest.mark.parametrize("keys", [("pagedown",), ("pageup", "pagedown"), ("end", "pageup"), ("escape", "ctrl+p")])
async def test_the_palette_takes_any_key_before_it_is_laid_out(keys: tuple[str, ...]) -> None:
    async with studio(size=NARROW) as s:
        for _ in range(3):
            await type_ahead(s, "ctrl+p", *keys)
        await assert_well(s)


@pytest.mark.parametrize("key", ["enter", "ctrl+p"])
async def test_a_list_that_is_not_laid_out_has_no_pages(key: str) -> None:
    async with studio(size=NARROW) as s:
        await s.press(key)
        options = s.app.screen.query_one(OptionList)
        options.styles.height = 0
        await s.pilot.pause()
        options.add_option("new")
        options.highlighted = options.option_count - 1
        await s.press("pageup", "pagedown")
        await assert_well(s)


async def test_what_is_typed_after_quit_opens_nothing() -> None:
    async with studio(size=NARROW) as s:
        s.tap("q", "ctrl+p", "g", "S")
        await until(lambda: not s.app.is_running)
        assert not s.app.broken


@pytest.mark.slow
@pytest.mark.parametrize("end", ["S", "escape", "quit"])
async def test_a_sweep_ends_while_it_trains(end: str) -> None:
    async with studio("spiral", size=NARROW) as s:
        await s.press("S")
        sweep = s.app.screen
        assert isinstance(sweep, SweepScreen)
        await s.pilot.pause(0.3)  # until there is news to show
        assert not sweep._over
        if end == "quit":
            s.app.exit()
            return
        await s.press(end)
        if end == "escape":
            await s.press(end)
        assert s.app.screen is s.screen
        assert all(worker.is_finished for worker in s.app.workers if worker.node is sweep)
        await s.press("space")
        assert s.where == (1, "update")


async def test_a_key_before_the_set_up_has_its_fields() -> None:
    async with studio(size=NARROW) as s:
        await type_ahead(s, "ctrl+n", "down", "down", "tab", "up")
        assert isinstance(s.app.screen, SetupScreen)
        await assert_well(s)
