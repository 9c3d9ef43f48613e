"""The help: what each pane shows, and what each key does."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_backprop.render.spans import safe
from tui_backprop.studio.keys import KEYS, Key
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.studio.screens.dialog import Closable


class HelpScreen(Closable[None], ModalScreen[None]):
    """A page of text over the studio."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        background: $background 60%;
        VerticalScroll {
            width: 100;
            max-width: 100%;
            height: 90%;
            padding: 0 2;
            background: $surface;
            border: round $accent;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,f1", "dismiss(None)", "Close", show=False),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
    ]

    def __init__(self, panes: list[type[Pane]], keys: tuple[Key, ...] = KEYS, kept: str = "") -> None:
        """`kept` is the path of the file of settings; where there is none, nothing is said of it."""
        super().__init__()
        self._panes, self._keys, self._kept = panes, keys, kept

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll() as page:
            page.border_title = "Help: escape closes, arrows scroll"
            yield Static(_page(self._panes, self._keys, self._kept), markup=False)


def _page(panes: list[type[Pane]], keys: tuple[Key, ...], kept: str) -> Text:
    page = Text()
    page.append("Keys\n", "bold")
    for key in keys:
        page.append(f"  {key.glyph:<10}", "bold")
        page.append(f" {key.does}\n")
    page.append(f"  {'arrows':<10}", "bold")
    page.append(" Move the selection inside a pane (or h j k l); a click selects, too\n")
    page.append(f"  {'ctrl+p':<10}", "bold")
    page.append(" Palette: every action, every preset, themes, motion, key bar\n")
    page.append("\nPanes\n", "bold")
    for pane in panes:
        page.append(f"  {pane.TITLE}\n", "bold")
        page.append(f"{pane.ANSWERS}\n")
    page.append("\nNumbers\n", "bold")
    page.append("Blue is positive, orange negative; · is not computed yet in this phase; bold is new.\n")
    page.append("Samples are numbered from #0, as they stand in the data. Epochs and steps count from 1.")
    if kept:
        page.append("\n\nSettings\n", "bold")
        page.append(f"Theme, motion, pace and key bar are kept in {safe(kept)}.")
    return page
