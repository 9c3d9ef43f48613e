"""A page as it is shown: every figure computed, the question asked, and what there is to say after the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tui_backprop.core.run.moment import phases
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.arithmetic import number
from tui_backprop.lessons.conditions import condition
from tui_backprop.lessons.context import Context, LessonRuns
from tui_backprop.lessons.figures import figure
from tui_backprop.lessons.gradients import gradient_table
from tui_backprop.lessons.lesson import (
    Block,
    BlockKind,
    FigureText,
    Inline,
    Lesson,
    LessonMistake,
    Page,
    Question,
    Text,
    Wait,
    Words,
)
from tui_backprop.lessons.names import Thing, thing
from tui_backprop.lessons.plots import plot
from tui_backprop.lessons.questions import Truth, options, order, truth

Result = TypeVar("Result")


@dataclass(frozen=True)
class RenderedBlock:
    """A block, its figures computed: a paragraph, an item, a row of a table, a curve of some activations, a plot, or a
    program (of each line its text and the phases at which it is at work)."""

    kind: BlockKind
    cells: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True)
class Prompt:
    """A question as it is shown: its words, what there is to choose from (nothing: a number is typed).

    `places` are those of the options in the order in which their author wrote them.
    """

    words: tuple[Words, ...]
    options: tuple[str, ...]
    decimals: int
    places: tuple[int, ...] = ()

    @property
    def tries(self) -> int:
        """How many answers count before the right one is shown; a second try between two options would be no test."""
        return 1 if len(self.options) == 2 else 2


@dataclass(frozen=True)
class ComputedPage:
    """One page, with both halves.

    `after` is what a question or a condition keeps back, at the moment `revealed`; `truth` the answer.
    """

    title: str
    before: tuple[RenderedBlock, ...]
    context: Context
    prompt: Prompt | None = None
    truth: Truth | None = None
    wait: str = ""
    after: tuple[RenderedBlock, ...] = ()
    revealed: Context | None = None


class PageBuilder:
    """Computes the pages of a lesson. A page that cannot be shown raises a `LessonMistake` with its line."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._runs = LessonRuns(lesson)

    def build(self, page: Page) -> ComputedPage:
        """Computes a page."""
        context = self._at(page.scene.line, lambda: self._runs.context(page.scene))
        if page.scene.select:
            self._at(page.scene.line, lambda: thing(page.scene.select, context.experiment))
        before = self.blocks(page.before, context)
        match page.task:
            case Question() as question:
                return self._asking(page, question, context, before)
            case Wait() as wait:
                until = self._at(wait.line, lambda: condition(wait.until, context.experiment))
                revealed = self._at(wait.line, lambda: self._runs.wait_for(context, until))
                after = self.blocks(page.after, revealed)
                return ComputedPage(page.title, before, context, wait=wait.until, after=after, revealed=revealed)
        return ComputedPage(page.title, before, context)

    def _asking(
        self, page: Page, question: Question, context: Context, before: tuple[RenderedBlock, ...]
    ) -> ComputedPage:
        place = question.reveal or page.scene.at
        revealed = self._at(question.line, lambda: self._runs.context(page.scene, place))
        choices = self._at(question.line, lambda: options(question, context.experiment))
        right = self._at(question.line, lambda: truth(question, revealed))
        places = order(question, choices)
        shown = tuple(choices[place] for place in places)
        prompt = Prompt(self._words(question.line, question.ask, context), shown, question.decimals, places)
        return ComputedPage(page.title, before, context, prompt, right, "", self.blocks(page.after, revealed), revealed)

    def blocks(self, blocks: tuple[Block, ...], context: Context) -> tuple[RenderedBlock, ...]:
        """The blocks, computed at a moment."""
        shown: list[RenderedBlock] = []
        for block in blocks:
            if block.kind == "check":
                shown += _check(context)
            else:
                self._at(block.line, partial(check_block, block, context))
                shown.append(
                    RenderedBlock(block.kind, tuple(self._words(block.line, cell, context) for cell in block.cells))
                )
        return tuple(shown)

    def _words(self, line: int, text: Text, context: Context) -> tuple[Words, ...]:
        return self._at(line, lambda: tuple(worded(part, context) for part in text))

    def _at(self, line: int, make: Callable[[], Result]) -> Result:
        try:
            return make()
        except LessonMistake:
            raise
        except BackpropError as error:
            raise LessonMistake(self.lesson.source, line, error.message, error.hint) from None


def things(blocks: tuple[RenderedBlock, ...], context: Context) -> tuple[Thing, ...]:
    """The things on the screen that blocks refer to."""
    named = [words.thing for block in blocks for cell in block.cells for words in cell if words.thing]
    return tuple(thing(name, context.experiment) for name in dict.fromkeys(named))


def check_block(block: Block, context: Context) -> None:
    """Refuses what can't be drawn: an impossible plot, an unknown phase."""
    if block.kind == "plot":
        plot(_first(block), context.moment)
    known = phases(context.experiment.network.depth)
    for _, *named in block.cells if block.kind == "code" else ():
        for part in named:
            if isinstance(part, Words) and part.text not in known:
                raise BackpropError(f"no phase {part.text!r}", ", ".join(known))


def _first(block: Block) -> str:
    part = block.cells[0][0]
    return part.text if isinstance(part, Words) else part.source


def worded(part: Inline, context: Context) -> Words:
    """A part of a text, with its figure computed."""
    if isinstance(part, FigureText):
        return Words(figure(part.source, context), True, part.thing)
    if part.thing:
        thing(part.thing, context.experiment)
    return part


def _check(context: Context) -> list[RenderedBlock]:
    rows = [("parameter", "program", "measured", "")]
    rows += [
        (row.name, number(row.computed), number(row.measured), "✓" if row.agrees else "✗")
        for row in gradient_table(context)
    ]
    return [RenderedBlock("row", tuple((Words(cell, cell == "✗"),) for cell in row)) for row in rows]
