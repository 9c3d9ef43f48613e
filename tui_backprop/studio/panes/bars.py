"""The two bars that name what can be done: the panes to go to, and the keys."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.run.moment import Moment
from tui_backprop.render.spans import Line, Span, clip, length
from tui_backprop.studio.panes.pane import Painted

ALWAYS = 2
"""How many of the last keys are shown at any width: help and quit."""
BACK = ("f", "all panes", "full")
"""The key, what it does, and its action, that leads back from one pane."""


class PaneBar(Painted):
    """The panes that share one place on a small screen; the visible one is marked."""

    DEFAULT_CSS = """
    PaneBar { height: 1; background: $background; }
    """

    names: reactive[tuple[tuple[str, str], ...]] = reactive((), repaint=False)
    """(id, title) of each pane."""
    current: reactive[str] = reactive("", repaint=False)
    """The id of the one in sight."""
    keys: reactive[tuple[tuple[str, str, str], ...]] = reactive((), repaint=False)
    """(key, what it does, action) of keys for these panes."""

    def watch_names(self) -> None:
        """Repaints for other panes."""
        self.repaint()

    def watch_current(self) -> None:
        """Repaints when another pane comes into sight."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """`[Weights] Samples …`"""
        spans = [Span("tab ", "dim")]
        for name, title in self.names:
            here = name == self.current
            text = f"[{title}]" if here else f" {title} "
            spans.append(Span(text, "accent" if here else "label", here, target=f"show_pane('{name}')"))
        keys = [span for entry in self.keys for span in key_spans(*entry)][:-1]
        room = columns - length(spans) - length(keys)
        return [clip((*spans, Span(" " * room), *keys) if room > 0 else tuple(spans), columns)]


class KeyBar(Painted):
    """The keys and what they do, the most important first; what does not fit is in the help."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $background; }
    """

    keys: reactive[tuple[tuple[str, str, str], ...]] = reactive((), repaint=False)
    """(key, what it does, action)"""
    alone: reactive[bool] = reactive(False, repaint=False)
    """Whether one pane fills the screen: then the way back comes first."""

    def watch_keys(self) -> None:
        """Repaints for other keys."""
        self.repaint()

    def watch_alone(self) -> None:
        """Repaints when one pane fills the screen, or all are visible again."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """As many keys as fit, and the last two."""
        keys = (BACK, *(entry for entry in self.keys if entry[0] != BACK[0])) if self.alone else self.keys
        entries = [key_spans(*entry) for entry in keys]
        entries, always = entries[:-ALWAYS], [span for entry in entries[-ALWAYS:] for span in entry]
        spans: list[Span] = []
        for entry in entries:
            if length(spans) + length(entry) + length(always[:-1]) <= columns:
                spans += entry
        return [clip((*spans, *always[:-1]), columns)]


def key_spans(key: str, does: str, action: str) -> list[Span]:
    """A key, what it does, and a gap."""
    return [Span(key, "accent", target=action), Span(f" {does}", "dim", target=action), Span("  ")]
