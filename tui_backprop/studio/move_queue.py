"""Moves along the timeline, made one after the other and in slices, so that long ones can be watched and stopped."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

BREATH = 0.002
"""Seconds between two slices of a long move, in which keys are handled."""


class Move(NamedTuple):
    """One move: `make()` starts it and yields its progress in words, or nothing at all.

    An `open_ended` move, such as a run until something happens, ends when the next move is asked for.
    """

    make: Callable[[], Iterator[str]]
    open_ended: bool = False


class MoveQueue:
    """A queue of moves: none is lost, however fast they are requested."""

    def __init__(self) -> None:
        self._waiting: deque[Move] = deque()
        self._move: Move | None = None
        self._progress: Iterator[str] | None = None
        self.news = ""

    @property
    def busy(self) -> bool:
        """Whether a move is under way or waiting."""
        return self._progress is not None or bool(self._waiting)

    def add(self, move: Move) -> None:
        """Makes `move` after those that are waiting."""
        if self._move is not None and self._move.open_ended:
            self.stop()
        self._waiting.append(move)

    def stop(self) -> None:
        """Ends the current move where it is, and drops those that are waiting."""
        self._waiting.clear()
        progress, self._progress, self._move = self._progress, None, None
        if progress is not None:
            progress.close()  # type: ignore[attr-defined]  # every move is a generator

    def run_for(self, seconds: float) -> bool:
        """Moves on for about that long; returns whether everything is done."""
        deadline = time.monotonic() + seconds
        while self.busy:
            if self._progress is None:
                self._move = self._waiting.popleft()
                self._progress = self._move.make()
            for news in self._progress:
                self.news = news
                if time.monotonic() > deadline:
                    return False
            self._progress = self._move = None
        return True
