"""The studio: owns the timeline, turns keys into moves on it, and hands each moment to every pane."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import DescendantFocus, Resize
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.phases import Moment
from tui_backprop.core.place import parse_place
from tui_backprop.core.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides, variant
from tui_backprop.render.inspector import inspect, name_of
from tui_backprop.render.matrices import View
from tui_backprop.render.selection import Selection, Weight
from tui_backprop.render.spans import plain
from tui_backprop.screens import moves
from tui_backprop.screens.audience import ALONE, INTERVAL, KIOSK_FORBIDS, KIOSK_IDLE, Audience
from tui_backprop.screens.autosave import Autosave
from tui_backprop.screens.help import HelpScreen
from tui_backprop.screens.journeys import Journeys, Move
from tui_backprop.screens.keys import KEYS, PANE_KEYS, bar_keys
from tui_backprop.screens.pace import DEFAULT_PACE, DEMO_PACE, PACES
from tui_backprop.screens.questions import Question, UntilQuestion, read_epochs, read_error
from tui_backprop.store import Record
from tui_backprop.widgets.bars import KeyBar, PaneBar
from tui_backprop.widgets.breadcrumb import Breadcrumb
from tui_backprop.widgets.chart import Chart
from tui_backprop.widgets.error import Error, ErrorLine
from tui_backprop.widgets.inspector import Inspector
from tui_backprop.widgets.matrices import Matrices
from tui_backprop.widgets.network import Network
from tui_backprop.widgets.pane import Painted, Pane
from tui_backprop.widgets.samples import Samples

WIDE = (110, 34)
"""From this size on all panes stand side by side."""
ROOMY = 40
"""From so many rows on the network and the inspector can share their column evenly."""
SMALL = (60, 18)
"""Below this size there is room for one pane only."""
AT_ONCE = 0.05
"""Seconds that a key may take before its move goes on in slices."""
SLICE = 0.03


class StudioScreen(Screen[None]):
    """One experiment, watched."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in KEYS]
    PANES: ClassVar[list[type[Pane]]] = [Network, Matrices, Samples, Inspector, Error]

    moment: reactive[Moment | None] = reactive(None, repaint=False)
    selection: reactive[Selection] = reactive[Selection](Weight(1, 0, 0), repaint=False)
    view: reactive[View] = reactive(View.VALUE, repaint=False)
    news: reactive[str] = reactive("", repaint=False)
    status: reactive[str] = reactive("", repaint=False)
    front: reactive[str] = reactive("matrices", repaint=False)
    """The pane that is in sight where there is not room for all."""

    def __init__(self, timeline: Timeline, audience: Audience = ALONE, record: Record | None = None) -> None:
        """`record` is where the session is saved; without one it is not."""
        super().__init__()
        self._audience = audience
        self._start_over_timer: Timer | None = None
        self._first = timeline.experiment
        self._timeline = timeline
        self._journeys = Journeys()
        self._timer: Timer | None = None
        self._pace = DEFAULT_PACE
        self._in_slices = False
        self._outcome = ""
        self._autosave = Autosave(record, lambda: self._timeline.moment, self.set_timer, self._tell)
        self.set_reactive(StudioScreen.moment, timeline.moment)

    def compose(self) -> ComposeResult:
        """Head, panes, bars."""
        moment, selection = StudioScreen.moment, StudioScreen.selection
        yield Breadcrumb().data_bind(moment, StudioScreen.news, StudioScreen.status)
        with Container(id="panes"):
            yield Network().data_bind(moment, selection)
            yield PaneBar().data_bind(moment)
            yield Matrices().data_bind(moment, selection, StudioScreen.view)
            yield Samples().data_bind(moment)
            yield Inspector().data_bind(moment, selection)
            yield Error().data_bind(moment)
            yield Chart().data_bind(moment)
            yield ErrorLine().data_bind(moment)
        yield KeyBar().data_bind(moment)

    def on_mount(self) -> None:
        """The keys in their bar; the weights have the focus."""
        self.query_one(KeyBar).keys = bar_keys()
        self.query_one(PaneBar).keys = PANE_KEYS
        self.query_one(Matrices).focus()
        if self._autosave.returns_to is not None:
            self._make(moves.back_to(self._timeline, *self._autosave.returns_to, self._returned))
        if self._audience.play:
            self._pace = DEMO_PACE
            self._play()

    # An audience

    def on_key(self) -> None:
        """Somebody is there: a kiosk starts over only some time after the last key."""
        if self._audience.kiosk:
            self._start_over_in(KIOSK_IDLE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Some actions are not for strangers."""
        return not (self._audience.kiosk and action in KIOSK_FORBIDS)

    def _start_over_in(self, seconds: float) -> None:
        if self._start_over_timer is not None:
            self._start_over_timer.stop()
        self._start_over_timer = self.set_timer(seconds, self._start_over)

    def _start_over(self) -> None:
        self._start_over_timer = None
        self.open(self._first)
        if self._audience.play:
            self._play()

    # Moves

    @property
    def timeline(self) -> Timeline:
        """The run that is watched."""
        return self._timeline

    def action_step(self, by: int) -> None:
        """One sample forward or back."""
        self._make(moves.by_step(self._timeline, by))

    def action_phase(self, by: int) -> None:
        """One phase forward or back."""
        self._make(moves.by_phase(self._timeline, by))

    def action_epoch(self, by: int) -> None:
        """One epoch forward or back."""
        self._make(moves.by_epoch(self._timeline, by))

    def action_restart(self) -> None:
        """Back to the start."""
        self._make(moves.to_place(self._timeline, 0))

    @work
    async def action_go_to(self) -> None:
        """Asks where to go, and goes there."""
        self._pause()
        timeline = self._timeline
        question = Question(
            "Go to", "EPOCH, or EPOCH:SAMPLE:PHASE, e.g. 148 or 1:0:mask1", lambda text: parse_place(text, timeline)
        )
        place = await self.app.push_screen_wait(question)
        if place is not None:
            self._make(moves.to_place(timeline, *place))

    @work
    async def action_until(self) -> None:
        """Asks until when to run, and runs."""
        self._pause()
        timeline, tell = self._timeline, self._tell_on_arrival
        condition = await self.app.push_screen_wait(UntilQuestion())
        if condition == "converged":
            self._make(moves.until_converged(timeline, tell))
        elif condition == "below":
            bound = await self.app.push_screen_wait(Question("Run until the error is below", "e.g. 0.1", read_error))
            if bound is not None:
                self._make(moves.until_below(timeline, bound, tell))
        elif condition == "epochs":
            count = await self.app.push_screen_wait(Question("Epochs to run", "e.g. 100", read_epochs))
            if count is not None:
                self._make(moves.for_epochs(timeline, count, tell))

    def _make(self, move: Move, by_hand: bool = True) -> None:
        """Makes a move: at once if that is fast, otherwise bit by bit while the studio stays awake."""
        if by_hand:
            self._pause()
        self._journeys.add(move)
        if self._in_slices:
            return
        if self._proceed(AT_ONCE):
            self._arrive()
        else:
            self._go_on()

    def _proceed(self, seconds: float) -> bool:
        try:
            return self._journeys.proceed(seconds)
        except BackpropError as error:
            self._journeys.stop()
            self._tell_on_arrival(str(error))
            return True

    @work
    async def _go_on(self) -> None:
        self._in_slices = True
        try:
            while not self._proceed(SLICE):
                self.news = self._journeys.news
                await asyncio.sleep(0)
        finally:
            self._in_slices = False
        self._arrive()

    def _arrive(self) -> None:
        """Shows where the timeline is now, and what there is to tell of the way."""
        self.news, self._outcome = self._outcome, ""
        self.moment = self._timeline.moment
        self.call_after_refresh(self._autosave.arrived)

    def _tell_on_arrival(self, outcome: str) -> None:
        self._outcome = outcome

    def action_stop(self) -> None:
        """Stops a run, play, full screen, the chart: whichever is on."""
        if self._journeys.busy:
            self._journeys.stop()
            self._tell_on_arrival("Stopped.")
        elif self._timer is not None:
            self._pause()
        elif self.has_class("-full"):
            self.action_full()
        elif self.has_class("-chart"):
            self.action_chart()

    # Play

    def action_play(self) -> None:
        """Plays or pauses."""
        if self._timer is not None:
            self._pause()
        else:
            self._play()

    def action_pace(self, by: int) -> None:
        """Another pace, at once if playing."""
        self._pace = min(max(self._pace + by, 0), len(PACES) - 1)
        if self._timer is not None:
            self._pause()
            self._play()
        else:
            self.news = f"Play goes at {PACES[self._pace].name}; p plays."

    def _play(self) -> None:
        pace = PACES[self._pace]
        self.status = f"▶ {pace.name}"
        self._timer = self.set_interval(pace.seconds, self._tick)

    def _pause(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.status = ""

    def _tick(self) -> None:
        if self._journeys.busy:
            return
        unit = {"phase": moves.by_phase, "step": moves.by_step, "epoch": moves.by_epoch}[PACES[self._pace].unit]
        self._make(unit(self._timeline, 1), by_hand=False)
        moment = self._timeline.moment
        at_end = moment.complete and moment.order == moment.experiment.steps_per_epoch
        if at_end and (moment.converged_at == moment.epoch or not moment.finite):
            self._pause()
            if self._audience.play:
                self._start_over_in(INTERVAL)

    # Panes

    def action_next_pane(self, by: int) -> None:
        """The next or previous pane has the focus, and is in sight."""
        names = [pane.__name__.lower() for pane in self.PANES]
        focused = self.focused.id if self.focused is not None and self.focused.id in names else self.front
        self.action_show_pane(names[(names.index(focused) + by) % len(names)])

    def action_show_pane(self, name: str) -> None:
        """The pane has the focus, and is in sight."""
        self.remove_class("-chart")
        if name != "network" or self.has_class("-small") or self.has_class("-full"):
            self.front = name
        self.set_focus(self.query_one(f"#{name}", Pane))  # at once: the next key may already be waiting

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click can give a pane the focus, too."""
        if isinstance(self.focused, Pane) and self.focused.id not in (None, "network", "chart"):
            self.front = str(self.focused.id)  # not the event's widget: the focus may have moved on since

    def watch_front(self, front: str) -> None:
        """Another pane in sight."""
        for pane in self.query(Pane):
            pane.set_class(pane.id == front, "-front")
        self.query_one(PaneBar).current = front

    def action_full(self) -> None:
        """The pane with the focus takes the whole screen, or gives it back."""
        if self.has_class("-chart"):  # which has the whole screen already
            self.action_chart()
            return
        if not self.has_class("-full") and isinstance(self.focused, Pane):
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

    def on_resize(self, event: Resize) -> None:
        """All panes, a few, or one: as the terminal's size allows."""
        columns, rows = event.size
        wide = columns >= WIDE[0] and rows >= WIDE[1]
        small = columns < SMALL[0] or rows < SMALL[1]
        self.set_class(wide, "-wide")
        self.set_class(wide and rows < ROOMY, "-low")
        self.set_class(not wide and not small, "-narrow")
        self.set_class(small, "-small")
        names = tuple((pane.__name__.lower(), pane.TITLE) for pane in self.PANES)
        self.query_one(PaneBar).names = names if small else names[1:]
        if self.front == "network" and not small and not self.has_class("-full"):
            self.front = "matrices"

    def action_view(self) -> None:
        """The matrices show something else."""
        self.view = self.view.next()

    def on_painted_chosen(self, event: Painted.Chosen) -> None:
        """Somebody chose a weight, a bias, a node or an action."""
        if isinstance(event.target, str):
            self.run_worker(self.run_action(event.target))
        else:
            self.selection = event.target

    def action_copy(self) -> None:
        """The inspector's arithmetic goes to the clipboard of the terminal."""
        if self.moment is not None:
            name = name_of(self.selection, self.moment)
            text = plain(inspect(self.moment, self.selection, 1_000_000, most=1_000_000).lines)
            self.app.copy_to_clipboard(f"{name}\n{text}\n")
            self.news = f"Copied the arithmetic of {name}."

    def action_help(self) -> None:
        """Help over the studio."""
        self._pause()
        self.app.push_screen(HelpScreen([*self.PANES, Chart]))

    # Sessions

    @work
    async def action_save(self) -> None:
        """Asks for a name, and saves the session under it from now on."""
        self._pause()
        hint = "a name, or a path ending in .json; nothing: tell where it is saved"
        name = await self.app.push_screen_wait(Question("Save this session as", hint, self._autosave.read_name))
        if name is not None:
            self.news = self._autosave.save_as(name)

    def save_now(self) -> None:
        """Saves the session as it stands, whatever happens; for handlers of signals."""
        self._autosave.save_now()

    def on_unmount(self) -> None:
        """The studio is left: a run ends where it is, and that is saved."""
        self._journeys.stop()
        self.save_now()

    def _returned(self) -> None:
        self._tell_on_arrival(self._autosave.returned())

    def _tell(self, news: str) -> None:
        self.news = news

    # Experiments

    def action_reseed(self) -> None:
        """The same experiment from the next seed's weights."""
        experiment = self._timeline.experiment
        seed = experiment.seed + 1
        try:
            self.open(variant(experiment, Overrides(seed=seed)))
        except BackpropError as error:  # the data's file has gone, or this was the last seed
            self.news = str(error)
            return
        self.news = f"New weights, from seed {seed}."

    def open(self, experiment: Experiment) -> None:
        """Another experiment, from its start."""
        self._pause()
        self._journeys.stop()
        self._autosave.save()
        self._timeline = self._timeline.of(experiment)
        self.set_reactive(StudioScreen.selection, Weight(1, 0, 0))
        for painted in self.query(Painted):
            painted.set_reactive(Painted.selection, Weight(1, 0, 0))
        self._arrive()
