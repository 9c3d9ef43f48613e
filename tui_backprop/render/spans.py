"""Lines of text with their inks: what a pane shows, before any terminal knows of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from tui_backprop.render.selection import Selection


class Span(NamedTuple):
    """A run of text in one ink.

    `ink` is "text", "dim", "label", "accent", "warn", "shut", or a tone from "-4" to "+4". `target` is what a
    click on it means: something to select, or the name of an action.
    """

    text: str
    ink: str = "text"
    bold: bool = False
    selected: bool = False
    target: Selection | str | None = None


Line = tuple[Span, ...]


def line(*parts: Span | str) -> Line:
    """A line of spans; plain strings are in the ink "text"."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(lines: Iterable[Line]) -> str:
    """The text alone."""
    return "\n".join("".join(span.text for span in spans).rstrip() for spans in lines)


def safe(text: str) -> str:
    """Text of the user's without anything that could move a cursor or join its neighbours."""
    return "".join(c if c.isprintable() and not unicodedata.combining(c) else "�" for c in text)


def width(text: str) -> int:
    """Cells that printable text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def length(spans: Iterable[Span]) -> int:
    """Cells that a line takes."""
    return sum(width(span.text) for span in spans)


def fit(text: str, cells: int, right: bool = False) -> str:
    """Text made exactly `cells` wide: padded, at the left if `right`, or cut with an ellipsis."""
    text = safe(text)
    if width(text) > cells:
        while text and width(text) > cells - 1:
            text = text[:-1]
        text += "…" if cells > 0 else ""
    padding = " " * (cells - width(text))
    return padding + text if right else text + padding


def clip(spans: Line, cells: int) -> Line:
    """The line cut to at most `cells`."""
    kept, room = [], cells
    for span in spans:
        size = width(span.text)
        if size > room:
            if room > 0:
                kept.append(span._replace(text=fit(span.text, room)))
            break
        kept.append(span)
        room -= size
    return tuple(kept)


def pad(spans: Line, cells: int) -> Line:
    """The line padded with blanks, or cut, to exactly `cells`."""
    short = cells - length(spans)
    return clip(spans, cells) if short < 0 else (*spans, Span(" " * short)) if short else spans


def beside(left: list[Line], right: list[Line], cells: int) -> list[Line]:
    """Two blocks side by side, the right one starting at column `cells`."""
    rows = max(len(left), len(right))
    left, right = left + [()] * (rows - len(left)), right + [()] * (rows - len(right))
    return [(*pad(a, cells), *b) for a, b in zip(left, right, strict=True)]


def wrap(parts: Iterable[Span], cells: int, indent: int) -> list[Line]:
    """Spans laid into lines of at most `cells`, broken between spans; later lines are indented."""
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for span in parts:
        size = width(span.text.rstrip())
        if used + size > cells and current:
            lines.append(tuple(current))
            current, used = [Span(" " * indent)], indent
            span = span._replace(text=span.text.lstrip())
        current.append(span)
        used += width(span.text)
    return [*lines, tuple(current)]


def changed_part(before: Line, after: Line) -> tuple[int, int]:
    """(first cell, cells) of the stretch outside which two lines look the same."""
    start = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        start += width(new.text)
    end = max(length(before), length(after))
    if length(before) == length(after):
        for old, new in zip(reversed(before), reversed(after), strict=False):
            if old != new or end - width(new.text) < start:
                break
            end -= width(new.text)
    return start, end - start
