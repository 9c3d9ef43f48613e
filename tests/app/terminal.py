"""A terminal for the real program: a PTY, an emulator behind it, and the answers that a terminal gives."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pyte

_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\[\?u")
"""What pyte would take for text: the keyboard protocol, and questions about modes."""
_QUESTION = re.compile(rb"\x1b\[\?2026\$p|\x1b\[0?c|\x1b\[6n")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*|\][^\x07\x1b]*)?\Z")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
ON_BY_DEFAULT = {7, 25}
"""Modes that a terminal starts with: wrapping at the edge, and a cursor."""


class Terminal:
    """Runs the program in a terminal of so many columns and rows; `raw` is all that it has sent."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (120, 40), **environment: str) -> None:
        self._master, follower = os.openpty()
        self._settings = termios.tcgetattr(self._master)
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._rest = b""
        self._set_size(size)
        surroundings = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **environment}
        for name in ("COLORTERM", "NO_COLOR", "COLUMNS", "LINES"):
            surroundings.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui_backprop", *arguments],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=surroundings,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(follower)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, keys: str) -> None:
        """Sends keys as a keyboard does."""
        os.write(self._master, keys.encode())

    def resize(self, size: tuple[int, int]) -> None:
        """Another size, of which the program is told by a signal."""
        self.screen.resize(size[1], size[0])
        self._set_size(size)

    def expect(self, *wanted: str, seconds: float = 15.0) -> None:
        """Waits until all of these stand on the screen."""
        self.until(lambda: all(text in self.text for text in wanted), seconds, f"{wanted}")

    def until(self, condition: Callable[[], bool], seconds: float = 15.0, what: str = "") -> None:
        """Reads and answers until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} never came:\n{self.text}"
            self._read(0.05)

    def finish(self, seconds: float = 15.0) -> int:
        """Reads on until the program has ended; its exit code."""
        self.until(lambda: self.process.poll() is not None, seconds, "the end")
        while self._read(0.05):
            pass
        return self.process.wait()

    def hang_up(self) -> None:
        """The line is cut."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    @property
    def settings_restored(self) -> bool:
        """Whether the line's settings (echo, line mode, signals) are those from before."""
        return _without_sizes(termios.tcgetattr(self._master)) == _without_sizes(self._settings)

    @property
    def modes_left(self) -> set[int]:
        """The private modes that are not as a terminal starts."""
        modes: dict[int, bool] = {}
        for numbers, final in _MODE.findall(self.raw):
            modes |= dict.fromkeys(map(int, numbers.split(b";")), final == b"h")
        return {mode for mode, on in modes.items() if on != (mode in ON_BY_DEFAULT)}

    @property
    def modes_used(self) -> set[int]:
        """The private modes that were switched on at any time."""
        return {int(n) for numbers, final in _MODE.findall(self.raw) if final == b"h" for n in numbers.split(b";")}

    @property
    def keyboard_protocols_left(self) -> int:
        """How many pushes of the extended keyboard protocol were never popped."""
        return len(re.findall(rb"\x1b\[>[0-9;]*u", self.raw)) - len(re.findall(rb"\x1b\[<[0-9]*u", self.raw))

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def _read(self, seconds: float) -> bool:
        """Takes what has come, if anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other end is closed
            return False
        self.raw += data
        data = self._rest + data
        unfinished = _UNFINISHED.search(data)
        data, self._rest = (data[: unfinished.start()], unfinished[0]) if unfinished else (data, b"")
        place = 0
        for question in _QUESTION.finditer(data):
            self._feed(data[place : question.start()])
            place = question.end()
            self._answer(question[0])
        self._feed(data[place:])
        return True

    def _feed(self, data: bytes) -> None:
        self._stream.feed(_UNKNOWN.sub(b"", data))

    def _answer(self, question: bytes) -> None:
        cursor = self.screen.cursor
        answers = {b"p": "\x1b[?2026;2$y", b"c": "\x1b[?62;22c", b"n": f"\x1b[{cursor.y + 1};{cursor.x + 1}R"}
        os.write(self._master, answers[question[-1:]].encode())


def _without_sizes(settings: list[Any]) -> list[Any]:
    return settings[:4]
