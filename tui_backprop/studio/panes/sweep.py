"""A running sweep, and the stuck runs to choose from."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.spans import Line
from tui_backprop.render.sweep import SweepState, page
from tui_backprop.studio.panes.pane import Pane


class SweepPane(Pane):
    """Is it luck?"""

    TITLE = "Sweep"
    ANSWERS = (
        "Is it luck? The same network from a thousand seeds: how many converge, a bar for each range of epochs, and "
        "which runs are stuck, and why. enter opens the chosen one in the studio at its start; escape stops or closes."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "move(0, -10)", "Ten up", show=False),
        Binding("pagedown", "move(0, 10)", "Ten down", show=False),
        Binding("home", "choose(0)", "First", show=False),
        Binding("end", "choose(-1)", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    state: reactive[SweepState | None] = reactive(None, repaint=False)
    cursor: reactive[int] = reactive(0, repaint=False)
    """Which of the stuck runs is chosen."""

    class Opened(Message):
        """The run from this seed is to be opened."""

        def __init__(self, seed: int) -> None:
            self.seed = seed
            super().__init__()

    def watch_state(self) -> None:
        """Repaints when more runs have ended."""
        self.repaint()

    def watch_cursor(self) -> None:
        """Repaints when another run is chosen."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """Headline, histogram, stuck runs."""
        return page(self.state, self.cursor, columns, rows) if self.state is not None else []

    def action_move(self, right: int, down: int) -> None:
        """Chooses another of the stuck runs."""
        self.action_choose(max(0, self.cursor + down))

    def action_choose(self, place: int) -> None:
        """Chooses one of the stuck runs by its place; −1 is the last."""
        count = len(self.state.stuck) if self.state is not None else 0
        self.cursor = max(0, min(place if place >= 0 else count - 1, count - 1))

    def action_open(self) -> None:
        """Opens the chosen run in the studio."""
        if self.state is not None and self.state.stuck:
            self.post_message(self.Opened(self.state.stuck[self.cursor].seed))
