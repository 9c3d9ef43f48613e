"""The node graph."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from textual.events import Resize
from textual.reactive import reactive
from textual.timer import Timer

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.graph.picture import graph, want_of_graph
from tui_backprop.render.graph.pulse import Frame, is_step, over, pulse
from tui_backprop.render.layout import Want
from tui_backprop.render.selection import move_in_graph
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.terminal.internals import driver_of

PULSE = 0.42
"""Seconds that a pulse takes."""
QUIET = 0.5
"""Seconds without a move before a pulse is shown."""


class NetworkPane(Pane):
    """What flows where, and what is blocked?"""

    TITLE = "Network"
    ANSWERS = (
        "What flows where, and what is blocked? z is a unit's weighted sum, a its activation, ↑ the error that arrives "
        "from above, δ what its gate lets through. A shut gate is a barrier through both rows; its ✕ says whether it "
        "has stopped the signal (above) or the error (below). While the error arrives, each gate says open or shut "
        "(a leaky one that is shut, its slope). "
        "Edges carry what flows in the phase: solid is positive, dashed negative, thicker is larger, dotted carries "
        "nothing; a dot marks a weight that has just changed, or the ones that have changed most. Arrow keys move "
        "from unit to unit."
    )
    BOUND = ("moment", "selection", "motion")

    DEFAULT_CSS = """
    NetworkPane, NetworkPane:focus { border: none; padding: 0; }
    """

    maps: reactive[bool] = reactive(False, repaint=False)
    """Whether each unit shows a map of its output over the plane of the inputs."""
    motion: reactive[bool] = reactive(False, repaint=False)
    """Whether a pulse may run along the edges."""

    def __init__(self) -> None:
        super().__init__()
        self._frames: Iterator[Frame] = iter(())
        self._still: list[Line] = []
        self._ticking: Timer | None = None
        self.clock: Callable[[], float] = time.monotonic
        self._moved = -QUIET
        self._seen: Moment | None = None

    def watch_moment(self) -> None:
        """Repaints; a pulse shows what flows on the way to the moment, unless moves follow each other too fast."""
        before, after, now = self._seen, self.moment, self.clock()
        quiet, self._seen, self._moved = now - self._moved >= QUIET, after, now
        self.settle()
        seen = self.motion and quiet and self._lines and not (self.app.no_color or self._on_slow_line)
        if before is None or after is None or not seen:
            self.repaint()
            return
        frames = pulse(before, after, self.selection, *self.size, self.maps)
        if not frames or not is_step(before, after):
            self.repaint()
        if frames:
            self._still, self._frames = self._lines, iter(frames)
            self._ticking = self.set_interval(PULSE / len(frames), self._next_frame)
            self._next_frame()

    def watch_maps(self) -> None:
        """Repaints with maps, or without."""
        self.settle()
        self.repaint()

    def _next_frame(self) -> None:
        frame = next(self._frames, None)
        if frame is None or self._on_slow_line:
            self.settle()
        else:
            self.show(over(self._still, frame))

    @property
    def _on_slow_line(self) -> bool:
        return getattr(driver_of(self.app), "slow", False)

    @property
    def moving(self) -> bool:
        """Whether a pulse is on its way."""
        return self._ticking is not None

    def settle(self) -> None:
        """Ends the pulse: the picture of the moment alone."""
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
            self.repaint()

    def on_resize(self, event: Resize) -> None:
        """Ends the pulse at another size; then Textual calls the handler of all panes, too."""
        self.settle()

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """The graph."""
        return want_of_graph(experiment)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The graph in a frame of its own, the rails of the phases."""
        frame = "accent" if self.has_focus else "frame"
        return graph(moment, self.selection, columns, rows, frame, self.shading if self.maps else None)

    def watch_has_focus(self, has_focus: bool) -> None:
        """The frame is highlighted with the focus."""
        super().watch_has_focus(has_focus)
        self.repaint()

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring node."""
        self.choose(move_in_graph, down, right)
