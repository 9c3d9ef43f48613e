"""Numbers typed into a grid: the weights and biases of a network, or samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Paste
from textual.geometry import Region
from textual.widgets import Label, Static

from tui_backprop.reading.numerals import number_of
from tui_backprop.render.spans import fit, width
from tui_backprop.studio.screens.dialog import Dialog

CELL = 10
"""Columns of a number."""
_LEAVE = "escape again drops what you typed"
_TYPED = re.compile(r"[0-9.,eE+\-−]")

Fields = list[list[str]]


@dataclass(frozen=True)
class NumberBlock:
    """Rows and columns with names, and what is typed in them; with `grows` a row is added under the last.

    Rows that are `given` are not typed: each is the number of the row that it stands above, its name, and its texts.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    fields: Fields
    grows: bool = False
    given: tuple[tuple[int, str, tuple[str, ...]], ...] = ()


class Grid(Dialog[list[Fields]]):
    """Blocks of numbers, one under the other. `enter` goes on to the next cell, and from the last one it is done.

    Where something has been typed, it takes two `escape` to leave without it.
    """

    KEYS: ClassVar[str] = "type, enter: next (from the last: done)  arrows: another  f10: done  escape: close"
    NAME: ClassVar[int] = 12
    """Columns of a row's name."""
    WIDTH, ROWS = 90, 24
    """Columns of the window, and rows of numbers, if the screen has that many."""
    FRAME = (8, 5)
    """Columns and rows of its border, padding and scroll bar, and a line for a mistake."""
    DEFAULT_CSS = f"""
    Grid Vertical {{ width: {WIDTH}; max-height: 100%; }}
    Grid Label {{ width: 1fr; height: auto; }}
    Grid VerticalScroll {{ height: auto; background: $surface; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("enter", "next", "Next", show=False),
        Binding("tab,right", "go(0, 1)", "Right", show=False, priority=True),
        Binding("shift+tab,left", "go(0, -1)", "Left", show=False, priority=True),
        Binding("down", "go(1, 0)", "Down", show=False, priority=True),
        Binding("up", "go(-1, 0)", "Up", show=False, priority=True),
        Binding("backspace", "delete", "Delete", show=False),
        Binding("f10,ctrl+s", "done", "Done", show=False, priority=True),
    ]

    def __init__(self, title: str, blocks: Sequence[NumberBlock], check: Callable[[list[Fields]], str]) -> None:
        """`check` says what is wrong with the whole, or nothing."""
        super().__init__()
        self._title, self._check = title, check
        self._blocks = [replace(block, fields=[list(row) for row in block.fields]) for block in blocks]
        self._place = self._cells[0]
        self._fresh = True  # what is typed takes the place of what is in the cell
        self._begun = False
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """Title, blocks, mistake, keys."""
        with Vertical():
            yield Label(self._title, markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="cells", markup=False)
            yield Label("", id="wrong", classes="mistake", markup=False)
            yield Label(self.KEYS, classes="mistake", markup=False)

    def on_resize(self) -> None:
        """Leaves room for the line of keys, and shows what there is room for beside it."""
        above_and_below = sum(len(wrap(text, self._room)) for text in (self._title, self.KEYS))
        rows = min(self.ROWS, self.size.height - self.FRAME[1] - above_and_below)
        self.query_one(VerticalScroll).styles.max_height = max(1, rows)
        self._show(self._wrong)

    @property
    def _room(self) -> int:
        """Columns within the frame."""
        return min(self.WIDTH, self.size.width) - self.FRAME[0]

    def _in_sight(self, block: NumberBlock) -> slice:
        """The columns of a block that there is room for, a pageful with the chosen one if it has that."""
        count = max(1, (self._room - self.NAME) // (CELL + 1))
        first = self._place[2] // count * count
        return slice(first, first + count) if first < len(block.columns) else slice(0, count)

    @property
    def _cells(self) -> list[tuple[int, int, int]]:
        """All places (block, row, column), in the order in which they are typed."""
        return [
            (place, row, column)
            for place, block in enumerate(self._blocks)
            for row in range(len(block.fields))
            for column in range(len(block.columns))
        ]

    def on_key(self, event: Key) -> None:
        """A figure."""
        if event.character is not None and _TYPED.fullmatch(event.character):
            event.stop()
            self._type(event.character)

    def on_paste(self, event: Paste) -> None:
        """Numbers that go into this cell and those after it."""
        event.stop()
        for word in re.split(r"[\s;]+", event.text.strip()):
            self._write("".join(_TYPED.findall(word)))
            if not self._step(1):
                break
        self._show()

    def _type(self, text: str) -> None:
        block, row, column = self._place
        self._write(text if self._fresh else self._blocks[block].fields[row][column] + text)
        self._fresh = False
        self._show()

    def _write(self, text: str) -> None:
        self._begun = True
        block, row, column = self._place
        self._blocks[block].fields[row][column] = text[: 3 * CELL]

    def action_delete(self) -> None:
        """The last figure of the cell."""
        block, row, column = self._place
        self._write(self._blocks[block].fields[row][column][:-1])
        self._fresh = False
        self._show()

    def action_go(self, down: int, right: int) -> None:
        """Moves to another cell."""
        if right:
            self._step(right)
        else:
            block, row, column = self._place
            cells = [(b, r) for b, r, c in self._cells if c == 0]
            place = min(max(cells.index((block, row)) + down, 0), len(cells) - 1)
            to_block, to_row = cells[place]
            self._place = (to_block, to_row, min(column, len(self._blocks[to_block].columns) - 1))
            self._fresh = True
        self._show()

    def _step(self, by: int) -> bool:
        """Moves to the next cell, or the one before; returns whether there is one."""
        cells, self._fresh = self._cells, True
        place = cells.index(self._place) + by
        if not 0 <= place < len(cells):
            return False
        self._place = cells[place]
        return True

    def action_next(self) -> None:
        """Moves to the next cell or to a new row under the last one, or is done."""
        block, row, column = self._place
        here = self._blocks[block]
        last = row == len(here.fields) - 1
        if last and column == 0 and here.grows and row > 0 and not any(here.fields[row]):
            self.action_done()
        elif last and column == len(here.columns) - 1 and here.grows:
            here.fields.append([""] * len(here.columns))
            self._step(1)
            self._show()
        elif self._step(1):
            self._show()
        else:
            self.action_done()

    def action_leave(self) -> None:
        """Closes the grid without what has been typed, after a warning."""
        if self._begun and self._wrong != _LEAVE:
            self._show(_LEAVE)
        else:
            self.dismiss(None)

    def action_done(self) -> None:
        """Closes the grid with what is typed, unless something is wrong."""
        for place, row, column in self._cells:
            fields = self._blocks[place].fields[row]
            if number_of(fields[column]) is None and (any(fields) or not self._blocks[place].grows):
                self._place = (place, row, column)
                self._show(f"{fields[column]!r} is not a number" if fields[column] else "a number is missing here")
                return
        filled = [[row for row in block.fields if any(row) or not block.grows] for block in self._blocks]
        wrong = self._check(filled)
        if wrong:
            self._show(wrong)
        else:
            self.dismiss(filled)

    def _given_rows(self, block: NumberBlock, row: int) -> list[Content]:
        """Those above a row."""
        sight = self._in_sight(block)
        return [
            Content(fit(name, self.NAME) + _row(texts[sight])) for above, name, texts in block.given if above == row
        ]

    def _show(self, wrong: str = "") -> None:
        self._wrong = wrong
        lines, here = [], 0
        for place, block in enumerate(self._blocks):
            sight = self._in_sight(block)
            lines += [Content.styled(text, "bold") for text in wrap(block.title, self._room)]
            before, after = "…" * (sight.start > 0), "…" * (sight.stop < len(block.columns))
            lines.append(Content(fit(before, self.NAME) + _row(block.columns[sight]).rstrip() + f" {after}"))
            lines += self._given_rows(block, 0) if not block.fields else []
            for row, fields in enumerate(block.fields):
                lines += self._given_rows(block, row)
                name = block.rows[row] if row < len(block.rows) else f"#{row}"
                cells = [Content.styled(fit(name, self.NAME), "bold" if block.given else "")]
                for column, text in list(enumerate(fields))[sight]:
                    shown = text if width(text) <= CELL else "…" + text[1 - CELL :]
                    chosen = (place, row, column) == self._place
                    cells.append(Content.styled(fit(shown or "·", CELL, right=True), "reverse" if chosen else ""))
                    cells.append(Content(" "))
                    here = len(lines) if chosen else here
                lines.append(Content.assemble(*cells))
        self.query_one("#cells", Static).update(Content("\n").join(lines))
        self.query_one("#wrong", Label).update(Content(wrong))
        self.query_one(VerticalScroll).scroll_to_region(Region(0, here, 1, 1), animate=False)


def _row(texts: Sequence[str]) -> str:
    return "".join(fit(text, CELL, right=True) + " " for text in texts)
