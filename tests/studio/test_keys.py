"""Every key, whatever pane has the focus; and the places where keys are listed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from textual.widgets import Static

from tests.render.article import worked
from tests.render.moments import shown
from tests.studio.studio import NARROW, SMALL, WIDE, Studio, studio
from tui_backprop.core.diagnostics.verdict import TROUBLES
from tui_backprop.studio.keys import KEYS, PANE_KEYS, bar_keys
from tui_backprop.studio.panes.pane import Pane
from tui_backprop.studio.panes.sweep import SweepPane
from tui_backprop.studio.panes.views import VIEWS
from tui_backprop.studio.screens.by_hand import PhaseByHand
from tui_backprop.studio.screens.help import SIGNS, HelpScreen
from tui_backprop.studio.screens.questions import ChoiceQuestion, TextQuestion
from tui_backprop.studio.screens.setup import SetupScreen
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.studio.screens.sweep import SweepScreen

PANES = ("Network", "Matrices", "Samples", "Inspector", "Error")


async def steps(s: Studio) -> None:
    await s.press("space", "space", "space")
    assert s.where == (3, "update")
    assert "epoch 1   sample #2 3/4   step 3   error so far 4.46" in s.text("Breadcrumb")
    await s.press("backspace")
    assert s.where == (2, "update")
    await s.press("backspace", "backspace", "backspace")
    assert s.where == (0, "start")


async def phases(s: Studio) -> None:
    await s.press(*["full_stop"] * 6)
    assert s.where == (1, "error")
    assert s.sentence == "2.9 should be 1: too high. δ = ŷ − t = +1.9000 flows back; reported error 3.61."
    await s.press("comma", "comma")
    assert s.where == (1, "sum2")
    await s.press(*["comma"] * 9)
    assert s.where == (0, "start")


async def epochs(s: Studio) -> None:
    await s.press("e", "e")
    assert s.where == (8, "update")
    assert s.sentence.startswith("Epoch 2 ends with error 1.39.")
    await s.press("full_stop", "E")
    assert s.where == (8, "update")
    await s.press("E", "E", "E")
    assert s.where == (0, "start")


async def play(s: Studio) -> None:
    await s.press("p")
    assert "▶ a phase every 1.5 s" in s.text("Breadcrumb")
    await s.press("right_square_bracket")
    assert "▶ a phase every 0.7 s" in s.text("Breadcrumb")
    await s.press("left_square_bracket", "left_square_bracket")
    assert "▶ a phase every 3 s" in s.text("Breadcrumb")
    await s.press("p")
    assert "▶" not in s.text("Breadcrumb")
    await s.press("left_square_bracket")
    assert "a phase every 3 s" in s.sentence  # the slowest


async def panes(s: Studio) -> None:
    start = PANES.index(s.focused)
    for key, by in [("tab", 1), ("shift+tab", -1)]:
        for place in range(1, 6):
            await s.press(key)
            assert s.focused == PANES[(start + by * place) % 5]


async def matrices(s: Studio) -> None:
    await s.press("space", "v")
    assert s.title("Matrices").startswith("Gradients")
    assert shown(worked(1).step.gradient[0][0, 0]) in s.text("Matrices")
    await s.press("v")
    assert s.title("Matrices").startswith("Updates")
    assert "ΔW1" in s.text("Matrices")
    assert "−0.118" in s.text("Matrices"), "0.1 times the gradient"
    await s.press("v")
    assert s.title("Matrices").startswith("Net pulls")
    await s.press("v")
    assert s.title("Matrices").startswith("Weights")


async def test_the_frame_of_the_graph_is_lit_while_it_has_the_focus() -> None:
    async with studio() as s:
        for _ in PANES:
            await s.press("tab")
            corner = s.painted("Network").render_line(1)._segments[0].style
            assert corner is not None
            assert corner.color is not None
            assert corner.color.name == ("#ffd75f" if s.focused == "Network" else "#585858"), s.focused


async def full(s: Studio) -> None:
    name = s.focused
    await s.press("f")
    assert s.visible == {name}
    assert s.focused == name
    await s.press("space", "f")
    assert s.visible == set(PANES)
    await s.press("f", "escape")
    assert s.visible == set(PANES)


async def chart(s: Studio) -> None:
    await s.press("e", "e", "c")
    assert s.visible == {"Chart"}
    assert s.focused == "Chart"
    linear = s.text("Chart")
    await s.press("l")
    assert s.text("Chart") != linear
    await s.press("c")
    assert s.visible == set(PANES)
    await s.press("c", "escape")
    assert s.visible == set(PANES)


async def copy(s: Studio) -> None:
    await s.press("space", "y")
    lines = s.app.clipboard.splitlines()
    assert lines[0] == "W1[x1→h1]"
    assert lines[2] == "sum1       z(h1) = 1×0.817638809 + 1×0.421768179 + 1×0.707635578 = 1.947042566"
    assert lines[-1] == "update     new = old − rate·gradient = 0.817638809 − 0.1×1.1814591305 = 0.69949289595"
    assert s.sentence == "Copied the arithmetic of W1[x1→h1]."


async def restart(s: Studio) -> None:
    await s.press("e", "e", "full_stop", "r")
    assert s.where == (0, "start")
    assert "+0.8176" in s.text("Matrices")
    assert "reached epoch 2" in s.text("Error")


async def reseed(s: Studio) -> None:
    await s.press("e", "R")
    assert s.where == (0, "start")
    assert s.sentence == "New weights, from seed 1."
    assert "+0.4170" in s.text("Matrices")  # numpy.random.RandomState(1).random_sample()
    await s.press("R")
    assert "+0.4360" in s.text("Matrices")  # of seed 2


async def edits(s: Studio) -> None:
    await s.press("enter")
    assert isinstance(s.app.screen, ChoiceQuestion)
    await s.press("escape", "b")
    assert s.sentence.startswith("Only one branch so far.")
    await s.press("Y")
    assert s.app.clipboard == "tui-backprop article --at 0"


async def questions(s: Studio) -> None:
    screens = {
        "u": ChoiceQuestion,
        "g": TextQuestion,
        "s": TextQuestion,
        "question_mark": HelpScreen,
        "ctrl+n": SetupScreen,
    }
    for key, screen in screens.items():
        await s.press(key)
        assert isinstance(s.app.screen, screen)
        await s.press("escape")
        assert isinstance(s.app.screen, StudioScreen)


async def sweep(s: Studio) -> None:
    before = s.where
    await s.press("S")
    assert isinstance(s.app.screen, SweepScreen)
    await s.press("S")
    assert isinstance(s.app.screen, StudioScreen)
    assert s.where == before


async def redraw(s: Studio) -> None:
    before = s.text("Matrices")
    await s.press("ctrl+l")
    assert s.text("Matrices") == before


async def suspend(s: Studio) -> None:
    await s.press("ctrl+z", "space")  # without a shell nothing happens; with one: tests/terminal
    assert s.where == (1, "update")


async def leave(s: Studio) -> None:
    await s.pilot.press("q")
    await s.pilot.pause()
    assert s.app.return_code == 0
    assert not s.app.is_running


async def views(s: Studio) -> None:
    for view in VIEWS:
        await s.press(view.KEY)
        assert view.__name__.removesuffix("Pane") in s.visible
        await s.press(view.KEY)
        assert s.visible == set(PANES)


async def by_hand(s: Studio) -> None:
    await s.press("w")
    assert isinstance(s.app.screen, PhaseByHand)
    assert s.where == (1, "input")


ACTS: dict[Callable[[Studio], Awaitable[None]], tuple[str, ...]] = {
    steps: ("space", "backspace"),
    phases: ("full_stop", "comma"),
    epochs: ("e", "E"),
    play: ("p", "left_square_bracket", "right_square_bracket"),
    panes: ("tab", "shift+tab"),
    matrices: ("v",),
    views: tuple(view.KEY for view in VIEWS),
    full: ("f", "escape"),
    chart: ("c",),
    copy: ("y",),
    edits: ("enter", "b", "Y"),
    restart: ("r",),
    reseed: ("R",),
    questions: ("u", "g", "s", "question_mark", "ctrl+n"),
    sweep: ("S",),
    by_hand: ("w",),
    redraw: ("ctrl+l",),
    suspend: ("ctrl+z",),
    leave: ("q",),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "pane"), list(zip(ACTS, PANES * 9, strict=False)), ids=lambda part: getattr(part, "__name__", part)
)
async def test_what_each_key_does(act: Callable[[Studio], Awaitable[None]], pane: str) -> None:
    async with studio() as s:
        s.screen.query_one(f"#{pane.lower()}").focus()
        await s.pilot.pause()
        await act(s)


@pytest.mark.slow
@pytest.mark.parametrize("pane", ["Network", "Inspector", "Chart"])
async def test_keys_work_whatever_pane_has_the_focus(pane: str) -> None:
    async with studio() as s:
        if pane == "Chart":
            await s.press("c")
        s.screen.query_one(f"#{pane.lower()}").focus()
        await s.pilot.pause()
        assert s.focused == pane
        places = {"space": (1, "update"), "full_stop": (2, "input"), "comma": (1, "update"), "backspace": (0, "start")}
        places |= {"e": (4, "update"), "E": (0, "start")} | dict.fromkeys("yv", (0, "start"))
        for key, place in places.items():
            await s.press(key)
            assert s.where == place
        assert (s.screen.view.value, s.app.clipboard[:2]) == ("gradient", "W1")
        for key, screen in {"g": TextQuestion, "u": ChoiceQuestion, "question_mark": HelpScreen}.items():
            await s.press(key)
            assert isinstance(s.app.screen, screen)
            await s.press("escape")
        await s.press("R", "q")
        assert not s.app.is_running


def test_every_key_has_been_tried() -> None:
    assert {key for keys in ACTS.values() for key in keys} == {key.key for key in KEYS}


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL])
async def test_an_explanation_in_the_help_stays_in_its_column(size: tuple[int, int]) -> None:
    async with studio(size=size) as s:
        await s.press("question_mark")
        page = s.app.screen.query_one(Static)
        drawn = ["".join(segment.text for segment in page.render_line(y)) for y in range(page.size.height)]
        first = next(y for y, row in enumerate(drawn) if row.startswith("  z "))
        signs = drawn[first : next(y for y in range(first, len(drawn)) if not drawn[y].strip())]
        assert len(signs) > len(SIGNS)  # some take two lines
        assert [row for row in signs if row[:1].strip()] == []
        assert len([row for row in signs if row[:12].strip()]) == len(SIGNS)
        assert any("More: tui-backprop help" in row for row in drawn)


async def test_the_help_tells_every_key_and_every_pane() -> None:
    async with studio() as s:
        await s.press("question_mark")
        page = s.help_page
        for key in KEYS:
            assert re.search(rf"^  {re.escape(key.glyph)} +{re.escape(key.does)}$", page, re.MULTILINE), key
        for trouble in TROUBLES:
            assert f"⚠ {trouble.word}\n" in page
            assert trouble.helps in page
        for pane in (*PANES, "Chart"):
            assert s.painted(pane).ANSWERS in page  # type: ignore[attr-defined]
        unopened: tuple[type[Pane], ...] = (*VIEWS, SweepPane)
        assert all(pane.ANSWERS in page for pane in unopened)


async def test_the_help_begins_with_the_signs_and_the_pane_that_has_the_focus() -> None:
    async with studio() as s:
        for _ in PANES:
            await s.press("tab", "question_mark")
            page = s.help_page
            assert page.startswith("Signs\n  z  ")
            assert s.painted(s.focused).ANSWERS in page.partition("\nKeys\n")[0]  # type: ignore[attr-defined]
            await s.press("escape")


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, (70, 24), SMALL])
async def test_keys_pressed_in_one_go_are_all_obeyed(size: tuple[int, int]) -> None:
    async with studio(size=size) as s:
        for pane in ("Inspector", "Network", "Samples", "Error", "Matrices"):
            s.tap("tab", "tab")
            await s.settle()
            assert s.focused == pane
        s.tap("tab", "tab", "f", "v", "v", "space", "full_stop", "f", "c", "c")
        await s.settle()
        assert (s.focused, s.screen.view.value, s.where) == ("Inspector", "update", (2, "input"))


@pytest.mark.slow
async def test_the_help_scrolls_and_closes() -> None:
    async with studio(size=NARROW) as s:
        await s.press("question_mark", "down", "pagedown", "j", "k", "escape")
        for close in ("escape", "q", "question_mark", "f1"):
            await s.press("question_mark")
            assert isinstance(s.app.screen, HelpScreen)
            await s.press(close)
            assert isinstance(s.app.screen, StudioScreen)


def test_every_binding_of_the_studio_is_a_key_that_is_listed() -> None:
    assert {binding.key for binding in StudioScreen.BINDINGS} == {key.key for key in KEYS}  # type: ignore[union-attr]
    assert len({key.key for key in KEYS}) == len({key.name for key in KEYS}) == len(KEYS)
    assert {action for _, _, action in (*bar_keys(), *PANE_KEYS)} <= {key.action for key in KEYS}
    assert {key.glyph for key in KEYS} >= {glyph for glyph, _, _ in PANE_KEYS}


async def test_every_action_exists() -> None:
    async with studio() as s:
        for key in KEYS:
            action = key.action.partition("(")[0]
            owner = s.app if action.startswith("app.") else s.screen
            assert callable(getattr(owner, f"action_{action.removeprefix('app.')}"))


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL])
async def test_the_key_bar_names_the_first_keys_and_always_help_and_quit(size: tuple[int, int]) -> None:
    async with studio(size=size) as s:
        bar = s.text("KeyBar")
        assert bar.startswith("space ")
        assert bar.endswith("? help  q quit")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pane", "keys", "selection"),
    [
        ("Matrices", ("down", "right"), "W1[x2→h2]"),
        ("Matrices", ("j", "j", "k", "l", "h"), "W1[x2→h1]"),
        ("Matrices", ("right",) * 4, "W2[h1→y]"),
        ("Network", ("down", "down"), "h3"),
        ("Network", ("l", "h", "h"), "x1"),
    ],
)
async def test_a_selection_by_keys_is_shared_by_all_panes(pane: str, keys: tuple[str, ...], selection: str) -> None:
    async with studio() as s:
        s.screen.query_one(f"#{pane.lower()}").focus()
        await s.press("full_stop", *keys)
        assert s.title("Inspector") == f"Inspector  {selection}  (y: copy)"
        chosen = s.screen.selection
        assert {s.painted(name).selection for name in ("Network", "Matrices", "Inspector")} == {chosen}


async def test_a_click_selects_and_gives_the_focus() -> None:
    async with studio() as s:
        await s.press("full_stop", "full_stop", "tab")
        for name, wanted, selection in [("Matrices", "+0.5251", "W1[x3→h2]"), ("Network", "h4 ─", "h4")]:
            pane = s.painted(name)
            y, x = next((y, row.index(wanted)) for y, row in enumerate(s.text(name).splitlines()) if wanted in row)
            await s.pilot.click(pane, offset=(x + pane.gutter.left, y + pane.gutter.top))
            await s.settle()
            assert s.title("Inspector").split()[1] == selection
            assert s.focused == name


async def test_a_click_on_the_key_bar_is_as_good_as_the_key() -> None:
    async with studio() as s:
        bar = s.text("KeyBar")
        await s.pilot.click(s.painted("KeyBar"), offset=(bar.index("epoch"), 0))
        await s.settle()
        assert s.where == (4, "update")
        await s.pilot.click(s.painted("KeyBar"), offset=(bar.index("help"), 0))
        await s.settle()
        assert isinstance(s.app.screen, HelpScreen)


async def test_the_samples_scroll_by_keys_and_go_back_to_the_one_trained_on() -> None:
    async with studio("iris") as s:
        s.screen.action_show_pane("samples")
        await s.press("space", "end")
        assert re.search(r"\b104\b", s.text("Samples"))
        await s.press("space", "up", "up")
        assert re.search(r"\b102\b", s.text("Samples"))
        await s.press("home", "pagedown", "down")
        assert "▸" not in s.text("Samples") or s.moment.samples[0] < 30
        await s.press("left")
        assert re.search(rf"▸#?{s.moment.sample}\b", s.text("Samples"))
