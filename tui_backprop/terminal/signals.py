"""Signals that end a program: whenever they come, it shuts down cleanly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]


@contextmanager
def caught(leave: Callable[[int], object]) -> Iterator[None]:
    """Calls `leave` with a signal's exit code; enter it before the terminal is taken, and leave it afterwards.

    Handlers go where signals do, to the main thread: in any other this changes nothing.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        leave(128 + number)

    before = {}
    try:
        with suppress(ValueError):  # not the main thread
            for number in ENDING:
                before[number] = signal.signal(number, handle)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
