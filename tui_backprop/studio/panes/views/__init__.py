"""The views: panes that answer why the network learns, or not. Each opens by a number key of its own."""

from __future__ import annotations

from typing import cast

from tui_backprop import lessons
from tui_backprop.studio.panes.pane import panes_in
from tui_backprop.studio.panes.views.view import ViewPane

VIEWS = cast(list[type[ViewPane]], panes_in(__name__, lessons.VIEWS))
"""In the order in which they stand side by side."""
