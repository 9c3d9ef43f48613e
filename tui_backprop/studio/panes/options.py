"""A list to choose from."""

from __future__ import annotations

from contextlib import suppress

from textual.events import Click
from textual.widgets import OptionList


class Options(OptionList):
    """Textual's, but any key or click may come at any time."""

    def on_click(self, event: Click) -> None:
        """Ignores a click on an option that is gone: the list may have become shorter since it was drawn."""
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()

    def action_page_up(self) -> None:
        """A page up."""
        with suppress(KeyError):  # before it is laid out, there are no pages
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """A page down."""
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]
