"""Views: a number key opens one in the inspector's place, and closes it again."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from tests.studio.studio import NARROW, SMALL, WIDE, studio
from tests.studio.test_panes import ALL, THIN, assert_up_to_date
from tui_backprop import load_experiment
from tui_backprop.studio.panes.views import VIEWS

NAMES = [view.__name__.removesuffix("Pane") for view in VIEWS]
KEY = {view.__name__.removesuffix("Pane"): view.KEY for view in VIEWS}


def with_views(*views: str) -> set[str]:
    """The panes in sight while views are open: all but the inspector, unless only the surface is, beside the graph."""
    return (ALL | set(views)) - ({"Inspector"} if set(views) - {"Surface"} else set())


@pytest.mark.slow
@pytest.mark.parametrize("view", NAMES)
async def test_a_key_opens_a_view_in_the_inspectors_place_and_closes_it(view: str) -> None:
    async with studio() as s:
        place = s.painted("Inspector").region
        await s.press("space", KEY[view])
        assert s.visible == with_views(view)
        assert s.focused == view
        if view != "Surface":
            assert s.painted(view).region.offset[0] == place.x
        assert_up_to_date(s)
        await s.press("full_stop", "full_stop")
        assert_up_to_date(s)
        await s.press(KEY[view])
        assert (s.visible, s.focused) == (ALL, "Matrices")
        assert_up_to_date(s)


@pytest.mark.slow
@pytest.mark.parametrize("view", NAMES)
async def test_where_panes_share_a_place_a_view_is_a_further_tab_while_it_is_open(view: str) -> None:
    async with studio(size=THIN) as s:
        assert f" {view} " not in s.text("PaneBar")
        await s.press("space", KEY[view])
        assert (s.visible, s.focused) == ({"Network", view}, view)
        assert f"[{next(v.TITLE for v in VIEWS if view.lower() == v.ID)}]" in s.text("PaneBar")
        assert_up_to_date(s)
        await s.press("tab")
        assert s.visible == {"Network", "Inspector"}
        await s.press("shift+tab")
        assert s.visible == {"Network", view}
        await s.press(KEY[view])
        assert (s.visible, s.focused) == ({"Network", "Matrices"}, "Matrices")


async def test_on_a_small_screen_a_view_is_alone() -> None:
    async with studio(size=SMALL) as s:
        await s.press("2")
        assert s.visible == {"Gates"}
        await s.press("2")
        assert s.visible == {"Matrices"}


async def test_a_view_full_screen_and_under_the_chart() -> None:
    async with studio() as s:
        await s.press("2", "f")
        assert s.visible == {"Gates"}
        assert s.painted("Gates").region.width == WIDE[0]
        await s.press("f")
        assert s.visible == with_views("Gates")
        await s.press("c")
        assert s.visible == {"Chart"}
        await s.press("2")
        assert (s.visible, s.focused) == (with_views("Gates"), "Gates")


async def test_views_go_through_all_sizes() -> None:
    async with studio() as s:
        await s.press("2")
        for size, panes in [
            (NARROW, with_views("Gates") - {"Error"}),
            (THIN, {"Network", "Gates"}),
            (SMALL, {"Gates"}),
            (WIDE, with_views("Gates")),
        ]:
            await s.resize(size)
            assert s.visible == panes
            assert_up_to_date(s)


async def test_the_inspector_makes_way_for_a_view_when_there_is_room_for_all() -> None:
    async with studio(size=THIN) as s:
        await s.press("2", "tab")
        assert s.focused == "Inspector"
        await s.resize(WIDE)
        assert (s.focused, s.visible) == ("Gates", with_views("Gates"))


async def test_two_views_share_the_place_and_a_third_pushes_out_the_oldest() -> None:
    async with studio() as s:
        await s.press("2", "3")
        assert s.visible >= {"Network", "Matrices", "Samples", "Gates", "Pulls"}
        left, right = s.painted("Gates").region, s.painted("Pulls").region
        assert (left.y, left.right) == (right.y, right.x)
        await s.press("4")
        assert {"Pulls", "Collapse"} <= s.visible
        assert "Gates" not in s.visible
        await s.press("space", "tab")
        assert_up_to_date(s)
        await s.press("3")
        assert s.visible == with_views("Collapse")


async def test_the_surface_stands_beside_the_graph_and_the_units_have_maps() -> None:
    async with studio("circle") as s:
        graph, surface = s.painted("Network").region, s.painted("Surface").region
        assert (surface.x, surface.y, surface.height) == (graph.right, graph.y, graph.height)
        assert "▀" in s.text("Network")
        await s.press("1")
        assert s.visible == ALL
        assert "▀" not in s.text("Network")
        assert_up_to_date(s)


@pytest.mark.parametrize("view", ["surface", "gates"])
async def test_panes_out_of_sight_for_less_than_a_layout_are_up_to_date(view: str) -> None:
    """Two keys in one read open a view and close it: no pane gets another size, the moment is another one."""
    async with studio("circle") as s:
        s.screen.action_toggle_view(view)
        s.screen.action_phase(1)
        s.screen.action_toggle_view(view)
        await s.settle()
        await s.pilot.pause()
        assert "▀" in s.text("Network")
        assert_up_to_date(s)


async def test_beside_a_lesson_units_have_their_names_and_maps_too() -> None:
    async with studio("circle", size=(76, 40)) as s:
        graph, surface = s.text("Network"), s.text("Surface")
        for name in ("h1", "h2", "h3", "h4", "y"):
            assert re.search(rf"{name} ▀{{8}}", graph), graph
        assert s.painted("Surface").border_title is not None
        assert "…" not in surface + str(s.painted("Surface").border_title)


async def test_arrows_in_the_tug_of_war_select_another_weight() -> None:
    async with studio() as s:
        await s.press("3", "down")
        assert "W1[x2→h1]" in s.text("Pulls")
        await s.press("7", "right")
        assert "W1[x2→h2]" in s.text("Slope")
        assert s.text("Pulls").startswith("2 pull") or "W1[x2→h2]" in s.text("Pulls")


async def test_a_view_is_opened_by_name() -> None:
    async with studio() as s:
        s.screen.open_view("collapse")
        await s.settle()
        await s.pilot.pause()
        assert "Collapse" in s.visible
        s.screen.open_view("collapse")
        s.screen.close_view("collapse")
        await s.pilot.pause()
        assert s.visible == ALL


async def test_another_experiment_is_shown_in_the_views_that_are_open() -> None:
    async with studio() as s:
        await s.press("4", "1")
        s.screen.open(load_experiment("spiral"))
        await s.settle()
        assert "Nothing collapses" in s.text("Collapse")
        assert_up_to_date(s)


async def test_the_loss_surface_takes_another_second_weight_and_forgets_it_with_another_selection() -> None:
    async with studio() as s:
        await s.press("8")
        assert s.text("Landscape").startswith("W1[x1→h1] ▸ and W1[x2→h1] ▲")
        await s.press("x")
        assert s.text("Landscape").startswith("W1[x1→h1] ▸ and W1[x3→h1] ▲")
        await s.press("x", "right", "space")
        assert s.text("Landscape").startswith("W1[x1→h2] ▸ and W1[x2→h2] ▲")
        assert_up_to_date(s)


async def test_a_lesson_or_an_experiment_may_close_the_view_in_front() -> None:
    async with studio(size=THIN) as s:
        await s.press("2")
        s.screen.views = ()
        await s.pilot.pause()
        assert s.visible == {"Network", "Matrices"}


async def test_the_samples_are_titled_after_the_update_while_the_network_shows_the_pass_before_it() -> None:
    async with studio(size=(120, 40)) as s:
        assert s.title("Samples") == "Samples · ŷ rounded, current weights"
        await s.press("space")
        assert s.title("Samples") == "Samples · ŷ rounded, after this update"
        await s.press("comma")
        assert s.title("Samples").endswith("current weights")


@pytest.mark.parametrize(
    ("size", "end"),
    [((60, 18), " (2)"), ((80, 24), " (key 2)"), ((120, 40), f": {'kelvin ' * 7}not scaled (key 2)")],
)
async def test_a_long_name_cuts_neither_the_warning_nor_its_key(size: tuple[int, int], end: str) -> None:
    data = {"inputs": [[500.0], [900.0]], "targets": [[1], [0]], "names": [("kelvin " * 7).strip()]}
    network = {"layers": [1, 3, 1], "hidden": "sigmoid"}
    async with studio({"network": network, "data": data}, size=size) as s:
        await s.press("e")
        assert f"⚠ 100 % saturated{end}" in s.text("Breadcrumb")


@pytest.mark.parametrize(
    ("size", "keys", "view", "starts", "ends"),
    [
        (
            (60, 18),
            "ee2",
            "Gates",
            ["1 of 4 units switches between samples: h2", "     h1 h2 h3 h4", " #2", "▸#3"],
            "↑↓",
        ),
        (
            (60, 18),
            "ee3",
            "Pulls",
            ["1 pulls W1[x1→h1] up, 1 down; the net pull is up.", "    ◂ down", " #2", "▸#3"],
            "↑↓",
        ),
        (
            (60, 18),
            "ee5",
            "Interference",
            ["Of 3 others 1 got better, 2 worse;", "           #0", " #2", "▸#3"],
            "↑↓",
        ),
        (NARROW, "ee5", "Interference", ["Of 3 others", "worse; its own: −0.2400.", "     #0 #1 #2 #3"], "↓"),
        (
            NARROW,
            "4",
            "Collapse",
            [
                "Layers 1 and 2 are one: no",
                "gate switches on this data.",
                "Largest difference: 4.4e−16",
                "W1·W2 = with these gates",
            ],
            "↓",
        ),
        (
            NARROW,
            ("e", "e", "space", "6"),
            "Health",
            ["δ at W1: 0.24 × output's.", "    ", "W1", "W2", "mean of the last 4 steps"],
            "",
        ),
        (NARROW, "ee7", "Slope", ["✓ For W1[x1→h1] back-prop", "and slope agree.", "back-prop 0"], "↓"),
    ],
)
async def test_where_lines_are_hidden_headings_stay_and_arrows_cut_no_number(
    size: tuple[int, int], keys: Iterable[str], view: str, starts: list[str], ends: str
) -> None:
    async with studio(size=size) as s:
        await s.press(*keys)
        rows = s.text(view).splitlines()
        assert [row[: len(start)] for row, start in zip(rows, starts, strict=False)] == starts
        assert "".join(row.rstrip()[-1:] for row in rows if row.rstrip()[-1:] in ("↑", "↓")) == ends
        assert "…" not in s.text(view)
