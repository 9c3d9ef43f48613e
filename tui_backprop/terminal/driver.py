"""A driver that keeps the terminal's cells, sends only those that changed, and never runs ahead of the terminal."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import deque
from typing import Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui_backprop.terminal.abilities import ascii_only
from tui_backprop.terminal.cells import Cells
from tui_backprop.terminal.encode import CLEAR, Pen, difference
from tui_backprop.terminal.internals import ExposedDriver, fail
from tui_backprop.terminal.line import TerminalConnection, read_keys

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
ASK = "\x1b[6n"
"""Asks where the cursor is: an answer means that everything before it has been read."""
BUSY = 1.0
"""Seconds after a frame during which it may still be on its way."""
FIRST_PATIENCE = 1.0
"""Seconds to wait for a terminal that has never answered; after that, drawing goes on as if it kept up."""
PATIENCE = 0.4
"""Seconds to wait for a terminal that does answer, besides twice the time that as many bytes took before."""
BEHIND = 0.2
"""Seconds without an answer after which nothing is sent that could be left out."""
MOTION = 3000
"""Bytes per second that a line must carry for anything to be animated."""
SLOW = 1.0
"""Seconds that a frame may take to be shown all at once; if it takes longer, it comes in two parts."""
UPPER = 0.55
"""The share of the rows that comes first then: path, graph and weights, before the details."""
LAST_WAIT = 0.5
"""Seconds to wait for an answer that is still due when the studio is left."""
HANGUP = 129
"""The exit code of a program whose terminal is gone, as after SIGHUP."""
# modes, keyboard protocol, questions, strings and the bell leave the cells as they are
_HARMLESS = re.compile(
    r"(?:\x1b\[\?(?!1049|47|1047)[0-9;]*[hl]|\x1b\[\?[0-9;]*\$p|\x1b\[[<>=][0-9;]*u|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x07)*"
)


class ResilientDriver(ExposedDriver, LinuxDriver):
    """Textual's driver, which ends with its terminal, and reads whatever that sends."""

    def run_input_thread(self) -> None:
        """Reads keys until the driver stops, or the terminal is gone."""
        try:
            if not read_keys(self.fileno, self.exit_event, self.process_message, self.debug):
                self._gone()
        except Exception as error:  # noqa: BLE001  # the application ends with it, as with one of its own
            self.loop.call_soon_threadsafe(fail, self.application, error)

    def _gone(self) -> None:
        """The terminal is gone."""
        self.application.leave(HANGUP)


class DiffDriver(ResilientDriver):
    """A driver with a model of the screen between the application and the line."""

    ascii = False
    """Whether only ASCII characters may be sent."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._line = TerminalConnection(self.fileno, self._gone)
        self._wanted = Cells(*self.size)
        self._shown: Cells | None = None  # None: unknown, everything must be drawn
        self._pen = Pen()
        self._synchronised = False
        self._answers = False  # as far as we know: every full picture asks
        self._questions: deque[tuple[float, int]] = deque()  # (when, bytes) of those not answered yet
        self._waiting = False
        self._drawing = False  # between start and stop: a late answer must not draw on the shell's screen
        self._pace = 0.0  # seconds per byte, as measured last
        self._answered = threading.Event()
        self._sent_at = 0.0

    # What the application draws

    def write(self, data: str) -> None:
        """Takes what the application draws; anything that is not drawing goes to the terminal as it is."""
        if data in (SYNC_START, SYNC_END):
            self._synchronised = True
            return
        self._fit()
        if self.ascii:
            data = ascii_only(data)
        if self._wanted.draw(data):
            self._send_frame()
            return
        self._line.write(data)
        if _HARMLESS.fullmatch(data) is None:
            self.forget()

    def forget(self) -> None:
        """What the terminal shows is no longer known: the next frame draws everything."""
        self._shown = None
        self._waiting = False

    @property
    def slow(self) -> bool:
        """Whether the line is too slow for frames that could be left out."""
        late = self._waiting and self._questions and time.monotonic() - self._questions[0][0] > BEHIND
        return bool(late) or self._pace * MOTION > 1

    def redraw(self) -> None:
        """Redraws everything."""
        self.forget()
        self._send_frame()

    def measured(self) -> tuple[int, int] | None:
        """The size that the terminal reports; if none, COLUMNS and LINES, which do not follow a resize."""
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except OSError:  # it is gone
            return None
        return (columns, rows) if columns and rows else None

    def _fit(self) -> None:
        """After a resize the terminal may have moved or dropped anything."""
        columns, rows = self.size
        if (columns, rows) != (self._wanted.columns, self._wanted.rows):
            self._wanted = Cells(columns, rows)
            self.forget()

    def _send_frame(self) -> None:
        """Sends what is new, unless the terminal is still reading what was sent before, or is no longer ours."""
        if self._waiting or not self._drawing:
            return  # the answer, or the end of patience, will send the newest state
        clear = ""
        if self._shown is None:
            clear, self._pen = CLEAR, Pen()
            self._shown = Cells(self._wanted.columns, self._wanted.rows)
        parts = self._parts(self._shown)
        if not clear and not any(parts):
            return
        self._shown = self._wanted.copy()
        parts[0] = clear + parts[0]
        if self._synchronised:
            parts = [f"{SYNC_START}{part}{SYNC_END}" for part in parts]
        changes = "".join(parts)
        now = time.monotonic()
        if clear or (self._answers and now - self._sent_at < BUSY):
            changes += ASK
            self._wait_for_answer(now, len(changes.encode()))
        self._sent_at = now
        self._line.write(changes)

    def _parts(self, shown: Cells) -> list[str]:
        """What is new, at once; where the line takes long for it, the upper rows first."""
        pen = self._pen.copy()
        parts = [difference(shown, self._wanted, pen)]
        if len(parts[0]) * self._pace > SLOW:
            pen, row = self._pen.copy(), round(UPPER * shown.rows)
            parts = [difference(shown, self._wanted, pen, rows) for rows in (slice(row), slice(row, None))]
        self._pen = pen
        return parts

    def _wait_for_answer(self, now: float, size: int) -> None:
        self._questions.append((now, size))
        self._answered.clear()
        self._waiting = True
        on_the_way = sum(size for _, size in self._questions)
        patience = PATIENCE + 2 * on_the_way * self._pace if self._answers else FIRST_PATIENCE
        self.loop.call_later(patience, self._impatient, now)

    def _acknowledged(self) -> None:
        """The terminal has read everything up to the oldest question, if there was one."""
        if not self._questions:
            return
        self._answers = True
        asked_at, size = self._questions.popleft()
        self._pace = max((time.monotonic() - asked_at) / size, 0.7 * self._pace)
        if not self._questions:
            self._waiting = False
            self._send_frame()

    def _impatient(self, asked_at: float) -> None:
        """No answer for too long: it may be lost, or the terminal gives none. Keep drawing."""
        if self._waiting and self._questions and self._questions[-1][0] == asked_at:
            if self._answers:
                self._questions.clear()
            self._waiting = False
            self._send_frame()

    # What the terminal says

    def process_message(self, message: Message) -> None:
        """Runs in the input thread: answers to our question are ours, everything else is the application's."""
        if isinstance(message, events.CursorPosition):
            self._answered.set()
            self.loop.call_soon_threadsafe(self._acknowledged)
        else:
            super().process_message(message)

    # Start and stop

    def start_application_mode(self) -> None:
        """Takes over the terminal, with an empty screen."""
        self._line.start()
        self._drawing = True
        self.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.stop_writer()
        if self._sent_at:  # back from the shell: nothing has changed, so the app draws nothing by itself
            self.redraw()

    def stop_application_mode(self) -> None:
        """Gives the terminal back as it was; its last answer must not end up in the shell."""
        self._drawing = False
        if self._waiting and self._line.alive:
            self._answered.wait(LAST_WAIT)
        self._line.write("\x1b[m")
        super().stop_application_mode()

    def close(self) -> None:
        """Waits until everything written has gone out, or the line is dead."""
        self._line.stop()


class AsciiDriver(DiffDriver):
    """A driver for terminals, or locales, that know ASCII only."""

    ascii = True
