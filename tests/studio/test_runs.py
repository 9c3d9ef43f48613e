"""Play, runs, journeys and questions: what they reach, what they say, and how they are stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.patience import until
from tests.studio.studio import NARROW, WIDE, Studio, studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio import moves
from tui_backprop.studio.screens.studio import StudioScreen

ERRORS: list[float] = json.loads((Path(__file__).parents[1] / "data" / "article-run.json").read_text())["errors"]
NEVER: dict[str, Any] = {"seed": 13}
"""article-random from this seed is stuck for ever."""
DIVERGING: dict[str, Any] = {"seed": 0, "hidden": "linear", "rate": 0.5}


async def started(s: Studio) -> None:
    """Waits until a long move is under way and says so."""
    await until(lambda: s.screen.news.startswith(("Running", "On the way")))


async def run_until(s: Studio, condition: int, answer: str | None = None) -> None:
    await s.press("u", *["down"] * condition, "enter")
    if answer is not None:
        await s.type(answer)


async def test_until_converged_stops_where_the_article_does() -> None:
    async with studio() as s:
        await run_until(s, 0)
        assert s.where == (4 * 148, "update")
        assert s.sentence == "Converged: epoch 148, error 0."
        assert "epoch 148: sum 0 " in " ".join(s.text("Error").split()) + " "
        assert s.text("Samples").count("✓") == 4
        await s.press("e")
        await run_until(s, 0)
        assert s.where == (4 * 149, "update")
        assert s.sentence == "It converged in epoch 148."
        await s.press("space")
        assert "Converged" not in s.sentence


async def test_until_the_error_is_below_a_bound() -> None:
    async with studio(size=NARROW) as s:
        await run_until(s, 1, "0.5")
        epoch = next(number for number, error in enumerate(ERRORS, 1) if error < 0.5)
        assert s.where == (4 * epoch, "update")
        assert s.sentence == f"Below 0.5: epoch {epoch}, error {ERRORS[epoch - 1]:.4g}."


async def test_until_some_epochs_are_over() -> None:
    async with studio(size=NARROW) as s:
        await run_until(s, 2, "3")
        assert (s.where, s.sentence) == ((12, "update"), "Ran to epoch 3, error 1.35.")
        await s.press("full_stop")
        await run_until(s, 2, "1")
        assert s.where == (16, "update")


@pytest.mark.slow
async def test_a_mistake_in_an_answer_is_reported_and_can_be_corrected() -> None:
    mistakes = {(1, "small"): "'small' is not a number", (1, "-1"): "above 0", (1, "0"): "above 0", (1, ""): "e.g. 0.1"}
    mistakes |= {(2, "0"): "whole number from 1", (2, "1.5"): "e.g. 100", (2, "9" * 5000): "whole number from 1"}
    async with studio(size=NARROW) as s:
        for (condition, answer), mistake in mistakes.items():
            await s.press("r")
            await run_until(s, condition, answer)
            assert mistake in s.mistake
            assert s.where == (0, "start")
            await s.type("1")
            assert isinstance(s.app.screen, StudioScreen)
            assert s.moment.epochs_completed >= 1


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda *run: moves.until_converged(*run), "Not converged within 2 epochs; it may be stuck: "),
        (lambda timeline, notify: moves.until_below(timeline, 0.1, notify), "Not below 0.1 within 2 epochs: "),
        (lambda *run: moves.until_error_rises(*run), "The error has not risen within 2 epochs: "),
        (lambda timeline, notify: moves.for_epochs(timeline, 2, notify), "Ran to "),
    ],
)
def test_a_run_that_gives_up_says_what_has_not_happened(move: Any, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "MOST_EPOCHS", 2)
    news: list[str] = []
    list(move(Timeline(load_experiment("article")), news.append).make())
    assert news == [f"{said}epoch 2, error {ERRORS[1]:.4g}."]


async def test_go_to_a_place() -> None:
    places = {"148": (592, "update"), "1:0:mask1": (1, "mask1"), "2:3": (8, "update"), " 0 ": (0, "start")}
    async with studio(size=NARROW) as s:
        for place, where in places.items():
            await s.press("g")
            await s.type(place)
            assert s.where == where


async def test_a_place_that_is_none_is_reported() -> None:
    mistakes = {
        "x": "'x' is not a place",
        "1:9": "samples 0 to 3",
        "1:0:mask7": "mask1",
        "": "not a place",
        "9" * 11: "too far",
    }
    async with studio(size=NARROW) as s:
        for place, mistake in mistakes.items():
            await s.press("g")
            await s.type(place)
            assert mistake in s.mistake
            await s.press("escape")
            assert isinstance(s.app.screen, StudioScreen)
            assert s.where == (0, "start")


async def test_letters_typed_into_a_question_are_no_keys() -> None:
    async with studio(size=NARROW) as s:
        await s.press("g", "2", "colon", "1", "colon", *"input", "enter")
        assert s.where == (6, "input")


async def test_a_long_run_is_stopped_by_escape() -> None:
    async with studio("article-random", **NEVER, size=NARROW) as s:
        await s.press("u")
        s.tap("enter")
        await started(s)
        s.tap("escape")
        await s.settle()
        assert s.sentence == "Stopped."
        assert s.where[0] > 0
        assert s.where[0] % 4 == 0
        assert s.moment is s.timeline.moment


async def test_no_key_is_lost_in_a_long_run() -> None:
    async with studio("article-random", **NEVER, size=NARROW) as s:
        await s.press("u")
        s.tap("enter")
        await started(s)
        s.tap("space", "space", "full_stop", "v", "tab")
        await s.settle()
        assert s.where[0] % 4 == 3
        assert s.where[1] == "input"
        assert s.screen.view.value == "gradient"
        assert s.focused == "Samples"


async def test_a_long_way_is_broken_off_by_escape_without_having_moved() -> None:
    async with studio("article-random", **NEVER, size=NARROW) as s:
        await s.press("space", "g")
        await s.type("20000000", end="f12")
        s.tap("enter")
        await started(s)
        assert s.screen.news.startswith("On the way to step 80,000,000: step ")
        s.tap("escape")
        await s.settle()
        assert (s.where, s.sentence) == ((1, "update"), "Stopped.")


@pytest.mark.slow
async def test_keys_pressed_on_a_long_way_come_after_it() -> None:
    async with studio("article-random", **NEVER, size=NARROW) as s:
        await s.press("g")
        await s.type("50000", end="f12")
        s.tap("enter")
        await started(s)
        s.tap("space", "full_stop", "full_stop")
        await s.settle()
        assert s.where == (200_002, "sum1")


@pytest.mark.slow
async def test_many_keys_at_once_are_all_obeyed() -> None:
    async with studio(size=NARROW) as s:
        s.tap(*["space"] * 60, *["comma"] * 3)
        await s.settle()
        assert s.where == (60, "upstream1")


TEN_A_SECOND = ["right_square_bracket"] * 5
FASTEST = ["right_square_bracket"] * 9


async def test_play_moves_at_once() -> None:
    async with studio(size=NARROW) as s:
        await s.press("p")
        assert s.where == (1, "input")


async def test_the_fastest_play_runs_until_it_converges() -> None:
    async with studio(size=NARROW) as s:
        await s.press(*FASTEST)
        assert s.sentence == "Play: as fast as it can; p plays."
        await s.press("p")
        await until(lambda: not s.screen.status)
        assert s.where == (4 * 148, "update")
        await run_until(s, 0)
        assert s.sentence == "It converged in epoch 148."
        assert s.where == (4 * 148, "update")


async def test_the_fastest_play_is_paused_where_it_is() -> None:
    async with studio("no-direction", size=NARROW) as s:
        await s.press(*FASTEST)
        s.tap("p")
        await until(lambda: s.moment.epochs_completed >= 50)
        s.tap("p")
        await s.settle()
        assert not s.screen.status
        reached = s.moment.epochs_completed
        assert reached >= 50
        await s.press("e")
        assert s.moment.epochs_completed == reached + 1


async def test_a_long_run_can_be_watched() -> None:
    async with studio("no-direction", size=WIDE) as s:
        seen: set[int] = set()
        for key in ("u", "enter"):
            s.tap(key)
        await until(lambda: seen.add(s.moment.epochs_completed) or len(seen) > 3)  # type: ignore[func-returns-value]
        assert s.timeline.moment.step == 0, "the cursor stays until the run ends"
        assert f"epoch {max(seen):,}" in s.text("Breadcrumb")
        await s.press("escape")
        assert s.timeline.moment is s.moment


async def test_play_continues_by_itself_and_any_step_pauses_it() -> None:
    async with studio(size=NARROW) as s:
        await s.press(*TEN_A_SECOND)
        assert s.sentence == "Play: 10 epochs a second; p plays."
        await s.press("p")
        await until(lambda: s.moment.epochs_completed >= 3)
        s.tap("space")
        await s.settle()
        epoch, order = divmod(s.where[0], 4)
        assert epoch >= 3
        assert order == 1
        assert "▶" not in s.text("Breadcrumb")
        assert not s.screen._player.playing


async def test_keys_while_playing_are_all_obeyed() -> None:
    async with studio(size=NARROW) as s:
        await s.press(*TEN_A_SECOND, "p")
        await until(lambda: s.moment.epochs_completed >= 1)
        s.tap("v", "full_stop", "full_stop", "full_stop", "y")
        await s.settle()
        assert s.where[1] == "activate1"
        assert s.screen.view.value == "gradient"
        assert s.app.clipboard


async def test_what_pauses_play() -> None:
    async with studio(size=NARROW) as s:
        for key in ("p", "escape", "full_stop", "e", "r", "g"):
            await s.press("p")
            assert s.screen.status
            await s.press(key)
            assert not s.screen.status


async def test_play_ends_with_the_epoch_that_converges() -> None:
    async with studio(size=NARROW) as s:
        await s.press("g")
        await s.type("146")
        await s.press(*TEN_A_SECOND, "p")
        await until(lambda: not s.screen.status)
        assert s.where == (4 * 148, "update")
        assert s.sentence.startswith("Epoch 148 converged")


async def test_play_continues_beyond_the_epoch_that_converged() -> None:
    async with studio(size=NARROW) as s:
        await s.press("g")
        await s.type("149")
        await s.press(*TEN_A_SECOND, "p")
        await until(lambda: s.moment.epochs_completed >= 152 or not s.screen.status)
        assert s.screen.status, "it has stopped"


@pytest.mark.slow
async def test_a_diverging_run_does_not_end_the_studio() -> None:
    async with studio("article-random", **DIVERGING) as s:
        await s.press("e")
        assert "50.49" in s.sentence
        await s.press(*"eee", "full_stop", "full_stop", *"vv", "tab", "tab", *"ycllcff", "space")
        assert s.app.is_running
        assert s.sentence.startswith("The run has diverged: some weights are no longer finite")
        assert "NaN" in s.text("Matrices")
        assert "!" in s.text("Error")
        await s.press("r", "v", "v")
        assert "+0.5488" in s.text("Matrices").replace(" old", "")  # numpy.random.RandomState(0).random_sample()
        await run_until(s, 0)
        assert s.sentence == "The run has diverged: epoch 3, error NaN (the rate may be too large)."
        await s.resize((40, 12))
        await s.press(*["tab"] * 5, "E")
        assert s.app.is_running


async def test_play_ends_where_a_run_diverges() -> None:
    async with studio("article-random", **DIVERGING, size=NARROW) as s:
        await s.press(*TEN_A_SECOND, "p")
        await until(lambda: not s.screen.status)
        assert not s.moment.finite


async def test_new_weights_beyond_the_last_seed_are_refused() -> None:
    async with studio("article-random", seed=2**32 - 1, size=NARROW) as s:
        await s.press("R")
        assert s.app.is_running
        assert "network.seed: 4294967296 is out of range" in s.sentence


async def test_new_weights_need_no_file_any_more(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,0\n")
    async with studio({"network": {"layers": [1, 1]}, "data": {"csv": str(tmp_path / "data.csv")}}, size=NARROW) as s:
        (tmp_path / "data.csv").unlink()
        await s.press("space", "R")
        assert s.screen.news == "New weights, from seed 1."
        assert s.where == (0, "start")
