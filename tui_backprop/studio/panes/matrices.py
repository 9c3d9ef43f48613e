"""The weight matrices."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.layout import Want
from tui_backprop.render.matrices import matrices, want_of_matrices
from tui_backprop.render.matrix_table import View
from tui_backprop.render.selection import move_in_matrix
from tui_backprop.render.spans import Line
from tui_backprop.render.views.shades import Shading
from tui_backprop.studio.panes.pane import Pane


class MatricesPane(Pane):
    """Which weights change, and by how much?"""

    TITLE, DOES = "Weights", "view"
    ANSWERS = (
        "Which weights change, and by how much? A row for each unit below, a column for each unit above, b the bias. "
        "v switches from the weights to their gradients, the updates (old, Δ, new), and the net pull of all samples on "
        "each weight. Bold is what this update changed. Matrices too wide for numbers become a heat map: sign and "
        "shade. Arrows move the selection."
    )
    BOUND = ("moment", "selection", "view")

    view: reactive[View] = reactive(View.VALUE, repaint=False)

    def watch_view(self, view: View) -> None:
        """Repaints for another view."""
        self.repaint()

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """All matrices."""
        return want_of_matrices(experiment)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The matrices in the present view."""
        name = self.view.title
        self.set_title(f"{name}  (v: {self.view.next().title.lower()})", f"{name}  (v)", name)
        return matrices(moment, self.selection, self.view, columns, rows, self.shading is not Shading.SHADES)

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring parameter; past the last column, one in the next layer."""
        self.choose(move_in_matrix, down, right)
