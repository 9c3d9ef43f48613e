"""The shortest way to say how a terminal's screen changes: cursor moves, colour changes, and the new cells."""

from __future__ import annotations

from functools import lru_cache

from tui_backprop.terminal.cells import PLAIN, Cell, Cells, Look

CLEAR = "\x1b[m\x1b[2J"
"""Makes every cell blank and plain."""
_REWRITE = 12
"""Unchanged cells up to this many may be cheaper to write again than to jump over."""


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


def difference(before: Cells, after: Cells, pen: Pen) -> str:
    """Sequences that turn the screen `before` into `after`, both of one size. The pen is moved along.

    Drawn row by row, or look by look: a change of colour costs more than a jump, so the latter is often shorter.
    """
    rows = enumerate(zip(before.grid, after.grid, strict=True))
    runs = [(y, start, end) for y, (old, new) in rows if old != new for start, end in _runs(old, new)]
    by_look = sorted(runs, key=lambda run: (after.grid[run[0]][run[1]][1] != pen.look, after.grid[run[0]][run[1]][1]))
    pens = pen.copy(), pen.copy()
    ways = _drawn(runs, after, pens[0]), _drawn(by_look, after, pens[1])
    shorter = int(len(ways[1]) < len(ways[0]))
    pen.place, pen.look = pens[shorter].place, pens[shorter].look
    return ways[shorter]


def _drawn(runs: list[tuple[int, int, int]], after: Cells, pen: Pen) -> str:
    """The runs (row, start, end), in this order."""
    parts = []
    for y, start, end in runs:
        row = after.grid[y]
        parts.append(_approach(pen, start, y, row))
        parts.append(_written(row, start, end, pen))
        pen.place = (end, y) if end < after.columns else None
    return "".join(parts)


def _runs(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """(start, end) of the runs of changed cells of one look."""
    found = []
    for start, end in _stretches(old, new):
        first = start
        for x in range(start + 1, end):
            if new[x][1] != new[first][1]:
                found.append((first, x))
                first = x
        found.append((first, end))
    return found


def _stretches(old: list[Cell], new: list[Cell]) -> list[tuple[int, int]]:
    """(start, end) of the runs of changed cells; a wide character is never cut in two."""
    found: list[list[int]] = []
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before != after:
            start = x - 1 if after[0] == "" and x else x
            end = x + 2 if x + 1 < len(new) and new[x + 1][0] == "" else x + 1
            if found and start <= found[-1][1]:
                found[-1][1] = max(end, found[-1][1])
            else:
                found.append([start, end])
    return [(start, end) for start, end in found]


def _approach(pen: Pen, x: int, y: int, row: list[Cell]) -> str:
    """The cheapest way to (x, y), writing what lies between again where that is shorter than a jump."""
    jump = _jump(pen.place, x, y)
    if pen.place is not None and pen.place[1] == y and 0 < x - pen.place[0] <= _REWRITE:
        again = pen.copy()
        text = _written(row, pen.place[0], x, again)
        back = len(transition(again.look, row[x][1])) - len(transition(pen.look, row[x][1]))
        if len(text.encode()) + back <= len(jump):
            pen.look = again.look
            return text
    return jump


def _jump(place: tuple[int, int] | None, x: int, y: int) -> str:
    """The shortest cursor movement."""
    ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"]
    if place is not None:
        across, down = x - place[0], y - place[1]
        if down == 0:
            ways += ["" if across == 0 else _steps(across, "C", "D"), f"\x1b[{x + 1}G"]
        elif across == 0:
            ways.append(_steps(down, "B", "A"))
    return min(ways, key=len)


def _steps(count: int, forward: str, back: str) -> str:
    size = abs(count)
    return f"\x1b[{size if size > 1 else ''}{forward if count > 0 else back}"


def _written(row: list[Cell], start: int, end: int, pen: Pen) -> str:
    """The cells from `start` to `end`, with the changes of look between them."""
    parts = []
    for character, look in row[start:end]:
        if character:
            if look != pen.look:
                parts.append(transition(pen.look, look))
                pen.look = look
            parts.append(character)
    return "".join(parts)


_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29}


@lru_cache(maxsize=16384)
def transition(old: Look, new: Look) -> str:
    """The shortest SGR sequence from one look to another: only what differs, or everything after a reset."""
    if old == new:
        return ""
    afresh = ["0", *(str(bit) for bit in _OFF if new.attributes >> bit & 1)]
    afresh += [colour for colour in (new.foreground, new.background) if colour]
    changes = []
    kept = old.attributes
    for bit, off in _OFF.items():
        if kept >> bit & 1 and not new.attributes >> bit & 1:
            changes.append(str(off))
            kept &= ~sum(1 << other for other, code in _OFF.items() if code == off)
    changes += [str(bit) for bit in _OFF if new.attributes >> bit & 1 and not kept >> bit & 1]
    if old.foreground != new.foreground:
        changes.append(new.foreground or "39")
    if old.background != new.background:
        changes.append(new.background or "49")
    ways = ["\x1b[" + ";".join(changes) + "m", "\x1b[" + ";".join(afresh if len(afresh) > 1 else []) + "m"]
    return min(ways, key=len)
