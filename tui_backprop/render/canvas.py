"""Lines drawn in braille dots, two by four to a cell, each cell in the ink last drawn on it."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from tui_backprop.render.spans import Line, Span, width

_BLANK = Span(" ")
_LOOK = itemgetter(slice(1, None))
"""A span without its text."""
_BIT = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Canvas:
    """`columns` × `rows` cells; dots have x from 0 to 2·columns − 1 and y from 0 to 4·rows − 1."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._dots = [[0] * columns for _ in range(rows)]
        self._inks: list[list[Span | None]] = [[None] * columns for _ in range(rows)]

    def draw(
        self, start: tuple[int, int], end: tuple[int, int], ink: Span, thickness: int, dash: tuple[int, int]
    ) -> None:
        """A straight line from one dot to another, `dash` being dots on and off along it; (1, 0) is solid.

        `ink` is a span without text whose ink, weight and target the cells take over.
        """
        for row, column, bits in _traced(start, end, thickness, dash):
            if 0 <= column < self._columns and 0 <= row < self._rows:
                self._dots[row][column] |= bits
                self._inks[row][column] = ink

    def lines(self) -> list[list[Span]]:
        """The cells, row by row, one span each."""
        return [
            [
                Span(chr(0x2800 + dots), *ink[1:]) if ink is not None and dots else _BLANK
                for dots, ink in zip(row, inks, strict=True)
            ]
            for row, inks in zip(self._dots, self._inks, strict=True)
        ]


@lru_cache(maxsize=1024)  # a graph's edges stay where they are from moment to moment
def _traced(
    start: tuple[int, int], end: tuple[int, int], thickness: int, dash: tuple[int, int]
) -> list[tuple[int, int, int]]:
    """(row, column, dots) of each cell that a line touches."""
    (x0, y0), (x1, y1) = start, end
    found: dict[tuple[int, int], int] = {}
    length = max(abs(x1 - x0), abs(y1 - y0), 1)
    steep = abs(y1 - y0) > abs(x1 - x0)
    for place in range(length + 1):
        if place % sum(dash) >= dash[0]:
            continue
        for across in range(-(thickness // 2), thickness - thickness // 2):
            x = x0 + round((x1 - x0) * place / length) + across * steep
            y = y0 + round((y1 - y0) * place / length) + across * (not steep)
            cell = y // 4, x // 2
            found[cell] = found.get(cell, 0) | _BIT[y % 4][x % 2]
    return [(row, column, bits) for (row, column), bits in found.items()]


def joined(cells: list[Span]) -> Line:
    """Joins neighbouring spans that look alike."""
    return tuple(Span("".join([cell.text for cell in alike]), *look) for look, alike in groupby(cells, _LOOK))


def put(cells: list[list[Span]], row: int, column: int, spans: Line) -> None:
    """Writes spans over the cells of a row."""
    if not 0 <= row < len(cells):
        return
    written, look = cells[row], _LOOK
    for span in spans:
        for character in span.text:
            cell = width(character)
            if 0 <= column <= len(written) - cell:
                written[column : column + cell] = [Span(part, *look(span)) for part in (character, "")[:cell]]
            column += cell
