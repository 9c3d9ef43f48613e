"""The loss over two weights."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import reactive

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import move_in_matrix
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.views.view import ViewPane


class LandscapePane(ViewPane):
    """How far could the loss fall if only two weights changed?"""

    TITLE = "Loss surface"
    OPENS = "Loss surface: the loss over the selected weight and another, and their path so far"
    ANSWERS = (
        "How far could the loss fall if only two weights changed? The mean loss of all samples over the selected "
        "weight and another of its unit, all others held: ● is where they are, ▼ the lowest of the map's points, ◇ the "
        "start, + the path so far. A larger pane has more points. Blue is lower than here, orange "
        "higher. Arrows select another weight, x another second one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "other", "Another second weight", show=False)]

    other: reactive[int] = reactive(0, repaint=False)
    """Which of the selected weight's companions the vertical axis is."""

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The map, in half blocks where there are colours for them."""
        closes = f"{self.TITLE}  ({self.KEY}: close"
        self.set_title(f"{closes}, x: another)", f"{closes})", f"{self.TITLE}  ({self.KEY})")
        from tui_backprop.render.views.landscape import landscape

        return landscape(moment, self.selection, self.other, columns, rows, self.shading)

    def watch_other(self) -> None:
        """Repaints with another vertical axis."""
        self.repaint()

    def watch_selection(self) -> None:
        """Starts with the first companion of the newly selected weight."""
        self.set_reactive(LandscapePane.other, 0)
        self.repaint()

    def action_other(self) -> None:
        """Puts the next companion on the vertical axis."""
        self.other += 1

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring parameter, as in the matrices."""
        self.choose(move_in_matrix, down, right)
