"""A driver for browsers: Textual's own, which ends when nothing can come from the browser any more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

from textual.drivers.web_driver import WebDriver
from textual.message import Message

from tui_backprop.terminal.input import KeyReader
from tui_backprop.terminal.internals import ExposedDriver, read_browser_keys

LAST_WAIT = 5.0
"""Seconds that the studio has to end by itself."""
HANGUP = 129


class BrowserDriver(ExposedDriver, WebDriver):
    """Keys come through a pipe from a server: when the server has gone, however it ended, the pipe is closed."""

    def write(self, data: str) -> None:
        """Sends to the browser if it is still there; if it has gone, the end of the input says so, too."""
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Sends what is meant for the server."""
        with suppress(BrokenPipeError):
            super().write_meta(data)

    def run_input_thread(self) -> None:
        """Reads keys until the driver stops, or the server has gone; anything but a key is ignored."""
        read_browser_keys(_KeyParser)
        super().run_input_thread()
        if self.exit_event.is_set():
            return
        leave: Callable[..., None] = self.application.exit
        with suppress(RuntimeError):  # the loop has ended: we are leaving already
            self.loop.call_soon_threadsafe(lambda: leave(return_code=HANGUP))
        if not self.exit_event.wait(LAST_WAIT):
            os._exit(HANGUP)


class _KeyParser:
    """A `KeyReader` in place of Textual's parser."""

    def __init__(self, debug: bool = False) -> None:
        self._reader = KeyReader(debug)

    def feed(self, text: str) -> Iterator[Message]:
        """The messages of everything that is complete by now."""
        return self._reader.feed(text.encode("utf-8", "surrogateescape"))

    def tick(self) -> Iterator[Message]:
        """The messages of keys that were left incomplete."""
        return self._reader.quiet()
