"""A view's text: column headings, what scrolls below them, and whole paragraphs above and below as there is room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui_backprop.render.spans import Line, Span, clip, line, pad

Paragraph = list[Line]


@dataclass(frozen=True)
class ViewPage:
    """`focus` is the line of the body that is visible until the user scrolls.

    `verdict` comes first and says what can be seen, unless a lesson is asking for that. Paragraphs of it and of
    `foot` that would leave the body less than a third of the rows scroll with the body, before and after it, and so
    do those of `foot` whose removal makes all of the body visible.
    """

    head: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    foot: list[Paragraph] = field(default_factory=list)
    focus: int = 0
    verdict: list[Paragraph] = field(default_factory=list)

    def asking(self) -> ViewPage:
        """The page without what it concludes: its verdict, and what stands at the bottom."""
        kept_back = [line(Span("The lesson asks about this.", "dim"))]
        return replace(self, verdict=[kept_back], foot=[]) if any(self.verdict) or any(self.foot) else self

    @property
    def height(self) -> int:
        """Lines of the whole page."""
        return len(self.head) + len(self.body) + sum(map(len, [*self.verdict, *self.foot]))

    def lines(self, columns: int, rows: int, scroll: int = 0) -> tuple[list[Line], int]:
        """At most `rows` lines of at most `columns` cells, and `scroll` as far as it was possible.

        Where lines are hidden, arrows are in the last column: a page for one column less leaves it free.
        """
        room = rows - len(self.head) - min(len(self.body), -(-rows // 3))
        above, before = _fitting(self.verdict, room)
        spare = rows - len(self.head) - len(above) - len(self.body)
        below, after = _fitting(self.foot, spare if spare >= 0 else room - len(above))
        scrolling = [*before, *self.body, *after]
        fitting = max(0, rows - len(above) - len(self.head) - len(below))
        resting = min(max(0, self.focus - fitting // 2), max(0, len(self.body) - fitting))
        resting += len(before) if self.body else 0
        last = max(resting, len(scrolling) - fitting)
        top = min(max(0, resting + scroll), last)
        shown = [clip(spans, columns) for spans in scrolling[top : top + fitting]]
        if self.body and top == resting:  # no half of a paragraph until the user scrolls
            shown = shown[: len(before) + len(self.body) - top]
        if shown and top > 0:
            shown[0] = _marked(shown[0], columns, "↑")
        if shown and top + len(shown) < len(scrolling):
            shown[-1] = _marked(shown[-1], columns, "↓")
        return [*(clip(spans, columns) for spans in (*above, *self.head)), *shown,
                *(clip(spans, columns) for spans in below)][:rows], top - resting  # fmt: skip


def _fitting(paragraphs: list[Paragraph], rows: int) -> tuple[Paragraph, Paragraph]:
    """The lines of the first paragraphs, as many as fit whole, and those of the others."""
    fitting: Paragraph = []
    others = list(paragraphs)
    while others and len(fitting) + len(others[0]) <= rows:
        fitting += others.pop(0)
    return fitting, [spans for paragraph in others for spans in paragraph]


def _marked(spans: Line, columns: int, arrow: str) -> Line:
    return line(*pad(spans, columns - 1), Span(arrow, "accent"))


def listed(names: list[str], most: int = 8) -> str:
    """`h1 h2 h3 … 5 more`"""
    left_out = len(names) - most
    return " ".join(names[:most]) + (f" … {left_out} more" if left_out > 0 else "")
