"""How the studio behaves in public: as a demo that plays by itself, or as a kiosk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # Textual reads its environment as it is imported; the command line sets that up later
    from textual.timer import Timer

KIOSK_MEMORY = 32 * 2**20
"""Bytes for the timeline of a visitor."""
KIOSK_STEPS = 1_000_000
"""The longest run of a visitor."""
KIOSK_SWEEP = 1_000_000
"""Steps of all networks of a visitor's sweep together."""
KIOSK_PARAMETERS = 10_000
"""Parameters of a visitor's network."""
KIOSK_SAMPLES = 1_000
"""Samples of a visitor's data."""
KIOSK_FORBIDS = frozenset({"save", "app.suspend_process", "suspend_process"})
"""Actions that a kiosk does not offer: visitors don't need them, and hosts don't want them."""


class Audience(NamedTuple):
    """`kiosk`: for public use, so no files, bounded memory and runs, and a restart when a visitor has left.

    `play`: unattended, so it plays by itself and starts over.
    """

    kiosk: bool = False
    play: bool = False
    idle: float = 300.0
    """Seconds without a key or a mouse after which a kiosk starts over."""
    interval: float = 6.0
    """Seconds for which an unattended demo shows its end before it starts over."""

    def allows(self, action: str) -> bool:
        """Whether an action is offered: some are not in a kiosk."""
        return not (self.kiosk and action in KIOSK_FORBIDS)


ALONE = Audience()


class IdleRestart:
    """Starts over when a visitor has left, or a demo has ended."""

    def __init__(
        self, audience: Audience, later: Callable[[float, Callable[[], None]], Timer], start_over: Callable[[], None]
    ) -> None:
        self._audience, self._later, self._start_over = audience, later, start_over
        self._timer: Timer | None = None

    def user_active(self) -> None:
        """Called on each key: a kiosk starts over some time after the last one."""
        if self._audience.kiosk:
            self._after(self._audience.idle)

    def run_ended(self) -> None:
        """Called at the end of a run: a demo shows it for a while."""
        if self._audience.play:
            self._after(self._audience.interval)

    def _after(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._later(seconds, self._now)

    def _now(self) -> None:
        self._timer = None
        self._start_over()
