"""A kiosk that is left alone, and a demo that plays by itself, start over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.patience import Clock, until
from tests.studio.studio import NARROW, WIDE, Studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.render.matrix_table import View
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.audience import KIOSK_FORBIDS, Audience, IdleRestart
from tui_backprop.studio.panes.chart import ChartPane
from tui_backprop.studio.screens import studio
from tui_backprop.studio.screens.lesson import LessonScreen, first_timeline


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that passes for a fresh start only."""
    clock = Clock()
    monkeypatch.setattr(studio, "IdleRestart", lambda audience, _, again: IdleRestart(audience, clock.later, again))
    return clock


@asynccontextmanager
async def shown_to(audience: Audience, experiment: str = "article") -> AsyncIterator[Studio]:
    app = BackpropApp(Timeline(load_experiment(experiment)), audience=audience)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        yield Studio(app, pilot)


async def until_step(s: Studio, step: int) -> None:
    await until(lambda: s.moment.step == step, f"step {step}")
    await s.pilot.pause()


@pytest.mark.slow
@pytest.mark.parametrize("keys", [(), ("R", "space"), ("p",), ("question_mark",), ("g", "1"), ("u",), ("ctrl+p",)])
async def test_a_kiosk_that_is_left_alone_starts_over(keys: tuple[str, ...], clock: Clock) -> None:
    async with shown_to(Audience(kiosk=True)) as s:
        await s.press("space", "space", *keys)
        clock.turn(300)
        await until_step(s, 0)
        assert s.app.screen is s.screen
        assert s.timeline.experiment.seed == load_experiment("article").seed
        await s.press("full_stop")
        assert s.where == (1, "input")


async def test_who_comes_next_finds_everything_as_it_was(clock: Clock) -> None:
    async with shown_to(Audience(kiosk=True)) as s:
        before = s.screen._player.pace
        await s.press("v", "2", "5", "f", "c", "l", "right_square_bracket", "right_square_bracket")
        s.app.theme = "light"
        await s.press("space")
        assert s.screen._player.pace != before
        clock.turn(300)
        await until_step(s, 0)
        assert (s.app.theme, s.screen._player.pace) == ("dark", before)
        assert (s.screen.view, s.screen.views, s.screen.front, s.focused) == (View.VALUE, (), "matrices", "Matrices")
        assert not s.screen.has_class("-full")
        assert not s.screen.has_class("-chart")
        assert not s.screen.query_one(ChartPane).logarithmic


async def test_the_next_visitor_does_not_hear_of_earlier_changes(clock: Clock) -> None:
    async with shown_to(Audience(kiosk=True)) as s:
        await s.press("space", "enter", "enter")
        await s.type("0.5")
        assert s.moment.edits_so_far
        clock.turn(300)
        await until_step(s, 0)
        assert not s.moment.edits_so_far
        assert s.screen.news == ""


async def test_who_comes_next_begins_a_lesson_where_it_begins(clock: Clock, state_home: Path) -> None:
    lesson, other = chapter(chapter_names()[1]), chapter(chapter_names()[4])
    app = BackpropApp(first_timeline(lesson), audience=Audience(kiosk=True), lesson=lesson, keep_progress=False)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        s = Studio(app, pilot)
        begin, where = s.text("Lesson"), s.where
        await s.press("n", "n", "n", "Q", "e")
        assert isinstance(s.screen, LessonScreen)
        s.screen.read(other)
        await until(lambda: s.text("Lesson") != begin)
        clock.turn(300)
        await until(lambda: s.text("Lesson") == begin)
        await s.settle()
        assert (s.where, s.screen.news) == (where, "")
    assert list(state_home.iterdir()) == []


async def test_a_kiosk_does_not_start_over_while_somebody_types(clock: Clock) -> None:
    async with shown_to(Audience(kiosk=True)) as s:
        await s.press("space", "g")
        for _ in range(6):
            clock.turn(200)
            await s.press("1")
        assert s.moment.step == 1
        assert s.app.screen is not s.screen


async def test_without_an_audience_nothing_starts_over(clock: Clock) -> None:
    async with shown_to(Audience(), "xor") as s:
        await s.press("space")
        assert clock.alarms == []


async def test_by_the_real_clock_it_starts_over_too() -> None:
    async with shown_to(Audience(kiosk=True, idle=0.1)) as s:
        await s.press("space")
        await until_step(s, 0)


async def test_a_demo_plays_to_the_end_and_starts_over(clock: Clock) -> None:
    async with shown_to(Audience(play=True)) as s:
        s.timeline.go(step=4 * 147)
        await until_step(s, 4 * 148)  # where it has converged
        clock.turn(6)
        await until(lambda: s.moment.step < 4 * 148)
        await until(lambda: 0 < s.moment.step < 4 * 148)  # and it plays again


@pytest.mark.parametrize("action", sorted(KIOSK_FORBIDS))
async def test_a_visitor_is_not_offered_what_is_not_for_them(action: str) -> None:
    async with shown_to(Audience(kiosk=True)) as s:
        assert not s.screen.check_action(action, ())
        assert not s.app.check_action(action, ())
        assert action not in {key.action for key in s.screen.offered_keys()}
        await s.press("s", "ctrl+z")
        assert s.app.screen is s.screen
