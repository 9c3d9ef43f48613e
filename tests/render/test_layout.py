"""Where the panes stand: within the screen, none over another, each with the room that it needs where there is any."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_backprop.render.layout import LEAST_GRAPH, Want, arrange, frame

WANTS = {
    "network": Want(110, 18, 44, 6, stretches=True),
    "inspector": Want(46, 11, 28, 4),
    "matrices": Want(44, 6, 27, 4),
    "samples": Want(44, 5, 19, 4),
    "error": Want(26, 8, 18, 4, stretches=True),
}
"""What the article's network wants."""
ROOM = st.tuples(st.integers(60, 500), st.integers(15, 297))
"""(columns, rows) without the head and the key bar."""


@st.composite
def wants(draw: st.DrawFn) -> dict[str, Want]:
    def want(least_columns: int, stretches: bool = False) -> Want:
        columns, rows = draw(st.integers(least_columns, 120)), draw(st.integers(4, 40))
        return Want(columns, rows, least_columns, min(rows, 4), stretches)

    middle = draw(
        st.sampled_from([("inspector",), ("inspector", "surface"), ("gates", "health"), ("gates", "surface")])
    )
    return {
        "network": want(50, True),
        **{name: want(28) for name in middle},
        "matrices": want(22),
        "samples": want(18),
        "error": want(18, True),
    }


@given(wants(), ROOM, st.sampled_from(["matrices", "samples", "error", "network"]))
@example(
    {
        "network": Want(50, 4, 50, 4, True),
        "inspector": Want(28, 4, 28, 4),
        "matrices": Want(22, 7, 22, 4),
        "samples": Want(18, 4, 18, 4),
        "error": Want(18, 4, 18, 4, True),
    },
    (60, 18),
    "matrices",
)
def test_the_panes_fill_the_screen_without_overlap(wanted: dict[str, Want], room: tuple[int, int], front: str) -> None:
    columns, rows = room
    places = arrange(columns, rows, wanted, front)
    assert sum(place.columns * place.rows for place in places.values()) == columns * rows
    for place in places.values():
        assert place.columns > 0
        assert place.rows > 0
        assert place.left >= 0
        assert place.left + place.columns <= columns
        assert place.top >= 0
        assert place.top + place.rows <= rows
    for one, other in combinations(places.values(), 2):
        assert (
            one.left + one.columns <= other.left
            or other.left + other.columns <= one.left
            or one.top + one.rows <= other.top
            or other.top + other.rows <= one.top
        )
    assert places["network"].rows >= min(LEAST_GRAPH, rows // 2 - 1)
    assert front in places


@pytest.mark.parametrize("size", [(120, 40), (120, 30), (100, 40), (160, 48), (200, 60), (80, 50)])
def test_with_room_enough_every_pane_is_visible(size: tuple[int, int]) -> None:
    places = arrange(size[0], size[1] - 3, WANTS, "matrices")
    assert places.keys() - {"error", "line"} == {"network", "inspector", "matrices", "samples"}
    assert len(places.keys() & {"error", "line"}) == 1
    assert places["network"].columns == size[0]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (160, 48)])
def test_the_surface_stands_beside_the_graph(size: tuple[int, int]) -> None:
    places = arrange(size[0], size[1] - 3, {**WANTS, "surface": Want(60, 16, 24, 6)}, "matrices")
    graph, surface = places["network"], places["surface"]
    assert (surface.top, surface.left, surface.rows) == (0, graph.columns, graph.rows)
    assert graph.columns >= 44 + frame(size[0])[0]


@pytest.mark.parametrize(("columns", "graph"), [(69, 46), (71, 46), (72, 50), (73, 50), (76, 50), (90, 52), (120, 60)])
def test_the_graph_has_room_for_names_and_maps_before_the_surface_has_more_than_its_least(
    columns: int, graph: int
) -> None:
    """Of 48 columns of its own and a frame of 2, or 4, where the surface still has 20; else of at least 44."""
    network = WANTS["network"]._replace(narrower=((48, 18),))
    places = arrange(columns, 37, {**WANTS, "network": network, "surface": Want(40, 16, 20, 6)}, "matrices")
    assert places["network"].columns >= graph
    assert places["surface"].columns >= 20 + frame(columns)[0]


def test_the_panes_on_a_screen_of_120_by_40() -> None:
    places = arrange(120, 37, WANTS, "matrices")
    assert places["network"].columns == 120
    assert places["network"].rows >= 20, "four units of four rows, in the frame"
    assert places["inspector"].left < places["matrices"].left == places["samples"].left < places["error"].left
    assert places["matrices"].top < places["samples"].top


def test_the_panes_on_a_screen_of_80_by_24() -> None:
    places = arrange(80, 21, WANTS, "matrices")
    assert list(places) == ["network", "inspector", "matrices", "samples", "line"]
    assert places["network"] == (0, 0, 80, 10), "four units of two rows, in the frame"
    extra = frame(80)[0]
    for name in ("inspector", "matrices", "samples"):
        assert places[name].columns - extra >= WANTS[name].least_columns


@pytest.mark.parametrize("size", [(60, 18), (70, 24)])
def test_with_less_room_the_panes_share_one_place(size: tuple[int, int]) -> None:
    for front in ("matrices", "samples", "inspector", "error"):
        assert set(arrange(size[0], size[1] - 3, WANTS, front)) == {"network", "bar", front, "line"}


@given(st.integers(86, 220), st.integers(30, 70))
def test_no_pane_has_blank_rows_while_another_is_cut(columns: int, rows: int) -> None:
    places = arrange(columns, rows - 3, WANTS, "matrices")
    extra = frame(columns)[1]
    spare = {
        name: places[name].rows - extra - want.rows
        for name, want in WANTS.items()
        if name in places and not want.stretches
    }
    if min(spare.values()) < 0:
        assert max(spare.values()) <= 4, spare
