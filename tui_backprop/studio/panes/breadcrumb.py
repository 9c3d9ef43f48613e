"""The head of the screen: the path of phases, the counters, and a sentence on what happens now."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.diagnostics.verdict import verdict
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import squeezed
from tui_backprop.render.breadcrumb import counters, path
from tui_backprop.render.narration import opening, sentence
from tui_backprop.render.spans import Line, Span, fit, line, pad, safe, width
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.views import VIEWS

_ROOMY = 48
"""From this many cells on, a warning says that the number at its end is a key."""
_PLACE = 28
"""Cells that are kept for epoch and sample beside a warning."""


class Breadcrumb(Painted):
    """Three lines: phases, counters, and the sentence, or the studio's own news in its place."""

    DEFAULT_CSS = """
    Breadcrumb { height: 3; background: $background; }
    """

    news: reactive[str] = reactive("", repaint=False)
    """The studio's message: a run's progress, or why it stopped. The next step clears it."""

    status: reactive[str] = reactive("", repaint=False)
    """Whether it plays, and how fast."""

    asked: reactive[bool] = reactive(False, repaint=False)
    """Whether a lesson asks for what the header would say."""

    def watch_asked(self) -> None:
        """Hides or shows the verdict."""
        self.repaint()

    def watch_status(self) -> None:
        """Repaints for another status."""
        self.repaint()

    def watch_news(self) -> None:
        """Repaints for other news."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """Path, counters, sentence; with less room the path last."""
        news = squeezed(safe(self.news), columns, width)
        message = news or opening(sentence(moment), columns)
        text = Span(fit(message, columns), "accent" if news else "text")
        room = columns - width(self.status) - 1 if self.status else columns
        count = counters(moment, room, self._trouble(moment, room - _PLACE))
        if self.status:
            count = line(*pad(count, columns - width(self.status)), Span(self.status, "accent", bold=True))
        return [path(moment, columns), count, line(text)][-rows:]

    def _trouble(self, moment: Moment, room: int) -> Span | None:
        """What keeps the network from learning, and why if there is room, with the key of the view that shows it."""
        found = None if self.asked else verdict(moment)
        if found is None:
            return None
        key = next((view.KEY for view in VIEWS if found.view == view.ID), "")
        where = "" if not key else f" (key {key})" if room >= _ROOMY else f" ({key})"
        word = f"⚠ {safe(str(found))}"
        word = word if width(word + where) <= room else f"⚠ {found.brief}"
        return Span(word + where, "warn", True, target=f"toggle_view('{found.view}')" if key else None)
