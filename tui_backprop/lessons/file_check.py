"""Everything wrong with a lesson that shows only when its pages are computed, found in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides
from tui_backprop.lessons.arithmetic import UNKNOWN
from tui_backprop.lessons.computed_page import check_block, worded
from tui_backprop.lessons.conditions import condition
from tui_backprop.lessons.context import Context, LessonRuns
from tui_backprop.lessons.figures import evaluate, is_known, unknown
from tui_backprop.lessons.lesson import Block, FigureText, Lesson, LessonMistake, Page, Question, Scene, Text, Wait
from tui_backprop.lessons.names import thing
from tui_backprop.lessons.questions import is_shown, options, truth

Result = TypeVar("Result")


def mistakes(lesson: Lesson) -> list[LessonMistake]:
    """Each mistake once, in the order of the pages."""
    checker = _Checker(lesson)
    for page in lesson.pages:
        checker.read(page)
    return list(checker.found.values())


class _Checker:
    """Tries everything that a page needs one by one, so that no mistake hides another."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._runs = LessonRuns(lesson)
        self.found: dict[str, LessonMistake] = {}
        self._placed = True  # whether figures are looked at where the author wants them

    def read(self, page: Page) -> None:
        """Notes everything that is wrong with a page."""
        context = self._context(page.scene)
        task = page.task
        asked = [(task.line, task.ask)] if isinstance(task, Question) else []
        if context is None:
            for line, text in (*_texts(page.before), *asked, *_texts(page.after)):
                self._without_stage(line, text)
            return
        if page.scene.select:
            self._try(page.scene.line, lambda: thing(page.scene.select, context.experiment))
        for line, text in asked:
            self._text(line, text, context)
        self._blocks(page.before, context)
        revealed = context
        if isinstance(task, Question):
            revealed = self._revealed(task, page.scene, context)
        elif isinstance(task, Wait):
            until = self._try(task.line, lambda: condition(task.until, context.experiment))
            if until is not None:
                waited = self._try(task.line, lambda: self._runs.wait_for(context, until))
                revealed, self._placed = waited or context, waited is not None
        self._blocks(page.after, revealed)

    def _context(self, scene: Scene) -> Context | None:
        """The page's moment, or its run's start where only the moment is wrong."""
        plain = replace(scene, overrides=Overrides(), at="0", bug="")
        if self._try(scene.named or scene.line, lambda: self._runs.context(plain)) is None:
            return None
        start = self._try(scene.line, lambda: self._runs.context(replace(scene, at="0")))
        placed = self._try(scene.line, lambda: self._runs.context(scene))
        self._placed = placed is not None
        return placed or start

    def _revealed(self, question: Question, scene: Scene, context: Context) -> Context:
        self._try(question.line, lambda: options(question, context.experiment))
        revealed = self._try(question.line, lambda: self._runs.context(scene, question.reveal))
        if revealed is None:  # at least what it asks about can be checked
            self._placed = False
            if question.kind in ("gate", "direction"):
                self._try(question.line, lambda: thing(question.about, context.experiment))
            elif question.kind == "number" and question.about:
                self._try(question.line, lambda: evaluate(question.about, context))
            return context
        if self._try(question.line, lambda: truth(question, revealed)) and is_shown(question, context):
            self._note(question.line, BackpropError("the stage shows the answer before it is asked for", "at: earlier"))
        return revealed

    def _blocks(self, blocks: tuple[Block, ...], context: Context) -> None:
        for block in blocks:
            self._try(block.line, partial(check_block, block, context))
        for line, text in _texts(blocks):
            self._text(line, text, context)

    def _text(self, line: int, text: Text, context: Context) -> None:
        for part in text:
            words = self._try(line, partial(worded, part, context))
            missing = words is not None and UNKNOWN in words.text.split()
            if isinstance(part, FigureText) and missing and self._placed:
                self._note(
                    line, BackpropError(f"{{{part.source}}} is not known yet at this moment", "a later phase, or @")
                )

    def _without_stage(self, line: int, text: Text) -> None:
        """Notes what would be wrong with any network."""
        for part in text:
            if isinstance(part, FigureText) and not is_known(part.source):
                self._note(line, unknown(part.source))

    def _try(self, line: int, make: Callable[[], Result]) -> Result | None:
        try:
            return make()
        except BackpropError as error:
            self._note(line, error)
            return None

    def _note(self, line: int, error: BackpropError) -> None:
        mistake = LessonMistake(self._lesson.source, line, error.message, error.hint)
        self.found.setdefault(str(mistake), mistake)


def _texts(blocks: tuple[Block, ...]) -> Iterator[tuple[int, Text]]:
    return ((block.line, cell) for block in blocks for cell in block.cells)
