"""The views: panes that answer why the network learns, or not. Each opens by a number key of its own."""

from __future__ import annotations

from importlib import import_module

from tui_backprop.lessons import lesson
from tui_backprop.studio.panes.views.view import ViewPane


def _view(name: str) -> type[ViewPane]:
    """The pane in the module of that name."""
    pane: type[ViewPane] = getattr(import_module(f"{__name__}.{name}"), name.capitalize())
    return pane


VIEWS = tuple(map(_view, lesson.VIEWS))
"""In the order in which they stand side by side."""
