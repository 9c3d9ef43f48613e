"""The views: panes that answer why the network learns, or not. Each opens by a number key of its own."""

from __future__ import annotations

from tui_backprop.studio.panes.views.landscape import LandscapePane
from tui_backprop.studio.panes.views.pages import PAGES
from tui_backprop.studio.panes.views.surface import SurfacePane
from tui_backprop.studio.panes.views.view import ViewPane

VIEWS: list[type[ViewPane]] = sorted([*PAGES, SurfacePane, LandscapePane], key=lambda view: view.KEY)
"""In the order in which they stand side by side."""
