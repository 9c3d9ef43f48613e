"""Where the panes stand: side by side, a few or one, at the places that the screen gives them."""

from __future__ import annotations

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui_backprop.render.layout import Place
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.terminal.internals import rearrange


class Places(Layout):
    """Puts each widget at its place in `places`, by its id; those without one are hidden."""

    name = "places"

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Textual's placements of the children that have a place."""
        return [
            WidgetPlacement(Region(*self.places[child.id]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in self.places
        ]


class Panes(Widget):
    """What holds the panes."""

    DEFAULT_CSS = """
    Panes { height: 1fr; overflow: hidden; }
    """

    def __init__(self, places: Places) -> None:
        super().__init__(id="panes")
        self._places = places

    @property
    def layout(self) -> Layout:
        """The layout of the panes, which style sheets cannot name."""
        return self._places

    def put(self, places: dict[str, Place]) -> list[Painted]:
        """Puts each pane at its place, and hides the others; returns those that were out of sight or elsewhere."""
        before = self._places.places
        moved = [
            pane
            for pane in self.query_children(Painted)
            if pane.id in places and not (pane.display and before.get(pane.id) == places[pane.id])
        ]
        if places != before:
            self._places.places = places
            for widget in self.children:
                widget.display = widget.id in places
            rearrange(self)
        return moved

    def keeps_size(self, pane: Painted) -> bool:
        """Whether a pane in sight has the size of its place already, so that no resize repaints it."""
        place = self._places.places.get(str(pane.id))
        return place is not None and pane.outer_size == (place.columns, place.rows)
