"""The sweep's screen: it grows while it runs, can be stopped, and opens the run that is chosen."""

from __future__ import annotations

import pytest

from tests.patience import until
from tests.studio.studio import NARROW, WIDE, Studio, studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.panes.sweep import SweepPane
from tui_backprop.studio.screens import sweep as module
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.studio.screens.sweep import SweepScreen, seeds_for


def text(s: Studio) -> str:
    """What the sweep's page shows."""
    pane = s.app.screen.query_one(SweepPane)
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def wait_for(s: Studio, words: str) -> None:
    await until(lambda: words in text(s), words)


@pytest.mark.parametrize("size", [WIDE, *(pytest.param(size, marks=pytest.mark.slow) for size in (NARROW, (60, 18)))])
async def test_a_thousand_starts_and_one_of_the_stuck_in_the_studio(size: tuple[int, int]) -> None:
    async with studio(size=size) as s:
        await s.press("S")
        await wait_for(s, "782 converge (78.2 %)   218 do not")
        assert "stuck 215 linear   3 plateau" in text(s)
        assert "epochs: quartiles 133.2, 199.5, 285.5; range 75–460" in text(s)
        assert "▸seed 13 " in text(s)
        await s.press("down", "j", "up")
        assert "▸seed 14 " in text(s)
        await s.press("end")
        assert s.app.screen.query_one(SweepPane).cursor == 217
        await s.press("home", "down", "down", "down", "enter")
        assert isinstance(s.app.screen, StudioScreen)
        assert (s.timeline.experiment.seed, s.where) == (17, (0, "start"))
        await s.press("space")
        assert s.where == (1, "update")


@pytest.mark.slow
async def test_its_result_is_there_when_it_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with studio("article-random") as s:
        await s.press("S")
        await wait_for(s, "782 converge (78.2 %)   218 do not")
        await s.press("enter")
        assert s.timeline.experiment.seed == 13

        def train(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr("tui_backprop.core.sweep._Group._step", train)
        await s.press("space", "S")
        await wait_for(s, "782 converge (78.2 %)   218 do not")


@pytest.mark.slow
async def test_it_can_be_watched_and_stopped_and_keys_are_heard_meanwhile() -> None:
    async with studio("sigmoid", layers=[3, 32, 32, 1]) as s:
        s.tap("S")
        await until(lambda: isinstance(s.app.screen, SweepScreen))
        await wait_for(s, "under way, ")
        s.tap("escape")
        await wait_for(s, "stopped at ")
        assert isinstance(s.app.screen, SweepScreen)
        assert "falling" in text(s) or "plateau" in text(s)
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)
        assert s.timeline.experiment.name == "sigmoid"
        sweep = s.screen._sweep
        assert sweep is not None
        before = sweep.progress
        await s.press("S")  # it goes on from there
        await wait_for(s, "under way, ")
        assert s.screen._sweep is sweep
        assert sweep.progress > before > 0
        await s.press("escape")


async def test_a_sweep_in_which_all_converge_has_nothing_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SEEDS", 3)
    async with studio("article-random") as s:
        await s.press("S")
        await wait_for(s, "3 converge (100 %)   0 do not")
        await s.press("enter", "down", "end", "pageup")
        assert isinstance(s.app.screen, SweepScreen)
        await s.press("q")
        assert isinstance(s.app.screen, StudioScreen)


async def test_a_visitors_sweep_is_smaller() -> None:
    experiment = load_experiment("article-random")
    assert (seeds_for(experiment, kiosk=False), seeds_for(experiment, kiosk=True)) == (1000, 250)
    app = BackpropApp(Timeline(experiment), audience=Audience(kiosk=True))
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("S")
        await wait_for(Studio(app, pilot), "of 250 starts, at most 1,000 epochs each")
