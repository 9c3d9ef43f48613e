"""What each column of a file is for: chosen with the arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Label

from tui_backprop.render.spans import fit
from tui_backprop.studio.panes.choice import Choice
from tui_backprop.studio.screens.dialog import Dialog


class Columns(Dialog[list[str]]):
    """The use of each column; the answer is a list of them."""

    DEFAULT_CSS = """
    Columns VerticalScroll { height: auto; max-height: 20; background: $surface; }
    Columns .row { layout: horizontal; height: 1; }
    Columns .row Label { width: 32; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False),
        Binding("up,shift+tab", "app.focus_previous", "Up", show=False, priority=True),
        Binding("down,tab", "app.focus_next", "Down", show=False, priority=True),
        Binding("left", "turn(-1)", "Previous", show=False, priority=True),
        Binding("right", "turn(1)", "Next", show=False, priority=True),
        Binding("enter", "done", "Done", show=False),
    ]

    def __init__(self, columns: Sequence[tuple[str, str, tuple[str, ...]]]) -> None:
        """Of each column its name, its use, and the uses that it could have."""
        super().__init__()
        self._columns, self._uses = columns, [use for _, use, _ in columns]

    def compose(self) -> ComposeResult:
        """A line for each column."""
        with Vertical():
            yield Label("Columns of the file", markup=False)
            with VerticalScroll(can_focus=False):
                for place, (name, use, could) in enumerate(self._columns):
                    with Container(classes="row"):
                        yield Label(fit(name, 30), markup=False)
                        yield Choice(could, use, self._choose, id=f"use-{place}")
            yield Label("↑↓: column  ←→: its use  enter: done  escape: close", classes="mistake", markup=False)

    def _choose(self, name: str, value: str) -> None:
        self._uses[int(name.removeprefix("use-"))] = value

    def action_turn(self, by: int) -> None:
        """Chooses the next or previous use."""
        if isinstance(self.focused, Choice):
            self.focused.turn(by)

    def action_done(self) -> None:
        """Closes the window with the uses."""
        self.dismiss(self._uses)
