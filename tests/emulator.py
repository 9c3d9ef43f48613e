"""A program in a pseudo-terminal, its screen emulated: what a person at the keys would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

from tests.patience import LIMIT

ASK = b"\x1b[6n"
PLAIN = {"TEXTUAL_DRIVER": "textual.drivers.linux_driver:LinuxDriver"}
"""An environment in which Textual's own driver draws."""
_QUESTION = re.compile(rb"\x1b\[\?2026\$p|\x1b\[0?c|\x1b\[6n")
# sequences that the emulator would print instead of obeying them
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=?][0-9;]*u|\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
_PARTIAL = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*|\][^\x07\x1b]*)?\Z")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_ON_AT_FIRST = {7, 25}
"""Modes that a terminal starts with: wrapping at the edge, and a cursor."""
_OF_THE_SURROUNDINGS = ("COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "TMUX")


def _at_work(pid: int) -> bool:
    """Whether a process, or one that it has started, runs or waits for the processor, if the system says so."""
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            if (task / "stat").read_bytes().rpartition(b") ")[2][:1] in b"RD":
                return True
            if any(_at_work(int(child)) for child in (task / "children").read_text().split()):
                return True
    return False


def readable(received: bytes) -> bytes:
    """What the emulator understands of it."""
    return _UNKNOWN.sub(b"", received)


class Program:
    """`python -m tui_backprop ARGUMENTS` in a terminal of `columns` × `rows`, which answers what terminals answer.

    `command` runs something else instead. As a context it is entered when `first` is on the screen, or it has ended.
    A terminal that is not `controlling` sends no signals.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        answers: bool = True,
        baud: int = 0,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        first: str = "phase",
        controlling: bool = True,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._answers, self.baud, self._first = answers, baud, first
        self.received = b""
        self._rest = b""
        surroundings = {name: value for name, value in os.environ.items() if name not in _OF_THE_SURROUNDINGS}
        defaults = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": ""}
        self.terminal, end = os.openpty()
        self._set_size(columns, rows)
        self._settings = termios.tcgetattr(self.terminal)
        self._process = subprocess.Popen(
            command or [sys.executable, "-m", "tui_backprop", *arguments],
            stdin=end,
            stdout=end,
            stderr=end,
            env=surroundings | defaults | dict(environment or {}),
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controlling else None,
        )
        os.close(end)
        self.pid = self._process.pid

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bytes:
        """What comes within `seconds` seconds; nothing more after the program has ended."""
        try:
            if self.terminal < 0 or not select.select([self.terminal], [], [], seconds)[0]:
                return b""
            data = os.read(self.terminal, 65536 if not self.baud else max(1, self.baud // 500))
        except OSError:  # the other end is closed
            return b""
        if self.baud:
            time.sleep(len(data) * 10 / self.baud)
        self.received += data
        text = self._rest + data
        partial = _PARTIAL.search(text)
        self._rest = text[partial.start() :] if partial else b""
        text = text[: len(text) - len(self._rest)]
        place = 0
        for question in _QUESTION.finditer(text):
            self._feed(text[place : question.start()])
            place = question.end()
            self._answer(question[0])
        self._feed(text[place:])
        return data

    @property
    def on_the_way(self) -> int:
        """Bytes that the program has written and the terminal has not read yet."""
        return int.from_bytes(fcntl.ioctl(self.terminal, termios.FIONREAD, bytes(4)), sys.byteorder)

    def _feed(self, text: bytes) -> None:
        self._stream.feed(readable(text))

    def _answer(self, question: bytes) -> None:
        cursor = self.screen.cursor
        answers = {b"p": "\x1b[?2026;2$y", b"c": "\x1b[?62;22c", b"n": f"\x1b[{cursor.y + 1};{cursor.x + 1}R"}
        if self._answers:
            self.keys(answers[question[-1:]])

    def settle(self, quiet: float = 0.15, limit: float = 20.0) -> str:
        """Reads until nothing has come for `quiet` seconds and the program is at rest; the screen's text."""
        end = time.monotonic() + limit
        while time.monotonic() < end and (self.read(quiet) or _at_work(self.pid)):
            pass
        return self.text

    def until(self, condition: Callable[[], bool], what: str = "something") -> None:
        """Reads until a condition holds."""
        end = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < end, f"{what} did not come:\n{self.text}"
            if not self.read(0.05):
                time.sleep(0.01)  # the other end may be closed

    def wait_for(self, *texts: str) -> str:
        """Reads until all `texts` are on the screen; the screen's text."""
        self.until(lambda: all(text in self.text for text in texts), " and ".join(map(repr, texts)))
        return self.text

    def keys(self, *keys: str) -> None:
        """Types."""
        for key in keys:
            self.send(key.encode())

    def send(self, data: bytes) -> None:
        """What the terminal says, at once."""
        os.write(self.terminal, data)

    def press(self, *keys: str) -> str:
        """Types, one key after the other has shown; the screen's text."""
        for key in keys:
            self.keys(key)
            self.settle()
        return self.text

    def resize(self, columns: int, rows: int) -> str:
        """Another size, signalled to the program; returns the screen's text."""
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)
        return self.settle(0.5)

    @property
    def between_frames(self) -> bool:
        """Whether the last frame has come as a whole, where frames are marked."""
        return self.received.rfind(b"\x1b[?2026h") <= self.received.rfind(b"\x1b[?2026l")

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    @property
    def modes_used(self) -> set[int]:
        """The private modes that were switched on at any time."""
        return {int(n) for numbers, final in _MODE.findall(self.received) if final == b"h" for n in numbers.split(b";")}

    @property
    def left_behind(self) -> list[str]:
        """What is not as the program found it: modes, keyboard protocol, colours, the line's settings."""
        on: dict[int, bool] = {}
        for numbers, final in _MODE.findall(self.received):
            on |= dict.fromkeys(map(int, numbers.split(b";")), final == b"h")
        found = [f"mode {mode} {'on' if on[mode] else 'off'}" for mode in on if on[mode] != (mode in _ON_AT_FIRST)]
        if len(re.findall(rb"\x1b\[>[0-9;]*u", self.received)) != self.received.count(b"\x1b[<u"):
            found.append("keyboard protocol")
        if self.screen.cursor.attrs != self.screen.default_char:
            found.append("colours")
        if termios.tcgetattr(self.terminal)[:4] != self._settings[:4]:  # echo, line mode, signals
            found.append("settings")
        return found

    def signal(self, number: int) -> int | None:
        """Sends a signal; the exit code if the program has then ended."""
        os.kill(self.pid, number)
        return self.end()

    def hang_up(self) -> None:
        """The line is cut."""
        if self.terminal >= 0:
            os.close(self.terminal)
        self.terminal = -1

    def end(self) -> int | None:
        """Waits for the program to end; its exit code, or None."""
        with contextlib.suppress(AssertionError):
            self.until(lambda: self._process.poll() is not None)
        while self.read(0.05):
            pass
        return self._process.returncode

    def __enter__(self) -> Program:
        self.until(lambda: self._first in self.text or self._process.poll() is not None, repr(self._first))
        self.settle()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.hang_up()
