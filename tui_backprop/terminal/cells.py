"""The contents of a terminal's screen, cell by cell, read from the sequences that draw it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len


class CellStyle(NamedTuple):
    """How a cell looks: attributes as bits 1…9 of their SGR numbers, colours as SGR parameters ("" is the default)."""

    attributes: int = 0
    foreground: str = ""
    background: str = ""


Cell = tuple[str, CellStyle]
"""The contents of a cell, with its combining marks. The second cell of a wide character holds the empty string."""
PLAIN = CellStyle()
ANY = "any"
"""The foreground of a blank that shows none."""
DRAWN = 1 << 4 | 1 << 7 | 1 << 9
"""Attributes that can be seen on a blank: underlined, in reverse, struck out."""

_TOKEN = re.compile(r"\x1b\[([0-9;]*)([Hm])|([^\x00-\x1f\x7f-\x9f\x1b]+)|\n")
_DRAWING = re.compile(f"(?:{_TOKEN.pattern})*")
_OFF = {22: (1, 2), 23: (3,), 24: (4,), 25: (5, 6), 27: (7,), 28: (8,), 29: (9,)}


@lru_cache(maxsize=4096)
def blank(look: CellStyle) -> Cell:
    """A blank in a look, without attributes that cannot be seen: blanks that look alike are equal."""
    return " ", look if look.attributes & DRAWN else CellStyle(0, ANY, look.background)


BLANK = blank(PLAIN)


class Cells:
    """A screen of `columns` × `rows`; `grid[y][x]` is the cell in row y, column x, from 0."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.grid: list[list[Cell]] = [[BLANK] * columns for _ in range(rows)]

    def draw(self, sequences: str) -> bool:
        """Draws text, positions, new lines and colours; False, with nothing drawn, where there is anything else."""
        if not _DRAWING.fullmatch(sequences):
            return False
        tokens = _TOKEN.findall(sequences)
        if any(final == "m" and _looked(PLAIN, parameters) is None for parameters, final, _ in tokens):
            return False
        x = y = 0
        look = PLAIN
        for parameters, final, text in tokens:
            if final == "H":
                row, _, column = parameters.partition(";")
                y, x = max(int(row or 1) - 1, 0), max(int(column or 1) - 1, 0)
            elif final == "m":
                look = _looked(look, parameters) or PLAIN
            elif text:
                x = self._write(text, x, y, look)
            else:  # a new line, which Textual writes between rows
                x, y = 0, y + 1
        return True

    def _write(self, text: str, x: int, y: int, look: CellStyle) -> int:
        """Writes text from (x, y) on, as far as the row goes; returns where the cursor then is."""
        if y >= self.rows:
            return x
        row, columns = self.grid[y], self.columns
        for character in text:
            size = 1 if character < "\u0300" else cells_of(character)
            if size == 0:
                self._combine(row, x, character)
            elif x + size <= columns:
                if row[x][0] == "" and x:
                    row[x - 1] = blank(row[x - 1][1])
                end = x + size
                if end < columns and row[end][0] == "":
                    row[end] = blank(row[end][1])
                row[x] = (character, look) if character != " " else blank(look)
                if size == 2:
                    row[x + 1] = ("", look)
                x = end
        return x

    @staticmethod
    def _combine(row: list[Cell], x: int, mark: str) -> None:
        """A combining mark joins the character before the cursor."""
        place = x - 1
        if place > 0 and row[place][0] == "":
            place -= 1
        if place >= 0:
            character, look = row[place]
            row[place] = (character + mark, look)

    def copy(self) -> Cells:
        """A copy that can be changed independently."""
        other = Cells.__new__(Cells)
        other.columns, other.rows = self.columns, self.rows
        other.grid = [row.copy() for row in self.grid]
        return other


@lru_cache(maxsize=4096)
def cells_of(character: str) -> int:
    """Cells that a character takes: 0, 1 or 2."""
    return cell_len(character)


@lru_cache(maxsize=4096)
def _looked(look: CellStyle, parameters: str) -> CellStyle | None:
    """The look after SGR `parameters`; None where one of them is unknown."""
    attributes, foreground, background = look
    codes = [int(code or 0) for code in parameters.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            attributes, foreground, background = PLAIN
        elif 1 <= code <= 9:
            attributes |= 1 << code
        elif code in _OFF:
            for bit in _OFF[code]:
                attributes &= ~(1 << bit)
        elif code in (38, 48):
            count = {5: 1, 2: 3}.get(codes[0] if codes else 0, 0)
            if not count or len(codes) <= count:
                return None
            colour = ";".join(map(str, [code, *codes[: count + 1]]))
            del codes[: count + 1]
            foreground, background = (colour, background) if code == 38 else (foreground, colour)
        elif 30 <= code <= 39 or 90 <= code <= 97:
            foreground = "" if code == 39 else str(code)
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = "" if code == 49 else str(code)
        else:
            return None
    return CellStyle(attributes, foreground, background)
