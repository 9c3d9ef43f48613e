"""Lines of text with their inks: what a pane shows, independent of any terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from tui_backprop.render.selection import Selection


class Span(NamedTuple):
    """A run of text in one ink.

    `ink` is "text", "dim", "label", "accent", "warn", "shut", or a tone from "-4" to "+4"; in a heat map it is two
    tones, `over|under`, the one of the glyph ("sign" for a sample's) and the one behind it. `target` is what a
    click on it means: something to select, or the name of an action. `marked` is underlined: a lesson speaks of it.
    """

    text: str
    ink: str = "text"
    bold: bool = False
    selected: bool = False
    target: Selection | str | None = None
    marked: bool = False


Line = tuple[Span, ...]

_WORD = re.compile("[^ ]+| +")
_SIGN = re.compile("[×/]")
"""Where a long product may be broken."""
_JOINING = re.compile("[\u1160-\u11ff\u3164\ud7b0-\ud7ff\uffa0\U0001f3fb-\U0001f3ff]")
_NON_JOINER = "\u200c"
"""Keeps two letters apart in some scripts."""
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u302a-\u302f]")
_MOST_MARKS = 3
"""Marks of one letter."""


def line(*parts: Span | str) -> Line:
    """A line of spans; plain strings are in the ink "text"."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def mark(spans: Line, things: Set[Selection | str]) -> Line:
    """The line with those spans marked that lead to one of `things`."""
    return tuple(span._replace(marked=True) if span.target in things and span.text.strip() else span for span in spans)


def plain(lines: Iterable[Line]) -> str:
    """The text alone."""
    return "\n".join("".join(span.text for span in spans).rstrip() for spans in lines)


_PLAIN = re.compile("[ -~·×Δδŷ∂−–…²′↑↓▸◂▲▼✕✓●○◆◇│╭╰╌▁-█░▒▓▀⠀-⣿━▶◀]*")
"""Characters of our own, each of one cell: most text has no others, and need not be looked at one by one."""


@lru_cache(maxsize=8192)
def safe(text: str) -> str:
    """The user's text without anything that could move a cursor or join its neighbours.

    A letter keeps the marks that it is spelled with, as in Hindi or Thai, but no pile of them.
    """
    if _PLAIN.fullmatch(text):
        return text
    shown, marks = [], _MOST_MARKS  # as many as fit before the first letter: none
    for character in text:
        category = unicodedata.category(character)
        if _is_mark(character):
            marks += 1
            shown.append(character if marks <= _MOST_MARKS else "�")
        else:
            marks = 0 if category[0] == "L" and not _JOINING.match(character) else _MOST_MARKS
            shown.append(character if character.isprintable() and not _joins(character) else "�")
    return "".join(shown)


def _is_mark(character: str) -> bool:
    """Whether it stands above, below or at a letter, and takes no cell of its own."""
    if character == _NON_JOINER:
        return True
    return unicodedata.category(character) in ("Mn", "Mc") and not _SELECTORS.match(character)


def _joins(character: str) -> bool:
    """Whether it has no cell of its own: enclosing marks, vowels and finals of Hangul, fillers, tones of skin."""
    return unicodedata.category(character)[0] == "M" or bool(_JOINING.match(character))


@lru_cache(maxsize=8192)
def width(text: str) -> int:
    """Cells that text takes in a terminal, once it is safe."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(0 if _is_mark(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in safe(text))


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


def wrap(parts: Iterable[Span], cells: int, indent: int, room: Callable[[str], int] = width) -> list[Line]:
    """Spans laid into lines of at most `cells`, broken between spans; later lines are indented.

    A span that is wider than a line is broken, too. `room` is how many cells to keep for a text, at least its width.
    """
    return _laid(((part,) for part in parts), cells, indent, room)


def paragraph(cells: int, *parts: Span | str, indent: int = 0) -> list[Line]:
    """Text laid into lines of at most `cells`, broken at blanks; later lines are indented."""
    words: list[Line] = [()]
    for span in (piece for part in line(*parts) for piece in words_of(part)):
        words[-1] = (*words[-1], span)
        if span.text.isspace():
            words.append(())
    return _laid(words, cells, indent, width)


def words_of(span: Span) -> Iterator[Span]:
    """A span's words and the blanks between them, which are never selected."""
    for text in _WORD.findall(span.text):
        yield span._replace(text=text, selected=span.selected and not text.isspace())


def _laid(words: Iterable[Line], cells: int, indent: int, room: Callable[[str], int]) -> list[Line]:
    """Words, each of one or more spans, in lines. One that is wider than a line is broken, too."""
    lines: list[Line] = []
    current: list[Span] = []
    used, indent = 0, min(indent, cells // 2)
    for word in chain.from_iterable(_narrow(given, cells - indent) for given in words):
        if used + room("".join(span.text for span in word).rstrip()) > cells and current:
            lines.append(_stripped(current))
            current, used = [Span(" " * indent)], indent
            word = (word[0]._replace(text=word[0].text.lstrip()), *word[1:])
        current += word
        used += sum(room(span.text) for span in word)
    return [*lines, _stripped(current) if length(current) > cells else tuple(current)]


def _narrow(word: Line, cells: int) -> Iterable[Line]:
    """The word, or where it is wider than a line, its parts."""
    if width("".join(span.text for span in word).rstrip()) <= cells:
        return (word,) if word else ()
    return ((piece,) for span in word for piece in _pieces(span, cells))


def _stripped(spans: Sequence[Span]) -> Line:
    """The line without the blanks at its end."""
    *before, last = spans
    text = last.text.rstrip()
    return (*before, last._replace(text=text)) if text or not before else _stripped(before)


def changed_part(before: Line, after: Line) -> tuple[int, int]:
    """(first cell, cells) of the part in which two lines differ."""
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


def _pieces(span: Span, cells: int) -> Iterator[Span]:
    """The span, or its parts if it is wider than `cells`, cut after a blank, else before an operator, else anywhere."""
    text = span.text
    while width(text.rstrip()) > cells:
        end = max(1, next(end for end in reversed(range(len(text))) if width(text[:end]) <= cells))
        signs = [found.start() for found in _SIGN.finditer(text, 1, end)]
        end = text.rfind(" ", 1, end) + 1 or (signs[-1] if signs else end)
        yield span._replace(text=text[:end])
        text = text[end:]
    yield span._replace(text=text)
