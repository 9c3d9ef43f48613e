"""The studio saves its session by itself, under a name when asked, and when it is left."""

from __future__ import annotations

import errno
import os
import re
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widgets import Input, Label

from tests.patience import Clock, calm, until
from tests.sessions.sessions import bits, moment_of, names, resumed, untouched, written
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides
from tui_backprop.sessions.files import in_use
from tui_backprop.sessions.store import Record, folder, place_to_read, read
from tui_backprop.studio import autosave, moves
from tui_backprop.studio.app import BackpropApp, picture
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.screens.session import SessionScreen


class Saving:
    """A studio under test, and the file of its session."""

    def __init__(self, record: Record, experiment: Experiment | str = "article") -> None:
        self.record = record
        experiment = load_experiment(experiment) if isinstance(experiment, str) else experiment
        self.app = BackpropApp(Timeline(experiment), record=record)
        self.pilot: Pilot[str]

    @property
    def screen(self) -> SessionScreen:
        screen = next(screen for screen in self.app.screen_stack if isinstance(screen, SessionScreen))
        assert screen.moment is not None
        return screen

    @property
    def path(self) -> Path:
        assert self.record.path is not None
        return self.record.path

    @property
    def cursor(self) -> tuple[int, str]:
        session = read(self.path)
        return session.step, session.phase

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await calm()  # a moment is saved after it has been painted

    def tap(self, key: str) -> None:
        """Presses a key without waiting for what it leads to."""
        self.app.post_message(Key(key, None))

    async def answer(self, text: str) -> str:
        """`s` and an answer; what the studio says then, or what is wrong with the answer."""
        await self.press("s")
        self.app.screen.query_one(Input).value = text
        await self.press("enter")
        if not isinstance(self.app.screen, SessionScreen):
            return str(self.app.screen.query_one(".mistake", Label).content)
        return self.screen.news


@asynccontextmanager
async def opened(
    record: Record | None = None, experiment: Experiment | str = "article", at_rest: bool = True
) -> AsyncIterator[Saving]:
    """A studio that is `at_rest`, or just opened and on its way."""
    studio = Saving(record or Record(), experiment)
    async with studio.app.run_test(size=(80, 24)) as pilot:
        studio.pilot = pilot
        if at_rest:
            await pilot.pause()
        yield studio


def unstarted(seconds: float, callback: object) -> Timer:
    """A timer that never goes off."""
    return Timer(BackpropApp(Timeline(load_experiment("article"))), seconds)


@pytest.fixture
def rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a save the next one is an hour away, however long the keys of a test take."""
    monkeypatch.setattr(autosave, "INTERVAL", 3600.0)


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autosave, "INTERVAL", 0.0)
    monkeypatch.setattr(autosave, "SHARE", 0)


# By itself


async def test_nothing_is_saved_before_something_is_done(state_home: Path) -> None:
    async with opened() as studio:
        await studio.press("tab", "v", "right", "backspace", "question_mark", "escape")
    assert names(state_home) == []


@pytest.mark.usefixtures("rarely")
async def test_the_first_step_is_saved_at_once() -> None:
    async with opened() as studio:
        await studio.press("full_stop", "full_stop")
        assert studio.cursor == (1, "input")  # the second one waits
        assert in_use(studio.path)


async def test_every_arrival_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    async with opened() as studio:
        for key, cursor in (
            ("space", (1, "update")), ("full_stop", (2, "input")), ("e", (4, "update")), ("backspace", (3, "update")),
            ("comma", (3, "gradient")), ("E", (0, "start")),
        ):  # fmt: skip
            await studio.press(key)
            assert studio.cursor == cursor


async def test_a_long_move_is_saved_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    experiment = load_experiment("no-direction")
    async with opened(experiment=experiment) as studio:
        await studio.press("space", "space")
        studio.screen._make(moves.for_epochs(studio.screen.timeline, 10**6, print))
        for last in (2, 3):
            last = max(last, read(studio.path).step)
            await until(lambda last=last: read(studio.path).step > last)  # type: ignore[misc]
        assert studio.screen.timeline.moment.step == 2  # nothing is shown yet
        session = read(studio.path)
        assert bits(resumed(session)) == bits(moment_of(experiment, session.step, session.phase))
        await studio.press("escape")


async def test_saving_a_long_move_takes_a_small_share_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, saves = Clock(), list[float]()

    def save(record: Record, snapshot: object) -> bool:
        saves.append(clock.now)
        clock.turn(0.2)
        return True

    monkeypatch.setattr(Record, "save", save)
    monkeypatch.setattr(autosave, "time", clock)
    saver = autosave.Autosave(Record(), moment_of, clock.later, print)
    for _ in range(2000):
        saver.in_progress()
        clock.turn(0.03)
    assert [4.0 <= b - a < 4.1 for a, b in pairwise(saves)] == [True] * (len(saves) - 1)
    assert len(saves) > 10


async def test_a_second_save_waits_until_a_second_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, saves = Clock(), list[Moment]()
    monkeypatch.setattr(autosave, "time", clock)

    def save(record: Record, moment: Moment) -> bool:
        saves.append(moment)
        return True

    monkeypatch.setattr(Record, "save", save)
    timeline = Timeline(load_experiment("article"))
    saver = autosave.Autosave(Record(), lambda: timeline.moment, clock.later, print)
    for _ in range(4):
        timeline.next_step()
        saver.moment_reached()
    assert [moment.step for moment in saves] == [1]
    assert clock.waits == [autosave.INTERVAL]
    clock.turn(autosave.INTERVAL)
    assert [moment.step for moment in saves] == [1, 4]
    assert clock.waits == []


async def test_by_the_real_clock_the_last_moment_is_saved_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autosave, "INTERVAL", 0.1)
    async with opened() as studio:
        await studio.press("space", "space", "space", "space")
        await until(lambda: studio.cursor == (4, "update"))


async def test_a_save_that_took_long_is_followed_by_a_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    moment, clock = moment_of(), Clock()

    def save(record: Record, moment: object) -> bool:
        clock.now += 0.5
        return True

    monkeypatch.setattr(autosave, "time", clock)
    monkeypatch.setattr(Record, "save", save)
    saver = autosave.Autosave(Record(), lambda: moment, clock.later, print)
    for _ in range(3):
        saver.moment_reached()
    assert clock.waits == [9.5]  # twenty times as long, since it began


async def test_there_is_no_timer_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(autosave, "time", clock)
    async with opened() as studio:
        monkeypatch.setattr(studio.screen._autosave, "_later", clock.later)
        await studio.press("space", "space")
        clock.turn(1)
        assert studio.cursor == (2, "update")
        before = untouched(studio.path)
        assert clock.waits == []
        clock.turn(1000)
        assert untouched(studio.path) == before


@pytest.mark.usefixtures("rarely")
@pytest.mark.parametrize("left", ["q", "exit"])
async def test_leaving_saves_the_last_moment(left: str) -> None:
    async with opened() as studio:
        await studio.press("space", "e", "full_stop")
        assert studio.cursor == (1, "update")
        if left == "q":
            await studio.pilot.press("q")
        else:
            studio.app.exit(return_code=143)
    assert studio.cursor == (5, "input")


async def test_a_studio_that_breaks_saves_the_last_moment() -> None:
    studio = Saving(Record())

    def fail() -> None:
        raise ArithmeticError("a bug")

    async def run() -> None:
        async with studio.app.run_test() as pilot:
            studio.pilot = pilot
            await studio.press("space", "e", "full_stop")
            studio.screen.call_later(fail)
            await pilot.pause()

    with pytest.raises(ArithmeticError):
        await run()
    assert studio.cursor == (5, "input")


async def test_a_run_that_is_under_way_is_saved_where_it_got_to() -> None:
    definition = {**load_experiment("article-random").definition}
    definition["training"] = {**definition["training"], "stop": -1.0}
    async with opened(experiment=load_experiment(definition)) as studio:
        await studio.pilot.press("u")
        studio.tap("enter")
        await until(lambda: re.match(r"Running: epoch ([3-9]\d|\d,?\d\d)", studio.screen.news) is not None)
    step, phase = studio.cursor
    assert step > 100
    assert phase == "update"


async def test_save_now_saves_at_once_and_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as studio:
        await studio.press("space", "space")
        studio.app.save_now()
        assert studio.cursor == (2, "update")

        def fail(record: Record, moment: object) -> None:
            raise RuntimeError("anything")

        with monkeypatch.context() as broken:
            broken.setattr(Record, "save", fail)
            studio.app.save_now()


async def test_another_experiment_leaves_the_session_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(autosave, "time", clock)
    async with opened() as studio:
        monkeypatch.setattr(studio.screen._autosave, "_later", clock.later)
        await studio.press("space", "space", "space")
        first = studio.path
        await studio.press("R")
        assert read(first).step == 3
        clock.turn(1000)
        assert not in_use(first)
        await studio.press("space")
        assert studio.path != first
        assert (studio.cursor, read(first).step) == ((1, "update"), 3)
        assert read(studio.path).experiment.seed == 1


async def test_without_a_record_nothing_is_saved(state_home: Path) -> None:
    app = BackpropApp(Timeline(load_experiment("article")))
    async with app.run_test() as pilot:
        await pilot.press("space")
        await pilot.pause()
        await pilot.press("s", *"it", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)
        assert app.screen.news == "This studio keeps no session."
    assert names(state_home) == []


def test_a_picture_saves_nothing(state_home: Path) -> None:
    picture(Timeline(load_experiment("article")), (80, 24), keys=("space", "e"))
    assert names(state_home) == []


async def test_visitors_cannot_save(state_home: Path) -> None:
    app = BackpropApp(Timeline(load_experiment("article")), audience=Audience(kiosk=True))
    async with app.run_test() as pilot:
        await pilot.press("space", "s")
        await pilot.pause()
        assert isinstance(app.screen, SessionScreen)
    assert names(state_home) == []


# What goes wrong


async def test_a_save_that_fails_stays_visible_and_disturbs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    async with opened() as studio:
        await studio.press("space")

        def fail(source: object, target: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as broken:
            broken.setattr("os.replace", fail)
            await studio.press("space")
            assert studio.screen.news.startswith("cannot save the session: No space left on device")
            await studio.press("space")
            assert studio.screen.news.startswith("cannot save the session: No space left on device")
            assert studio.screen.timeline.moment.step == 3
            assert studio.cursor == (1, "update")
        await studio.press("space")
        assert studio.screen.news == "The session is saved again."
        assert studio.cursor == (4, "update")
        await studio.press("space")
        assert studio.screen.news == ""


async def test_the_studio_continues_where_nothing_can_be_saved(state_home: Path) -> None:
    (state_home / "tui-backprop").write_text("in the way")
    async with opened() as studio:
        await studio.press("space")
        assert studio.screen.news.startswith("cannot save the session: Not a directory")
        await studio.press("space", "e")
        assert studio.screen.timeline.moment.step == 4
    assert studio.record.problem.startswith("cannot save the session")
    assert (state_home / "tui-backprop").read_text() == "in the way"


# By name


@pytest.mark.usefixtures("rarely")
async def test_saving_by_name_continues_under_that_name() -> None:
    async with opened() as studio:
        await studio.press("space", "full_stop")
        automatic = studio.path
        assert await studio.answer("lesson-1") == f"Saved in {folder()}/lesson-1.json."
        assert (studio.path, studio.cursor) == (folder() / "lesson-1.json", (2, "input"))
        await studio.press("space")
    assert read(automatic).step == 1
    assert (read(folder() / "lesson-1.json").step, read(folder() / "lesson-1.json").phase) == (2, "update")


async def test_saving_in_a_file(tmp_path: Path) -> None:
    async with opened() as studio:
        await studio.press("space")
        assert await studio.answer(f" {tmp_path}/lesson ") == f"Saved in {tmp_path}/lesson."
        assert studio.cursor == (1, "update")


async def test_without_a_name_it_tells_where_it_is_saved() -> None:
    async with opened() as studio:
        assert (await studio.answer("")).startswith("Nothing to save yet")
        await studio.press("space", "space")
        assert await studio.answer("") == f"Saved in {studio.path}."
        assert studio.cursor == (2, "update")
        assert studio.path.name.startswith("auto-")


async def test_a_name_that_is_taken_or_impossible_can_be_mended(tmp_path: Path) -> None:
    other = written("other", moment_of("xor", 3)).read_bytes()
    async with opened() as studio:
        await studio.press("space")
        assert "already exists (another name)" in await studio.answer("other")
        await studio.press("escape")
        assert "is not a session name" in await studio.answer("a b")
        await studio.press("escape")
        assert "is not a folder" in await studio.answer(f"{tmp_path}/no/such")
        studio.app.screen.query_one(Input).value = "mine"
        await studio.press("enter")
        assert studio.path == folder() / "mine.json"
        assert await studio.answer("mine") == f"Saved in {folder()}/mine.json."
    assert (folder() / "other.json").read_bytes() == other


async def test_a_name_can_be_given_before_the_first_step() -> None:
    async with opened() as studio:
        assert await studio.answer("mine") == f"Saved in {folder()}/mine.json."
        assert studio.cursor == (0, "start")


async def test_a_save_by_name_that_fails_says_so_and_stays_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as studio:
        await studio.press("space")
        before = studio.path

        def fail(descriptor: int) -> None:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")

        with monkeypatch.context() as broken:
            broken.setattr("os.fsync", fail)
            assert (await studio.answer("mine")).startswith("cannot save the session: Disk quota exceeded")
        assert studio.path == before
        assert not (folder() / "mine.json").exists()


# Resuming


@pytest.mark.parametrize("cursor", [(0, None), (1, "input"), (7, "mask1"), (592, None), (3001, "upstream1")])
async def test_resuming_stands_at_the_same_moment(cursor: tuple[int, str | None]) -> None:
    moment = moment_of("article", *cursor)
    path = written("lesson", moment)
    before = untouched(path)
    record, session = Record.resume(path)
    async with opened(record, session.experiment) as studio:
        assert studio.screen.moment is not None
        assert bits(studio.screen.moment) == bits(moment)
        assert studio.screen.news == f"Resumed {path}."
        assert untouched(path) == before
        await studio.press("space")
    assert (studio.path, studio.cursor) == (path, (moment.position + 1, "update"))


def far() -> tuple[Path, Record, Experiment]:
    """A session that is minutes away."""
    path = written("far", moment_of("article", 7, "mask1"))
    path.write_text(path.read_text().replace('"step": 7', '"step": 900000000'))
    record, session = Record.resume(path)
    return path, record, session.experiment


async def test_an_older_session_opens_with_a_word_on_its_last_digits() -> None:
    path = written("mine", moment_of("circle", 7, None))
    path.write_bytes(path.read_bytes().replace(b'"version": 4', b'"version": 2'))
    record, session = Record.resume(path)
    async with opened(record, session.experiment) as studio:
        assert studio.screen.news.endswith("the last digits of numbers may differ.")


async def test_a_long_way_back_that_is_broken_off_leaves_the_session_alone() -> None:
    path, record, experiment = far()
    before = path.read_bytes()
    async with opened(record, experiment, at_rest=False) as studio:
        await until(lambda: studio.screen.news.startswith("On the way to step 900,000,000"))
        studio.app.save_now()
        studio.tap("escape")
        await until(lambda: studio.screen.news == "Stopped.")
        await studio.press("space")
        assert studio.path != path
        assert studio.cursor == (1, "update")
        assert not in_use(path)
    assert path.read_bytes() == before


async def test_leaving_on_a_long_way_back_leaves_the_session_alone() -> None:
    path, record, experiment = far()
    before = path.read_bytes()
    async with opened(record, experiment, at_rest=False) as studio:
        await until(lambda: studio.screen.news.startswith("On the way"))
        studio.app.save_now()
    assert path.read_bytes() == before
    assert names(folder()) == [path.name, f"{path.name}.lock"]


async def test_another_experiment_on_a_long_way_back_leaves_the_session_alone() -> None:
    path, record, experiment = far()
    before = path.read_bytes()
    async with opened(record, experiment, at_rest=False) as studio:
        await until(lambda: studio.screen.news.startswith("On the way"))
        studio.screen.open(load_experiment("xor"))
        await studio.press("space")
        assert (read(studio.path).experiment.name, studio.cursor) == ("xor", (1, "update"))
    assert path.read_bytes() == before


def test_on_the_way_back_no_name_can_be_given() -> None:
    _, record, experiment = far()
    timeline = Timeline(experiment)
    saver = autosave.Autosave(record, lambda: timeline.moment, unstarted, print)
    for name in ("mine", ""):
        with pytest.raises(BackpropError, match="still on the way"):
            saver.read_name(name)
    saver.returned()
    assert saver.read_name("mine") == "mine"


@pytest.mark.slow
async def test_keys_pressed_on_the_way_back_are_not_lost() -> None:
    moment = moment_of("article", 40_000, "mask1")
    path = written("lesson", moment)
    record, session = Record.resume(path)
    async with opened(record, session.experiment) as studio:
        await studio.press("full_stop", "full_stop")
        await until(lambda: studio.screen.timeline.moment.position > 0 and not studio.screen._move_queue.busy)
        await studio.pilot.pause()
    assert studio.path == path
    assert studio.cursor == (40_000, "update")
    assert bits(resumed(read(path))) == bits(moment_of("article", 40_000, None))


async def edited(studio: Saving) -> None:
    """The rate is changed after three steps."""
    await studio.press("space", "space", "space")
    studio.screen.edit("rate", (), 0.25)
    await studio.press()


async def test_the_copied_command_after_a_change_leads_to_this_moment_and_stays_there() -> None:
    async with opened() as studio:
        await edited(studio)
        await studio.press("full_stop")
        here = bits(studio.screen.timeline.moment)
        await studio.press("Y")
        program, option, name = shlex.split(studio.app.clipboard)
        assert (program, option) == ("tui-backprop", "--resume")
        path = place_to_read(name)
        assert path != studio.path
        assert not in_use(path)
        before = path.read_bytes()
        studio.screen.edit("rate", (), 0.5)
        await studio.press("e", "Y", "R")
        assert path.read_bytes() == before
        assert bits(resumed(read(path))) == here


async def test_new_weights_do_without_changes_and_say_where_those_are() -> None:
    async with opened() as studio:
        await edited(studio)
        first = studio.path
        await studio.press("R")
        assert studio.screen.news == f"New weights, from seed 1. Your changes stay in {first.stem}."
        assert len(studio.screen.news) < 80
        assert studio.screen.timeline.moment.ahead.training.rate == 0.1
        kept = resumed(read(place_to_read(first.stem)))
        assert (kept.step, kept.ahead.training.rate) == (3, 0.25)
        await studio.press("R")
        assert studio.screen.news == "New weights, from seed 2."


async def test_where_no_session_is_kept_it_says_that_changes_go() -> None:
    app = BackpropApp(Timeline(load_experiment("article")))
    async with app.run_test() as pilot:
        await pilot.press("space")
        screen = app.screen
        assert isinstance(screen, SessionScreen)
        screen.edit("rate", (), 0.25)
        await pilot.press("R")
        await pilot.pause()
        assert screen.news == "New weights, from seed 1. Your changes are not kept."


# Samples that stay in their file


@pytest.mark.parametrize("stays", [True, False])
async def test_a_session_whose_samples_have_changed_says_so(
    stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    if stays:
        monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    path = tmp_path / "samples.csv"
    text = "height,weight,price\n1,2,3\n4,5,6\n"
    path.write_text(text)
    experiment = load_experiment("article", Overrides(layers=[2, 3, 1], data=str(path)))
    async with opened(experiment=experiment) as studio:
        await studio.press("space")
        assert "cannot be resumed" not in studio.screen.news
        path.write_text(text + "7,8,9\n")
        warning = f"This session cannot be resumed now, as the file of its samples has changed: {path}."
        await studio.press("space")
        if stays:
            await until(lambda: studio.screen.news == warning, "the warning")
        await calm()
        assert (studio.screen.news == warning) is stays
        await studio.press("space")
        await calm()
        assert studio.screen.news != warning  # once is enough
        assert (await studio.answer("")).endswith(warning) is stays
        path.unlink()
        await studio.press("R")
        gone = warning.replace("changed", "gone")
        assert studio.screen.news == f"New weights, from seed {experiment.seed + 1}." + (f" {gone}" if stays else "")
        await studio.press("space")
        await until(lambda: studio.record.path is not None, "the session of the new weights")
        saved = studio.path
    if stays:
        with pytest.raises(BackpropError, match="not a file"):
            read(saved)
    else:
        assert read(saved).step == 1
