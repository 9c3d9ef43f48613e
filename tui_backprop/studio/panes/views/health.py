"""The health of the gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.run.moment import Moment
from tui_backprop.studio.panes.views.view import ViewPane

if TYPE_CHECKING:  # a view's page is made when it is opened
    from tui_backprop.render.views.page import ViewPage


class HealthPane(ViewPane):
    """Does the error reach the first layer?"""

    TITLE = "Gradient health"
    OPENS = "Gradient health: the size of gradients and updates in each layer, over the run"
    ANSWERS = (
        "Does the error reach the first layer? One band per layer: the mean size of its gradient over the run, on a "
        "logarithmic scale that all layers share. Then the sizes of gradient and update now, and the update as a "
        "share of the weights: about one in a thousand is healthy."
    )

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """Verdict, a band a layer, the scale."""
        from tui_backprop.render.views.health import health

        return health(moment, self.selection, columns)
