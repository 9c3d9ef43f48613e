"""A program in a pseudo-terminal, its screen emulated: what a person at the keys would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence

import pyte

ASK, ANSWER = b"\x1b[6n", b"\x1b[1;1R"
# sequences that the emulator would print instead of obeying them
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=?][0-9;]*u|\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
_PARTIAL = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*|\][^\x07\x1b]*)?$")


class Program:
    """`python -m tui_backprop ARGUMENTS` in a terminal of `columns` × `rows`, which answers what terminals answer.

    `command` runs something else instead.
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
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._answers, self._baud = answers, baud
        self.received = b""
        self._rest = b""
        self.exit_code: int | None = None
        variables = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})}
        variables.pop("COLORTERM", None)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            self._set_size(0, columns, rows)
            command = command or [sys.executable, "-m", "tui_backprop", *arguments]
            os.execvpe(command[0], [*command], variables)
        self._set_size(self.terminal, columns, rows)

    @staticmethod
    def _set_size(terminal: int, columns: int, rows: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds; nothing more after the program has ended."""
        try:
            if not select.select([self.terminal], [], [], seconds)[0]:
                return b""
            data = os.read(self.terminal, 65536 if not self._baud else max(1, self._baud // 500))
        except OSError:
            return b""
        if self._baud:
            time.sleep(len(data) * 10 / self._baud)
        self.received += data
        text = self._rest + data
        if self._answers:
            for _ in range(text.count(ASK) - self._rest.count(ASK)):
                os.write(self.terminal, ANSWER)
            if b"\x1b[?2026$p" in data:
                os.write(self.terminal, b"\x1b[?2026;2$y")
        partial = _PARTIAL.search(text)
        self._rest = text[partial.start() :] if partial else b""
        self._stream.feed(_UNKNOWN.sub(b"", text[: len(text) - len(self._rest)]))
        return data

    def settle(self, quiet: float = 0.25, limit: float = 20.0) -> str:
        """Reads until nothing has come for `quiet` seconds; the screen's text."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self.read(quiet):
            pass
        return self.text

    def wait_for(self, text: str, limit: float = 20.0) -> str:
        """Reads until `text` is on the screen; the screen's text."""
        end = time.monotonic() + limit
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} is not on the screen:\n{self.text}"
            self.read(0.05)
        return self.text

    def keys(self, *keys: str) -> None:
        """Types."""
        for key in keys:
            os.write(self.terminal, key.encode())

    def press(self, *keys: str) -> str:
        """Types, one key after the other has shown; the screen's text."""
        for key in keys:
            self.keys(key)
            self.settle()
        return self.text

    def resize(self, columns: int, rows: int) -> str:
        """Another size; the screen's text."""
        self.screen.resize(rows, columns)
        self._set_size(self.terminal, columns, rows)
        os.kill(self.pid, signal.SIGWINCH)
        return self.settle(0.5)

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def end(self, limit: float = 10.0) -> int | None:
        """Waits for the program to end; its exit code, or None."""
        end = time.monotonic() + limit
        while self.exit_code is None and time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
            else:
                if not self.read(0.05):
                    time.sleep(0.01)
        return self.exit_code

    def __enter__(self) -> Program:
        self.wait_for("phase", 30)
        self.settle()
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None and self.end(0) is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self.terminal)
