"""The application: themes, the studio on its screen, and pictures of it without a terminal."""

from __future__ import annotations

import asyncio
import gc
import io
import signal
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from textual.app import App
from textual.events import Event, InputEvent
from textual.theme import BUILTIN_THEMES, Theme

from tui_backprop.commands import StudioCommands
from tui_backprop.core.timeline import Timeline
from tui_backprop.render.spans import safe
from tui_backprop.screens.audience import ALONE, KIOSK_FORBIDS, Audience
from tui_backprop.screens.studio import StudioScreen
from tui_backprop.store import Record
from tui_backprop.terminal.drivers import driver_class
from tui_backprop.terminal.internals import driver_of, picture_of

if TYPE_CHECKING:  # lessons are imported when one is opened
    from tui_backprop.lessons.lesson import Lesson

DARK = Theme(
    "dark", primary="#5fafd7", accent="#ffd75f", warning="#ffaf5f", error="#ff5f5f", success="#87d787",
    foreground="#d0d0d0", background="#121212", surface="#1c1c1c", panel="#444444", dark=True,
)  # fmt: skip
LIGHT = Theme(
    "light", primary="#005fd7", accent="#af00af", warning="#af5f00", error="#d70000", success="#008700",
    foreground="#303030", background="#ffffff", surface="#eeeeee", panel="#bcbcbc", dark=False,
)  # fmt: skip

ENDINGS = tuple(number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None)
"""Signals that end the studio in order; not every system has all of them."""
SETTLED = 1.0
"""Seconds after which the studio is on the screen."""


def _ansi() -> Theme:
    """The terminal's own sixteen colours."""
    theme = BUILTIN_THEMES["ansi-dark"]
    options = {name: getattr(theme, name) for name in theme.__dataclass_fields__}
    return Theme(**{**options, "name": "ansi", "accent": "ansi_magenta", "panel": "ansi_bright_black"})


def _reading(lesson: Lesson, timeline: Timeline, keep_progress: bool) -> StudioScreen:
    from tui_backprop.screens.lesson import LessonScreen

    return LessonScreen(lesson, timeline, keep_progress)


class BackpropApp(App[None]):
    """The studio of one experiment."""

    CSS_PATH = "app.tcss"
    TITLE = "tui-backprop"
    COMMANDS: ClassVar[set[Any]] = {StudioCommands}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        timeline: Timeline,
        theme: str = "dark",
        ascii_characters: bool = False,
        audience: Audience = ALONE,
        record: Record | None = None,
        lesson: Lesson | None = None,
        keep_progress: bool = True,
    ) -> None:
        """`record` is where the session is saved; without one it is not.

        A `lesson` is read beside the studio, from where it was left if progress is kept.
        """
        super().__init__(driver_class=driver_class(ascii_characters), ansi_color=True if theme == "ansi" else None)
        self._timeline = timeline
        self._studio = (
            StudioScreen(timeline, audience, record) if lesson is None else _reading(lesson, timeline, keep_progress)
        )
        self._audience = audience
        for available in (DARK, LIGHT, _ansi()):
            self.register_theme(available)
        self.theme = theme

    def on_mount(self) -> None:
        """The studio is the only screen; garbage may be collected as soon as it can be seen."""
        self.push_screen(self._studio)
        self.set_timer(SETTLED, gc.enable)
        for number in ENDINGS:
            with suppress(NotImplementedError):  # as on Windows
                asyncio.get_running_loop().add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def on_unmount(self) -> None:
        """Signals do again what they did before."""
        for number in ENDINGS:
            with suppress(NotImplementedError):
                asyncio.get_running_loop().remove_signal_handler(number)

    async def on_event(self, event: Event) -> None:
        """Whatever screen a key or the mouse is meant for, somebody is there."""
        if isinstance(event, InputEvent):
            self._studio.attended()
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Some actions are not for strangers."""
        return not (self._audience.kiosk and action in KIOSK_FORBIDS)

    def save_now(self) -> None:
        """Saves the session as it stands, whatever happens; for handlers of signals."""
        self._studio.save_now()

    def action_redraw(self) -> None:
        """Draws every cell anew: something else may have written on the terminal."""
        getattr(driver_of(self), "redraw", self.refresh)()


@dataclass(frozen=True)
class Picture:
    """The studio's screen, three times: text, text with colours for a terminal, and SVG."""

    text: str
    ansi: str
    svg: str


def picture(timeline: Timeline, size: tuple[int, int], theme: str = "dark", keys: tuple[str, ...] = ()) -> Picture:
    """The studio as it looks at the timeline's moment, after `keys`, at `size` (columns, rows)."""
    return asyncio.run(_picture(BackpropApp(timeline, theme), size, keys))


def lesson_picture(lesson: Lesson, size: tuple[int, int], theme: str = "dark", keys: tuple[str, ...] = ()) -> Picture:
    """The same of a lesson on its first page, after `keys`."""
    from tui_backprop.screens.lesson import first_stage

    return asyncio.run(
        _picture(BackpropApp(first_stage(lesson), theme, lesson=lesson, keep_progress=False), size, keys)
    )


async def _picture(app: BackpropApp, size: tuple[int, int], keys: tuple[str, ...]) -> Picture:
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        console = Console(
            width=size[0], height=size[1], file=io.StringIO(), force_terminal=True, color_system="truecolor",
            record=True, legacy_windows=False, safe_box=False,
        )  # fmt: skip
        console.print(picture_of(app))
        text = "\n".join(line.rstrip() for line in console.export_text(clear=False).splitlines())
        ansi = console.export_text(clear=False, styles=True).rstrip("\n")
        return Picture(text, ansi, app.export_screenshot(title=f"tui-backprop {safe(app._timeline.experiment.name)}"))
