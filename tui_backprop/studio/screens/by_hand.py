"""A step by hand, in the studio: one small grid per phase, checked against the true step before the run goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.events import Key
from textual.screen import Screen

from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.place import phase_label
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import significant
from tui_backprop.lessons.by_hand.exercise import BlankTable, Exercise, exercises, refuse_too_much
from tui_backprop.lessons.by_hand.figures import Figure, work
from tui_backprop.lessons.by_hand.marking import NOTHING_FITS, cause, is_right, is_too_short
from tui_backprop.lessons.by_hand.sheet import Given
from tui_backprop.lessons.by_hand.written import written
from tui_backprop.render.spans import safe
from tui_backprop.studio.screens.grid import CELL, Fields, Grid, NumberBlock

Go = Callable[[int, str], Moment]
"""(step, phase) → the moment that is shown then."""


@dataclass
class Tally:
    """How many figures were worked out, and how many of those on the first try."""

    figures: int = 0
    first: int = 0

    def summary(self, steps: str) -> str:
        """In a sentence."""
        return f"{steps} by hand: {self.first} of {self.figures} figures right on the first try."


def work_out(moment: Moment, go: Go, steps: int, width: int) -> Generator[Screen[Any], Any, str]:
    """Asks for the rest of a moment's step, or for the next ones, phase by phase; returns a message.

    The screen is `width` columns wide.
    """
    try:
        refuse_too_much(moment.experiment)
    except BackpropError as error:
        return str(error)
    sheet, tally = list[Given](), Tally()
    first = moment.position + 1
    for step in range(first, first + steps):
        if moment.complete:
            moment = go(step, "input")
        for exercise in exercises(moment):
            if not exercise.finite(moment):
                label = phase_label(exercise.phase, moment.experiment)
                return f"Step {step}, {label}: not all figures are finite, so they cannot be worked out by hand."
            answer: list[Fields] | None = yield PhaseByHand(moment, exercise, sheet, tally, width)
            if answer is None:
                return tally.summary(f"Left step {step}") if tally.figures else ""
            moment = go(step, exercise.phase)
        if not moment.complete:
            moment = go(step, "update")
    return tally.summary(f"Step {first}" if steps == 1 else f"Steps {first} to {first + steps - 1}")


class PhaseByHand(Grid):
    """The figures of a phase. For the first wrong one it names the likely mistake, the second time also the working."""

    KEYS: ClassVar[str] = "type, enter: next (from the last: check)  f10: check  ?: show this one  escape: leave"
    NAME: ClassVar[int] = 16
    WIDTH, ROWS = 116, 14
    FRAME = (6, 3)
    DEFAULT_CSS = f"""
    PhaseByHand {{
        align: center bottom;
        background: transparent;
        Vertical {{ width: {WIDTH}; max-width: 100%; max-height: 100%; padding: 0 1; }}
        #wrong {{ color: $foreground; text-style: bold; }}
    }}
    """

    def __init__(self, moment: Moment, exercise: Exercise, sheet: list[Given], tally: Tally, width: int) -> None:
        """Right figures are added to the `sheet`, which holds those written down before, and to the `tally`."""
        title = f"Step {moment.step}, {phase_label(exercise.phase, moment.experiment)}, by hand: {exercise.rule}"
        columns = max(1, (min(width, self.WIDTH) - self.FRAME[0] - self.NAME) // (CELL + 1))
        tables = [part for table in exercise.tables for part in table.parts(columns)]
        super().__init__(safe(title), [_block(table) for table in tables], lambda fields: "")
        self._moment, self._sheet, self._tally = moment, sheet, tally
        asked = (line for table in tables for _, line in table.asked)
        self._figures = [figure for line in asked for figure in line]
        self._misses: Counter[Figure] = Counter()
        self._mistake = ""

    def on_key(self, event: Key) -> None:
        """A figure, or `?`."""
        if event.character == "?":
            event.stop()
            event.prevent_default()
            self._reveal()

    def _reveal(self) -> None:
        figure = self._figures[self._cells.index(self._place)]
        self._misses[figure] += 1
        self._write(significant(figure.truth(self._moment)))
        self._step(1)
        self._show(f"{figure.label(self._moment)} = {work(figure, self._moment)}")

    def action_done(self) -> None:
        """Closes it if all is right; otherwise names the first that is not."""
        done: list[Given] = []
        for place, figure in zip(self._cells, self._figures, strict=True):
            wrong = self._judged(place, figure, done)
            if wrong:
                self._place, self._fresh = place, True
                self._show(safe(f"{figure.label(self._moment)}: {wrong}"))
                return
        self._tally.figures += len(done)
        self._tally.first += sum(not self._misses[given.figure] for given in done)
        self._sheet += done
        self.dismiss([block.fields for block in self._blocks])

    def _show(self, wrong: str = "") -> None:
        """Keeps the mistake visible while something else is typed."""
        self._mistake = wrong or self._mistake
        super()._show(self._mistake)

    def _judged(self, place: tuple[int, int, int], figure: Figure, done: list[Given]) -> str:
        """What is wrong with the figure in a cell; adds it to those that are `done` if nothing is."""
        block, row, column = place
        try:
            number = written(self._blocks[block].fields[row][column])
        except BackpropError as error:
            return str(error)
        given = Given(self._moment.step, figure, number, "")
        if is_too_short(given, self._moment):
            than = " to tell it from the old weight" if figure.kind == "new" else ""
            return f"{number.text} has too few digits{than}"
        if is_right(given, [*self._sheet, *done], self._moment):
            done.append(given)
            return ""
        self._misses[figure] += 1
        if self._misses[figure] > 1:
            return f"not {number.text}: {work(figure, self._moment)}"
        settled = {g.figure: g.figure.truth(self._moment) for g in [*self._sheet, *done] if g.step == given.step}
        mistake = cause(given, done, self._moment, settled)
        return f"not {number.text}. {mistake.says if mistake else NOTHING_FITS}"


def _block(table: BlankTable) -> NumberBlock:
    names = tuple(name for name, _ in table.asked)
    return NumberBlock(
        table.title, names, table.columns, [[""] * len(line) for _, line in table.asked], given=table.given
    )
