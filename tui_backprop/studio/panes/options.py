"""A list to choose from."""

from __future__ import annotations

from contextlib import suppress

from textual.widgets import OptionList


class Options(OptionList):
    """Textual's, but any key may come at any time."""

    def action_page_up(self) -> None:
        """A page up."""
        with suppress(KeyError):  # before it is laid out, there are no pages
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """A page down."""
        with suppress(KeyError):
            super().action_page_down()  # type: ignore[no-untyped-call]
