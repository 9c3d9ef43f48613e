"""The studio with a lesson beside it: pages that set the scene, questions that the run itself answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.geometry import Size

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Part, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.computed_page import things
from tui_backprop.lessons.conditions import Condition
from tui_backprop.lessons.context import Context, LessonRuns
from tui_backprop.lessons.lesson import Lesson, Question
from tui_backprop.lessons.library import chapter
from tui_backprop.lessons.names import thing
from tui_backprop.lessons.progress import Position
from tui_backprop.lessons.study import Study
from tui_backprop.render.lesson import marks, page_view
from tui_backprop.render.matrix_table import View
from tui_backprop.studio import moves
from tui_backprop.studio.audience import Audience
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
_FORGET = "A again: forget your answers in this chapter and start over."
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
        keep: bool,
        audience: Audience,
        questions: bool | None,
    ) -> None:
        """`keep` says whether progress is loaded and kept; `questions` whether they are asked this time."""
        super().__init__(timeline, audience)
        self._study = Study(lesson, keep, questions)
        self._next_visitor = partial(Study, lesson, False, questions)
        self._holds: Condition | None = None

    def begin(self) -> None:
        """Starts the lesson from its beginning, for the next visitor."""
        super().begin()
        self._study = self._next_visitor()
        self._show(self._study.position)

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
        """What opens another chapter, on this screen."""
        return lambda name: self.read(chapter(name))

    def action_save(self) -> None:
        """Says that there is nothing to save."""
        self.news = "A lesson keeps no session."

    def save_now(self) -> str:
        """Progress is kept as it is made; the command continues at this page."""
        return "tui-backprop learn" if self._study.keep else ""

    def in_progress(self) -> None:
        """No previews: what a page waits for should be seen where the run ends, not on the way."""

    # The scene

    def on_mount(self) -> None:
        """Opens the page where the lesson was left."""
        self.fit(self.app.size)
        self.call_later(self._show, self._study.position)

    def _show(self, position: Position) -> None:
        """Shows another page, or the other half of this one."""
        try:
            self._study.show(position)
        except BackpropError as error:
            self.news = str(error)
            return
        self._set_scene()
        self._holds = self._study.waits_for
        self._show_page()

    def _set_scene(self) -> None:
        """Sets up what the page asks for: experiment, moment, selection, pane."""
        scene, computed = self._study.page.scene, self._study.computed
        revealed = computed.revealed if self._study.position.revealed else None
        moment = (revealed or computed.context).moment
        self._stop_playing()
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

    def watch_moment(self, moment: Moment | None) -> None:
        """Checks whether what the page waits for has happened."""
        if self._holds is None or moment is None:
            return
        context = self._study.computed.context
        start = context.moment
        if moment.base is not start.base or moment.edits_so_far:  # another run, of which the page says nothing
            return
        if (moment.step, moment.phase) != (start.step, start.phase) and self._holds.holds(moment):
            self._holds = None
            self._study.reveal(Context(context.timeline, moment, context.bug))
            self._show_page()

    # Turning pages

    def action_turn(self, by: int) -> None:
        """Shows the next page, or what this one keeps back; or the page before."""
        pane = self.query_one(widgets.LessonPane)
        if by > 0 and pane.more:
            pane.scroll_on()
            return
        position = self._study.turned(by)
        if position is None:
            self._leave(by)
        else:
            self._show(position)

    def action_scroll_lesson(self, by: int) -> None:
        """Lines of the page that are hidden."""
        self.query_one(widgets.LessonPane).scroll_on(by)

    def action_next_pane(self, by: int) -> None:
        """Focuses the next or previous pane; an open question comes after the last one."""
        if not self._study.asking:
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
        """Leaves the keys that scroll to the focused pane where all of the page is in sight."""
        if action == "scroll_lesson":
            return self.query_one(widgets.LessonPane).longer
        return super().check_action(action, parameters)

    def _leave(self, by: int) -> None:
        """Leaves the chapter for the next one, or for the one before."""
        lesson = self._study.neighbour(by)
        if lesson is None:
            self.news = "That was the last page. q quits; the studio is yours." if by > 0 else "This is the first page."
            return
        last = len(lesson.pages) - 1
        self.read(lesson, Position() if by > 0 else Position(last, lesson.pages[last].task is not None))

    def read(self, lesson: Lesson, position: Position | None = None) -> None:
        """Opens another lesson, at a page or where it was left."""
        self._study.open(lesson)
        self._show(position or self._study.position)

    # Questions

    def on_lesson_pane_answered(self, event: widgets.LessonPane.Answered) -> None:
        """Judges the answer by the run's own numbers, and shows the verdict."""
        self._answer(event.given)

    def on_lesson_pane_refused(self, event: widgets.LessonPane.Refused) -> None:
        """Says what is wrong with the input, which stays to be corrected."""
        self.news = event.mistake

    def action_answer(self, place: int) -> None:
        """Answers with the option that was clicked."""
        self._answer(float(place))

    def _answer(self, given: float) -> None:
        if self._study.asking:
            self._study.answer(given)
            self._show_answered()

    def _show_answered(self) -> None:
        """The verdict: all of it if no more answers count."""
        if self._study.closed:
            self._show(self._study.position)
        else:
            self._show_page()

    def action_again(self) -> None:
        """Starts the chapter again, unanswered; asks for the key twice where answers would be forgotten."""
        if self._study.answered and self.news != _FORGET:
            self.news = _FORGET
            return
        self._study.forget()
        self._show(Position())
        self.news = "From the beginning: every question is open again."

    def action_questions(self) -> None:
        """Turns questions on or off."""
        self._study.ask(not self._study.asks)
        self._show_answered()  # one may have been answered before, on another day
        self.news = "Questions are asked." if self._study.asks else "Questions do not wait for an answer: n shows it."

    # The page

    def _show_page(self) -> None:
        study, pane = self._study, self.query_one(widgets.LessonPane)
        page = pane.page = page_view(study)
        self.asked = isinstance(study.page.task, Question) and not study.position.revealed
        shown = things((*page.blocks, *page.after), study.computed.context)
        for painted in self.query(Painted):
            painted.marked = frozenset() if painted is pane else marks(shown, page.experiment)
        if page.open or page.right is not None:  # after an answer enter turns the page
            self.set_focus(pane)
        elif self.focused is pane:
            self.action_show_pane(self.front)
        self._show_keys()

    def _show_keys(self) -> None:
        """The keys that do something now: while the lesson has an open question, most letters answer it."""
        pane, keys = self.query_one(widgets.LessonPane), self.offered_keys()
        if pane.question is not None and self.focused is pane:
            typed = () if pane.question.options else TYPED
            keys = tuple(key for key in keys if key.key not in typed and not widgets.is_answer(key.key))
        self.query_one(KeyBar).keys = bar_keys(keys)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Shows whether keys go to the question or to the panes."""
        super().on_descendant_focus(event)
        self._show_keys()


def first_experiment(lesson: Lesson) -> Experiment:
    """What a lesson's first page shows."""
    return LessonRuns(lesson).timeline(lesson.pages[0].scene).experiment


def first_timeline(lesson: Lesson) -> Timeline:
    """A timeline of a lesson's first page."""
    return Timeline(first_experiment(lesson))
