"""Somebody's sheet: figures of steps as they were written down, read from text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError, quoted
from tui_backprop.lessons.by_hand.figures import Figure, Names
from tui_backprop.lessons.by_hand.written import Written, written

LARGEST = 2**20
"""Bytes of a sheet."""
MOST_STEPS = 100
_STEP = re.compile(r"\s*step\s+([0-9]{1,9})\b.*", re.IGNORECASE)
_BLANK = re.compile(r"[_\s.?·…–—-]*")


@dataclass(frozen=True)
class Given:
    """A figure as it was written: in which step, in which line of the sheet, as what text."""

    step: int
    figure: Figure
    number: Written
    line: int


class SheetError(BackpropError):
    """A line that cannot be read."""

    def __init__(self, line: int, error: BackpropError) -> None:
        super().__init__(f"line {line}: {error.message}", error.hint)


def read_sheet(text: str, moment_of: Callable[[int], Moment], printed: Collection[str] = ()) -> list[Given]:
    """The figures of a sheet, in the order in which they are worked out.

    A line is `name = value`; of several equals signs the last counts, so that the way to a number may stand there,
    too. `Step 2` begins another step, `#` a comment. Blanks that are not filled in are left out, and so are lines of
    the exercise as it was `printed`. `moment_of` gives the moment of a step. Raises `BackpropError` for what is not a
    sheet.
    """
    reader = _Reader(moment_of)
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line not in printed or _STEP.fullmatch(line):
                reader.read(line, number)
        except BackpropError as error:
            raise SheetError(number, error) from None
    if not reader.found:
        raise BackpropError("there is no figure in it", "lines such as z(h1) = 0.5")
    return sorted(reader.found.values(), key=reader.place)


class _Reader:
    def __init__(self, moment_of: Callable[[int], Moment]) -> None:
        self._moment_of = moment_of
        self._names: dict[int, Names] = {}
        self.found: dict[tuple[int, Figure], Given] = {}
        self.step = 1

    def read(self, line: str, number: int) -> None:
        """Takes in a line."""
        if not line.strip() or line.lstrip().startswith("#"):
            return
        if heading := _STEP.fullmatch(line):
            self.step = int(heading[1])
            if not 1 <= self.step <= MOST_STEPS:
                raise BackpropError(f"{quoted(line)}: no such step", f"1 to {MOST_STEPS}")
            return
        name, equals, value = line.partition("=")
        if not equals:
            raise BackpropError(f"{quoted(line.strip())} is not a figure", "a line such as z(h1) = 0.5")
        value = value.rpartition("=")[2]
        figure = self._names_here.find(name)
        if _BLANK.fullmatch(value):
            return
        before = self.found.get((self.step, figure))
        if before is not None:
            raise BackpropError(f"{quoted(name.strip())} is given twice", f"the first time in line {before.line}")
        self.found[self.step, figure] = Given(self.step, figure, written(value), number)

    def place(self, given: Given) -> tuple[int, int]:
        """Where a figure comes when steps are worked out."""
        return given.step, self._names[given.step].place(given.figure)

    @property
    def _names_here(self) -> Names:
        if self.step not in self._names:
            self._names[self.step] = Names(self._moment_of(self.step))
        return self._names[self.step]
