"""What updates do to other samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class InterferencePane(ViewPane):
    """What did this update do to the others?"""

    TITLE = "Interference"
    OPENS = "Interference: what each update of this epoch did to every sample's error"
    ANSWERS = (
        "What did each update of this epoch do to all samples' errors? A row for each update, a column for each "
        "sample; − is better and blue, + is worse and orange, bold is the trained sample. Up "
        "and down scroll."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Verdict, matrix, what is left out."""
        from tui_backprop.render.views.interference import interference

        return interference(moment, self.selection, columns)
