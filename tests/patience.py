"""Waiting for a condition instead of a clock, and a clock that is turned by hand."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LIMIT = 120.0
"""Seconds after which a test hangs: many times what anything takes on a busy machine."""

FRAME = 0.02
"""Seconds within which Textual paints what has changed."""
LONGEST_RUSH = 1.0
"""Seconds of the processor's time after which something runs on by itself, as a long move in slices does."""


async def until(condition: Callable[[], bool], what: str = "what is waited for") -> None:
    """Lets the event loop run until a condition holds."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"{what} did not come"
        await asyncio.sleep(0.005)


async def calm(*_: float) -> None:
    """Lets the event loop run until nothing is left to run, nor about to be painted.

    In place of `wait_for_idle` of Textual, to which a process that has to wait for the processor seems idle.
    """
    loop: Any = asyncio.get_running_loop()
    busy, frames = time.thread_time() + LONGEST_RUSH, 20
    while time.thread_time() < busy and frames:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        now = loop.time()
        due = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=math.inf)
        if due > now + FRAME:
            return
        frames -= 1
        await asyncio.sleep(due - now)


def wait_until(condition: Callable[[], bool], what: str = "what is waited for") -> None:
    """Sleeps until a condition holds: for what another process does."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


@dataclass
class Alarm:
    """A timer of a clock that is turned by hand."""

    due: float
    callback: Callable[[], None]
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Clock:
    """Time that passes only by `turn`: `monotonic` stands in for that of `time`, `later` for Textual's `set_timer`."""

    now: float = 1000.0
    alarms: list[Alarm] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def later(self, seconds: float, callback: Callable[[], None]) -> Any:  # where a Textual timer is wanted
        self.alarms.append(Alarm(self.now + seconds, callback))
        return self.alarms[-1]

    @property
    def waits(self) -> list[float]:
        """How long each of the alarms that are set has still to wait."""
        return [alarm.due - self.now for alarm in self.alarms if not alarm.stopped]

    def turn(self, seconds: float) -> None:
        """Lets time pass; what is due then is called."""
        self.now += seconds
        for alarm in [alarm for alarm in self.alarms if alarm.due <= self.now]:
            self.alarms.remove(alarm)
            if not alarm.stopped:
                alarm.callback()
