"""Where the panes stand: side by side, a few or one, as the terminal's size and a person's wishes allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus, Resize
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen

from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.matrices import View, title
from tui_backprop.render.selection import Selection
from tui_backprop.studio.keys import KEYS, PANE_KEYS, Key, bar_keys
from tui_backprop.studio.panes.bars import KeyBar, PaneBar
from tui_backprop.studio.panes.breadcrumb import Breadcrumb
from tui_backprop.studio.panes.chart import Chart
from tui_backprop.studio.panes.error import Error, ErrorLine
from tui_backprop.studio.panes.inspector import Inspector
from tui_backprop.studio.panes.matrices import Matrices
from tui_backprop.studio.panes.network import Network
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.studio.panes.samples import Samples
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.panes.views.view import ViewPane

WIDE = (110, 34)
"""From this size on all panes stand side by side."""
ROOMY = 40
"""From so many rows on the network and the inspector can share their column evenly."""
SMALL = (60, 18)
"""Below this size there is room for one pane only."""
MOST_VIEWS = 2
"""How many views can be open: they share the inspector's place."""


class PanesScreen(Screen[None]):
    """The head, the panes and the bars. It shows `moment` and `selection`, and does not know where they come from.

    A view is a pane that stands in the inspector's place while it is open.
    """

    PANES: ClassVar[list[type[Pane]]] = [Network, Matrices, Samples, Inspector, Error]

    moment: reactive[Moment | None] = reactive(None, repaint=False)
    selection: reactive[Selection] = reactive[Selection](Weight(1, 0, 0), repaint=False)
    view: reactive[View] = reactive(View.VALUE, repaint=False)
    news: reactive[str] = reactive("", repaint=False)
    status: reactive[str] = reactive("", repaint=False)
    front: reactive[str] = reactive("matrices", repaint=False)
    """The pane that is in sight where there is not room for all."""
    asked: reactive[bool] = reactive(False, repaint=False)
    """Whether a lesson waits for an answer."""
    views: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """The views that are open, the oldest first."""

    def compose(self) -> ComposeResult:
        """Head, panes, bars; sorted into the terminal's size from the first, or all would be laid out twice."""
        self._sort(self.app.size)
        moment, selection = PanesScreen.moment, PanesScreen.selection
        yield Breadcrumb().data_bind(moment, PanesScreen.news, PanesScreen.status)
        with Container(id="desk"):
            with Container(id="panes"):
                yield Network().data_bind(moment, selection)
                yield PaneBar().data_bind(moment)
                yield Matrices().data_bind(moment, selection, PanesScreen.view)
                yield Samples().data_bind(moment)
                with Container(id="lower"):
                    yield Inspector().data_bind(moment, selection)
                yield Error().data_bind(moment)
                yield Chart().data_bind(moment)
                yield ErrorLine().data_bind(moment)
            yield from self.beside()
        yield KeyBar().data_bind(moment)

    def beside(self) -> ComposeResult:
        """What shares the screen with the panes: nothing, unless a lesson does."""
        yield from ()

    def room(self, size: Size) -> Size:
        """What there is of the terminal for the panes and the bars."""
        return size

    def offered_keys(self) -> tuple[Key, ...]:
        """The keys that work here, the most important first."""
        return KEYS

    def further_commands(self) -> list[tuple[str, str, Callable[[], object]]]:
        """What the palette offers besides keys and presets: (name, what it does, how)."""
        return []

    def on_mount(self) -> None:
        """The keys in their bar; the weights have the focus."""
        self.query_one(KeyBar).keys = bar_keys(self.offered_keys())
        self.query_one(PaneBar).keys = PANE_KEYS
        self.set_focus(self.query_one(Matrices))  # at once: a lesson may choose another after this

    def action_next_pane(self, by: int) -> None:
        """The next or previous pane has the focus, and is in sight."""
        names = [pane.__name__.lower() for pane in self._within_reach()]
        focused = self.focused.id if self.focused is not None and self.focused.id in names else self.front
        place = names.index(focused) if focused in names else 0
        self.action_show_pane(names[(place + by) % len(names)])

    def _within_reach(self) -> Iterable[type[Pane]]:
        """The panes and the open views; where a view has the inspector's place there is no inspector."""
        for pane in self.PANES:
            if pane is Inspector:
                yield from (view for view in VIEWS if view.__name__.lower() in self.views)
            if pane is not Inspector or not self.views or not self.has_class("-wide"):
                yield pane

    def action_show_pane(self, name: str) -> None:
        """The pane has the focus, and is in sight."""
        self.remove_class("-chart")
        if name != "network" or self.has_class("-small") or self.has_class("-full"):
            self.front = name
        self.set_focus(self.query_one(f"#{name}", Pane))  # at once: the next key may already be waiting

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click can give a pane the focus, too."""
        focused, names = self.focused, [pane.__name__.lower() for pane in self._within_reach()]
        if isinstance(focused, Pane) and focused.id in names and focused.id != "network":
            self.front = str(focused.id)  # not the event's widget: the focus may have moved on since

    def watch_front(self, front: str) -> None:
        """Another pane in sight."""
        for pane in self.query(Pane):
            pane.set_class(pane.id == front, "-front")
        lower = self.query_one("#lower")
        lower.set_class(any(pane.id == front for pane in lower.query(Pane)), "-front")
        self.query_one(PaneBar).current = front

    def open_view(self, name: str) -> None:
        """Brings a view into sight, at the cost of the oldest where there are enough; the focus goes to it."""
        self.views = (*(view for view in self.views if view != name), name)[-MOST_VIEWS:]
        self.action_show_pane(name)

    def close_view(self, name: str) -> None:
        """Gives the view's place back."""
        self.views = tuple(view for view in self.views if view != name)
        if self.front == name:
            self.action_show_pane(self.views[-1] if self.views else "matrices")

    def action_toggle_view(self, name: str) -> None:
        """Opens a view, or closes it where it is open."""
        if name in self.views and not self.has_class("-chart"):
            self.close_view(name)
        else:
            self.open_view(name)

    def watch_views(self, views: tuple[str, ...]) -> None:
        """Other views are open; one that is opened for the first time is made."""
        opened = [view for view in VIEWS if view.__name__.lower() in views]
        for view in opened:
            if not self.query(view):
                self._mount_view(view)
        for pane in self.query(ViewPane):
            pane.set_class(type(pane) in opened, "-open")
            pane.set_class(type(pane) in opened[1:], "-second")
        self.set_class(bool(views), "-views")
        self._name_panes()

    def _mount_view(self, view: type[ViewPane]) -> None:
        """Puts it where it stands in `VIEWS`, with what a lesson speaks of marked as in the other panes."""
        later = [pane for pane in self.query(ViewPane) if VIEWS.index(type(pane)) > VIEWS.index(view)]
        pane = view().data_bind(PanesScreen.moment, PanesScreen.selection, PanesScreen.asked)
        pane.marked = self.query_one(Inspector).marked
        self.query_one("#lower").mount(pane, before=later[0] if later else None)

    def action_full(self) -> None:
        """The pane with the focus takes the whole screen, or gives it back."""
        if self.has_class("-chart"):  # which has the whole screen already
            self.action_chart()
            return
        if not self.has_class("-full") and isinstance(self.focused, Pane) and self.focused in self.query("#panes Pane"):
            self.front = str(self.focused.id)
        self.toggle_class("-full")
        if not self.has_class("-full") and self.front == "network" and not self.has_class("-small"):
            self.front = "matrices"

    def action_chart(self) -> None:
        """The chart takes the place of the panes, or gives it back."""
        self.toggle_class("-chart")
        if self.has_class("-chart"):
            self.set_focus(self.query_one(Chart))
        else:
            self.action_show_pane(self.front)

    def tidy(self) -> None:
        """Everything in its place, as at the start."""
        self.views, self.view = (), View.VALUE
        self.query_one(Chart).logarithmic = False
        self.remove_class("-full")
        self.action_show_pane("matrices")

    def on_resize(self, event: Resize) -> None:
        """All panes, a few, or one: as the terminal's size allows."""
        self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Lays the panes out for a terminal of this size."""
        self._sort(size)
        self._name_panes()
        if self.front == "network" and not self.has_class("-small") and not self.has_class("-full"):
            self.front = "matrices"
        if self.has_class("-wide") and self.views and self.front == "inspector":  # whose place is taken
            self.action_show_pane(self.views[-1])

    def _sort(self, size: Size) -> None:
        columns, rows = self.room(size)
        wide = columns >= WIDE[0] and rows >= WIDE[1]
        small = columns < SMALL[0] or rows < SMALL[1]
        self.set_class(wide, "-wide")
        self.set_class(wide and rows < ROOMY, "-low")
        self.set_class(not wide and not small, "-narrow")
        self.set_class(small, "-small")

    def _name_panes(self) -> None:
        titles: dict[type[Pane], str] = {Matrices: title(self.view)}
        names = tuple((pane.__name__.lower(), titles.get(pane, pane.TITLE)) for pane in self._within_reach())
        self.query_one(PaneBar).names = names if self.has_class("-small") else names[1:]

    def watch_view(self) -> None:
        """The matrices show something else, and where panes are tabs, their tab says so."""
        if self.is_mounted:
            self._name_panes()

    def action_view(self) -> None:
        """The matrices show something else."""
        self.view = self.view.next()
