"""The decision surface."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.layout import Want
from tui_backprop.render.selection import move_in_graph
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.views.view import ViewPane


class SurfacePane(ViewPane):
    """What does the network say between the samples?"""

    TITLE = "Surface"
    OPENS = "Surface: what the network, and each hidden unit, says over the plane of two inputs"
    ANSWERS = (
        "What does the network say between the samples? The output over the plane of two inputs, the samples on it: "
        "dots in the colour of their class (without colours ● high, ○ low), diamonds where the answer is on the wrong "
        "side. Each hidden unit has a small map; the selected unit has the large one. Other inputs are held at their "
        "means; with a single input it is the fitted curve. Arrows move from unit to unit."
    )

    beside_graph: reactive[bool] = reactive(False, repaint=False)
    """Whether it stands beside the graph, whose units then have maps of their own."""

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """A map; larger is better."""
        return Want(40, 16, 20, 6, stretches=True)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The maps, in half blocks where there are colours for them."""
        self.set_title(f"{self.TITLE}  ({self.KEY}: close)", f"{self.TITLE}  ({self.KEY})")
        from tui_backprop.render.views.surface import surface

        return surface(moment, self.selection, columns, rows, self.shading, small=not self.beside_graph)

    def watch_beside_graph(self) -> None:
        """Repaints with the small maps, or without where the graph's units have them."""
        self.repaint()

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring node."""
        self.choose(move_in_graph, down, right)
