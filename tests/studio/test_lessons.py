"""The guided story in the studio: pages, questions, free play, progress; all chapters by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks.wire import _picture as picture
from tests.benchmarks.wire import raw_bytes
from tests.emulator import Program
from tests.lessons.test_chapters import ANSWERS, NO_CORRELATION
from tests.studio.studio import NARROW, WIDE, Studio, name_of, studio
from tui_backprop.lessons import VIEWS as NAMES_OF_VIEWS
from tui_backprop.lessons.computed_page import ComputedPage, PageBuilder
from tui_backprop.lessons.lesson import Lesson, Page, Question, Words
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.lessons.plain import plain
from tui_backprop.lessons.progress import Position
from tui_backprop.lessons.reader import read
from tui_backprop.render.matrix_table import View
from tui_backprop.studio import moves
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.commands import StudioCommands
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.screens import run
from tui_backprop.studio.screens.lesson import LessonScreen, first_timeline

SMALL = (60, 18)


@asynccontextmanager
async def learning(
    lesson: Lesson | int, size: tuple[int, int] = WIDE, questions: bool | None = None
) -> AsyncIterator[Studio]:
    lesson = chapter(chapter_names()[lesson - 1]) if isinstance(lesson, int) else lesson
    app = BackpropApp(first_timeline(lesson), lesson=lesson, questions=questions)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Studio(app, pilot)


def page(s: Studio) -> str:
    """What stands in the frame: heading, place, and how many answers were right, without the chapter's number."""
    title = re.sub(r"^(Chapter )?\d+ · ", "", s.title("Lesson"))
    return f"{title}  {s.painted('Lesson').border_subtitle or ''}".strip()


def screen(s: Studio) -> LessonScreen:
    assert isinstance(s.screen, LessonScreen)
    return s.screen


def marked(s: Studio, name: str) -> str:
    """What is underlined in a pane."""
    return " ".join(span.text.strip() for line in s.painted(name)._lines for span in line if span.marked)


def right_keys(number: int, asked: int, computed: ComputedPage) -> list[str]:
    """The keys that answer the question rightly, by the answers that were worked out by hand."""
    words = ANSWERS[number][asked]
    assert computed.prompt is not None
    if computed.prompt.options:
        return [chr(97 + computed.prompt.options.index(words)), "enter"]
    return typed(words)


def typed(number: str) -> list[str]:
    return [{".": "full_stop", "−": "minus"}.get(c, c) for c in number] + ["enter"]


def wrong_keys(number: int, asked: int, computed: ComputedPage) -> list[str]:
    """One wrong answer."""
    assert computed.prompt is not None
    if not computed.prompt.options:
        return ["9", "9", "enter"]
    right = computed.prompt.options.index(ANSWERS[number][asked])
    return [chr(97 + (right + 1) % len(computed.prompt.options)), "enter"]


def option(s: Studio, words: str) -> str:
    """The letter of an option."""
    prompt = screen(s)._study.computed.prompt
    assert prompt is not None
    return chr(97 + prompt.options.index(words))


def said(s: Studio) -> str:
    """The lesson's text in one line."""
    return " ".join(s.text("Lesson").split())


@pytest.mark.slow
async def test_a_page_sets_the_stage_and_marks_what_it_speaks_of() -> None:
    async with learning(1) as s:
        assert page(s) == "What this network should learn  1/10"
        assert s.where == (0, "start")
        assert "x1" in marked(s, "Network")
        await s.press("n")
        assert page(s) == "A weighted sum  2/10"
        assert s.where == (1, "sum1")
        assert "z = 1×0.5488 + 1×0.7152 + 1×0.6028 = 1.8668" in " ".join(s.text("Lesson").split())
        await s.press("N")
        assert s.where == (0, "start")
    async with learning(3) as s:
        await s.press(*"n" * 14)
        assert page(s) == "The whole way back  9/9"
        assert {"error", "upstream1", "mask1", "gradient", "update"} <= set(marked(s, "Network").split())
    async with learning(2) as s:
        await s.press("n", "n")
        assert "+0.8176" in marked(s, "Matrices")
        await s.press("2")
        assert s.painted("Gates").marked == s.painted("Matrices").marked != frozenset()


@pytest.mark.parametrize(("number", "pane"), [(1, "Samples"), (4, "Matrices"), (6, "Network")])
async def test_a_small_screen_opens_on_the_pane_that_the_first_page_speaks_of(number: int, pane: str) -> None:
    async with learning(number, NARROW) as s:
        assert pane in s.visible


@pytest.mark.parametrize("lesson", [False, True])
async def test_beside_a_lesson_a_long_move_is_seen_only_where_it_ends(
    lesson: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AT_ONCE", "SLICE", "GLIMPSE"):
        monkeypatch.setattr(run, name, 0.0)
    seen: list[int] = []
    async with learning(1) if lesson else studio() as s:
        s.screen.watch(s.screen, "moment", lambda moment: seen.append(moment.step), init=False)
        s.screen._make(moves.for_epochs(s.timeline, 50, print))
        await s.settle()
    assert seen[-1] == 200
    assert (len(seen) == 1) is lesson


async def test_the_heading_begins_with_the_chapter_as_wide_as_it_may_be() -> None:
    async with learning(5, WIDE) as s:
        assert s.title("Lesson") == "Chapter 5 · Before we go on  1/9"
    async with learning(7, NARROW) as s:
        await turn_pages(s, "What do the units stand for?")
        assert s.title("Lesson") == "Chapter 7 · What do the units stand for?  7/10"
        await s.pilot.resize_terminal(*WIDE)
        await s.pilot.pause()
        assert s.title("Lesson") == "7 · What do the units stand for?  7/10"
    lesson, _ = read('+++\ntitle = "T"\n+++\n# Mine\nText.\n', "own.md", "own")
    async with learning(lesson) as s:
        assert s.title("Lesson") == "Mine  1/1"


@pytest.mark.parametrize("number", range(1, 13))
def test_every_heading_fits_beside_the_studio_with_its_number(number: int) -> None:
    pages = chapter(chapter_names()[number - 1]).pages
    headings = [f"{number} · {page.title}  {place}/{len(pages)}" for place, page in enumerate(pages, 1)]
    assert [heading for heading in headings if len(heading) > 40] == [], "46 cells, 3 at each end are the frame's"


async def turn_pages(s: Studio, heading: str, key: str = "n", most: int = 20) -> None:
    for _ in range(most):
        if not page(s).startswith(heading):
            await s.press(key)
    assert page(s).startswith(heading)


async def test_an_answer_can_be_chosen_when_all_can_be_seen_and_enter_goes_on() -> None:
    async with learning(1, NARROW) as s:
        await turn_pages(s, "How wrong is it?  3/10")
        assert "." not in "".join(key for key, _, _ in s.painted("KeyBar").keys)  # type: ignore[attr-defined]
        assert "number, 1 decimal; enter: answer" in s.text("Lesson")
        await s.press(*"-9", "enter", *"-8", "enter")
        assert "The answer is " in s.text("Lesson")
        assert "." in "".join(key for key, _, _ in s.painted("KeyBar").keys)  # type: ignore[attr-defined]
        await turn_pages(s, "Turn a weight, watch the error  4/10", "enter", most=3)
        await turn_pages(s, "Tug-of-war  8/10")
        right = option(s, NO_CORRELATION)
        assert f"{right}  no" not in s.text("Lesson")
        await s.press(right)
        assert f"▸ {right}  no" in s.text("Lesson")
        assert "Right" not in s.text("Lesson")
        await s.press("enter")
        assert "Right" in s.text("Lesson")


async def test_a_letter_chooses_and_enter_answers_without_turning_the_page() -> None:
    async with learning(2) as s:
        s.tap("c", "enter")  # as fast as they come
        await s.settle()
        assert page(s) == "Before we go on  1/10  1 of 1 right first time"
        assert "this input is 0" in said(s)
        await s.press("enter")
        assert page(s).startswith("Four units in the middle  2/10")


async def test_a_long_page_is_scrolled_both_ways_whatever_has_the_focus() -> None:
    async with learning(10, NARROW) as s:
        screen(s)._show(Position(2))
        await s.settle()
        top = s.text("Lesson")
        assert "parameter" in top
        assert "pgup" not in top
        await s.press("h")
        assert "▸ h  " in s.text("Lesson")
        assert "pgup: back" in s.text("Lesson")
        await s.press(*["pageup"] * 5)
        assert s.text("Lesson") == top
        await s.press("pagedown")
        assert s.text("Lesson") != top
    async with learning(1, NARROW) as s:
        screen(s)._show(Position(3))
        await s.settle()
        assert "▸" not in s.text("Lesson")
        await s.press("4")
        assert "▸ 4_" in s.text("Lesson")
    async with learning(5, NARROW) as s:
        screen(s)._show(Position(8, True))
        await s.press("tab")
        screen(s).action_show_pane("samples")
        await s.settle()
        assert s.focused == "Samples"
        end = s.text("Lesson")
        await s.press("pageup")
        assert s.text("Lesson") != end
        await s.press("pagedown")
        assert s.text("Lesson") == end


async def test_an_enter_too_many_answers_nothing() -> None:
    async with learning(10) as s:
        await s.press(*typed("0.496"), "enter")
        await turn_pages(s, "Program one")
        await s.press("enter", "enter", "enter")
        assert page(s).startswith("Program one")
        assert page(s).endswith("1 of 1 right first time")
        assert s.sentence == "Choose an answer first: a to h, or the arrows."
        await s.press("down", "enter")
        assert page(s).endswith("1 of 2 right first time")


async def test_a_mistake_gets_a_hint_and_a_second_try() -> None:
    async with learning(1) as s:
        await s.press("n", "n", *typed("−0.9"))
        assert "✗ You said −0.9. Right size, wrong sign: it is prediction − target. One more try." in said(s)
        assert s.where == (1, "activate1")  # not shown yet
        assert page(s).endswith("0 of 1 right first time")
        await s.press(*typed("0.9"))
        assert "✓ Right: 0.9. At first you said −0.9." in said(s)
        assert page(s).endswith("0 of 1 right first time")  # the first answer counts
        await turn_pages(s, "Each weight is corrected")
        await s.press(option(s, "up"), "enter")
        assert "Mind the sign: new = old − rate × gradient. One more try." in said(s)
        await s.press(option(s, "it stays as it is"), "enter")
        assert (
            '✗ You said "up", then "it stays as it is". The answer is "down". W1[x1→y]: 0.5488 − 0.1×0.9 = 0.4588'
            in said(s)
        )
        await s.press("N", "n")
        assert 'You said "up", then "it stays as it is".' in said(s)


async def test_the_first_answer_waits_for_the_second_in_another_run(state_home: Path) -> None:
    async with learning(1) as s:
        await s.press("n", "n", *typed("1.9"))
        assert "This is the prediction: take away the target. One more try." in said(s)
    async with learning(1) as s:
        assert "You said 1.9. This is the prediction: take away the target. One more try." in said(s)
        await s.press(*typed("0.9"))
        assert "✓ Right: 0.9. At first you said 1.9." in said(s)


@pytest.mark.slow
async def test_a_chapter_is_begun_again_when_asked_twice(state_home: Path) -> None:
    async with learning(1) as s:
        await s.press("n", "n", *typed("0.9"), "n", "A")
        assert "1 of 1 right first time" in page(s)
        assert s.sentence.startswith("A again: forget")
        await s.press("N", "A", "n")  # something else in between: not twice
        assert "1 of 1 right first time" in page(s)
        await s.press("A", "space", "A")  # the question has left the screen
        assert "1 of 1 right first time" in page(s)
        assert s.sentence.startswith("A again: forget")
        await s.press("A")
        assert page(s) == "What this network should learn  1/10"
        await s.press("n", "n")
        assert "What is δ here?" in said(s)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["9", "slash", "1", "0"], "✓ Right: 0.9."),
        (["9", "0", "percent_sign"], "✓ Right: 0.9."),
        (["9", "e", "minus", "1"], "✓ Right: 0.9."),
        (["½"], "You said 0.5."),
        (["1", "slash", "2"], "You said 0.5."),
        (["1"], "You said 1."),
        (["0", "full_stop", "8"], "You said 0.8."),
    ],
)
async def test_numbers_are_read_as_people_write_them(keys: list[str], answer: str) -> None:
    async with learning(1) as s:
        await s.press("n", "n", *keys, "enter")
        assert answer in said(s)


async def test_a_key_that_is_no_answer_is_answered() -> None:
    async with learning(1) as s:
        await s.press("n", "n", "z")
        assert s.sentence == "'z' is not an answer here: a number, e.g. −0.5, 1/2 or 90%."
        await s.press("3", "space", "c", "m", "enter")
        assert s.sentence == "'3 cm' is not a number (e.g. −0.5, 1/2 or 90%)"
        assert s.where == (1, "activate1")  # no letter of it has been taken for a command
        await s.press("escape", "enter")
        assert s.sentence == "nothing typed yet (e.g. −0.5, 1/2 or 90%)"
        await s.press(*typed("0.9"))
        await turn_pages(s, "Each weight is corrected")
        await s.press("z")
        assert s.sentence == "'z' is not an answer here: a to c."


async def test_there_is_no_session_to_save() -> None:
    async with learning(1) as s:
        await s.press("space", "s")
        assert s.sentence == "A lesson keeps no session."
        assert s.app.screen is s.screen


async def test_the_palette_opens_chapters() -> None:
    async with learning(1) as s:
        offered = {name: run for name, _, run in StudioCommands(s.screen)._commands() if name.startswith("Chapter ")}
        assert len(offered) == 12
        offered["Chapter 5 of the lessons: The gate"]()
        await s.pilot.pause()
        assert page(s) == "Before we go on  1/9"


async def test_free_play_is_always_allowed_and_n_brings_everything_back() -> None:
    async with learning(1) as s:
        await s.press("space", "space", "e", "comma", "R", "v")
        assert s.timeline.experiment.seed == 1
        await s.press("n")
        assert s.timeline.experiment.seed == 0
        assert s.where == (1, "sum1")
        assert str(screen(s).view.value) == "value"


async def test_a_number_is_typed_and_judged_by_the_trace() -> None:
    async with learning(1) as s:
        await s.press("n", "n")
        assert s.focused == "Lesson"
        await s.press("1", "backspace", "0", "full_stop", "9")
        assert "▸ 0.9_" in s.text("Lesson")
        assert s.where == (1, "activate1")  # neither the point nor the backspace has stepped
        await s.press("enter")
        assert "✓ Right: 0.9. y: 1.9 − 1 = 0.9" in s.text("Lesson")
        assert s.where == (1, "error")
        assert page(s) == "How wrong is it?  3/10  1 of 1 right first time"
        await turn_pages(s, "Each weight is corrected")
        await s.press("space")  # a question is open, and space steps all the same
        assert s.where == (1, "update")
        await s.press("up", "enter", "up", "up", "enter")
        assert '✓ Right: "down". At first you said "it stays as it is". W1[x1→y]: 0.5488 − 0.1×0.9 = 0.4588' in said(s)
        assert page(s).endswith("1 of 2 right first time")


async def test_a_question_without_the_focus_says_how_to_come_back() -> None:
    async with learning(1) as s:
        await s.press("n", "n", "0")
        assert "▸ 0_" in s.text("Lesson")
        await s.press("tab")
        assert "▸ 0_" not in s.text("Lesson")
        assert "tab: panes, then the question" in s.text("Lesson")
        await s.press("shift+tab")
        assert "▸ 0_" in s.text("Lesson")
        panes = set()
        for _ in range(9):
            await s.press("tab")
            if s.focused == "Lesson":
                break
            panes.add(s.focused)
        assert panes == {"Network", "Matrices", "Samples", "Inspector", "Error"}
        assert "▸ 0_" in s.text("Lesson")


async def test_options_below_the_end_of_the_pane_are_announced() -> None:
    async with learning(9, NARROW) as s:
        screen(s)._show(Position(2))
        await s.settle()
        assert "d  " not in s.text("Lesson")
        assert "n: more answers" in s.text("Lesson")
        await s.press("n")
        assert "d  " in s.text("Lesson")
        assert "n: more" not in s.text("Lesson")


async def test_a_long_way_to_a_condition_is_gone_by_epochs() -> None:
    async with learning(8) as s:
        screen(s)._show(Position(4))
        await s.settle()
        assert "e: next epoch  n: on until gate h1 open" in s.text("Lesson")
    async with learning(11) as s:
        screen(s)._show(Position(1))
        await s.settle()
        assert ".: next phase" in s.text("Lesson")


async def test_what_is_no_number_is_not_judged() -> None:
    async with learning(1) as s:
        await s.press("n", "n", "minus", "minus", "enter")
        assert "1 of 1" not in page(s)
        assert s.where == (1, "activate1")
        assert s.sentence == "'--' is not a number (e.g. −0.5, 1/2 or 90%)"
        await s.press("backspace", "backspace", "0", "comma", "9", "enter")
        assert "✓ Right: 0.9." in s.text("Lesson")


async def test_questions_wait_for_no_answer_after_one_key() -> None:
    async with learning(1) as s:
        await s.press("Q", "n", "n")
        assert "What is δ here?" in s.text("Lesson")
        assert "▸" not in s.text("Lesson")  # nothing to type in
        assert s.focused != "Lesson"
        await s.press("n")
        assert "What is δ here?" in s.text("Lesson")
        assert "The answer is 0.9" in s.text("Lesson")
        await s.press("Q", "n")
        assert "How steep is the curve" in s.text("Lesson")
        assert "_" in s.text("Lesson")
        await s.press("n")  # passes on without an answer
        assert "▸ The answer is 4." in s.text("Lesson")
        assert "right" not in page(s)


async def test_on_stage_a_question_and_its_options_are_shown_and_n_reveals_the_answer(state_home: Path) -> None:
    answer = "it is linear on this data, since no gate switches"
    async with learning(5, questions=False) as s:
        screen(s)._show(Position(7))
        await s.settle()
        assert "Why is it stuck?" in said(s)
        assert all(f"{letter}  " in s.text("Lesson") for letter in "abc")
        assert answer in said(s)
        assert "n: the answer" in s.text("Lesson")
        assert "No gate switches" not in s.text("Gates")
        await s.press(option(s, answer))
        assert "The answer is" not in said(s)
        await s.press("n")
        await s.settle()  # the letter may have been a key of the studio's, with another layout
        assert f'Why is it stuck? ▸ The answer is "{answer}".' in said(s)
        assert "No gate switches" in s.text("Gates")
    async with learning(4) as s:  # the next time it asks as it did before
        assert "number, 2 decimals" in s.text("Lesson")


async def test_on_stage_a_question_is_open_after_a_rehearsal_too(state_home: Path) -> None:
    async with learning(1) as s:
        await s.press("n", "n", *typed("0.9"))
        assert "Right: 0.9." in said(s)
    async with learning(1, questions=False) as s:
        assert "What is δ here?" in said(s)
        assert "0.9" not in said(s).partition("What is δ here?")[2]
        await s.press("n")
        assert "The answer is 0.9" in said(s)
        await s.press("Q")
        assert "Right: 0.9." in said(s)


async def test_plots_and_programs_follow_what_happens() -> None:
    async with learning(1) as s:
        screen(s)._show(Position(3))
        await s.settle()
        before = s.text("Lesson")
        assert "E over W1[x→y]: 0 to 8 and beyond" in before
        s.screen.edit("weight", (1, 0, 0), 3.0)
        await s.settle()
        assert s.text("Lesson") != before  # ● has climbed out of the old picture
        assert "E over W1[x→y]: 0 to 18\n" in s.text("Lesson")
    async with learning(11) as s:
        screen(s)._show(Position(1))
        await s.settle()
        assert "▸ z1" not in s.text("Lesson")
        await s.press("full_stop")
        assert "▸ z1 = x @ W1\n  = 1.0031  −0.1281" in s.text("Lesson")
        await s.press("full_stop", "full_stop", "full_stop")
        assert "Three lines, and the network has said something." in said(s)


async def test_the_matrices_show_what_the_page_says() -> None:
    lesson, found = read('+++\ntitle = "T"\n+++\n# A\n```page\nmatrices = "pull"\n```\nPulls.\n', "f.md", "f")
    assert found == []
    async with learning(lesson) as s:
        assert screen(s).view is View.PULL


def offered(s: Studio) -> set[str]:
    """The actions in the key bar."""
    return {action for _, _, action in s.painted("KeyBar").keys}  # type: ignore[attr-defined]


async def test_a_word_typed_at_a_question_runs_no_commands() -> None:
    async with learning(5) as s:
        await s.press("n", "n", "n", "n", "n")
        assert "what is its δ?" in said(s)
        before, shown = s.timeline.moment, page(s)
        assert not offered(s) & {"epoch(1)", "play", "restart"}
        await s.press(*"zero", *"shut", *"abc", "p", "R", "b")
        assert (s.timeline.moment, page(s)) == (before, shown)
        assert s.sentence.startswith("'b' is not an answer here: a number, e.g.")
        await s.press("tab")
        assert offered(s) >= {"epoch(1)", "play"}
        await s.press("e")
        assert s.timeline.moment.step > before.step


async def test_a_page_may_have_one_pane_alone() -> None:
    async with learning(12) as s:
        screen(s)._show(Position(3))
        await s.settle()
        assert s.visible == {"Surface", "Lesson"}
        assert {"h1.1", "h1.4"} <= set(s.text("Surface").split())
        await s.press("f")
        assert "Network" in s.visible
        await s.press("n", "n")
        assert page(s).startswith("The second layer")
        assert s.visible == {"Surface", "Lesson"}


async def test_a_page_says_nothing_of_another_run() -> None:
    async with learning(9) as s:
        screen(s)._show(Position(1))
        await s.settle()
        await s.press("R", "u", "enter")
        await s.settle()
        assert s.moment.epoch == 127
        assert "Seed 0 converges" not in said(s)
        await s.press("n")
        assert "Seed 0 converges in epoch 348." in said(s)


@pytest.mark.slow
async def test_a_view_keeps_its_verdict_back_while_it_is_asked_for() -> None:
    async with learning(5) as s:
        while not page(s).startswith("A network that is stuck"):
            await s.press("n")
        assert "No gate switches" not in s.text("Gates")
        assert "The lesson asks" in s.text("Gates")
        assert "all " not in s.text("Gates")  # nor its last row, which says the same in signs
        await s.press(option(s, "it is linear on this data, since no gate switches"), "enter")
        assert "No gate switches" in s.text("Gates")
        assert "The lesson asks" not in s.text("Gates")
        assert "all  " in s.text("Gates")


@pytest.mark.slow
async def test_a_page_waits_for_what_happens() -> None:
    async with learning(7) as s:
        await turn_pages(s, "Why does it jump?")
        assert "▼ better" not in s.text("Lesson")
        await s.press("full_stop")
        assert "▼ better" not in s.text("Lesson")
        await s.press("full_stop")
        assert "▼ better" in s.text("Lesson")
        await s.press("n", "u", "enter")
        await s.settle()
        assert s.moment.epoch == 148
        assert "Epoch 148: the error is 0." in s.text("Lesson")


@pytest.mark.slow
async def test_progress_is_kept_between_runs(state_home: Path) -> None:
    async with learning(5) as s:
        await turn_pages(s, "Open or shut?")
        await s.press("b", "enter")
        assert page(s) == "Open or shut?  3/9  1 of 1 right first time"
    async with learning(5) as s:
        assert page(s) == "Open or shut?  3/9  1 of 1 right first time"
        assert s.where == (2, "activate1")
    kept = state_home / "tui-backprop" / "lessons.json"
    assert json.loads(kept.read_text())["last"] == "05-the-gate"
    for damage in (
        '{"lessons": {"05-the-gate": 3}}',
        "[",
        "[1]",
        '{"lessons": {"05-the-gate": {"page": "x"}}}',
        "\x00",
        '{"lessons": {"05-the-gate": {"page": 1e400, "told": true, "answers": {}}}}',
        '{"lessons": {"05-the-gate": {"page": 1, "told": true, "answers": {}, "given": {"1": 1%s}}}}' % ("0" * 400),
    ):
        kept.write_text(damage)
        async with learning(5) as s:
            assert page(s) == "Before we go on  1/9"


@pytest.mark.slow
async def test_a_page_shows_what_was_answered_whenever_it_comes_back(state_home: Path) -> None:
    verdict = '✗ You said "open". The answer is "shut".'
    async with learning(5) as s:
        await turn_pages(s, "Open or shut?")
        await s.press("a", "enter")
        assert verdict in said(s)
        await s.press("n")
        assert page(s).startswith("The way back  4/9")
    async with learning(5) as s:
        await s.press("N")
        assert page(s) == "Open or shut?  3/9  0 of 1 right first time"
        assert verdict in said(s)
    kept = state_home / "tui-backprop" / "lessons.json"
    content = json.loads(kept.read_text())
    mark = content["lessons"]["05-the-gate"]
    mark["told"], mark["page"] = True, 2
    for given in ({"2": 7}, {"2": -1}, {"2": 0.5}, {"2": float("inf")}, {"2": float("nan")}, {}, None):
        mark.pop("said", None)
        mark.pop("given", None)
        if given is not None:  # as earlier versions left it
            mark["given"] = given
        kept.write_text(json.dumps(content))
        async with learning(5) as s:
            assert 'The answer is "shut".' in said(s)
            assert "You said" not in s.text("Lesson")
    mark["given"] = {"2": 0}
    kept.write_text(json.dumps(content))
    async with learning(5) as s:
        assert verdict in said(s)


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, SMALL])
async def test_every_line_of_every_page_comes_into_sight(size: tuple[int, int]) -> None:
    for number in (2, 10):
        lesson = chapter(chapter_names()[number - 1])
        async with learning(lesson, size) as s:
            seen = ""
            for _ in range(200):
                seen += " ".join(s.text("Lesson").split()) + " "
                if s.text("Lesson").rstrip().endswith(("the end", "n: next chapter")):
                    break
                await s.press("n")
            for each in lesson.pages:
                words = [part for block in (*each.before, *each.after) for cell in block.cells for part in cell]
                assert not words or not isinstance(words[-1], Words) or words[-1].text.split()[-1] in seen


def reading_order(lesson: Lesson) -> list[tuple[Page, ComputedPage]]:
    press = PageBuilder(lesson)
    return [(each, press.build(each)) for each in lesson.pages]


@pytest.mark.pty
@pytest.mark.parametrize("rightly", [True, False])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_all_chapters_are_played_in_a_terminal(size: tuple[int, int], rightly: bool) -> None:
    """From the first page to the last key, answers typed, right ones or wrong ones."""
    keys_for = right_keys if rightly else wrong_keys
    bytes_of = {"full_stop": ".", "minus": "-", "enter": "\r"}
    with Program("learn", columns=size[0], rows=size[1]) as terminal:
        for number, name in enumerate(chapter_names(), 1):
            lesson, asked = chapter(name), 0
            for place, (each, computed) in enumerate(reading_order(lesson), 1):
                number_of = f"{place}/{len(lesson.pages)}"
                heading = f"{computed.title}  {number_of}"
                set_speed(
                    terminal,
                    heading if len(heading) <= (40 if size == WIDE else 74) else f"{number_of}  {computed.title}"[:39],
                )
                if isinstance(each.task, Question):
                    turn_to_answers(terminal)
                    keys = [bytes_of.get(key, key) for key in keys_for(number, asked, computed)]
                    terminal.keys(*keys)
                    asked += 1
                    if not rightly and computed.prompt is not None and computed.prompt.tries > 1:
                        wait_for_words(terminal, "One more try.")
                        turn_to_answers(terminal)
                        terminal.keys(*keys)
                        wait_for_words(terminal, ", then")
                    wait_for_words(terminal, "✓ Right" if rightly else "✗ You said")
        set_speed(terminal, "the end")
        terminal.settle()
        terminal.keys("q")
        assert terminal.end() == 0
        assert terminal.left_behind == []


@pytest.mark.pty
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_page_costs_no_more_bytes_than_what_changed(size: tuple[int, int]) -> None:
    """Against a raw program that writes exactly the cells which changed, over a chapter."""
    with Program("learn", "6", "--questions", "off", columns=size[0], rows=size[1]) as terminal:
        ours = raw = 0
        for _ in range(12):
            before, received = picture(terminal), len(terminal.received)
            terminal.keys("n")
            terminal.settle(0.2)
            ours += len(terminal.received) - received
            raw += raw_bytes(before, picture(terminal))
        assert 0 < ours <= 1.25 * raw


def test_pages_open_the_views_that_there_are() -> None:
    assert set(NAMES_OF_VIEWS) == {view.ID for view in VIEWS}


def set_speed(terminal: Program, wanted: str) -> None:
    """Presses n until a page is there: it may take several, where a page is longer than its pane."""
    for _ in range(12):
        terminal.settle(0.05)  # a page of another layout comes in two pictures
        if wanted in terminal.text:
            return
        before = lesson_of(terminal)
        terminal.keys("n")
        terminal.until(partial(_changed, terminal, before), what=wanted)
    raise AssertionError(f"{wanted} never came:\n{terminal.text}")


def wait_for_words(terminal: Program, words: str) -> None:
    """Until the lesson says so, on one line or on two."""
    terminal.until(lambda: words in " ".join(lesson_of(terminal).replace("│", " ").split()), what=words)


def turn_to_answers(terminal: Program) -> None:
    """Until the question can be seen whole."""
    while "n: more" in terminal.settle(0.05):
        before = lesson_of(terminal)
        terminal.keys("n")
        terminal.until(partial(_changed, terminal, before), what="more")


def _changed(terminal: Program, before: str) -> bool:
    return lesson_of(terminal) != before


def lesson_of(terminal: Program) -> str:
    """The lesson's pane alone, as a whole frame shows it: other panes may change before or after it."""
    terminal.until(lambda: terminal.between_frames, what="the rest of a frame")
    lines = terminal.lines
    if len(lines) > NARROW[1]:  # wherever its frame begins: the head above it may be a row higher in the next picture
        beside = [line[74:] for line in lines[:-1]]
        start = next((row for row, text in enumerate(beside) if text.startswith("╭")), 3)
        return "\n".join(text for text in beside[start + 1 :] if text.startswith("│") and text.strip(" │"))
    return "\n".join(lines[13:-1])


GIVEAWAYS = {
    "Each weight is corrected": ["down", "▼"],
    "Tug-of-war": ["cancel", "nothing has moved", "never", "net 0"],
    "A new set of values": ["every sample is right"],
    "A network that is stuck": ["No gate switches", "stuck for good"],
    "The rate": ["1420", "1,420", "converged"],
    "Layer after layer": ["e−5", "e-5"],
    "A thousand starts": ["fifth", "one start in five", "782", "218", "stuck"],
}
"""What on the screen would answer a page's question, besides the answer itself."""


def answers_in(text: str, computed: ComputedPage) -> list[str]:
    """What of a question's answer stands in a text: a number's digits, an option's words."""
    assert computed.truth is not None
    assert computed.prompt is not None
    if computed.prompt.options:
        several = [words for words in computed.prompt.options if len(words.split()) > 2]
        return [computed.truth.words] if computed.truth.words in several and computed.truth.words in text else []
    value = computed.truth.answer
    if value == round(value) and abs(value) < 10:  # such digits stand everywhere
        return []
    forms = {f"{value:.{decimals}f}".replace("-", "−") for decimals in range(computed.prompt.decimals, 5)}
    found = re.findall(r"−?\d+(?:\.\d+)?", text)
    return [form for form in forms if form in found]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 13))
async def test_no_answer_is_visible_before_it_is_asked_for(number: int) -> None:
    """On the whole screen, in the chapter's summary, and in the text for paper above the question."""
    lesson = chapter(chapter_names()[number - 1])
    text = plain(lesson, answers=True)
    asked = 0
    async with learning(lesson) as s:
        for place, (each, computed) in enumerate(reading_order(lesson), 1):
            if not isinstance(each.task, Question):
                continue
            screen(s)._show(Position(place - 1))
            await s.settle()
            options = [Words(words) for words in computed.prompt.options] if computed.prompt else []
            shown = "\n".join(s.text(name_of(pane)) for pane in s.screen.query(Painted) if pane.display)
            shown = shown.replace("+", "").replace("-", "−")
            for words in options:
                shown = shown.replace(words.text, "")
            shown += page(s) + lesson.title + lesson.summary
            above = text.partition(f"{place}. {computed.title}")[2].partition("Question: ")[0]
            assert answers_in(shown, computed) == [], (each.title, shown)
            assert answers_in(above, computed) == [], (each.title, above)
            assert [words for words in GIVEAWAYS.get(each.title, []) if words in shown] == [], each.title
            assert computed.truth is not None
            selected = s.screen.selection.name(computed.context.experiment)
            if each.task.kind in ("blame", "choice"):
                assert computed.truth.words not in re.split(r"[^\w]+", selected), each.title
            asked += 1
    assert asked == len(ANSWERS[number])


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 13))
async def test_a_page_is_visible_as_a_whole_and_speaks_of_the_warnings_beside_it(number: int) -> None:
    lesson = chapter(chapter_names()[number - 1])
    text = plain(lesson, answers=True)
    before = "\n".join(plain(chapter(name), answers=True) for name in chapter_names()[: number - 1])
    warnings = 0
    async with learning(lesson) as s:
        for place, each in enumerate(lesson.pages):
            for revealed in (False, True) if each.task else (False,):
                screen(s)._show(Position(place, revealed))
                await s.settle()
                assert not s.painted("Lesson").longer, each.title  # type: ignore[attr-defined]
                _, sign, warning = s.text("Breadcrumb").splitlines()[-2].partition("⚠")
                warnings += bool(sign)
                word = warning.partition(" (")[0].split()[-1:]  # dead, now, vanishes
                if sign and not (word[0] in before and word[0] != "now"):
                    assert "⚠" in text.partition(f"\n{place + 2}. ")[0], (each.title, warning)
    assert bool(warnings) == (number in (3, 4, 5, 8, 9, 10))
