"""Saves the studio's session as it goes: at once, but not too often, and never while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from textual.timer import Timer

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment, Snapshot
from tui_backprop.errors import BackpropError
from tui_backprop.sessions.store import Record, place, place_to_write, shown, typed

INTERVAL = 1.0
"""The least seconds between two saves."""
SHARE = 20
"""A slow save is followed by a pause this many times as long."""


class Autosave:
    """Keeps a session's file up to date with the run; without a record it does nothing.

    A resumed session is not written until the studio is back where it was saved. If the user stopped that
    move, the file stays as it was, and what follows is another session.
    """

    def __init__(
        self,
        record: Record | None,
        snapshot: Callable[[], Moment | Snapshot],
        later: Callable[[float, Callable[[], None]], Timer],
        notify: Callable[[str], None],
    ) -> None:
        self._record, self._snapshot, self._later, self._notify = record, snapshot, later, notify
        self._timer: Timer | None = None
        self._next = 0.0
        self._failed = False
        self._warned = ""
        self._returning = record is not None and record.cursor is not None

    @property
    def returns_to(self) -> tuple[int, str] | None:
        """Where the resumed session was left, until the studio is there again."""
        return self._record.cursor if self._record is not None and self._returning else None

    def returned(self) -> str:
        """Called when the studio is where the session was left; says which session it is."""
        self._returning = False
        note = self._record.note if self._record is not None else ""
        return f"Resumed {self.where()}. {note}".rstrip()

    @property
    def problem(self) -> str:
        """Why the last save failed, if it did."""
        return "" if self._record is None else self._record.problem

    def where(self) -> str:
        """The session's file."""
        return shown(self._record.path) if self._record is not None and self._record.path is not None else ""

    def name(self) -> str:
        """The command that resumes the session; empty if it is not saved."""
        return typed(self._record.path) if self._record is not None and self._record.path is not None else ""

    def save_copy(self) -> str:
        """Saves the present moment in a file of its own, which stays as it is; returns what resumes it.

        Returns nothing if no session is kept. Raises `BackpropError` if it cannot be saved.
        """
        if self._record is None:
            return ""
        copy = Record()
        try:
            copy.save(self._snapshot(), asked=True)
            return "" if copy.path is None else typed(copy.path)
        finally:
            copy.close()

    def moment_reached(self) -> None:
        """Saves another moment: now if the last save is long enough ago, otherwise as soon as it is."""
        if self._returning and self._record is not None:
            self._returning = False
            self._record.close()
        wait = self._next - time.monotonic()
        if wait <= 0:
            self.save()
        elif self._timer is None:
            self._timer = self._later(wait, self.save)

    def in_progress(self) -> None:
        """Saves the progress of a long move if the last save is long enough ago."""
        if self._record is not None and time.monotonic() >= self._next:
            self.save()

    def save(self) -> None:
        """Saves the present moment; says so if that fails, and when it works again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._record is None or self._returning:
            return
        start = time.monotonic()
        try:
            if not self._record.save(self._snapshot()):
                return
            if self._failed:
                self._notify("The session is saved again.")
            self._failed = False
            self._warn()
        except BackpropError as error:
            if not self._failed:
                self._notify(str(error))
            self._failed = True
        end = time.monotonic()
        self._next = start + max(INTERVAL, SHARE * (end - start))

    def warning(self, experiment: Experiment) -> str:
        """Why a session of the experiment could not be opened again; empty if it could."""
        with suppress(BackpropError):  # where it cannot be saved at all, that is reported
            return "" if self._record is None else self._record.warning(experiment)
        return ""

    def _warn(self) -> None:
        """Reports what keeps the session from being opened again, as soon as it is known."""
        warning = self.warning(self._snapshot().base)
        if warning and warning != self._warned:
            self._notify(warning)
        self._warned = warning

    def save_now(self) -> None:
        """Saves the present moment silently, and never raises: the studio is about to end."""
        if self._record is not None and not self._returning:
            with suppress(Exception):
                self._record.save(self._snapshot())

    def read_name(self, text: str) -> str:
        """A name or a path to save the session under; empty stands for its present one."""
        name = text.strip()
        if self._returning:
            raise BackpropError("still on the way to where the session was left", "wait, or stop with escape")
        if name and self._record is not None:
            place_to_write(name, self._record.path)
        return name

    def save_as(self, name: str) -> str:
        """Saves under a name or a path from now on; reports the outcome."""
        if self._record is None:
            return "This studio keeps no session."
        try:
            if name:
                self._record.save_as(place(name), self._snapshot())
            else:
                self._record.save(self._snapshot())
        except BackpropError as error:
            return str(error)
        if warning := self.warning(self._snapshot().base):
            return f"Saved, but: {warning}"
        return (
            f"Saved in {self.where()}." if self.where() else "Nothing to save yet. Saving starts with the first step."
        )
