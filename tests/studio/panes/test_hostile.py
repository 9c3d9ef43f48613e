"""Names from a user's file: whatever they hold, they reach the terminal as harmless characters."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.strip import Strip

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import safe
from tui_backprop.studio.app import BackpropApp, picture
from tui_backprop.studio.screens.studio import StudioScreen

NAMES = (
    "\x1b[31mred",
    "[bold]loud[/]",
    "[/nothing]",
    "two\nlines",
    "漢字の名前です",
    "e\u0301\u200d\u202e",
    "[@click=app.quit]x",
)
TITLE = "\x1b]0;owned\x07 [reverse]title[/reverse]\r\n"
SELECTIONS: tuple[Selection, ...] = (
    *(Unit(0, index) for index in range(len(NAMES))),
    Weight(2, 1, 2),
    Bias(2, 1),
    Unit(2, 0),
)


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    """An experiment whose file, title, hint, inputs and outputs have hostile names."""
    outputs = ("\x1b[2Jclear", "[red]y", "終\u0301")
    header = ",".join(f'"{name}"' for name in (*NAMES, *outputs))
    rows = "\n".join(",".join("1" * (len(NAMES) + len(outputs))) for _ in range(3))
    (tmp_path / "data.csv").write_text(f"{header}\n{rows}\n", encoding="utf-8", newline="")
    file = tmp_path / "\x1b[31m[bold]name.toml"
    quoted = TITLE.encode("unicode_escape").decode().replace("\\x", "\\u00")
    file.write_text(
        f"""title = "{quoted}"
watch = "{quoted}"
[network]
layers = [{len(NAMES)}, 2, 3]
bias = true
[data]
csv = "data.csv"
""",
        encoding="utf-8",
    )
    return Timeline(load_experiment(file))


def assert_harmless(strips: list[Strip], columns: int) -> None:
    for strip in strips:
        assert cell_len(strip.text) == columns, strip.text
        for segment in strip:
            assert segment.text.isprintable()
            assert not any(unicodedata.category(character)[0] == "C" for character in segment.text)
        assert safe(strip.text) == strip.text  # marks stand at letters only, and in no piles


def screen_of(app: BackpropApp) -> list[Strip]:
    return app.screen._compositor.render_strips()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(130, 44), (80, 24), (40, 12)])
async def test_no_name_reaches_the_screen_raw(timeline: Timeline, size: tuple[int, int]) -> None:
    app = BackpropApp(timeline)
    async with app.run_test(size=size) as pilot:
        assert isinstance(app.screen, StudioScreen)
        assert_harmless(screen_of(app), size[0])
        await pilot.press("full_stop", "full_stop")
        for selection in SELECTIONS:
            app.screen.selection = selection
            await pilot.press("tab", "y")
            assert_harmless(screen_of(app), size[0])
        await pilot.press("space", "v", "f", "tab", "c", "question_mark", "ctrl+p")
        assert_harmless(screen_of(app), size[0])
        assert unicodedata.normalize("NFC", app.clipboard).replace("\n", "").isprintable()


async def test_markup_in_a_name_is_shown_as_it_is(timeline: Timeline) -> None:
    app = BackpropApp(timeline)
    async with app.run_test(size=(130, 44)) as pilot:
        assert isinstance(app.screen, StudioScreen)
        for index in (1, 2, 6):
            app.screen.selection = Unit(0, index)
            await pilot.pause()
            assert NAMES[index] in "\n".join(strip.text for strip in screen_of(app))


def test_pictures_are_harmless(timeline: Timeline) -> None:
    pictured = picture(timeline, (120, 40))
    assert pictured.text.replace("\n", "").isprintable()
    assert not {"\x1b[31m\x1b", "\x1b]0", "\x1b[2J", "\x07"} & {
        pictured.ansi[i : i + 4] for i in range(len(pictured.ansi))
    }
    assert not any(c in pictured.svg for c in "\x1b\x07")
