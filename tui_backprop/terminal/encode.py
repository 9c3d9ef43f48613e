"""The shortest way to say how a terminal's screen changes: cursor moves, colour changes, and the new cells."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tui_backprop.terminal.cells import ANY, DRAWN, PLAIN, Cell, Cells, CellStyle

CLEAR = "\x1b[m\x1b[2J"
"""Makes every cell blank and plain."""
_REWRITE = 12
"""Up to this many unchanged cells may be cheaper to rewrite than to jump over."""
_CHOICE = 4
"""Runs of each look that are compared, from the top: more take longer and save nothing."""


class Pen:
    """Where the terminal's cursor is, and the look it writes in, as far as they are known."""

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None
        self.look = PLAIN

    def copy(self) -> Pen:
        """Another pen, in the same place."""
        other = Pen()
        other.place, other.look = self.place, self.look
        return other


class Run(NamedTuple):
    """Changed cells of one look, side by side: from `start` up to `end` in row `y`."""

    y: int
    start: int
    end: int
    look: CellStyle


def difference(before: Cells, after: Cells, pen: Pen, rows: slice = slice(None)) -> str:
    """Sequences that turn the screen `before`, or some rows of it, into `after`, both of one size, and move the pen.

    From run to run it goes where the next costs the fewest bytes: a change of colour often costs more than a jump.
    """
    by_look: dict[CellStyle, list[Run]] = {}
    for y in range(*rows.indices(after.rows)):
        if before.grid[y] != after.grid[y]:
            for run in _runs(y, before.grid[y], after.grid[y]):
                by_look.setdefault(run.look, []).append(run)
    parts = []
    nearness: dict[CellStyle, list[tuple[int, CellStyle]]] = {}
    while by_look:
        if pen.look not in nearness:
            nearness[pen.look] = sorted((len(transition(pen.look, look)), look) for look in by_look)
        run = _nearest(by_look, nearness[pen.look], after, pen)
        row = after.grid[run.y]
        parts.append(_approach(pen, run, row))
        parts.append(_written(row, run.start, run.end, pen))
        pen.place = (run.end, run.y) if run.end < after.columns else None
    return "".join(parts)


def _nearest(by_look: dict[CellStyle, list[Run]], nearness: list[tuple[int, CellStyle]], after: Cells, pen: Pen) -> Run:
    """Takes out the run that costs the fewest bytes to reach; `nearness` are the bytes of each change of look."""
    place, fewest = pen.place, 1_000_000
    column, y = place or (0, -1)
    for change, look in nearness:
        if change >= fewest:
            break
        for run in by_look.get(look, ())[:_CHOICE]:
            if run.y == y and 0 < run.start - column <= _REWRITE:
                cost = change + len(_approach(pen.copy(), run, after.grid[y]).encode())
            else:
                cost = change + _distance(place, run.start, run.y)
            if cost < fewest:
                nearest, fewest = run, cost
                if cost <= change + 1:
                    break
    by_look[nearest.look].remove(nearest)
    if not by_look[nearest.look]:
        del by_look[nearest.look]
    return nearest


def _runs(y: int, old: list[Cell], new: list[Cell]) -> list[Run]:
    """The runs of changed cells in a row; blanks among them have the look of those beside them, if they can."""
    found = []
    for start, end in _stretches(old, new):
        first, look = start, new[start][1]
        for x in range(start + 1, end):
            other = new[x][1]
            if other == look or effective_look(look, other) == look:
                continue
            if effective_look(other, look) == other:
                look = other
                continue
            found.append(Run(y, first, x, look))
            first, look = x, other
        found.append(Run(y, first, end, look))
    return found


def _stretches(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """(start, end) of the runs of changed cells; a wide character is never cut in two."""
    found: list[list[int]] = []
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            start = x - 1 if after[0] == "" and x else x
            end = x + 2 if x + 1 < len(new) and new[x + 1][0] == "" else x + 1
            if found and start <= found[-1][1]:
                found[-1][1] = end
            else:
                found.append([start, end])
    return [(start, end) for start, end in found]


def _approach(pen: Pen, run: Run, row: list[Cell]) -> str:
    """The cheapest way to a run, writing what lies between again where that is shorter than a jump."""
    jump = _jump(pen.place, run.start, run.y)
    column, y = pen.place or (0, -1)
    if y == run.y and 0 < run.start - column <= _REWRITE and row[column][0]:  # not from the middle of a wide character
        again = pen.copy()
        text = _written(row, column, run.start, again)
        back = len(transition(again.look, run.look)) - len(transition(pen.look, run.look))
        if len(text.encode()) + back <= len(jump):
            pen.look = again.look
            return text
    return jump


def _distance(place: tuple[int, int] | None, x: int, y: int) -> int:
    """Bytes of `_jump`, counted: most places are only compared."""
    jump = 2 + _digits(y + 1) + (1 + _digits(x + 1) if x else 0) + 1
    if place is None:
        return jump
    across, down = x - place[0], y - place[1]
    down_or_up, along = _step_size(down), min(_step_size(across), 1 + _step_size(x))
    return min(jump, (down if 0 < down < down_or_up else down_or_up) + (-across if -along < across < 0 else along))


def _jump(place: tuple[int, int] | None, x: int, y: int) -> str:
    """The shortest cursor movement: to a place on the screen, or down, up and along the row from where it is.

    A vertical tab goes one row down and stays in its column everywhere, where the line may add a return to a new line;
    a reverse index goes one row up, below the first row.
    """
    jump = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
    if place is None:
        return jump
    across, down = x - place[0], y - place[1]
    down_or_up = min("\v" * down if down > 0 else "\x1bM" * -down, _steps(down, "B", "A"), key=len)
    along = [_steps(across, "C", "D"), "\r" + _steps(x, "C", "D")]
    if across < 0:
        along.append("\b" * -across)
    return min(jump, down_or_up + min(along, key=len), key=len)


def _steps(count: int, forward: str, back: str) -> str:
    size = abs(count)
    return f"\x1b[{size if size > 1 else ''}{forward if count > 0 else back}" if count else ""


@lru_cache(maxsize=2048)
def _step_size(count: int) -> int:
    return len(_steps(count, "C", "D"))


@lru_cache(maxsize=2048)
def _digits(number: int) -> int:
    return len(str(number))


def _written(row: list[Cell], start: int, end: int, pen: Pen) -> str:
    """The cells from `start` to `end`, with the changes of look between them."""
    parts = []
    for character, look in row[start:end]:
        if character:
            if look != pen.look:
                parts.append(transition(pen.look, look))
                pen.look = effective_look(pen.look, look)
            parts.append(character)
    return "".join(parts)


_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29}


@lru_cache(maxsize=16384)
def effective_look(old: CellStyle, new: CellStyle) -> CellStyle:
    """The look that a pen has after the change from one look to another: for a blank most of it can stay."""
    return CellStyle(old.attributes & ~DRAWN, old.foreground, new.background) if new.foreground == ANY else new


@lru_cache(maxsize=16384)
def transition(old: CellStyle, new: CellStyle) -> str:
    """The shortest SGR sequence from one look to another: only what differs, or everything after a reset."""
    new = effective_look(old, new)
    if old == new:
        return ""
    changes = _switched(old.attributes, new.attributes)
    if old.foreground != new.foreground:
        changes += f";{new.foreground or '39'}"
    if old.background != new.background:
        changes += f";{new.background or '49'}"
    afresh = _switched(0, new.attributes)
    for colour in (new.foreground, new.background):
        if colour:
            afresh += f";{colour}"
    ways = f"\x1b[{changes[1:]}m", f"\x1b[0{afresh}m" if afresh else "\x1b[m"
    return min(ways, key=len)


@lru_cache(maxsize=4096)
def _switched(old: int, new: int) -> str:
    """The attributes to switch off and on, each after a semicolon."""
    codes = []
    for bit, off in _OFF.items():
        if old >> bit & 1 and not new >> bit & 1:
            codes.append(off)
            old &= ~sum(1 << other for other, code in _OFF.items() if code == off)
    codes += [bit for bit in _OFF if new >> bit & 1 and not old >> bit & 1]
    return "".join(f";{code}" for code in codes)
