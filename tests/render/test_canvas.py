"""Lines of braille dots, by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_backprop.render.canvas import Canvas, joined
from tui_backprop.render.spans import Span

INK = Span("", "+2")
PLACES = st.tuples(st.integers(-20, 60), st.integers(-20, 60))


def drawn(
    columns: int,
    rows: int,
    *lines: tuple[tuple[int, int], tuple[int, int]],
    thickness: int = 1,
    dash: tuple[int, int] = (1, 0),
) -> list[str]:
    canvas = Canvas(columns, rows)
    for start, end in lines:
        canvas.draw(start, end, INK, thickness, dash)
    return ["".join(span.text for span in cells) for cells in canvas.lines()]


def test_lines_are_dots_of_braille() -> None:
    assert drawn(1, 1, ((0, 0), (0, 0))) == ["⠁"]
    assert drawn(1, 1, ((1, 3), (1, 3))) == ["⢀"]
    assert drawn(2, 1, ((0, 0), (3, 0))) == ["⠉⠉"]
    assert drawn(1, 1, ((0, 0), (0, 3))) == ["⡇"]
    assert drawn(2, 1, ((0, 0), (3, 3))) == ["⠑⢄"]
    assert drawn(2, 1, ((3, 3), (0, 0))) == ["⠑⢄"]
    assert drawn(2, 2, ((0, 0), (0, 0)), ((3, 7), (3, 7))) == ["⠁ ", " ⢀"]


def test_lines_cross() -> None:
    assert drawn(1, 1, ((0, 0), (0, 3)), ((1, 0), (1, 3))) == ["⣿"]


def test_thick_and_dashed_lines() -> None:
    assert drawn(2, 1, ((0, 1), (3, 1)), thickness=2) == ["⠛⠛"]
    assert drawn(4, 1, ((0, 0), (7, 0)), dash=(2, 2)) == ["⠉ ⠉ "]


def test_dots_outside_are_left_out() -> None:
    assert drawn(1, 1, ((-4, 0), (9, 0))) == ["⠉"]
    assert drawn(1, 1, ((5, 5), (9, 9))) == [" "]


@given(
    PLACES,
    PLACES,
    st.integers(1, 3),
    st.tuples(st.integers(1, 7), st.integers(0, 5)),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_any_line_leaves_the_canvas_as_large_as_it_is(
    start: tuple[int, int], end: tuple[int, int], thickness: int, dash: tuple[int, int], columns: int, rows: int
) -> None:
    lines = drawn(columns, rows, (start, end), thickness=thickness, dash=dash)
    assert [len(text) for text in lines] == [columns] * rows


def test_the_ink_drawn_last_colours_the_cell() -> None:
    canvas = Canvas(2, 1)
    canvas.draw((0, 0), (3, 0), Span("", "+1"), 1, (1, 0))
    canvas.draw((0, 3), (1, 3), Span("", "-4", bold=True), 1, (1, 0))
    assert canvas.lines() == [[Span("⣉", "-4", bold=True), Span("⠉", "+1")]]


def test_neighbours_of_one_look_are_joined() -> None:
    cells = [Span("a", "dim"), Span("b", "dim"), Span("c"), Span("d", "dim")]
    assert joined(cells) == (Span("ab", "dim"), Span("c"), Span("d", "dim"))
    assert joined([]) == ()
