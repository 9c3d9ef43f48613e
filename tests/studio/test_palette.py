"""The palette: every key, every preset, every theme, and running one of them."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.command import CommandList, CommandPalette
from textual.content import Content
from textual.events import Click
from textual.widgets import Input

from tests.patience import until
from tests.studio.studio import Studio, studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.experiments import preset_names
from tui_backprop.lessons.library import chapter_names
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.commands import StudioCommands
from tui_backprop.studio.keys import KEYS
from tui_backprop.studio.screens.palette import StudioPalette
from tui_backprop.studio.screens.session import SessionScreen
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.studio.themes import theme_names


async def offered(s: Studio, query: str = "") -> list[str]:
    """The names in the open palette, once all have come."""
    if query:
        s.app.screen.query_one(Input).value = query
    commands = s.app.screen.query_one(CommandList)
    await until(lambda: commands.option_count > 0, "what the palette offers")
    await s.pilot.pause()
    return [Content(str(commands.get_option_at_index(i).prompt)).plain for i in range(commands.option_count)]


@pytest.mark.slow
async def test_the_palette_offers_every_key_every_preset_and_every_theme() -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        assert isinstance(s.app.screen, CommandPalette)
        names = "\n".join(await offered(s))
        assert [key.does for key in KEYS if key.does not in names] == []
        assert [key.glyph for key in KEYS if f"({key.glyph})" not in names] == []
        assert [name for name in preset_names() if f"Open {name}: " not in names] == []
        assert [theme for theme in theme_names() if f"Theme: {theme}" not in names] == []
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)


@pytest.mark.slow
async def test_the_palette_is_opened_once() -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        await offered(s)
        await s.press("ctrl+p")
        assert [type(screen) for screen in s.app.screen_stack] == [SessionScreen, StudioPalette]
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)


@pytest.mark.slow
async def test_a_click_outside_a_screen_that_has_shrunk_is_ignored() -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        palette = s.app.screen
        palette.post_message(Click(palette, 106, 3, 0, 0, 1, False, False, False))
        await s.resize((1, 1))
        palette.post_message(Click(palette, 106, 3, 0, 0, 1, False, False, False))
        await s.resize((120, 40))
        assert s.app.is_running
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)


@pytest.mark.slow
async def test_a_preset_is_opened_from_the_palette() -> None:
    async with studio() as s:
        for name in ("xor", "article", "blame"):
            await s.press("ctrl+p")
            names = await offered(s, f"open {name}:")
            place = next(index for index, title in enumerate(names) if title.startswith(f"Open {name}: "))
            s.app.screen.query_one(CommandList).highlighted = place
            await s.press("enter")
            await until(lambda name=name: s.timeline.experiment.name == name)  # type: ignore[misc]
            await s.pilot.pause()
            assert s.where == (0, "start")
            await s.press("space", "v")
            assert s.where == (1, "update")
            assert s.text("Breadcrumb").splitlines()[0].startswith(name)


async def test_a_key_is_run_from_the_palette() -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        await offered(s, "one epoch forward")
        await s.press("down", "enter")
        await s.pilot.pause()
        assert s.where == (4, "update")


async def test_a_theme_is_chosen_from_the_palette() -> None:
    async with studio() as s:
        before = [segment.style for segment in s.painted("Matrices").render_line(1)]
        await s.press("ctrl+p")
        names = await offered(s, "theme: light")
        place = next(index for index, title in enumerate(names) if title.startswith("Theme: light"))
        s.app.screen.query_one(CommandList).highlighted = place
        await s.press("enter")
        await s.pilot.pause()
        assert s.app.theme == "light"
        assert [segment.style for segment in s.painted("Matrices").render_line(1)] != before


@pytest.mark.slow
async def test_the_palette_does_no_harm_over_another_screen() -> None:
    async with studio() as s:
        for key in ("question_mark", "g", "u", "s", "S", "ctrl+p"):
            await s.press(key, "ctrl+p")
            await s.pilot.pause()
            await s.press("escape", "escape", "escape")
            assert isinstance(s.app.screen, StudioScreen)
        await s.press("space")
        assert s.where == (1, "update")


@pytest.mark.slow
@pytest.mark.parametrize("query", ["chapter 5", "lesson"])
async def test_a_chapter_is_asked_for_from_the_palette(query: str) -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        names = await offered(s, query)
        s.app.screen.query_one(CommandList).highlighted = names.index(
            next(title for title in names if title.startswith("Chapter 5 of the lessons: The gate"))
        )
        await s.press("enter")
        await until(lambda: s.app.chapter != "", "the chapter")
        assert (s.app.chapter, s.app.return_code) == (chapter_names()[4], 0)


@pytest.mark.parametrize(("kiosk", "chapters"), [(False, 12), (True, 0)])
async def test_a_kiosk_offers_no_chapters(kiosk: bool, chapters: int) -> None:
    app = BackpropApp(Timeline(load_experiment("article")), audience=Audience(kiosk=kiosk))
    async with app.run_test():
        names = [name for name, _, _ in StudioCommands(app.screen)._commands()]
    assert sum(name.startswith("Chapter ") for name in names) == chapters


@pytest.mark.parametrize(("option", "runs"), [(0, True), (999, False)])
async def test_a_click_on_a_command_that_is_gone_does_nothing(option: int, runs: bool) -> None:
    async with studio() as s:
        await s.press("ctrl+p")
        await offered(s, "open xor:")
        commands = s.app.screen.query_one(CommandList)
        commands.post_message(Click(commands, 1, 1, 0, 0, 1, False, False, False, style=Style(meta={"option": option})))
        await until(lambda: isinstance(s.app.screen, StudioScreen))  # which is where the click leads, too
        await s.settle()
        assert s.timeline.experiment.name == ("xor" if runs else "article")
