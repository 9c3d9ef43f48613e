"""The gradient check in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import move_in_matrix
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class SlopePane(ViewPane):
    """Is this gradient right?"""

    TITLE = "Gradient check"
    OPENS = "Gradient check: the selected weight's gradient by back-propagation and by finite difference"
    ANSWERS = (
        "Is this gradient right? The loss a little below and above the selected weight, the slope between them, "
        "and what back-propagation says. A gate that switches makes a kink, where there is no slope: the nearest "
        "ones are named. Arrows select another weight or bias."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Verdict, the figures, kinks and conditions."""
        from tui_backprop.render.views.slope import slope

        return slope(moment, self.selection, columns)

    def action_move(self, right: int, down: int) -> None:
        """To the neighbouring parameter, as in the matrices."""
        self.choose(move_in_matrix, down, right)
