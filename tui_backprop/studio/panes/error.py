"""The error over time."""

from __future__ import annotations

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.error import error, error_line
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Painted, Pane


class Error(Pane):
    """Is it learning?"""

    TITLE = "Error"
    ANSWERS = (
        "Is it learning? A bar for each epoch, its height the reported error summed over all samples; ▲ is where we "
        "are in time, dim bars are epochs already seen beyond it, ! an error that is not a finite number. Below: the "
        "errors of this epoch's samples so far. c opens the whole chart."
    )

    def on_mount(self) -> None:
        """The title names the chart's key."""
        self.entitle(f"{self.TITLE}  (c: chart)")

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """Headline, curve, cursor, this epoch."""
        return error(moment, columns, rows)


class ErrorLine(Painted):
    """The same in one line, for small terminals."""

    DEFAULT_CSS = """
    ErrorLine { height: 1; background: $background; }
    """

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """One line."""
        return [error_line(moment, columns)]
