"""The filter is exact: with it and without it, a terminal shows the same screen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pyte
import pytest

from tui_backprop.terminal.cells import Cells, CellStyle
from tui_backprop.terminal.encode import CLEAR, Pen, difference, transition

TEXTS = ["a", "Z", " ", "0", "−", "·", "█", "⣿", "漢", "字", "가", "e\u0301", "o\u0308", "→", "x y", "      ", "abc漢d"]
COLOURS = ["3{}", "4{}", "9{}", "10{}", "38;5;{}", "48;5;{}", "38;2;{};7;9", "48;2;1;{};3"]
OFF = ["22", "23", "24", "27", "29", "39", "49", "0"]
ATTRIBUTES = ["1", "3", "4", "7", "9"]  # those that the emulator knows


def _sgr(draw: random.Random) -> str:
    codes = []
    for _ in range(draw.randrange(4)):
        kind = draw.random()
        if kind < 0.5:
            codes.append(draw.choice(COLOURS).format(draw.randrange(8)))
        else:
            codes.append(draw.choice(ATTRIBUTES if kind < 0.8 else OFF))
    return f"\x1b[{';'.join(codes)}m"


def _cells(text: str) -> int:
    return sum(0 if c in "\u0301\u0308" else 2 if c in "漢字가" else 1 for c in text)


def _row(draw: random.Random, columns: int) -> str:
    """A whole row: text in several looks, exactly `columns` wide."""
    parts, used = [], 0
    while used < columns:
        parts.append(_sgr(draw))
        text = draw.choice(TEXTS)
        if used + _cells(text) > columns:
            text = " " * (columns - used)
        parts.append(text)
        used += _cells(text)
    return "".join(parts)


def _frame(draw: random.Random, columns: int, rows: int) -> str:
    """Some rows redrawn, or all of them, from a known look, as an application does."""
    changed = range(rows) if draw.random() < 0.1 else draw.sample(range(rows), draw.randrange(rows + 1))
    return "".join(f"\x1b[{y + 1};1H\x1b[0m{_row(draw, columns)}\x1b[0m" for y in changed)


def _screen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell as it can be seen: of a blank only what is behind it, unless it is underlined and the like."""
    return [[_seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


def _seen(cell: Any) -> tuple[object, ...]:
    if cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse):
        return " ", cell.bg
    return tuple(cell)


def _frames(seed: int, count: int) -> Iterator[tuple[str, tuple[int, int]]]:
    draw = random.Random(seed)
    size = (20, 5)
    for _ in range(count):
        if draw.random() < 0.02:
            size = (draw.randrange(4, 30), draw.randrange(1, 9))
        yield _frame(draw, *size), size


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_frames_show_the_same_with_and_without_the_filter(seed: int) -> None:
    direct, filtered = pyte.Screen(20, 5), pyte.Screen(20, 5)
    streams = pyte.Stream(direct), pyte.Stream(filtered)
    for stream in streams:
        stream.feed("\x1b[?7l")  # no wrapping at the edge, as an application has it
    wanted, shown, pen = Cells(20, 5), Cells(20, 5), Pen()
    for frame, (columns, rows) in _frames(seed, 1000):
        if (columns, rows) != (wanted.columns, wanted.rows):  # as the driver does: everything anew
            for screen, stream in zip((direct, filtered), streams, strict=True):
                screen.resize(rows, columns)
                stream.feed(CLEAR)
            wanted, shown, pen = Cells(columns, rows), Cells(columns, rows), Pen()
        streams[0].feed(frame)
        assert wanted.draw(frame)
        row = seed * len(frame) % (rows + 1)  # in two parts, of which one may be empty
        streams[1].feed(difference(shown, wanted, pen, slice(row)) + difference(shown, wanted, pen, slice(row, None)))
        shown = wanted.copy()
        assert _screen(filtered) == _screen(direct)


def test_nothing_is_sent_where_nothing_changed() -> None:
    cells, pen = Cells(10, 2), Pen()
    cells.draw("\x1b[1;1H\x1b[31mred\x1b[0m")
    assert difference(cells, cells.copy(), pen) == ""


def test_only_the_changed_cells_are_sent() -> None:
    before, after = Cells(40, 3), Cells(40, 3)
    before.draw("\x1b[2;1Herror 0.1250")
    after.draw("\x1b[2;1Herror 0.1350")
    assert difference(before, after, Pen()) == "\x1b[2;10H3"


def test_a_short_gap_is_written_again_instead_of_jumped_over() -> None:
    before, after = Cells(40, 1), Cells(40, 1)
    before.draw("\x1b[1;1H1a2")
    after.draw("\x1b[1;1H3a4")
    assert difference(before, after, Pen()) == "\x1b[1H3a4"


@pytest.mark.parametrize(
    ("place", "to", "sequence"),
    [
        ((9, 3), (9, 4), "\v"),
        ((11, 3), (9, 5), "\v\v\b\b"),
        ((60, 3), (0, 4), "\v\r"),
        ((60, 3), (1, 3), "\r\x1b[C"),
        ((9, 5), (9, 2), "\x1b[3A"),
        ((90, 5), (70, 3), "\x1b[4;71H"),
        (None, (0, 7), "\x1b[8H"),
    ],
)
def test_the_pen_goes_the_shortest_way(place: tuple[int, int] | None, to: tuple[int, int], sequence: str) -> None:
    before, after = Cells(100, 10), Cells(100, 10)
    after.grid[to[1]][to[0]] = ("x", CellStyle())
    pen = Pen()
    pen.place = place
    assert difference(before, after, pen) == f"{sequence}x"


def test_one_colour_is_drawn_after_the_other_where_that_takes_fewer_changes() -> None:
    before, after = Cells(10, 3), Cells(10, 3)
    after.draw("\x1b[31m1\x1b[32m2\n\x1b[31m3\x1b[32m4\n\x1b[31m5")
    assert difference(before, after, Pen()) == "\x1b[1H\x1b[31m1\v\r3\v\r5\x1bM\x1b[32m4\x1bM\b2"


def test_blanks_that_look_alike_are_the_same() -> None:
    before, after = Cells(10, 1), Cells(10, 1)
    before.draw("\x1b[31;1m  a\x1b[m b")
    after.draw("\x1b[32m  \x1b[31;1ma\x1b[2m \x1b[mc")
    assert difference(before, after, Pen()) == "\x1b[1;5Hc"


def test_blanks_take_the_colour_of_what_is_beside_them_but_no_underline() -> None:
    before, after = Cells(12, 1), Cells(12, 1)
    before.draw("xxxxxxxx")
    after.draw("\x1b[31m \x1b[32ma\x1b[m \x1b[33m \x1b[32mb\x1b[m \x1b[4m \x1b[m ")
    assert difference(before, after, Pen()) == "\x1b[1;8H \b\b\x1b[4m \r\x1b[m \x1b[32ma  b "


def test_half_a_wide_character_is_not_written_again() -> None:
    before, after = Cells(10, 1), Cells(10, 1)
    before.draw("\x1b[1;1H漢a")
    after.draw("\x1b[1;1H漢b")
    pen = Pen()
    pen.place = (1, 0)
    assert difference(before, after, pen) == "\x1b[Cb"


def test_what_is_not_drawing_is_refused_and_draws_nothing() -> None:
    cells = Cells(10, 2)
    for sequences in ("\x1b[?1049h", "text\x07", "\x1b[2Jx", "\x1b]52;c;QQ==\x07", "\x1b[38;9m", "tab\t"):
        assert not cells.draw(sequences)
    assert cells.grid == Cells(10, 2).grid


def test_text_beyond_the_edge_is_cut() -> None:
    cells = Cells(4, 1)
    assert cells.draw("\x1b[1;3Habcdef\x1b[9;1Hbelow")
    assert "".join(character for character, _ in cells.grid[0]) == "  ab"


@pytest.mark.parametrize(
    ("old", "new", "sequence"),
    [
        (CellStyle(), CellStyle(), ""),
        (CellStyle(foreground="31"), CellStyle(), "\x1b[m"),
        (CellStyle(foreground="31", background="48;5;7"), CellStyle(foreground="32", background="48;5;7"), "\x1b[32m"),
        (CellStyle(1 << 1, "31"), CellStyle(0, "31"), "\x1b[22m"),
        (CellStyle(1 << 1 | 1 << 2, "38;5;200"), CellStyle(1 << 2, "38;5;200"), "\x1b[22;2m"),
    ],
)
def test_a_change_of_look_says_only_what_differs(old: CellStyle, new: CellStyle, sequence: str) -> None:
    assert transition(old, new) == sequence
