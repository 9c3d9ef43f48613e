"""Layers that are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class CollapsePane(ViewPane):
    """Which layers are one layer in disguise?"""

    TITLE = "Collapse"
    OPENS = "Collapse: which layers are one layer in disguise, and what that one is"
    ANSWERS = (
        "Which layers are one layer in disguise? Where nothing bends between two layers, their product is one "
        "matrix that gives the same sums for every sample, up to the last digits. ReLU layers collapse on this "
        "data while none of their gates switches. Up and down scroll."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Claim, matrix, formula, both ways for each sample."""
        from tui_backprop.render.views.collapse import collapse

        return collapse(moment, self.selection, columns)
