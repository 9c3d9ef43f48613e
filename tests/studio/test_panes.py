"""All panes, a few or one, as the terminal's size allows, and changing at any time."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from textual.geometry import Region

from tests.studio.studio import NARROW, SMALL, WIDE, Studio, name_of, studio
from tui_backprop import load_experiment
from tui_backprop.render.layout import Place, arrange, frame
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.places import Panes
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.terminal.internals import rearrange

THIN = (70, 24)
ALL = {"Network", "Matrices", "Samples", "Inspector", "Error"}
SIZES = {"wide": WIDE, "narrow": NARROW, "small": SMALL}


def assert_up_to_date(s: Studio) -> None:
    """Every widget in sight shows what it would paint now, in its present size."""
    for widget in s.screen.query(Painted):
        columns, rows = widget.size
        if not (widget.display and columns and rows) or widget.moment is None:
            continue
        assert widget.moment is s.moment
        wanted = ["".join(span.text for span in spans) for spans in widget.paint(widget.moment, columns, rows)[:rows]]
        shown = [strip.text for strip in (widget.render_line(y) for y in range(rows))]
        assert [row.rstrip() for row in shown] == [row[:columns].rstrip() for row in wanted] + [""] * (
            rows - len(wanted)
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "panes"),
    [
        (WIDE, ALL),
        ((160, 48), ALL),
        ((200, 60), ALL),
        ((120, 30), ALL),
        ((80, 50), ALL),
        ((100, 40), ALL - {"Error"}),
        (NARROW, ALL - {"Error"}),
        ((70, 24), {"Network", "Matrices"}),
        ((60, 18), {"Network", "Matrices"}),
        ((59, 24), {"Matrices"}),
        ((80, 17), {"Matrices"}),
        (SMALL, {"Matrices"}),
    ],
)
async def test_how_many_panes_are_visible(size: tuple[int, int], panes: set[str]) -> None:
    async with studio(size=size) as s:
        assert s.visible == panes
        assert_up_to_date(s)


async def test_where_there_is_not_room_for_all_tab_goes_from_pane_to_pane_below_the_network() -> None:
    async with studio(size=THIN) as s:
        assert "[Weights]" in s.text("PaneBar")
        for pane, title in [("Samples", "Samples"), ("Inspector", "Inspector"), ("Error", "Error")]:
            await s.press("tab")
            assert s.visible == {"Network", pane}
            assert (s.focused, f"[{title}]" in s.text("PaneBar")) == (pane, True)
        await s.press("tab")
        assert (s.focused, s.visible) == ("Network", {"Network", "Matrices"})


async def test_on_a_small_screen_one_pane_at_a_time_is_visible() -> None:
    async with studio(size=SMALL) as s:
        for pane in ("Samples", "Inspector", "Error", "Network", "Matrices"):
            await s.press("tab")
            assert (s.visible, s.focused) == ({pane}, pane)
            assert_up_to_date(s)


MODES = ["", "f", "c", "shift+tab f", "f c", "c f", "c tab", "f tab tab"]


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
async def test_another_size_at_any_moment_shows_the_same_moment(mode: str) -> None:
    async with studio() as s:
        await s.press("space", "full_stop", *mode.split())
        for size in ("narrow", "small", "wide", "small"):
            await s.resize(SIZES[size])
            await s.press("full_stop")
            assert s.visible
            assert s.focused in s.visible
            assert_up_to_date(s)


@pytest.mark.slow
async def test_no_size_is_too_strange() -> None:
    async with studio() as s:
        for size in [(1, 1), (20, 5), (500, 2), (3, 100)]:
            await s.resize(size)
            await s.press("r", "space", "tab", "c", "c", "f", "g", "escape")
            assert s.app.is_running
            assert s.where == (1, "update")
            await s.press("f")
        await s.resize(WIDE)
        assert s.visible == ALL
        assert_up_to_date(s)


async def test_a_click_on_a_name_brings_its_pane_into_sight() -> None:
    async with studio(size=THIN) as s:
        await s.pilot.click(s.painted("PaneBar"), offset=(s.text("PaneBar").index("Inspector"), 0))
        await s.settle()
        assert s.visible == {"Network", "Inspector"}
        assert "sum1" in s.text("Inspector")


async def test_the_tab_of_the_matrices_says_what_they_show() -> None:
    async with studio(size=THIN) as s:
        for shown in ("Weights", "Gradients", "Updates", "Net pulls", "Weights"):
            assert f"[{shown}]" in s.text("PaneBar")
            await s.press("v")


@pytest.mark.parametrize("keys", [(), ("1",), ("2",), ("c",), ("f",), ("c", "c"), ("f", "f")])
async def test_a_picture_paints_each_visible_pane_once(keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Maps are costly: neither another size nor what is said of it may paint them again."""
    painted: Counter[str] = Counter()
    show = Painted.show

    def shown(pane: Painted, lines: list[Line]) -> None:
        painted[name_of(pane)] += 1
        show(pane, lines)

    monkeypatch.setattr(Painted, "show", shown)
    async with studio("circle") as s:
        for key in keys:
            painted.clear()
            await s.press(key)
        assert painted
        assert max(painted.values()) == 1


@pytest.mark.parametrize("size", [(80, 24), (80, 50), (100, 40), (100, 50), (120, 30), (120, 40), (160, 48), (200, 60)])
def test_at_usual_sizes_no_pane_has_more_than_four_blank_rows(size: tuple[int, int]) -> None:
    columns, rows = size
    wants = {pane.ID: pane.want(load_experiment("article")) for pane in StudioScreen.PANES}
    places = arrange(columns, rows - 3, wants, "matrices")
    extra_columns, extra_rows = frame(columns)
    for name, want in wants.items():
        if name in places and not want.stretches:
            place = places[name]
            assert place.rows - extra_rows - want.rows_in(place.columns - extra_columns) <= 4, (name, places)


async def test_other_places_hold_for_a_layout_that_is_under_way() -> None:
    async with studio() as s:
        panes = s.screen.query_one("#panes")
        assert len(panes.arrange(panes.size).placements) > 1
        s.screen._places.places = {"network": Place(3, 2, 50, 20)}
        rearrange(panes)
        assert [placement.region for placement in panes.arrange(panes.size).placements] == [Region(3, 2, 50, 20)]


@pytest.mark.parametrize("size", [(80, 24), (100, 40), (120, 40), (160, 48)])
async def test_weights_of_eight_units_are_numbers_on_every_usual_screen(size: tuple[int, int]) -> None:
    """What can use any room, the inspector, gives way to a pane that needs columns for its numbers."""
    async with studio("spiral", size=size) as s:
        assert re.search(r"x1 +([+−]\d\.\d+ ?){8}", s.text("Matrices")), s.text("Matrices")


async def test_the_way_back_from_one_pane_comes_first_in_the_key_bar() -> None:
    async with studio() as s:
        before = s.text("KeyBar")
        for key in ("f", "c"):
            await s.press(key)
            assert s.text("KeyBar").startswith("f all panes ")
            await s.press("f")
            assert s.text("KeyBar") == before


async def test_a_graph_that_was_about_to_be_resized_is_up_to_date() -> None:
    """It loses its maps on the way to another size, and before that is laid out it has its old size again."""
    async with studio("xor") as s:
        screen, terminal = s.screen, s.screen._terminal
        graph = s.painted("Network")
        assert "▀" in s.text("Network")
        screen.views = ()
        sizes = (terminal._replace(width=columns, height=rows) for columns in range(62, 120) for rows in range(20, 60))
        for size in sizes:
            screen._terminal = size
            screen._arrange()
            if screen.query_one(Panes).keeps_size(graph):
                break
        assert screen.query_one(Panes).keeps_size(graph)
        await s.settle()
        assert_up_to_date(s)
