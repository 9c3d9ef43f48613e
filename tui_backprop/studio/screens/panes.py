"""Which panes are in sight: all, a few or one, depending on the terminal's size and the user's choice."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import DescendantFocus, Resize
from textual.geometry import Size
from textual.reactive import reactive

from tui_backprop.core.diagnostics.surface import is_plane
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import PANES
from tui_backprop.render.layout import SURFACE, TIGHT, Place, arrange
from tui_backprop.render.matrix_table import View
from tui_backprop.render.selection import Selection
from tui_backprop.studio import panes
from tui_backprop.studio.keys import KEYS, PANE_KEYS, Key, bar_keys
from tui_backprop.studio.panes.bars import KeyBar, PaneBar
from tui_backprop.studio.panes.breadcrumb import Breadcrumb
from tui_backprop.studio.panes.chart import ChartPane
from tui_backprop.studio.panes.error import ErrorLine
from tui_backprop.studio.panes.inspector import InspectorPane
from tui_backprop.studio.panes.matrices import MatricesPane
from tui_backprop.studio.panes.network import NetworkPane
from tui_backprop.studio.panes.pane import Painted, Pane, panes_in
from tui_backprop.studio.panes.places import Panes, Places
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.panes.views.surface import SurfacePane
from tui_backprop.terminal.internals import ExposedScreen

HEAD = 2
"""Rows of the head: counters and sentence."""
FEWEST_DOTS = 4
"""From this many samples on, the surface opens; with fewer, as in homework, the units' figures say more."""
SMALL = (60, 18)
"""Below this size there is room for one pane only."""
MOST_VIEWS = 2
"""How many views can be open: they share the inspector's place."""


class PanesScreen(ExposedScreen):
    """The head, the panes and the bars. It shows `moment` and `selection`, and does not know where they come from.

    A view is a pane that stands in the inspector's place while it is open.
    """

    PANES: ClassVar[list[type[Pane]]] = panes_in(panes.__name__, PANES)

    moment: reactive[Moment | None] = reactive(None, repaint=False)
    selection: reactive[Selection] = reactive[Selection](Weight(1, 0, 0), repaint=False)
    view: reactive[View] = reactive(View.VALUE, repaint=False)
    news: reactive[str] = reactive("", repaint=False)
    status: reactive[str] = reactive("", repaint=False)
    front: reactive[str] = reactive("matrices", repaint=False)
    """The visible pane where there is not room for all."""
    motion: reactive[bool] = reactive(False, repaint=False)
    """Whether pulses run along the edges of the graph."""
    key_bar: reactive[bool] = reactive(True, repaint=False)
    """Whether the last line names the keys."""
    asked: reactive[bool] = reactive(False, repaint=False)
    """Whether a lesson is waiting for an answer."""
    views: reactive[tuple[str, ...]] = reactive((), repaint=False)
    """The views that are open, the oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._places = Places()
        self._terminal = Size(80, 24)
        self._complete = False

    def compose(self) -> ComposeResult:
        """Head, panes, bars; arranged for the terminal's size at once, or all would be laid out twice."""
        self._terminal = self.app.size
        self._arrange()
        moment = PanesScreen.moment
        yield Breadcrumb().data_bind(moment, PanesScreen.news, PanesScreen.status, PanesScreen.asked)
        with Container(id="desk"):
            with Panes(self._places):
                yield PaneBar(id="bar").data_bind(moment)
                yield from map(self._bound, self.PANES)
                yield ChartPane().data_bind(moment)
                yield ErrorLine(id="line").data_bind(moment)
            yield from self.beside()
        yield KeyBar().data_bind(moment)

    @staticmethod
    def _bound(pane: type[Pane]) -> Pane:
        """A pane bound to what it shows."""
        return pane().data_bind(*(getattr(PanesScreen, name) for name in pane.BOUND))

    @property
    def complete(self) -> bool:
        """Whether all panes in sight know their sizes, as they do from the first picture on."""
        self._complete = self._complete or all(pane.fitted for pane in self.query(Painted) if pane.size)
        return self._complete

    def beside(self) -> ComposeResult:
        """What shares the screen with the panes: nothing, unless a lesson does."""
        yield from ()

    def available_size(self, size: Size) -> Size:
        """The part of the terminal for the panes and the bars."""
        return size

    def offered_keys(self) -> tuple[Key, ...]:
        """The keys that work here, the most important first."""
        return KEYS

    def on_mount(self) -> None:
        """Fills the key bar, and focuses the weights."""
        self.query_one(KeyBar).keys = bar_keys(self.offered_keys())
        self.query_one(KeyBar).display = self.key_bar
        self.query_one(PaneBar).keys = PANE_KEYS
        self.set_focus(self.query_one(MatricesPane))  # at once: a lesson may choose another after this

    def action_next_pane(self, by: int) -> None:
        """Focuses the next or previous pane, and makes it visible."""
        names = self._within_reach()
        focused = self.focused.id if self.focused is not None and self.focused.id in names else self.front
        place = names.index(focused) if focused in names else 0
        self.action_show_pane(names[(place + by) % len(names)])

    def _within_reach(self) -> list[str]:
        """The panes that can have the focus: those in sight, and those whose names stand in the bar."""
        names = [*self._panes(), *self.views]
        order = [pane.ID for pane in (*self.PANES[:3], *VIEWS, *self.PANES[3:])]
        if self._places.places.keys() & {"bar", "chart"} or self.has_class("-full"):
            return sorted(names, key=order.index)
        return sorted((name for name in names if name in self._places.places), key=order.index)

    def _panes(self) -> list[str]:
        return [pane.ID for pane in self.PANES]

    def action_show_pane(self, name: str) -> None:
        """Focuses the pane, and makes it visible."""
        self.remove_class("-chart")
        self.front = name
        self._arrange()
        self.set_focus(self.query_one(f"#{name}", Pane))  # at once: the next key may already be waiting

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Makes the pane visible that a click or a key has focused."""
        focused = self.focused
        if isinstance(focused, Pane) and focused.id in self._within_reach():
            self.front = str(focused.id)  # not the event's widget: the focus may have moved on since

    def watch_front(self, front: str) -> None:
        """Shows another pane, where there is not room for all."""
        self._arrange()

    def watch_key_bar(self, shown: bool) -> None:
        """Shows the key bar, or gives its line to the panes."""
        if self.is_mounted:
            self.query_one(KeyBar).display = shown
            self._arrange()

    def select_unseen(self, selection: Selection) -> None:
        """Selects what the panes show with the next moment: the present one may not have it."""
        self.set_reactive(PanesScreen.selection, selection)
        for painted in self.query(Painted):
            painted.set_reactive(Painted.selection, selection)

    def open_view(self, name: str) -> None:
        """Opens and focuses a view; if there are too many, the oldest is closed."""
        self.views = (*(view for view in self.views if view != name), name)[-MOST_VIEWS:]
        self.action_show_pane(name)

    def close_view(self, name: str) -> None:
        """Closes a view."""
        others = tuple(view for view in self.views if view != name)
        if self.front == name:
            self.action_show_pane(others[-1] if others else "matrices")
        self.views = others

    def show_surface(self, experiment: Experiment) -> None:
        """Opens the surface if there are exactly two inputs, and closes it otherwise."""
        others = tuple(view for view in self.views if view != SURFACE)
        opens = is_plane(experiment.data) and len(experiment.data.inputs) >= FEWEST_DOTS
        self.views = (SURFACE, *others)[:MOST_VIEWS] if opens else others

    def action_toggle_view(self, name: str) -> None:
        """Opens a view, or closes it where it is open."""
        if name in self.views and not self.has_class("-chart"):
            self.close_view(name)
        else:
            self.open_view(name)

    def watch_views(self, views: tuple[str, ...]) -> None:
        """Shows the views that are open; a view is created when first opened."""
        for view in VIEWS:
            if view.ID in views and not self.query(view):
                pane = self._bound(view)
                pane.marked = self.query_one(InspectorPane).marked  # what a lesson speaks of
                self.query_one(Panes).mount(pane)
        if self.front not in (*self._panes(), *views):  # its place is gone
            self.front = views[-1] if views else "matrices"
        self._arrange()

    def action_full(self) -> None:
        """Shows the focused pane full-screen, or all panes again."""
        if self.has_class("-chart"):  # which has the whole screen already
            self.action_chart()
            return
        if not self.has_class("-full") and isinstance(self.focused, Pane) and self.focused in self.query("#panes Pane"):
            self.front = str(self.focused.id)
        self.toggle_class("-full")
        self._arrange()

    def action_chart(self) -> None:
        """Shows the chart instead of the panes, or the panes again."""
        self.toggle_class("-chart")
        self._arrange()
        if self.has_class("-chart"):
            self.set_focus(self.query_one(ChartPane))
        else:
            self.action_show_pane(self.front)

    def tidy(self) -> None:
        """Puts everything back in its place, as at the start."""
        self.views, self.view = (), View.VALUE
        self.query_one(ChartPane).logarithmic = False
        self.remove_class("-full")
        self.action_show_pane("matrices")

    def on_resize(self, event: Resize) -> None:
        """Shows all panes, a few, or one, as the terminal's size allows."""
        self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Lays the panes out for a terminal of this size."""
        self._terminal = size
        self._arrange()
        if not self._within_reach_of_focus():
            self.action_show_pane(self.views[-1] if self.views else "matrices")

    def _within_reach_of_focus(self) -> bool:
        return self.has_class("-chart") or self.front in self._places.places

    def _arrange(self) -> None:
        """Gives each pane its place, and shows those that have one."""
        columns, rows = self.available_size(self._terminal)
        small = columns < SMALL[0] or rows < SMALL[1]
        rows -= HEAD + self.key_bar
        whole = Place(0, 0, columns, max(1, rows))
        if self.has_class("-chart"):
            places = {"chart": whole}
        elif self.has_class("-full"):
            places = {self.front: whole}
        elif small:
            places = {"bar": Place(0, 0, columns, 1), self.front: Place(0, 1, columns, max(1, rows - 1))}
        else:
            assert self.moment is not None
            places = self._spread(columns, rows, self.moment.ahead, self.views, self.front)
        if not self.is_mounted:
            self._places.places = places
            return
        self.query_one(KeyBar).alone = len(places) == 1
        path = "network" not in places and not small
        self.set_class(path, "-path")
        if path:
            places = {name: place._replace(rows=max(1, place.rows - 1)) for name, place in places.items()}
        self.set_class(columns < TIGHT, "-tight")
        panes = self.query_one(Panes)
        moved = panes.put(places)
        self._set_maps(panes, {"network", SURFACE} <= places.keys())
        for pane in filter(panes.keeps_size, moved):  # out of sight, or about to be resized, it missed what happened
            pane.repaint()
        self._name_panes()

    def _set_maps(self, panes: Panes, beside: bool) -> None:
        """Units have maps where the surface stands beside the graph."""
        for pane, attribute in (
            (self.query_one(NetworkPane), "maps"),
            *((one, "beside_graph") for one in self.query(SurfacePane)),
        ):
            if panes.keeps_size(pane):
                setattr(pane, attribute, beside)
            else:  # it is painted when it has its new size
                pane.set_reactive(getattr(type(pane), attribute), beside)

    @classmethod
    @lru_cache(maxsize=1)  # a start or a resize asks for the same several times
    def _spread(
        cls, columns: int, rows: int, experiment: Experiment, views: tuple[str, ...], front: str
    ) -> dict[str, Place]:
        """The places that suit the panes' contents."""
        known = {pane.ID: pane for pane in (*cls.PANES, *VIEWS)}
        names = dict.fromkeys(("network", "inspector", *views, *(pane.ID for pane in cls.PANES)))
        return arrange(columns, rows, {name: known[name].want(experiment) for name in names}, front)

    def _name_panes(self) -> None:
        titles: dict[str, str] = {"matrices": self.view.title}
        panes = {pane.ID: pane.TITLE for pane in (*self.PANES, *VIEWS)}
        names = [name for name in self._within_reach() if name not in self._places.places or name == self.front]
        bar = self.query_one(PaneBar)
        bar.names = tuple((name, titles.get(name, panes[name])) for name in names)
        bar.current = self.front

    def settle(self) -> None:
        """Ends the pulse, for a key."""
        for graph in self.query(NetworkPane):
            graph.settle()

    def watch_view(self) -> None:
        """Renames the tab of the matrices, where panes are tabs."""
        if self.is_mounted:
            self._name_panes()

    def action_view(self) -> None:
        """Switches what the matrices show."""
        self.view = self.view.next()
