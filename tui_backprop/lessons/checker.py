"""Everything wrong with a lesson that shows only when its pages are computed, found in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides
from tui_backprop.lessons.computed_page import check_block, worded
from tui_backprop.lessons.conditions import condition
from tui_backprop.lessons.context import Context, LessonRuns
from tui_backprop.lessons.figures import evaluate, is_known
from tui_backprop.lessons.lesson import Block, FigureText, Lesson, LessonMistake, Page, Question, Scene, Text, Wait
from tui_backprop.lessons.names import thing
from tui_backprop.lessons.questions import options, truth

Result = TypeVar("Result")


def mistakes(lesson: Lesson) -> list[LessonMistake]:
    """Each mistake once, in the order of the pages."""
    proof = _Checker(lesson)
    for page in lesson.pages:
        proof.read(page)
    return list(proof.found.values())


class _Checker:
    """Tries everything that a page needs separately, so that no mistake hides another."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._runs = LessonRuns(lesson)
        self.found: dict[str, LessonMistake] = {}

    def read(self, page: Page) -> None:
        """Notes what is wrong with a page."""
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
                revealed = self._try(task.line, lambda: self._runs.wait_for(context, until)) or context
        self._blocks(page.after, revealed)

    def _context(self, scene: Scene) -> Context | None:
        """The page's moment, or its run's start where only the moment is wrong."""
        plain = replace(scene, overrides=Overrides(), at="0", bug="")
        if self._try(scene.named or scene.line, lambda: self._runs.context(plain)) is None:
            return None
        start = self._try(scene.line, lambda: self._runs.context(replace(scene, at="0")))
        return start and (self._try(scene.line, lambda: self._runs.context(scene)) or start)

    def _revealed(self, question: Question, scene: Scene, context: Context) -> Context:
        self._try(question.line, lambda: options(question, context.experiment))
        revealed = self._try(question.line, lambda: self._runs.context(scene, question.reveal))
        if revealed is None:  # at least what it asks about can be checked
            if question.kind in ("gate", "direction"):
                self._try(question.line, lambda: thing(question.about, context.experiment))
            elif question.kind == "number":
                self._try(question.line, lambda: evaluate(question.about, context))
            return context
        self._try(question.line, lambda: truth(question, revealed))
        return revealed

    def _blocks(self, blocks: tuple[Block, ...], context: Context) -> None:
        for block in blocks:
            self._try(block.line, partial(check_block, block, context))
        for line, text in _texts(blocks):
            self._text(line, text, context)

    def _text(self, line: int, text: Text, context: Context) -> None:
        for part in text:
            self._try(line, partial(worded, part, context))

    def _without_stage(self, line: int, text: Text) -> None:
        """What would be wrong with any network."""
        for part in text:
            if isinstance(part, FigureText) and not is_known(part.source):
                self._note(line, BackpropError(f"no figure {part.source!r}", "see tui-backprop help lessons"))

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
