"""The application: the studio on its screen, and screenshots of it without a terminal."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rich.console import Console
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.events import Event, InputEvent, MouseMove, Paste, Resize
from textual.geometry import Size
from textual.worker import WorkerFailed

from tui_backprop.core.run.timeline import Timeline
from tui_backprop.render.spans import safe
from tui_backprop.sessions.store import Record
from tui_backprop.studio.audience import ALONE, Audience
from tui_backprop.studio.event_queue import EventQueue
from tui_backprop.studio.panes.inks import ANSI, in_256, palette_of
from tui_backprop.studio.screens.session import SessionScreen
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.studio.settings import Keep, Settings
from tui_backprop.studio.themes import OWN
from tui_backprop.terminal.drivers import driver_class
from tui_backprop.terminal.internals import ExposedApp, driver_of, fail, picture_of
from tui_backprop.terminal.signals import caught
from tui_backprop.terminal.size import fitting

if TYPE_CHECKING:  # for annotations; lessons are imported when one is opened
    from rich.console import RenderableType
    from textual.command import Provider

    from tui_backprop.lessons.lesson import Lesson

BROKEN = 1
"""The exit code after a crash of the studio."""
SETTLED = 1.0
"""Seconds after which the studio is visible."""
STILL = Settings(motion=False)


def _reading(
    lesson: Lesson, timeline: Timeline, keep_progress: bool, audience: Audience, questions: bool | None
) -> StudioScreen:
    from tui_backprop.studio.screens.lesson import LessonScreen

    return LessonScreen(lesson, timeline, keep_progress, audience, questions)


def _commands() -> type[Provider]:
    """What the palette offers: imported when it is opened."""
    from tui_backprop.studio.commands import StudioCommands

    return StudioCommands


class BackpropApp(ExposedApp):
    """The studio of one experiment."""

    CSS_PATH = "app.tcss"
    TITLE = "tui-backprop"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        timeline: Timeline,
        settings: Settings = STILL,
        ascii_characters: bool = False,
        audience: Audience = ALONE,
        record: Record | None = None,
        lesson: Lesson | None = None,
        keep_progress: bool = True,
        questions: bool | None = None,
        keep: Keep | None = None,
        news: str = "",
        by_hand: int = 0,
    ) -> None:
        """`record` is where the session is saved; without one it is not saved.

        A `lesson` is read beside the studio, from where it was left if progress is kept; `questions` says whether it
        asks them, None: as last time. `keep` stores settings that are changed. `news` is the first thing to
        say. `by_hand` steps are worked out by hand first.
        """
        ansi = settings.theme == "ansi"
        super().__init__(driver_class=driver_class(ascii_characters), ansi_color=True if ansi else None)
        self._timeline = timeline
        self._studio: StudioScreen = (
            SessionScreen(timeline, audience, record)
            if lesson is None
            else _reading(lesson, timeline, keep_progress, audience, questions)
        )
        self._audience, self._by_hand = audience, by_hand
        self._home: asyncio.AbstractEventLoop | None = None
        self._events = EventQueue(self, super().on_event)
        for theme in OWN:
            self.register_theme(theme)
        self.theme = settings.theme
        self._studio.apply_settings(settings, keep, news)

    def run_to_end(self) -> int:
        """Runs the studio to its end, and restores the terminal whatever happens; returns the exit code."""
        try:
            with caught(self.leave):
                self.run()
        except Exception as error:  # noqa: BLE001  # nothing that breaks is shown to the user as it is
            self.broken = error
        if self.broken is None:
            return self.return_code or 0
        print(f"tui-backprop: {self._crash_report(self.broken, self.save_now())}", file=sys.stderr)
        return BROKEN

    def _crash_report(self, error: BaseException, onwards: str) -> str:
        from tui_backprop.studio import crash

        if isinstance(error, WorkerFailed):
            error = error.error
        kept = crash.keep(error)
        return crash.KIOSK_MESSAGE if self._audience.kiosk else crash.report(error, kept, onwards)

    @property
    def chapter(self) -> str:
        """The lesson that was asked for instead of the studio, or nothing."""
        return self.return_value or ""

    def leave(self, code: int) -> None:
        """Ends with an exit code, wherever the program is, after saving the session."""
        if self._home is None:
            raise SystemExit(code)
        with suppress(RuntimeError):  # the loop has ended: we are leaving already
            self._home.call_soon_threadsafe(self._leave, code)

    def _leave(self, code: int) -> None:
        self.torn_away = True
        self.save_now()
        self.exit(return_code=code)

    def on_load(self) -> None:
        """Called before the terminal is taken over. From now on, an error in a callback of the loop ends the studio."""
        self._home = asyncio.get_running_loop()
        self._home.set_exception_handler(self._callback_broke)

    def _callback_broke(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception):
            fail(self, error)
        else:
            loop.default_exception_handler(context)

    def on_mount(self) -> None:
        """Lets garbage be collected once the studio is visible."""
        self.screen_change_signal.subscribe(self, self._events.screen_changed, immediate=True)
        self.set_timer(SETTLED, gc.enable)
        if self._by_hand:
            self._studio.call_after_refresh(self._studio.action_by_hand, self._by_hand)

    def get_default_screen(self) -> StudioScreen:
        """The studio itself: a screen below it would be styled and laid out, but never seen."""
        return self._studio

    @property
    def size(self) -> Size:
        """The screen's size: the terminal's, within bounds."""
        return Size(*fitting(*super().size))

    async def on_event(self, event: Event) -> None:
        """Handles keys, clicks and pastes one at a time; on any screen they show that a user is there."""
        if isinstance(event, Resize):
            size = Size(*fitting(*event.size))
            event = Resize(size, size, pixel_size=event.pixel_size)
        if not isinstance(event, (InputEvent, Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        self._studio.user_active()
        if isinstance(event, MouseMove):  # which changes nothing
            await super().on_event(event)
        else:
            self._studio.settle()
            await self._events.add(event)

    def get_css_variables(self) -> dict[str, str]:
        """The theme's variables for Textual, adjusted so that dialogs and frames are as legible as the panes."""
        palette, variables = palette_of(self.current_theme), super().get_css_variables()
        if palette is ANSI:
            return {**variables, "panel": f"ansi_{ANSI.inks['frame']}"}  # Textual makes it the text's
        inks = {
            "foreground-muted": "dim", "text-muted": "dim", "text-disabled": "label", "accent": "accent",
            "text-error": "warn",
        }  # fmt: skip
        variables |= {name: palette.inks[ink] for name, ink in inks.items()}
        if self.console.color_system == "256":
            for name in ("background", "surface", "panel"):
                variables[name] = in_256(Color.parse(variables[name])).hex
        return variables

    def exit(self, result: str | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leaves, for the chapter `result` if there is one; keys typed from now on are ignored."""
        self._events.close()
        super().exit(result, return_code, message)

    def pop_screen(self) -> AwaitComplete:
        """Closes the topmost screen, but never the studio."""
        return AwaitComplete() if self.screen is self._studio else super().pop_screen()

    def action_command_palette(self) -> None:
        """The palette."""
        from tui_backprop.studio.screens.palette import StudioPalette

        if not isinstance(self.screen, StudioPalette):
            self.push_screen(StudioPalette())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Turns some actions off in a kiosk."""
        return self._audience.allows(action)

    def save_now(self) -> str:
        """Saves the session as it stands, whatever happens; returns the command that continues, if there is one."""
        return self._studio.save_now()

    def action_redraw(self) -> None:
        """Redraws every cell: something else may have written on the terminal."""
        getattr(driver_of(self), "redraw", self.refresh)()


class Picture(NamedTuple):
    """The studio's screen, three times: text, text with colours for a terminal, and SVG."""

    text: str
    ansi: str
    svg: str


def picture(timeline: Timeline, size: tuple[int, int], theme: str = "dark", keys: tuple[str, ...] = ()) -> Picture:
    """The studio as it looks at the timeline's moment, after `keys`, at `size` (columns, rows)."""
    return asyncio.run(_picture(BackpropApp(timeline, replace(STILL, theme=theme)), size, keys))


def lesson_picture(lesson: Lesson, size: tuple[int, int], keys: tuple[str, ...]) -> Picture:
    """A picture of a lesson on its first page, after `keys`."""
    from tui_backprop.studio.screens.lesson import first_timeline

    app = BackpropApp(first_timeline(lesson), STILL, lesson=lesson, keep_progress=False)
    return asyncio.run(_picture(app, size, keys))


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
        name = safe(app._studio.timeline.experiment.name)  # a lesson's pages have different ones
        return Picture(text, ansi, app.export_screenshot(title=f"tui-backprop {name}"))
