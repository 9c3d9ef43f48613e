"""Textual's palette, made as robust as our own lists and dialogs."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.widgets import OptionList

from tui_backprop.studio.screens.dialog import Closable


class StudioPalette(Closable[None], CommandPalette):
    """Closes once; its list takes any key at any time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]

    def action_page_up(self) -> None:
        """A page up."""
        with suppress(KeyError):  # the list has no lines yet, or others
            self.query_one(OptionList).action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """A page down."""
        with suppress(KeyError):
            self.query_one(OptionList).action_page_down()  # type: ignore[no-untyped-call]
