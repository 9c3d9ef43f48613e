"""The two bars that name what can be done: the panes to go to, and the keys."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.phases import Moment
from tui_backprop.render.spans import Line, Span, clip, length
from tui_backprop.widgets.pane import Painted


class PaneBar(Painted):
    """The panes that share one place on a small screen, the one in sight marked."""

    DEFAULT_CSS = """
    PaneBar { height: 1; background: $background; }
    """

    names: reactive[tuple[str, ...]] = reactive((), repaint=False)
    current: reactive[str] = reactive("", repaint=False)

    def watch_names(self) -> None:
        """Other panes."""
        self.repaint()

    def watch_current(self) -> None:
        """Another pane in sight."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """`[Weights] Samples …`"""
        spans = [Span("tab ", "dim")]
        for name in self.names:
            here = name == self.current
            text = f"[{name}]" if here else f" {name} "
            spans.append(Span(text, "accent" if here else "label", here, target=f"show_pane('{name.lower()}')"))
        return [clip(tuple(spans), columns)]


class KeyBar(Painted):
    """The keys and what they do, the most important first; what does not fit is in the help."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $background; }
    """

    keys: reactive[tuple[tuple[str, str, str], ...]] = reactive((), repaint=False)
    """(key, what it does, action)"""

    def watch_keys(self) -> None:
        """Other keys."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """As many as fit; the last one, help, always."""
        spans: list[Span] = []
        *keys, help_key = [self._key(*entry) for entry in self.keys]
        for entry in keys:
            if length(spans) + length(entry) + length(help_key) <= columns:
                spans += entry
        return [clip((*spans, *help_key), columns)]

    @staticmethod
    def _key(key: str, does: str, action: str) -> list[Span]:
        return [Span(key, "accent", target=action), Span(f" {does}", "dim", target=action), Span("  ")]
