"""Panes, views and what matrices can show, as lessons name them, are those that the studio has."""

from __future__ import annotations

from tui_backprop.lessons import PANES, VIEWS
from tui_backprop.lessons.reader import MATRICES
from tui_backprop.render.matrix_table import View
from tui_backprop.studio.panes.views import VIEWS as WIDGETS
from tui_backprop.studio.screens.panes import PanesScreen


def test_lessons_name_what_there_is() -> None:
    assert set(PANES) == {pane.ID for pane in PanesScreen.PANES}
    assert set(VIEWS) == {view.ID for view in WIDGETS}
    assert set(MATRICES) == {view.value for view in View}
