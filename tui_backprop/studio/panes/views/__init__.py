"""The views: panes that answer why the network learns, or not. Each opens by a number key of its own."""

from __future__ import annotations

from tui_backprop.studio.panes.views.collapse import Collapse
from tui_backprop.studio.panes.views.gates import Gates
from tui_backprop.studio.panes.views.health import Health
from tui_backprop.studio.panes.views.interference import Interference
from tui_backprop.studio.panes.views.landscape import Landscape
from tui_backprop.studio.panes.views.pulls import Pulls
from tui_backprop.studio.panes.views.slope import Slope
from tui_backprop.studio.panes.views.surface import Surface
from tui_backprop.studio.panes.views.view import ViewPane

VIEWS: tuple[type[ViewPane], ...] = (Surface, Gates, Pulls, Collapse, Interference, Health, Slope, Landscape)
"""In the order in which they stand side by side."""
