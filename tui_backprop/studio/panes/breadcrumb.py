"""The head of the screen: the path of phases, the counters, and a sentence on what happens now."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import squeezed
from tui_backprop.render.breadcrumb import counters, path
from tui_backprop.render.narration import sentence
from tui_backprop.render.spans import Line, Span, fit, line, pad, safe, width
from tui_backprop.studio.panes.pane import Painted


class Breadcrumb(Painted):
    """Three lines: phases, counters, and the sentence, or the studio's own news in its place."""

    DEFAULT_CSS = """
    Breadcrumb { height: 3; background: $background; }
    """

    news: reactive[str] = reactive("", repaint=False)
    """What the studio has to say: a run's progress, why it stopped. The next step clears it."""

    status: reactive[str] = reactive("", repaint=False)
    """Whether it plays, and how fast."""

    def watch_status(self) -> None:
        """Another status."""
        self.repaint()

    def watch_news(self) -> None:
        """Other news."""
        self.repaint()

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """Path, counters, sentence; with less room the path last."""
        news = squeezed(safe(self.news), columns, width)
        text = Span(fit(news, columns), "accent") if news else Span(fit(sentence(moment), columns), "text")
        count = counters(moment, columns - width(self.status) - 1 if self.status else columns)
        if self.status:
            count = line(*pad(count, columns - width(self.status)), Span(self.status, "accent", bold=True))
        return [path(moment, columns), count, line(text)][-rows:]
