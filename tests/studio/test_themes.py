"""Every theme, in every view and on every screen: nothing is drawn in an ink that the theme has not got."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.studio.studio import WIDE, Studio, studio
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.panes.pane import Painted, Pane
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.screens.lesson import first_timeline

THEMES = ("dark", "light", "ansi", "nord", "textual-light")

HALF_BLOCK = "▀"
PLACES = {view.__name__.removesuffix("Pane"): (view.KEY,) for view in VIEWS} | {
    "the panes": (),
    "the chart": ("e", "e", "c"),
    "the set-up": ("ctrl+n",),
    "a sweep": ("S",),
    "the help": ("question_mark",),
    "the palette": ("ctrl+p",),
}


def draw(app: BackpropApp) -> None:
    """Every line of every pane in sight, as it is drawn when the terminal asks for it."""
    for painted in app.screen.query(Painted):
        painted._strips.clear()
        for y in range(painted.size.height):
            painted.render_line(y)


async def wear(app: BackpropApp, pilot: Pilot[str], theme: str) -> None:
    """The theme is another one, and every widget knows."""
    app.theme = theme
    await pilot.pause()
    draw(app)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
async def test_a_theme_can_change_wherever_one_is(place: str) -> None:
    async with studio("xor") as s:
        await s.press("space", *PLACES[place])
        for theme in (*THEMES, *reversed(THEMES)):
            await wear(s.app, s.pilot, theme)


@pytest.mark.slow
async def test_a_theme_can_change_beside_a_lesson() -> None:
    lesson = chapter(chapter_names()[2])
    app = BackpropApp(first_timeline(lesson), lesson=lesson, keep_progress=False)
    async with app.run_test(size=WIDE) as pilot:
        for _ in lesson.pages:
            for theme in THEMES:
                await wear(app, pilot, theme)
            await pilot.press("n")


async def map_of(s: Studio, view: str) -> str:
    """What the view shows; the surface may stand beside the graph without being asked for."""
    await s.press("e")
    if not any(pane.display for pane in s.screen.query(f"#{view.lower()}")):
        await s.press(*PLACES[view])
    assert s.text(view)
    return s.text(view)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["Surface", "Landscape"])
async def test_a_map_is_in_shades_where_the_theme_has_no_colours_for_half_blocks(view: str) -> None:
    async with studio("xor") as s:
        assert HALF_BLOCK in await map_of(s, view)
        await wear(s.app, s.pilot, "ansi")
        assert HALF_BLOCK not in s.text(view)
        await wear(s.app, s.pilot, "light")
        assert HALF_BLOCK in s.text(view)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["Surface", "Landscape"])
async def test_a_map_is_in_shades_without_colours(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with studio("xor") as s:
        assert HALF_BLOCK not in await map_of(s, view)


async def test_in_sixteen_colours_frames_are_dimmer_than_the_one_with_the_focus() -> None:
    async with studio() as s:
        s.app.theme = "ansi"
        await s.pilot.pause()
        frames = {pane.id: pane.styles.border_top[1].ansi for pane in s.app.screen.query(Pane) if pane.display}
        focused = s.app.focused
        assert focused is not None
        assert frames.pop(focused.id) == 2  # green
        del frames["network"]  # which draws its own
        assert set(frames.values()) == {8}  # bright black
