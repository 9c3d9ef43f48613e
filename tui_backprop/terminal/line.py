"""The line to the terminal: bytes out by a thread, keys in, and the moment when the terminal is gone."""

from __future__ import annotations

import os
import queue
import select
import threading
from collections.abc import Callable

from textual.constants import ESCAPE_DELAY
from textual.message import Message

from tui_backprop.terminal.input import KeyReader


class TerminalConnection:
    """Writes to a terminal without keeping the application waiting."""

    def __init__(self, terminal: int, gone: Callable[[], None]) -> None:
        self._terminal, self._gone = terminal, gone
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.alive = True
        """Whether the terminal still takes what is written."""

    def start(self) -> None:
        """Starts the thread that writes."""
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Takes text to be written; what comes after the terminal is gone is dropped."""
        if self.alive:
            self._queue.put(text)

    def stop(self, patience: float = 2.0) -> None:
        """Waits until everything is written, but not forever: a terminal may have stopped reading."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join(patience)

    def _run(self) -> None:
        while (text := self._queue.get()) is not None:
            data = text.encode("utf-8", "replace")
            try:
                while data:
                    data = data[os.write(self._terminal, data) :]
            except OSError:
                self.alive = False
                self._gone()
                return


def read_keys(terminal: int, stop: threading.Event, receive: Callable[[Message], None], debug: bool) -> bool:
    """Passes on what the terminal sends until `stop` is set; False where the terminal is gone (end of file, error)."""
    reader = KeyReader(debug)
    while not stop.is_set():
        try:
            ready, _, _ = select.select([terminal], [], [], ESCAPE_DELAY if reader.waiting else 0.1)
            data = os.read(terminal, 4096) if ready else None
        except OSError:
            return False
        if data == b"":
            return False
        # all of one read before the first is passed on: each knows when it came, not when its turn was
        for message in [*(reader.feed(data) if data else reader.quiet())]:
            receive(message)
    return True
