"""The gates of the hidden units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import move_in_graph
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class GatesPane(ViewPane):
    """Which units let which samples through?"""

    TITLE = "Gates"
    OPENS = "Gates: which hidden units are open for which samples, and does any of them switch?"
    ANSWERS = (
        "Which hidden units let which samples through, with the current weights? ● open, ✕ shut. A network "
        "whose gates are the same for all samples is linear on them, and learns no more than a straight line can. A "
        "unit that is shut for all is dead: no error reaches its weights. ▁ and ▔ are smooth units that are "
        "saturated, their slope under 5 % of the steepest. Up and down scroll, left and right choose a unit."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Verdict, grid, signs."""
        from tui_backprop.render.views.gates import gates

        return gates(moment, self.selection, columns)

    def action_move(self, right: int, down: int) -> None:
        """Scrolls, or goes to the next unit."""
        if right:
            self.choose(move_in_graph, right, 0)
        self.scroll += down
