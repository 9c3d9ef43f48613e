"""The node graph."""

from __future__ import annotations

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.network import network
from tui_backprop.render.selection import move_in_graph
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Pane


class Network(Pane):
    """What flows where, and what is blocked?"""

    TITLE = "Network"
    ANSWERS = (
        "What flows where, and what is blocked? z is a unit's weighted sum, a its activation, ↑ the error that arrives "
        "from above, δ what its gate lets through. ✕ is a shut gate. Edges: solid is positive, dashed negative, "
        "thicker is stronger; a dotted edge carries nothing. Arrows move from node to node."
    )

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The graph."""
        return network(moment, self.selection, columns, rows)

    def action_move(self, right: int, down: int) -> None:
        """To the neighbouring node."""
        if self.moment is not None:
            self.post_message(self.Chosen(move_in_graph(self.selection, self.moment.experiment, down, right)))
