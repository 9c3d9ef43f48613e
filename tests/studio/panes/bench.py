"""An application of one widget, to look at what it draws."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.strip import Strip

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import Selection
from tui_backprop.studio.keys import PANE_KEYS, bar_keys
from tui_backprop.studio.panes.bars import KeyBar, PaneBar
from tui_backprop.studio.panes.breadcrumb import Breadcrumb
from tui_backprop.studio.panes.chart import ChartPane
from tui_backprop.studio.panes.error import ErrorLine, ErrorPane
from tui_backprop.studio.panes.inspector import InspectorPane
from tui_backprop.studio.panes.matrices import MatricesPane
from tui_backprop.studio.panes.network import NetworkPane
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.samples import SamplesPane
from tui_backprop.studio.panes.views import VIEWS

WIDGETS: tuple[type[Painted], ...] = (
    NetworkPane, MatricesPane, SamplesPane, InspectorPane, ErrorPane, ChartPane, ErrorLine, Breadcrumb, PaneBar, KeyBar,
    *VIEWS,
)  # fmt: skip


class Bench(App[None]):
    """Shows one widget of a moment, and notes what is chosen in it."""

    def __init__(self, kind: type[Painted], moment: Moment) -> None:
        super().__init__()
        self.widget = kind()
        self.widget.moment = moment
        self.chosen: list[Selection | str] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        if isinstance(self.widget, KeyBar):
            self.widget.keys = bar_keys()
        if isinstance(self.widget, PaneBar):
            self.widget.names, self.widget.current = (("matrices", "Weights"), ("samples", "Samples")), "samples"
            self.widget.keys = PANE_KEYS

    def on_painted_chosen(self, event: Painted.Chosen) -> None:
        self.chosen.append(event.target)

    @property
    def strips(self) -> list[Strip]:
        """What the widget draws, line by line."""
        return [self.widget.render_line(y) for y in range(self.widget.size.height)]

    def place(self, text: str) -> tuple[int, int]:
        """Where a text stands in the widget, border included."""
        y, x = next((y, strip.text.index(text)) for y, strip in enumerate(self.strips) if text in strip.text)
        gutter = self.widget.gutter
        return x + gutter.left, y + gutter.top
