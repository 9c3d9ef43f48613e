"""The help: what the signs mean, what the pane with the focus shows, what each key does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_backprop.core.diagnostics.verdict import TROUBLES
from tui_backprop.render.spans import safe
from tui_backprop.studio.keys import Key
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.studio.screens.dialog import Closable

SIGNS = (
    ("z", "a unit's weighted sum"),
    ("a", "its activation f(z), which flows forward; of the output, the prediction ŷ"),
    ("↑", "the error that arrives at a unit from above: ∂E/∂a"),
    ("δ", "what the unit's gate lets through: ↑ × f′(z)"),
    ("✕", "a shut gate: it stops the signal (upper row), the error (lower row)"),
    ("ŷ", "the prediction; an experiment may round it, so that an error of 0 can be reached"),
    ("t", "the target, which the prediction ŷ is compared with"),
    ("x·w w·δ", "what edges carry: the value below × weight; on the way back weight × the δ above"),
    ("mask1", "the way back through layer 1 (slope1 where it is smooth): δ = ↑ × f′(z)"),
    ("upstream1", "the way back to layer 1: ↑ of each unit = its weights × the δ above"),
    ("✓", "a right class, or a number within 5 % of the targets' range"),
    ("⚠", "what keeps the network from learning, and the key of the view that shows it"),
    ("·", "not computed yet in this phase"),
    ("colours", "blue positive, orange negative; cyan forward, magenta backward; bold is new"),
)


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

    def __init__(self, panes: list[type[Pane]], keys: tuple[Key, ...], kept: str) -> None:
        """`panes` come in this order, the first before the keys; `kept` is the path of the file of settings, if any."""
        super().__init__()
        self._panes, self._keys, self._kept = panes, keys, kept

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll() as page:
            page.border_title = "Help: escape closes, arrows scroll"
            yield Static(_page(self._panes, self._keys, self._kept), markup=False)


def _page(panes: list[type[Pane]], keys: tuple[Key, ...], kept: str) -> Group:
    present, *others = panes
    moves = (
        ("arrows", "Move the selection inside a pane (or h j k l); a click selects, too"),
        ("ctrl+p", "Palette: every action, every preset, every lesson, themes, motion, key bar"),
    )
    warnings, answers, more = Text(), Text(), Text()
    for trouble in TROUBLES:
        warnings.append(f"  ⚠ {trouble.word}\n", "bold")
        warnings.append(f"{trouble.means} What helps: {trouble.helps}.\n")
    for pane in others:
        answers.append(f"  {pane.TITLE}\n", "bold")
        answers.append(f"{pane.ANSWERS}\n")
    more.append("Samples are numbered from #0, as in the data. Epochs and steps count from 1.")
    more.append("\nMore: tui-backprop help")
    if kept:
        more.append("\n\nSettings\n", "bold")
        more.append(f"Theme, motion, pace and key bar are kept in {safe(kept)}.")
    return Group(
        Text("Signs", "bold"), _listed(SIGNS),
        Text(f"\n{present.TITLE}", "bold"), Text(f"{present.ANSWERS}\n"),
        Text("Keys", "bold"), _listed([*((key.glyph, key.does) for key in keys), *moves]),
        Text("\nWarnings in the first line", "bold"), warnings,
        Text("Other panes", "bold"), answers,
        more,
    )  # fmt: skip


def _listed(entries: Iterable[tuple[str, str]]) -> Table:
    """What is explained in one column, and its explanation in another, however many lines it takes."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=12, style="bold", no_wrap=True)
    table.add_column(ratio=1)
    for name, meaning in entries:
        table.add_row(f"  {name}", meaning)
    return table
