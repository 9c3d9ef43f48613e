"""What the views share: a page that scrolls, and a selection that arrows move through the graph."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import reactive

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import VIEWS
from tui_backprop.render import views
from tui_backprop.render.layout import Want
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Pane

if TYPE_CHECKING:  # imported when a view is opened
    from tui_backprop.render.views.page import ViewPage


class ViewPane(Pane):
    """A pane that is visible only while it is open."""

    WHEEL = 3
    BOUND = ("moment", "selection", "asked")
    KEY: ClassVar[str]
    """The key that opens and closes it: its number among all views."""
    OPENS: ClassVar[str]
    """What that key does, in a sentence."""

    def __init_subclass__(cls, **options: bool) -> None:
        super().__init_subclass__(**options)
        name = cls.ID
        cls.KEY, cls.DOES = str(VIEWS.index(name) + 1), f"toggle_view('{name}')"

    scroll: reactive[int] = reactive(0, repaint=False)
    """How far the user has scrolled from the page's focus."""
    asked: reactive[bool] = reactive(False, repaint=False)
    """Whether a lesson asks for what the view would reveal: then the view hides it."""

    def watch_asked(self) -> None:
        """Hides or shows the verdict."""
        self.repaint()

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """Lines to read; more is better."""
        return Want(46, 14, 28, 6, stretches=True)

    def page(self, moment: Moment, columns: int) -> ViewPage:
        """The page to show, at any length; what makes it is imported when the view is opened."""
        make = getattr(import_module(f"{views.__name__}.{self.ID}"), self.ID)
        page: ViewPage = make(moment, self.selection, columns)
        return page

    def _asked(self, moment: Moment, columns: int) -> ViewPage:
        """The page, without what a lesson asks for."""
        page = self.page(moment, columns)
        return page.asking() if self.asked else page

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """As much of the page as fits."""
        self.set_title(f"{self.TITLE}  ({self.KEY}: close)", f"{self.TITLE}  ({self.KEY})")
        page = self._asked(moment, columns)
        if page.height > rows:
            page = self._asked(moment, columns - 1)
        lines, scroll = page.lines(columns, rows, self.scroll)
        self.set_reactive(ViewPane.scroll, scroll)
        return lines

    def watch_scroll(self) -> None:
        """Scrolled."""
        self.repaint()

    def action_move(self, right: int, down: int) -> None:
        """Scrolls."""
        self.scroll += down
