"""One run, watched: keys become moves on its timeline, and each moment goes to every pane."""

from __future__ import annotations

import asyncio
import time

from textual import work

from tui_backprop.core.run.edits import Value, What
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.core.run.place import parse_place
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.render.edits import branch_text, place_name, value_text
from tui_backprop.render.inspector import inspect
from tui_backprop.render.spans import plain, safe
from tui_backprop.studio import moves
from tui_backprop.studio.move_queue import BREATH, Move, MoveQueue
from tui_backprop.studio.pace import Pace
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.samples import SamplesPane
from tui_backprop.studio.player import Player
from tui_backprop.studio.screens.dialog import Conversation, conversation
from tui_backprop.studio.screens.panes import PanesScreen

AT_ONCE = 0.05
"""Seconds that a key may take before its move continues in slices."""
SLICE = 0.03
GLIMPSE, GLIMPSE_SHARE = 0.15, 0.15
"""The least seconds between two previews of a running move, and the largest share of its time that they take."""


class RunScreen(PanesScreen):
    """Owns the timeline: nothing else moves, plays or changes it."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._next_glimpse = 0.0
        self._free = False
        self._timeline = timeline
        self._move_queue = MoveQueue()
        self._player = Player(self._tick, self.set_interval, self._show_status)
        self._in_slices = False
        self._outcome = ""
        self.set_reactive(PanesScreen.moment, timeline.moment)

    # Moves

    @property
    def timeline(self) -> Timeline:
        """The run that is watched."""
        return self._timeline

    def action_step(self, by: int) -> None:
        """Moves one sample forward or back."""
        self._make(moves.by_step(self._timeline, by))

    def action_phase(self, by: int) -> None:
        """Moves one phase forward or back."""
        self._make(moves.by_phase(self._timeline, by))

    def action_to_phase(self, phase: str) -> None:
        """Moves to a phase of the present step, or of the first one."""
        self._make(moves.to_place(self._timeline, max(1, self._timeline.moment.step), phase))

    def action_epoch(self, by: int) -> None:
        """Moves one epoch forward or back."""
        self._make(moves.by_epoch(self._timeline, by))

    def action_restart(self) -> None:
        """Moves back to the start."""
        self._make(moves.to_place(self._timeline, 0))

    @conversation
    def action_go_to(self) -> Conversation:
        """Asks where to go, and goes there."""
        from tui_backprop.studio.screens.questions import TextQuestion

        self._player.pause()
        timeline = self._timeline
        question = TextQuestion(
            "Go to", "EPOCH, or EPOCH:SAMPLE:PHASE, e.g. 148 or 1:0:mask1", lambda text: parse_place(text, timeline)
        )
        place: tuple[int, str | None] | None = yield question
        if place is not None:
            self._make(moves.to_place(timeline, *place))

    @conversation
    def action_until(self) -> Conversation:
        """Asks until when to run, and runs."""
        from tui_backprop.studio.screens.questions import ChoiceQuestion
        from tui_backprop.studio.screens.until import stop_conditions

        self._player.pause()
        found = stop_conditions(self._timeline, self._timeline.moment, self.selection, self._tell_on_arrival)
        place: int | None = yield ChoiceQuestion("Run until", [condition.label for condition in found])
        if place is None:
            return
        condition = found[place]
        if condition.ask is None:
            self._make(condition.move())
            return
        answer: float | int | None = yield condition.ask()
        if answer is not None:
            self._make(condition.move(answer))

    def _make(self, move: Move, by_hand: bool = True) -> None:
        """Makes a move: at once if it is fast, otherwise in slices, so that the studio stays responsive."""
        if by_hand:
            self._player.pause()
        self._move_queue.add(move)
        if self._in_slices:
            return
        if self._run_queue(AT_ONCE):
            self._arrive()
        else:
            self._go_on()

    def _run_queue(self, seconds: float) -> bool:
        try:
            return self._move_queue.run_for(seconds)
        except BackpropError as error:
            self._move_queue.stop()
            self._tell_on_arrival(str(error))
            return True

    @work
    async def _go_on(self) -> None:
        self._in_slices = True
        try:
            while not self._run_queue(SLICE):
                self.news = self._move_queue.news
                self.in_progress()
                await asyncio.sleep(BREATH)
        finally:
            self._in_slices = False
        self._arrive()

    def in_progress(self) -> None:
        """Shows how far a long move has come, several times a second; drawing takes a small share of the time."""
        start = time.monotonic()
        if start < self._next_glimpse:
            return
        moment = self._timeline.preview()
        if moment is not None:
            self.moment = moment
        end = time.monotonic()
        self._next_glimpse = end + max(GLIMPSE, (end - start) / GLIMPSE_SHARE)

    def _arrive(self) -> None:
        """Shows where the timeline is now, and the move's message."""
        self.news, self._outcome = self._outcome, ""
        self.moment = self._timeline.moment

    def _tell_on_arrival(self, outcome: str) -> None:
        self._outcome = outcome

    def on_unmount(self) -> None:
        """Called on leaving: stops a run where it is."""
        self._move_queue.stop()

    def action_stop(self) -> None:
        """Stops a run, play, full screen, the chart: whichever is on."""
        if self._player.playing:
            self._stop_playing()
        elif self._move_queue.busy:
            self._move_queue.stop()
            self._tell_on_arrival("Stopped.")
        elif self.has_class("-full"):
            self.action_full()
        elif self.has_class("-chart"):
            self.action_chart()

    # Play

    def action_play(self) -> None:
        """Plays or pauses."""
        if self._player.playing:
            self._stop_playing()
        else:
            self._player.play()

    def _stop_playing(self) -> None:
        """Pauses where play is now, even in the middle of a long move."""
        self._player.pause()
        self._move_queue.stop()

    def action_pace(self, by: int) -> None:
        """Changes the pace, at once if playing."""
        self._player.turn(by)
        if not self._player.playing:
            self.news = f"Play: {self._player.pace.name}; p plays."

    def _tick(self) -> None:
        if self._move_queue.busy:
            return
        pace = self.paced()
        if not pace.count:
            self._play_on()
            return
        unit = {"phase": moves.by_phase, "step": moves.by_step, "epoch": moves.by_epoch}[pace.unit]
        self._make(unit(self._timeline, pace.count), by_hand=False)
        self._end_play()

    def _play_on(self) -> None:
        """Plays as fast as possible: a run like any other, until it converges or play is paused."""
        if self._free:
            self._free = False
            self._end_play()
        if self._player.playing:
            self._free = True
            self._make(moves.until_converged(self._timeline, self._tell_on_arrival), by_hand=False)

    def paced(self) -> Pace:
        """The pace at which play continues from here."""
        return self._player.pace

    def _end_play(self) -> None:
        """Pauses at the end of the run."""
        moment = self._timeline.moment
        at_end = moment.complete and moment.order == moment.experiment.steps_per_epoch
        if at_end and (moment.converged_at == moment.epoch or not moment.finite):
            self._player.pause()
            self.run_ended()

    def run_ended(self) -> None:
        """Called when play has reached the end of the run."""

    # Choices

    async def on_painted_chosen(self, event: Painted.Chosen) -> None:
        """Selects the weight, bias or node that was chosen, or runs the action."""
        if isinstance(event.target, str):
            await self.run_action(event.target)
        else:
            self.selection = event.target

    def action_choose_sample(self, sample: int) -> None:
        """Marks the row of a clicked sample; the arrow keys continue from there."""
        self.query_one(SamplesPane).cursor = sample

    def action_to_epoch(self, epoch: int) -> None:
        """Moves to the end of the epoch that was clicked."""
        self._make(moves.to_place(self._timeline, self._timeline.epoch_end(epoch)))

    def action_copy(self) -> None:
        """Copies the inspector's arithmetic to the terminal's clipboard."""
        if self.moment is not None:
            name = safe(self.selection.name(self.moment.experiment))
            text = plain(inspect(self.moment, self.selection, 1_000_000, most=1_000_000).lines)
            self.app.copy_to_clipboard(f"{name}\n{text}\n")
            self.news = f"Copied the arithmetic of {name}."

    # Edits and branches

    @conversation
    def action_change(self) -> Conversation:
        """Asks what to change and to what, and changes it from here on."""
        from tui_backprop.studio.screens.changes import ask_change

        self._player.pause()
        change = yield from ask_change(self._timeline.moment, self.selection)
        if change is not None:
            self.edit(*change)

    def edit(self, what: What, place: tuple[int, ...], value: Value) -> None:
        """Changes something from here on, as `Timeline.edit` does, and shows it."""
        self._move_queue.stop()
        before = self._timeline.moment
        try:
            moment = self._timeline.edit(what, place, value)
        except BackpropError as error:
            self.news = str(error)
            return
        name, text = place_name(what, place, moment.ahead), value_text(value)
        if len(moment.branches) > len(before.branches):
            self._tell_on_arrival(f"{name} = {text}, in a new branch; b lists the branches.")
        elif moment is not before:
            self._tell_on_arrival(f"From here on {name} = {text}.")
        else:
            self._tell_on_arrival(f"{name} is already {text}.")
        self._arrive()

    @conversation
    def action_by_hand(self, steps: int = 1) -> Conversation:
        """Asks for the figures of the rest of this step, or of the next ones, before they are shown."""
        from tui_backprop.studio.screens.by_hand import work_out

        self._stop_playing()
        self._tell_on_arrival((yield from work_out(self._timeline.moment, self._go_by_hand, steps, self.size.width)))
        self._arrive()

    def _go_by_hand(self, step: int, phase: str) -> Moment:
        self._timeline.go(step, Phase(phase))
        self._arrive()
        return self._timeline.moment

    @conversation
    def action_branches(self) -> Conversation:
        """Asks for a branch, and goes to it or names it."""
        from tui_backprop.studio.screens.questions import BranchQuestion, TextQuestion, read_name

        self._player.pause()
        moment = self._timeline.moment
        if len(moment.branches) == 1:
            self.news = "Only one branch so far. Go back and edit something (enter) to start another."
            return
        listed = [branch_text(branch, moment.base) for branch in moment.branches]
        title = "Branches"
        chosen: int | None = yield BranchQuestion(title, listed, moment.present)
        if chosen is None:
            return
        if chosen >= 0:
            self._move_queue.stop()
            self._timeline.switch(chosen)
            self._tell_on_arrival(f"Branch {safe(moment.branches[chosen].name)}, where you left it.")
        else:
            name: str | None = yield TextQuestion("Name of the branch", "1 to 30 characters", read_name)
            if name is None:
                return
            self._timeline.rename(-1 - chosen, name)
        self._arrive()

    def _tell(self, news: str) -> None:
        self.news = news

    def _show_status(self, status: str) -> None:
        self.status = status
