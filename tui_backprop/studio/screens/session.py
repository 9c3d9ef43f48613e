"""The studio with a session: saved as the run goes on, resumed where it was left."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.sessions.store import Record
from tui_backprop.studio import moves
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.autosave import Autosave
from tui_backprop.studio.screens.dialog import Conversation, conversation
from tui_backprop.studio.screens.studio import StudioScreen


class SessionScreen(StudioScreen):
    """A run, kept as a session."""

    def __init__(self, timeline: Timeline, audience: Audience, record: Record | None) -> None:
        """`record` is where the session is saved, if anywhere."""
        super().__init__(timeline, audience)
        self._autosave = Autosave(record, lambda: self._timeline.snapshot, self.set_timer, self._tell)

    def on_mount(self) -> None:
        """Resumes a session where it was left."""
        if self._autosave.returns_to is not None:
            self._make(moves.back_to(self._timeline, *self._autosave.returns_to, self._returned))

    def _returned(self) -> None:
        self._tell_on_arrival(self._autosave.returned())

    # Saving

    @conversation
    def action_save(self) -> Conversation:
        """Asks for a name, and saves the session under it from now on."""
        from tui_backprop.studio.screens.questions import TextQuestion

        self._player.pause()
        hint = "name or path.json; empty shows where it is saved"
        name: str | None = yield TextQuestion("Save this session as", hint, self._autosave.read_name)
        if name is not None:
            self.news = self._autosave.save_as(name)

    def in_progress(self) -> None:
        """Saves a long run as it goes."""
        self._autosave.in_progress()
        super().in_progress()

    def _arrive(self) -> None:
        """Saves the session soon; where there is no other news, says that it cannot be saved."""
        self._outcome = self._outcome or self._autosave.problem
        super()._arrive()
        self.call_after_refresh(self._autosave.moment_reached)

    def _halt(self) -> None:
        super()._halt()
        self._autosave.save()

    def save_now(self) -> str:
        """Saves the session as it stands, whatever happens."""
        self._autosave.save_now()
        session = self._autosave.name()
        return shlex.join(["tui-backprop", "--resume", session]) if session else ""

    def on_unmount(self) -> None:
        """Called on leaving: stops a run where it is, and saves."""
        self._move_queue.stop()
        self.save_now()

    # What is open in its place

    def open(self, experiment: Experiment, message: str = "") -> None:
        """Opens another experiment, in a session of its own; says so if that could not be resumed."""
        super().open(experiment, f"{message} {self._autosave.warning(experiment)}".strip())

    def fate_of_changes(self) -> str:
        """They stay in the session."""
        session = self._autosave.name()
        return f"Your changes stay in {session}." if session else super().fate_of_changes()

    def opening_arguments(self) -> list[str] | None:
        """Those that were given, or those that open a copy of the session: its file stays at this moment."""
        typed = super().opening_arguments()
        if typed is None and (session := self._autosave.save_copy()):
            return ["--resume", session]
        return typed

    def chapter_reader(self) -> Callable[[str], object] | None:
        """What opens a chapter in the studio's place; None in a kiosk, which keeps to what it shows."""
        return None if self._audience.kiosk else self.app.exit
