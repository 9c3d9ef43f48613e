"""A lesson being read: the page that is open, the answers given so far, and the progress that is kept."""

from __future__ import annotations

from dataclasses import replace

from tui_backprop.lessons import progress
from tui_backprop.lessons.answers import judge
from tui_backprop.lessons.attempt import Attempt, attempt_at
from tui_backprop.lessons.computed_page import PageBuilder, RenderedBlock
from tui_backprop.lessons.conditions import Condition, condition
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.lesson import Lesson, Page, Question, Wait
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.progress import Bookmark, Position, Progress


class Study:
    """One reader's way through a lesson. `show` computes a page; until it has, there is no `computed`."""

    def __init__(self, lesson: Lesson, keep: bool = True, questions: bool | None = None) -> None:
        """`keep` says whether progress is loaded and kept; `questions` whether they are asked, None: as last time."""
        self.keep = keep
        self._progress = progress.load() if keep else Progress()
        self._questions = questions
        self.open(lesson)

    def open(self, lesson: Lesson) -> None:
        """Opens another lesson where it was left."""
        self.lesson, self._builder = lesson, PageBuilder(lesson)
        self._live: Context | None = None
        self._bookmark = self._progress.bookmark(lesson.name)
        position = self._bookmark.position
        self.position = position if position.page < len(lesson.pages) else Position()
        if not self.asks:  # on a stage a question that was rehearsed is open
            self.position = Position(self.position.page)

    # The page

    def show(self, position: Position) -> None:
        """Opens another page, or the other half of this one; raises `LessonMistake` for what cannot be computed."""
        self.position = position
        self.computed = self._builder.build(self.page)
        self._live = None
        self._move_to(replace(position, revealed=position.revealed or self.closed))

    def reveal(self, live: Context) -> None:
        """Opens the other half of this page, with its figures as the run has reached them."""
        self._live = live
        self._move_to(Position(self.position.page, True))

    def _move_to(self, position: Position) -> None:
        self.position = position
        self._keep_place()

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self.lesson.pages[self.position.page]

    @property
    def after(self) -> tuple[RenderedBlock, ...]:
        """What the page says in its other half, if that is shown."""
        if not self.position.revealed:
            return ()
        return self.computed.after if self._live is None else self._builder.blocks(self.page.after, self._live)

    @property
    def waits_for(self) -> Condition | None:
        """What must happen in the run before the page goes on, if anything."""
        task = self.page.task
        if not isinstance(task, Wait) or self.position.revealed:
            return None
        return condition(task.until, self.computed.context.experiment)

    def turned(self, by: int) -> Position | None:
        """Where the next page is, or the other half of this one, or the page before; None beyond the lesson."""
        page, revealed = self.position.page, self.position.revealed
        if by > 0 and self.computed.revealed is not None and not revealed:
            return Position(page, True)
        if not 0 <= page + by < len(self.lesson.pages):
            return None
        return Position(page + by, by < 0 and self.lesson.pages[page + by].task is not None)

    def neighbour(self, by: int) -> Lesson | None:
        """The next chapter or the one before, if this is one and it has any."""
        names = chapter_names()
        place = names.index(self.lesson.name) + by if self.lesson.name in names else -1
        return chapter(names[place]) if 0 <= place < len(names) else None

    # Questions

    @property
    def asks(self) -> bool:
        """Whether questions wait for an answer."""
        return self._progress.questions if self._questions is None else self._questions

    def ask(self, questions: bool) -> None:
        """Decides whether questions wait for an answer from now on."""
        self._progress, self._questions = replace(self._progress, questions=questions), None
        self._keep_place()

    @property
    def asking(self) -> bool:
        """Whether this page waits for an answer."""
        return isinstance(self.page.task, Question) and not self.position.revealed and self.asks

    @property
    def attempt(self) -> Attempt | None:
        """The answers to this page's question, if it has one."""
        said = self._bookmark.said.get(self.position.page, ()) if self.asks else ()  # on a stage all are open
        return attempt_at(self.page, self.computed, said)

    @property
    def closed(self) -> bool:
        """Whether this page's question takes no more answers."""
        return self.attempt is not None and self.attempt.closed

    def answer(self, given: float) -> None:
        """Judges an answer by the run's own numbers: a number, or the place of an option as it is shown."""
        attempt = self.attempt
        if attempt is None:
            return
        if attempt.prompt.options:
            given = float(attempt.prompt.places[int(given)])
        right = judge(attempt.question, attempt.truth, given)
        self._bookmark = self._bookmark.answered(self.position.page, given, right)
        self._keep_place()

    @property
    def answered(self) -> bool:
        """Whether there are answers in this lesson."""
        return bool(self._bookmark.said)

    @property
    def score(self) -> str:
        """How many first answers were right; empty if there are none."""
        answers = self._bookmark.answers.values()
        return f"{sum(answers)} of {len(answers)} right first time" if answers and self.asks else ""

    def forget(self) -> None:
        """Opens every question of this lesson again."""
        self._bookmark = Bookmark()

    def _keep_place(self) -> None:
        self._bookmark = replace(self._bookmark, position=self.position)
        if self.keep:  # another lesson may have been read meanwhile
            self._progress = replace(self._progress, bookmarks=progress.load().bookmarks)
        self._progress = self._progress.with_bookmark(self.lesson.name, self._bookmark)
        if self.keep:
            progress.save(self._progress)
