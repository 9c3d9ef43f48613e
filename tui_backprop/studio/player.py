"""Play: the timer that makes moves by itself."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from tui_backprop.studio.pace import DEFAULT_PACE, PACES, Pace


class Player:
    """Calls `tick` at an adjustable pace, from `play` to `pause`; reports the status by `show`."""

    def __init__(
        self,
        tick: Callable[[], None],
        every: Callable[[float, Callable[[], None]], Timer],
        show: Callable[[str], None],
    ) -> None:
        self._tick, self._every, self._show = tick, every, show
        self._timer: Timer | None = None
        self._speed = DEFAULT_PACE

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer is not None

    @property
    def pace(self) -> Pace:
        """What is played, and how fast."""
        return PACES[self._speed]

    def set_speed(self, speed: int) -> None:
        """Sets the pace, or the nearest there is; it takes effect at once."""
        self._speed = min(max(speed, 0), len(PACES) - 1)
        if self._timer is not None:
            self._timer.stop()
            self._start()

    def turn(self, by: int) -> None:
        """Makes the pace faster or slower."""
        self.set_speed(self._speed + by)

    def play(self) -> None:
        """Starts, with a move at once."""
        self._start()
        self._tick()

    def _start(self) -> None:
        self._show(f"▶ {self.pace.name}")
        self._timer = self._every(self.pace.seconds, self._tick)

    def pause(self) -> None:
        """Stops, if playing."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._show("")
