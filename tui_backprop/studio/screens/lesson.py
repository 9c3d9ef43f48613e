"""The studio with a lesson beside it: pages that set the scene, questions that the run itself answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Part, Weight
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.core.run.place import phase_label
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.lessons import progress
from tui_backprop.lessons.attempt import Attempt, attempt_at
from tui_backprop.lessons.computed_page import ComputedPage, PageBuilder, things
from tui_backprop.lessons.conditions import Condition, condition
from tui_backprop.lessons.context import Context, LessonRuns
from tui_backprop.lessons.lesson import Lesson, Page, Question, Wait
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.names import thing
from tui_backprop.lessons.progress import Bookmark, Position, Progress
from tui_backprop.lessons.questions import judge
from tui_backprop.render.lesson import PageView, marks
from tui_backprop.render.matrices import View
from tui_backprop.studio import moves
from tui_backprop.studio.audience import ALONE, Audience
from tui_backprop.studio.keys import LESSON_KEYS, SCROLL_KEYS, Key, bar_keys
from tui_backprop.studio.panes import lesson as widgets
from tui_backprop.studio.panes.bars import KeyBar
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.screens.studio import StudioScreen

BESIDE = 110
"""From this many columns on, the lesson stands beside the panes."""
COLUMN = 47
TYPED = ("full_stop",)
"""Keys that are part of a number while one is typed."""
TALL = 22
"""From this many rows on, the head keeps its path of phases."""


class LessonScreen(StudioScreen):
    """A lesson: its text, the position in it, and the studio that it sets up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(key.binding(), priority=key in SCROLL_KEYS) for key in (*LESSON_KEYS, *SCROLL_KEYS)
    ]

    def __init__(
        self,
        lesson: Lesson,
        timeline: Timeline,
        keep: bool = True,
        audience: Audience = ALONE,
        questions: bool | None = None,
    ) -> None:
        """`keep` says whether progress is loaded and kept; `questions` whether they are asked this time."""
        super().__init__(timeline, audience)
        self._first_lesson = lesson
        self._keep = keep
        self._progress = progress.load() if keep else Progress()
        self._questions = questions
        self._holds: Condition | None = None
        self._forgetting = False
        self._live: Context | None = None
        self._open_lesson(lesson)

    def _open_lesson(self, lesson: Lesson) -> None:
        self._lesson, self._builder = lesson, PageBuilder(lesson)
        self._bookmark = self._progress.bookmark(lesson.name)
        position = self._bookmark.position
        self._position = position if position.page < len(lesson.pages) else Position()
        if not self._are_asked:  # on a stage a question that was rehearsed is open
            self._position = Position(self._position.page)

    def begin(self) -> None:
        """The next visitor begins at the lesson's beginning."""
        super().begin()
        self._progress = Progress()
        self.read(self._first_lesson)

    def beside(self) -> ComposeResult:
        """The lesson."""
        yield widgets.LessonPane().data_bind(StudioScreen.moment)

    def available_size(self, size: Size) -> Size:
        """The part of the terminal that the lesson leaves."""
        columns, rows = size
        side = columns >= BESIDE
        self.set_class(side, "-side")
        self.set_class(rows >= TALL, "-tall")
        return Size(columns - COLUMN, rows) if side else Size(columns, rows - (rows - 4) * 9 // 20)

    def offered_keys(self) -> tuple[Key, ...]:
        """The lesson's before the studio's."""
        return (*LESSON_KEYS, *SCROLL_KEYS, *super().offered_keys())

    def chapter_reader(self) -> Callable[[str], object] | None:
        """Another chapter is read here."""
        return lambda name: self.read(chapter(name))

    def action_save(self) -> None:
        """Says that there is nothing to save."""
        self.news = "A lesson keeps no session."

    def save_now(self) -> str:
        """Progress is kept as it is made; the command continues at this page."""
        return "tui-backprop learn" if self._keep else ""

    def in_progress(self) -> None:
        """No previews: what a page waits for should be seen where the run ends, not on the way."""

    # The scene

    @property
    def _page(self) -> Page:
        return self._lesson.pages[self._position.page]

    @property
    def _asking(self) -> bool:
        return isinstance(self._page.task, Question) and not self._position.revealed and self._are_asked

    @property
    def _are_asked(self) -> bool:
        return self._progress.questions if self._questions is None else self._questions

    def on_mount(self) -> None:
        """The page where the lesson was left."""
        self.fit(self.app.size)
        self.call_later(self._show, self._position)

    def _show(self, position: Position) -> None:
        """Another page, or the other half of this one."""
        self._position = position
        try:
            self._computed = self._builder.build(self._page)
        except BackpropError as error:
            self.news = str(error)
            return
        self._position = replace(position, revealed=position.revealed or self._question_closed)
        self._live = None
        self._set_scene()
        self._holds = self._waiting()
        self._keep_place()
        self._show_page()

    def _set_scene(self) -> None:
        """Sets everything as the page says: experiment, moment, selection, pane."""
        scene, computed = self._page.scene, self._computed
        revealed = computed.revealed if self._position.revealed else None
        moment = (revealed or computed.context).moment
        self._player.pause()
        self._move_queue.stop()
        self._timeline = self._timeline.for_experiment(computed.context.experiment)
        self._holds = None
        if self.moment is None or self.moment.experiment.network != computed.context.experiment.network:
            self._change_network()
        self.select_unseen(self.selection)
        chosen = thing(scene.select, computed.context.experiment) if scene.select else None
        self.selection = chosen if isinstance(chosen, Part) else Weight(1, 0, 0)
        self.view = View(scene.matrices)
        self._make(moves.to_place(self._timeline, moment.step, moment.phase if moment.step else None))
        self.remove_class("-full")
        self.views = ()
        if scene.view:
            self.open_view(scene.view)
        else:
            self.action_show_pane(scene.pane or ("network" if self.has_class("-small") else "matrices"))
        if scene.full:
            self.action_full()

    def _change_network(self) -> None:
        """Selects what every network has, and only then shows another one: no pane looks for what is not there."""
        self.select_unseen(Weight(1, 0, 0))
        self.moment = self._timeline.moment

    def _waiting(self) -> Condition | None:
        task = self._page.task
        if not isinstance(task, Wait) or self._position.revealed:
            return None
        return condition(task.until, self._computed.context.experiment)

    def watch_moment(self, moment: Moment | None) -> None:
        """What the page waits for may have happened."""
        if self._holds is None or moment is None:
            return
        start = self._computed.context.moment
        if moment.base is not start.base or moment.edits_so_far:  # another run, of which the page says nothing
            return
        if (moment.step, moment.phase) != (start.step, start.phase) and self._holds.holds(moment):
            self._holds = None
            self._live = Context(self._computed.context.timeline, moment, self._computed.context.bug)
            self._position = Position(self._position.page, True)
            self._keep_place()
            self._show_page()

    # Turning pages

    def action_turn(self, by: int) -> None:
        """The next page, or what this one keeps back; or the page before."""
        pane = self.query_one(widgets.LessonPane)
        if by > 0 and pane.more:
            pane.scroll_on()
            return
        position = self._position
        if by > 0 and self._computed.revealed is not None and not position.revealed:
            self._show(Position(position.page, True))
        elif 0 <= position.page + by < len(self._lesson.pages):
            task = self._lesson.pages[position.page + by].task
            self._show(Position(position.page + by, by < 0 and task is not None))
        else:
            self._leave(by)

    def action_scroll_lesson(self, by: int) -> None:
        """Lines of the page that are hidden."""
        self.query_one(widgets.LessonPane).scroll_on(by)

    def action_next_pane(self, by: int) -> None:
        """An open question has its turn after the last pane."""
        if not self._asking:
            super().action_next_pane(by)
            return
        order = [*self._within_reach(), ""]
        focused = self.focused.id or "" if self.focused is not None else ""
        to = order[(order.index(focused if focused in order else "") + by) % len(order)]
        if to:
            self.action_show_pane(to)
        else:
            self.set_focus(self.query_one(widgets.LessonPane))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A page that is in sight as a whole leaves the keys that scroll to the pane that has the focus."""
        if action == "scroll_lesson":
            return self.query_one(widgets.LessonPane).longer
        return super().check_action(action, parameters)

    def _leave(self, by: int) -> None:
        """Past the last page: the next chapter begins."""
        names = chapter_names()
        place = names.index(self._lesson.name) + by if self._lesson.name in names else -1
        if not 0 <= place < len(names):
            self.news = "That was the last page. q quits; the studio is yours." if by > 0 else "This is the first page."
            return
        lesson = chapter(names[place])
        last = len(lesson.pages) - 1
        self.read(lesson, Position() if by > 0 else Position(last, lesson.pages[last].task is not None))

    def read(self, lesson: Lesson, position: Position | None = None) -> None:
        """Another lesson, from a page or from where it was left."""
        self._open_lesson(lesson)
        self._show(position or self._position)

    def _keep_place(self) -> None:
        self._bookmark = replace(self._bookmark, position=self._position)
        if self._keep:  # another lesson may have been read meanwhile
            self._progress = replace(self._progress, bookmarks=progress.load().bookmarks)
        self._progress = self._progress.with_bookmark(self._lesson.name, self._bookmark)
        if self._keep:
            progress.save(self._progress)

    # Questions

    def on_lesson_pane_answered(self, event: widgets.LessonPane.Answered) -> None:
        """Judges the answer by the run's own numbers, and shows the verdict."""
        self._answer(event.given)

    def on_lesson_pane_refused(self, event: widgets.LessonPane.Refused) -> None:
        """Says what is wrong with the input, which stays to be corrected."""
        self.news = event.mistake

    def action_answer(self, place: int) -> None:
        """A click on an option."""
        if self._asking:
            self._answer(float(place))

    def _answer(self, given: float) -> None:
        attempt = self._attempt
        if attempt is None or self._position.revealed:
            return
        if attempt.prompt.options:
            given = float(attempt.prompt.places[int(given)])
        right = judge(attempt.question, attempt.truth, given)
        self._bookmark = self._bookmark.answered(self._position.page, given, right)
        if self._question_closed:
            self._show(self._position)
            return
        self._keep_place()
        self._show_page()

    @property
    def _attempt(self) -> Attempt | None:
        said = self._bookmark.said.get(self._position.page, ()) if self._are_asked else ()  # on a stage all are open
        return attempt_at(self._page, self._computed, said)

    @property
    def _question_closed(self) -> bool:
        return self._attempt is not None and self._attempt.closed

    def action_again(self) -> None:
        """This chapter from its first page, unanswered; asks for the key twice where answers would be forgotten."""
        if self._bookmark.said and not self._forgetting:
            self._forgetting = True
            self.news = "A again: forget your answers in this chapter and start over."
            return
        self._bookmark = Bookmark()
        self._show(Position())
        self.news = "From the beginning: every question is open again."

    def action_questions(self) -> None:
        """Questions on or off."""
        self._progress, self._questions = replace(self._progress, questions=not self._are_asked), None
        if self._question_closed:  # answered before, on another day
            self._show(self._position)
        else:
            self._keep_place()
            self._show_page()
        self.news = "Questions are asked." if self._are_asked else "Questions do not wait for an answer: n shows it."

    # The page

    def _show_page(self) -> None:
        computed, revealed = self._computed, self._position.revealed
        self._forgetting = False
        asking = self._asking
        self.asked = isinstance(self._page.task, Question) and not revealed
        attempt = self._attempt if revealed or asking else None
        answered = attempt is not None and attempt.said != ()
        after = computed.after if revealed else ()
        if self._live is not None and revealed:
            after = self._builder.blocks(self._page.after, self._live)
        answers = self._bookmark.answers.values()
        score = f"{sum(answers)} of {len(answers)} right first time" if answers and self._are_asked else ""
        pane = self.query_one(widgets.LessonPane)
        pane.page = PageView(
            heading=f"{computed.title}",
            where=f"{self._position.page + 1}/{len(self._lesson.pages)}",
            score=score,
            experiment=computed.context.experiment,
            blocks=computed.before,
            prompt=computed.prompt,
            open=asking,
            verdict=attempt.verdict(revealed) if attempt is not None else "",
            right=attempt.right if attempt is not None and answered else None,
            after=after,
            hint=self._hint(computed),
        )
        shown = things((*computed.before, *after), computed.context)
        for painted in self.query(Painted):
            painted.marked = frozenset() if painted is pane else marks(shown, computed.context.experiment)
        if asking or answered:  # after an answer enter turns the page
            self.set_focus(pane)
        elif self.focused is pane:
            self.action_show_pane(self.front)
        typing = asking and computed.prompt is not None and not computed.prompt.options
        self.query_one(KeyBar).keys = bar_keys(
            tuple(key for key in self.offered_keys() if not (typing and key.key in TYPED))
        )

    def _hint(self, computed: ComputedPage) -> str:
        if self._asking and computed.prompt is not None:
            if computed.prompt.options:
                return "letter, enter: answer  n: show"
            decimals = computed.prompt.decimals
            wanted = f"number, {decimals} decimal{'s'[: decimals != 1]}" if decimals else "whole number"
            return f"{wanted}; enter: answer  n: show"
        if self._holds is not None and not self._position.revealed:
            begins, ends = (place.moment.step for place in (computed.context, computed.revealed or computed.context))
            far = ends - begins > computed.context.experiment.steps_per_epoch
            step = "e: next epoch" if far or self._holds.of_epochs else ".: next phase"
            words = [phase_label(Phase(word), computed.context.experiment) for word in computed.wait.split()]
            return f"{step}  n: on until {' '.join(words)}"
        if computed.revealed is not None and not self._position.revealed:
            return "n: the answer"
        last = self._position.page + 1 == len(self._lesson.pages)
        return (
            ("n: next chapter" if self._lesson.name in chapter_names()[:-1] else "the end") if last else "n: next page"
        )


def first_experiment(lesson: Lesson) -> Experiment:
    """What a lesson's first page shows."""
    return LessonRuns(lesson).timeline(lesson.pages[0].scene).experiment


def first_timeline(lesson: Lesson) -> Timeline:
    """A timeline of a lesson's first page."""
    return Timeline(first_experiment(lesson))
