"""The studio: a run, and what surrounds it: settings, an audience, and other experiments to open."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.place import place_of
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides, variant
from tui_backprop.studio.audience import Audience, IdleRestart
from tui_backprop.studio.keys import KEYS, Key
from tui_backprop.studio.pace import PACES, Pace, demo_pace
from tui_backprop.studio.panes.chart import ChartPane
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.screens.dialog import Conversation, conversation
from tui_backprop.studio.screens.panes import PanesScreen
from tui_backprop.studio.screens.run import RunScreen
from tui_backprop.studio.settings import Keep, Settings, place

if TYPE_CHECKING:  # a sweep's parts are imported when one is opened
    from tui_backprop.core.sweep import Sweep


class StudioScreen(RunScreen):
    """One experiment, watched."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in KEYS]

    def __init__(self, timeline: Timeline, audience: Audience) -> None:
        super().__init__(timeline)
        self._audience = audience
        self._first = timeline.experiment
        self._fresh_start = IdleRestart(audience, self.set_timer, self._start_over)
        self._sweep: Sweep | None = None
        self._settings, self._keep_setting = Settings(), cast("Keep | None", None)

    def on_mount(self) -> None:
        """Opens the surface where there is one; starts a demo."""
        self.show_surface(self._timeline.experiment)
        if self._audience.play:
            self._player.play()

    def save_now(self) -> str:
        """Saves what is not saved yet, and never raises; returns the command that continues here, if there is one."""
        return ""

    def chapter_reader(self) -> Callable[[str], object] | None:
        """What opens a chapter of the lessons by its name, if that is offered here."""
        return None

    # Settings

    def apply_settings(self, settings: Settings, keep: Keep | None, news: str) -> None:
        """Called before the screen is shown, with the settings, how changes to them are kept, and a first message."""
        self._settings, self._keep_setting = settings, keep
        self.set_reactive(PanesScreen.motion, settings.motion)
        self.set_reactive(PanesScreen.key_bar, settings.key_bar)
        self.set_reactive(PanesScreen.news, news)
        self._turn_to_pace()

    def choose(self, name: str, value: str | bool) -> None:
        """Changes a setting, and keeps it for every studio from now on."""
        if name == "theme":
            self.app.theme = str(value)
        else:
            setattr(self, name, value)
        self._remember(name, value)

    def action_pace(self, by: int) -> None:
        """Changes the pace, and keeps it."""
        super().action_pace(by)
        self._remember("pace", self._player.pace.name)

    def _remember(self, name: str, value: str | bool) -> None:
        problem = self._keep_setting(name, value) if self._keep_setting is not None else ""
        if problem:
            self.news = problem

    def _turn_to_pace(self) -> None:
        paces = [pace.name for pace in PACES]
        self._player.set_speed(demo_pace(0) if self._audience.play else paces.index(self._settings.pace))

    # An audience

    def user_active(self) -> None:
        """Called on each key: the audience is there."""
        self._fresh_start.user_active()

    def paced(self) -> Pace:
        """A demo goes ever faster."""
        if self._audience.play:
            speed = demo_pace(self._timeline.moment.epoch)
            if self._player.pace is not PACES[speed]:
                self._player.set_speed(speed)
        return super().paced()

    def run_ended(self) -> None:
        """A demo starts over after a while."""
        self._fresh_start.run_ended()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Some actions are off in a kiosk."""
        return self._audience.allows(action)

    def offered_keys(self) -> tuple[Key, ...]:
        """The keys for this audience."""
        return tuple(key for key in super().offered_keys() if self.check_action(key.action, ()))

    def _start_over(self) -> None:
        while self.app.screen is not self:
            self.app.screen.dismiss()
        if self._audience.kiosk:  # another visitor comes next
            self._sweep = None
            self.tidy()
            self.app.theme = self._settings.theme
            self.motion, self.key_bar = self._settings.motion, self._settings.key_bar
            self._turn_to_pace()
        self._halt()
        self.begin()
        if self._audience.play:
            self._player.play()

    def begin(self) -> None:
        """Goes back to the first moment for the next visitor, without mentioning the last one's changes."""
        self._begin(self._first)

    # Copying, and help

    def action_copy_command(self) -> None:
        """Copies the command line that opens this moment to the terminal's clipboard."""
        try:
            typed = self.opening_arguments()
        except BackpropError as error:
            self.news = str(error)
            return
        if typed is None:
            self.news = "No single command opens this moment."
            return
        command = shlex.join(["tui-backprop", *typed])
        self.app.copy_to_clipboard(command)
        self.news = f"Copied: {command}"

    def opening_arguments(self) -> list[str] | None:
        """The command line's arguments that open this moment, if there are any. Raises `BackpropError`."""
        from tui_backprop.experiments.command import arguments

        moment = self._timeline.moment
        typed = None if moment.edits_so_far else arguments(moment.base)
        return None if typed is None else [*typed, "--at", place_of(moment)]

    def action_help(self) -> None:
        """Help over the studio."""
        from tui_backprop.studio.panes.sweep import SweepPane
        from tui_backprop.studio.screens.help import HelpScreen

        self._player.pause()
        kept = "" if self._audience.kiosk else str(place())
        panes: list[type[Pane]] = [*self.PANES, *VIEWS, ChartPane, SweepPane]
        panes.sort(key=lambda pane: not isinstance(self.focused, pane))
        self.app.push_screen(HelpScreen(panes, self.offered_keys(), kept))

    # Experiments

    @conversation
    def action_sweep(self) -> Conversation:
        """Trains from many seeds at once, and opens the one that is chosen."""
        from tui_backprop.core.sweep import Sweep
        from tui_backprop.studio.screens.sweep import SWEEP_EPOCHS, SweepScreen, seeds_for

        self._player.pause()
        experiment = self._timeline.experiment
        seeds = range(seeds_for(experiment, self._audience.kiosk))
        if self._sweep is None or not self._sweep.suits(experiment, seeds, SWEEP_EPOCHS):
            self._sweep = Sweep(experiment, seeds, SWEEP_EPOCHS)
        seed: int | None = yield SweepScreen(self._sweep, self._timeline.moment)
        if seed is not None:
            self._open_seed(experiment, seed)

    def action_reseed(self) -> None:
        """Starts the experiment again with the next seed's weights."""
        experiment = self._timeline.experiment
        self._open_seed(experiment, experiment.seed + 1)

    def _open_seed(self, experiment: Experiment, seed: int) -> None:
        try:
            other = variant(experiment, Overrides(seed=seed))
        except BackpropError as error:  # the data's file has gone, or this was the last seed
            self.news = str(error)
            return
        self.open(other, f"New weights, from seed {seed}.")

    @conversation
    def action_set_up(self) -> Conversation:
        """Asks for another experiment, and opens it."""
        from tui_backprop.studio.screens.setup import SetupScreen

        self._player.pause()
        set_up = SetupScreen(self._timeline.experiment, files=not self._audience.kiosk)
        experiment: Experiment | None = yield set_up
        if experiment is not None:
            self.open(experiment)

    def open(self, experiment: Experiment, message: str = "") -> None:
        """Opens another experiment at its start. Changes to the previous one stay with it."""
        self._halt()
        if any(branch.edits for branch in self._timeline.moment.branches):
            message += f" {self.fate_of_changes()}"
        self._begin(experiment, message.strip())

    def fate_of_changes(self) -> str:
        """What becomes of changes when another experiment is opened."""
        return "Your changes are not kept."

    def _halt(self) -> None:
        """Stops the run where it is, before another one takes its place."""
        self._stop_playing()

    def _begin(self, experiment: Experiment, message: str = "") -> None:
        self._tell_on_arrival(message)
        self._timeline = self._timeline.for_experiment(experiment)
        self.show_surface(experiment)
        self.select_unseen(Weight(1, 0, 0))
        self._arrive()
