"""Every private name of Textual that the studio uses, and why. Another version of Textual may lack it."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen
from textual.widget import Widget

from tui_backprop.terminal.size import bounded

if TYPE_CHECKING:
    from rich.console import RenderableType

KeyParser = XTermParser
"""Turns what the terminal sends into messages. Textual's driver runs it in a loop that never sees an end of file."""


def driver_of(app: App[Any]) -> Driver | None:
    """The driver that `app` draws with: what it can show, and a redraw, are the driver's own."""
    return app._driver


def picture_of(app: App[Any]) -> RenderableType | None:
    """All that `app` shows, screens below a dialog included; `export_screenshot` gives it as SVG only."""
    return app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)


def rearrange(widget: Widget) -> None:
    """Lays `widget`'s children out again; a refresh keeps the places found since the last one that is still waiting."""
    widget._clear_arrangement_cache()
    widget.refresh(layout=True)


def fail(app: App[Any], error: Exception) -> None:
    """Ends `app` with an error from another thread as if it were its own; `App.exit` would lose it."""
    app._handle_exception(error)


def read_browser_keys(parser: type) -> None:
    """Makes Textual's driver for browsers use `parser`: it looks its own parser up by this name."""
    from textual.drivers import web_driver

    web_driver.XTermParser = parser  # type: ignore[assignment, attr-defined]


def list_commands_in(kind: type) -> None:
    """Makes every palette use `kind` for its list: Textual's palette looks its own up by this name."""
    from textual import command

    command.CommandList = kind  # type: ignore[misc, assignment]


class ExposedApp(App[str]):
    """Base of an application that fails silently: by default Textual prints a traceback many screens long."""

    broken: Exception | None = None
    """The first error."""
    torn_away = False
    """Whether it is being left in the middle of something: errors of widgets just being mounted then do not count."""

    def panic(self, *renderables: object) -> None:
        """Ends the application; errors are reported once the terminal is restored."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self.panic()

    def _handle_exception(self, error: Exception) -> None:
        if self.torn_away:
            self.panic()
        else:
            self.broken = self.broken or error
            super()._handle_exception(error)


class ExposedScreen(Screen[None]):
    """Base of a screen that is drawn once it is `complete`: by default Textual also draws what has no size yet."""

    drawn = False
    """Whether there has been a picture."""

    @property
    def complete(self) -> bool:
        """Whether there is something to see."""
        return True

    def _compositor_refresh(self) -> None:
        if self.complete:
            self.drawn = True
            super()._compositor_refresh()

    def on_idle(self) -> None:
        """Draws the first picture at once: Textual waits for the next tick of its timer."""
        if not self.drawn and self.complete:
            self._on_timer_update()


class ExposedDriver(Driver):
    """Mixin in front of Textual's driver for Linux and macOS: what our driver needs of it, under public names."""

    _writer_thread: Any

    @property
    def application(self) -> Any:
        """The application, to end it when the terminal is gone."""
        return self._app

    @property
    def loop(self) -> AbstractEventLoop:
        """The application's event loop, for what comes in another thread."""
        return self._loop

    @property
    def debug(self) -> bool:
        """Whether the parser of keys keeps a record."""
        return self._debug

    def stop_writer(self) -> None:
        """Ends Textual's thread that writes, which has just been started: ours writes instead."""
        if self._writer_thread is not None:
            self._writer_thread.stop()

    def measured(self) -> tuple[int, int] | None:
        """(columns, rows) of the terminal, or None where only the environment knows them."""
        return None

    @property
    def size(self) -> tuple[int, int]:
        """(columns, rows)"""
        return self._get_terminal_size()

    def _get_terminal_size(self) -> tuple[int, int]:
        """What Textual asks at the start and after every resize: it asks the environment first."""
        return bounded(*(self.measured() or super()._get_terminal_size()))  # type: ignore[misc]
