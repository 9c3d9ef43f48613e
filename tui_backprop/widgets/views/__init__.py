"""The views: panes that answer why the network learns, or not. Each opens by a number key of its own."""

from __future__ import annotations

from tui_backprop.widgets.views.gates import Gates
from tui_backprop.widgets.views.view import ViewPane

VIEWS: tuple[type[ViewPane], ...] = (Gates,)
"""In the order in which they stand side by side."""
