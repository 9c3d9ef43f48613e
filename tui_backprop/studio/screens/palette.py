"""Textual's palette, as robust as our own lists and dialogs."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.events import Click

from tui_backprop.studio.panes.options import Options
from tui_backprop.studio.screens.dialog import Closable
from tui_backprop.terminal.internals import list_commands_in


class Commands(CommandList, Options, can_focus=False):
    """The commands found, which change while they are searched."""


list_commands_in(Commands)


class StudioPalette(Closable[None], CommandPalette):
    """Closes once; its list takes any key at any time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]

    def on_click(self, event: Click) -> None:
        """Ignores a click outside the screen: the terminal may have shrunk since."""
        if not self.region.contains(event.screen_x, event.screen_y):
            event.prevent_default()

    def action_page_up(self) -> None:
        """A page up."""
        self.query_one(Commands).action_page_up()

    def action_page_down(self) -> None:
        """A page down."""
        self.query_one(Commands).action_page_down()
