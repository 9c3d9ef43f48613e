"""What a graph shows, read from its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.render.moments import text
from tui_backprop.core.parts import Weight
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span

NUMBER = r"(?:[+− ]?[\d.]+(?:e[+−]\d+)?|·|NaN|[+−]∞)"
Cell = tuple[str, Span]


def rows(lines: Sequence[Line]) -> list[str]:
    return [text(spans) for spans in lines]


def cells(lines: Sequence[Line]) -> list[list[Cell]]:
    """Each cell's character and its span."""
    return [[(character, span) for span in spans for character in span.text] for spans in lines]


def units(lines: Sequence[Line], names: Sequence[str]) -> dict[str, dict[str, str]]:
    """The numbers of units that are drawn in two rows, with a frame or without, by their letters."""
    drawn, found = rows(lines), {}
    for name in names:
        y, x = next(
            (y, row.index(start))
            for y, row in enumerate(drawn)
            for start in (f"─ {name} ─", f"{name} z ")
            if start in row
        )
        framed = drawn[y][x] == "─"
        parts = [row[x : x + len(name) + 24].split("│")[0] for row in drawn[y + framed : y + framed + 2]]
        found[name] = {
            letter: number.strip() for part in parts for letter, number in re.findall(rf"([zaδ↑ŷt])\s+({NUMBER})", part)
        }
    return found


def edge_cells(lines: Sequence[Line], weight: Selection) -> list[Cell]:
    """The cells of an edge that hold dots."""
    return [cell for row in cells(lines) for cell in row if cell[1].target == weight and "⠀" < cell[0] <= "⣿"]


def inks(lines: Sequence[Line], layer: int) -> dict[Weight, set[str]]:
    """The inks of every edge of a layer that can be seen."""
    found: dict[Weight, set[str]] = {}
    for row in cells(lines):
        for character, span in row:
            if isinstance(span.target, Weight) and span.target.layer == layer and "⠀" < character <= "⣿":
                found.setdefault(span.target, set()).add(span.ink)
    return found


def of_ink(lines: Sequence[Line], ink: str, characters: str) -> list[tuple[int, int]]:
    """(row, column) of the cells that show one of `characters` in an ink."""
    return [
        (y, x)
        for y, row in enumerate(cells(lines))
        for x, (character, span) in enumerate(row)
        if span.ink == ink and character in characters
    ]
