"""The tug-of-war for the selected weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import move_in_matrix
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class PullsPane(ViewPane):
    """Who pulls this weight up, who down?"""

    TITLE = "Tug-of-war"
    OPENS = "Tug-of-war: which samples pull the selected weight up, which down, and what is left over"
    ANSWERS = (
        "Which samples pull the selected weight up, which down? A bar is −∂E/∂w of one sample, all at the current "
        "weights; the net pull is what is left over. Where pulls cancel, an epoch changes nothing. Arrows "
        "select another weight or bias, in any layer."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Verdict, bars, net pull."""
        from tui_backprop.render.views.pulls import pulls

        return pulls(moment, self.selection, columns)

    def action_move(self, right: int, down: int) -> None:
        """To the neighbouring parameter, as in the matrices."""
        self.choose(move_in_matrix, down, right)
