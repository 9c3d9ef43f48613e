"""Keys, clicks and pastes, handled one at a time: each finds the screen that the one before it has led to."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, MouseDown, MouseUp
from textual.screen import Screen
from textual.widget import Widget

HELD = 0.1
"""Seconds within which a held key repeats; nobody presses a key twice so quickly on purpose."""
DOUBLE = 0.5
"""The same for clicks in one place."""
ROUNDS = 8
"""The most rounds of follow-up work to wait for after one event: more than that is something else, such as a run."""


class EventQueue:
    """Passes events to `dispatch` in the order of arrival, each once everything that the last one caused has happened.

    So what is typed ahead finds the screen that it is meant for. What was typed ahead of a screen's end is dropped
    with it, and so are repeats of a key or click that has changed the screen: held down, or hit twice in a hurry.
    Characters for a text field are passed on together.
    """

    def __init__(self, app: App[Any], dispatch: Callable[[Event], Awaitable[None]]) -> None:
        self._app, self._dispatch = app, dispatch
        self._waiting: deque[Event] = deque()
        self.busy = False
        """Whether an event has not been handled yet."""
        self._screens: list[Screen[Any]] = []  # the stack when the last event was handled
        self._changed_at = 0.0  # when the front screen last changed
        self._closed = False  # whether it changed back to an earlier screen
        self._press: tuple[object, ...] = ()
        self._pressed_at = 0.0
        self._leaving = False
        self._used_up = False  # whether that press has changed the screen

    async def add(self, event: Event) -> None:
        """Queues an event."""
        if not self._leaving:
            self._waiting.append(event)
        if not self.busy:
            await self._next()

    def close(self) -> None:
        """Drops everything from now on: the studio is being left."""
        self._leaving = True
        self._waiting.clear()

    def screen_changed(self, _: Screen[Any]) -> None:
        """Notes that another screen is in front."""
        self._changed_at = time.monotonic()

    async def _next(self) -> None:
        self.busy = False
        while self._waiting and not self.busy:
            event = self._waiting.popleft()
            if not self._is_stale(event):
                self.busy = True
                self._screens = self._app.screen_stack
                text = self._is_text(event)
                await self._dispatch(event)
                while text and self._waiting and self._is_text(self._waiting[0]):
                    await self._dispatch(self._waiting.popleft())
                await self._follow(self._path(), self._screens[-1], ROUNDS)

    def _is_stale(self, event: Event) -> bool:
        """Whether the event was meant for a screen that is gone."""
        press, ahead = _press(event), event.time < self._changed_at
        pause = 0.0 if self._app.is_headless else HELD if isinstance(event, Key) else DOUBLE
        if self._used_up and press == self._press and (ahead or event.time - self._pressed_at < pause):
            self._pressed_at = event.time
            return True
        if ahead and self._closed:
            return True
        if press:
            self._press, self._pressed_at, self._used_up = press, event.time, False
        return False

    def _is_text(self, event: Event) -> bool:
        """Whether the event is a character for a text field: it opens no screen, so the next one need not wait."""
        field = self._app.focused
        return field is not None and isinstance(event, Key) and field.check_consume_key(event.key, event.character)

    def _unfinished(self) -> list[Widget]:
        return [node for node in self._app.screen.walk_children(Widget, with_self=True) if node.message_queue_size]

    def _path(self) -> list[DOMNode]:
        """The widgets with pending messages, the focused one, and all their ancestors, innermost first."""
        screen = self._app.screen
        concerned = [*self._unfinished(), screen.focused or screen]
        nodes = {above for node in concerned for above in node.ancestors_with_self}
        return sorted(nodes, key=lambda node: len(node.ancestors), reverse=True)

    async def _follow(self, path: list[DOMNode], screen: Screen[Any], rounds: int) -> None:
        """Follows the event up `path`, from each widget once its messages are handled, to the app."""
        while path:
            if path.pop(0).call_later(self._follow, path, screen, rounds):
                return
            if not path:  # the app itself is closing
                return
        present = self._app.screen
        if rounds and (present is not screen or self._unfinished()):
            await self._follow(self._path(), present, rounds - 1)
            return
        if present is not self._screens[-1]:
            self._closed, self._used_up = present in self._screens, True
        await self._next()


def _press(event: Event) -> tuple[object, ...]:
    """What makes two events repeats of each other: the key, or the place of a click; empty for all others."""
    if isinstance(event, Key):
        return (event.key,)
    return (event.x, event.y) if isinstance(event, (MouseDown, MouseUp)) else ()
