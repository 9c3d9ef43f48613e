"""A view's text in three parts: a fixed top and bottom, and what scrolls between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui_backprop.render.spans import Line, Span, clip, line, pad

LEAST_BODY = 5
"""Lines that the part which scrolls has at least, at the cost of the bottom, then of the top."""


@dataclass(frozen=True)
class ViewPage:
    """`focus` is the line of the body that is visible until the user scrolls.

    `verdict` comes first and says what can be seen, unless a lesson is asking for that.
    """

    head: list[Line]
    body: list[Line] = field(default_factory=list)
    foot: list[Line] = field(default_factory=list)
    focus: int = 0
    verdict: list[Line] = field(default_factory=list)

    def asking(self) -> ViewPage:
        """The page without what it concludes: its verdict, and what stands at the bottom."""
        kept_back = line(Span("The lesson asks about this.", "dim"))
        return replace(self, verdict=[kept_back], foot=[]) if self.verdict or self.foot else self

    def lines(self, columns: int, rows: int, scroll: int = 0) -> tuple[list[Line], int]:
        """At most `rows` lines of at most `columns` cells, and `scroll` as far as it was possible."""
        body = min(LEAST_BODY, len(self.body))
        top_lines = [*self.verdict, *self.head]
        foot = self.foot[: max(0, rows - len(top_lines) - body)]
        head = top_lines[: max(0, rows - len(foot) - body)]
        fitting = max(0, rows - len(head) - len(foot))
        last = max(0, len(self.body) - fitting)
        resting = min(max(0, self.focus - fitting // 2), last)
        top = min(max(0, resting + scroll), last)
        shown = [clip(spans, columns) for spans in self.body[top : top + fitting]]
        if shown and top > 0:
            shown[0] = line(*pad(shown[0], columns - 1), Span("↑", "accent"))
        if shown and top < last:
            shown[-1] = line(*pad(shown[-1], columns - 1), Span("↓", "accent"))
        return [*(clip(spans, columns) for spans in (*head,)), *shown, *(clip(spans, columns) for spans in foot)][
            :rows
        ], top - resting


def listed(names: list[str], most: int = 8) -> str:
    """`h1 h2 h3 … 5 more`"""
    left_out = len(names) - most
    return " ".join(names[:most]) + (f" … {left_out} more" if left_out > 0 else "")
