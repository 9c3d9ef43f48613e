"""Lines of spans: made to fit, cut, padded, wrapped and made safe, in cells of the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.render.moments import text
from tui_backprop.render.spans import (
    Line,
    Span,
    beside,
    changed_part,
    clip,
    fit,
    length,
    pad,
    paragraph,
    plain,
    safe,
    width,
    wrap,
)

CHARACTERS = "ab −·▸…é漢字ｶ한😀"
UNSAFE = "\x1b\n\t\x9b\u0301\u200d\u202e\ufe0f\u0e31\u20dd\u1160\u3164\U0001f3fd"
TEXTS = st.text(CHARACTERS, max_size=12)
LINES = st.lists(st.builds(Span, TEXTS, st.sampled_from(["text", "dim"])), max_size=5).map(tuple)
CELLS = st.integers(0, 40)


@given(TEXTS)
def test_width_counts_the_cells_of_a_terminal(written: str) -> None:
    assert width(written) == cell_len(written)


@given(st.text(CHARACTERS + UNSAFE))
@example("\u3164\U0001f3fd")
def test_unsafe_text_is_measured_as_it_will_be_shown(written: str) -> None:
    assert width(written) == cell_len(safe(written))


@given(st.text())
def test_no_control_or_combining_character_is_safe(written: str) -> None:
    shown = safe(written)
    assert len(shown) == len(written)
    assert not {unicodedata.category(c) for c in shown.replace("\u200c", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp", "Me"}
    assert not shown or cell_len(shown[0]) > 0
    without = [place for place, c in enumerate(shown) if cell_len(c) == 0]
    assert all(unicodedata.category(shown[place - 1])[0] in "LM" or shown[place - 1] == "\u200c" for place in without)
    assert not any({place, place + 1, place + 2, place + 3} <= set(without) for place in without)
    assert safe(shown) == shown


@pytest.mark.parametrize("character", UNSAFE.replace("\u0301", "").replace("\u0e31", ""))
def test_what_would_move_the_cursor_or_join_its_neighbours_is_replaced(character: str) -> None:
    assert safe(f"a{character}b") == "a�b"


@pytest.mark.parametrize("name", ["größe", "длина", "長さ", "طول", "लंबाई", "น้ำหนัก", "e\u0301tat", "می‌خواهم", "தமிழ்"])
def test_a_name_keeps_all_its_letters_and_has_the_width_of_a_terminal(name: str) -> None:
    assert safe(name) == name
    assert width(name) == cell_len(name)
    assert fit(name, 12) == name + " " * (12 - cell_len(name))


@given(st.text(CHARACTERS + UNSAFE, max_size=12), CELLS, st.booleans())
def test_fit_takes_exactly_its_cells(written: str, cells: int, right: bool) -> None:
    assert cell_len(fit(written, cells, right)) == cells


def test_fit_pads_or_cuts() -> None:
    assert [fit("abc", 5), fit("abc", 5, right=True), fit("abcdef", 4), fit("漢字漢字", 4)] == [
        "abc  ",
        "  abc",
        "abc…",
        "漢… ",
    ]


@given(LINES, CELLS)
def test_clip_keeps_a_line_that_fits_and_cuts_any_other(spans: Line, cells: int) -> None:
    cut = clip(spans, cells)
    assert cell_len(text(cut)) == min(cells, cell_len(text(spans)))
    if length(spans) <= cells:
        assert text(cut) == text(spans)


@given(LINES, CELLS)
def test_pad_makes_a_line_exactly_as_wide(spans: Line, cells: int) -> None:
    assert cell_len(text(pad(spans, cells))) == cells


@given(st.lists(LINES, max_size=4), st.lists(LINES, max_size=4), CELLS)
def test_blocks_stand_side_by_side(left: list[Line], right: list[Line], cells: int) -> None:
    both = beside(left, right, cells)
    assert len(both) == max(len(left), len(right))
    for place, spans in enumerate(right):
        rest = text(spans)
        assert text(both[place]).endswith(rest)
        assert cell_len(text(both[place])) == cells + cell_len(rest)


@given(LINES, st.integers(4, 40), st.integers(0, 15))
def test_wrapped_lines_are_no_wider_and_lose_nothing_but_blanks(spans: Line, cells: int, indent: int) -> None:
    lines = wrap(spans, cells, indent)
    assert max(cell_len(text(spans)) for spans in lines) <= cells
    assert "".join(text(spans) for spans in lines).replace(" ", "") == text(spans).replace(" ", "")


def test_wrap_breaks_between_spans_and_indents_what_follows() -> None:
    lines = wrap([Span("sum1 "), Span("1×0.5 "), Span("+ 1×0.25 "), Span("= 0.75")], 14, 5)
    assert plain(lines) == "sum1 1×0.5\n     + 1×0.25\n     = 0.75"


def test_a_paragraph_breaks_at_blanks_only() -> None:
    lines = paragraph(12, Span("No pull on ", "warn"), Span("W1", "warn", True), ": it stays.", indent=2)
    assert plain(lines) == "No pull on\n  W1: it\n  stays."
    assert lines[1] == (Span("  "), Span("W1", "warn", True), Span(":"), Span(" "), Span("it"))


def test_a_word_that_is_wider_than_a_line_is_broken() -> None:
    assert plain(paragraph(6, "a", Span("bcdefgh", bold=True), " i", indent=2)) == "abcde\n  fgh\n  i"


def test_wrap_breaks_a_span_that_is_wider_than_a_line() -> None:
    assert plain(wrap([Span("a = "), Span("12345×(−0.25) = "), Span("x")], 12, 2)) == "a = 12345\n  ×(−0.25) =\n  x"


def test_a_number_is_broken_only_where_it_is_wider_than_a_line() -> None:
    assert plain(wrap([Span("0.123456789012345 = ")], 12, 2)) == "0.12345678\n  9012345 ="
    assert plain(wrap([Span("aa bb×c = ")], 8, 2)) == "aa\n  bb×c ="


def test_plain_is_the_text_without_trailing_blanks() -> None:
    assert plain([(Span("a"), Span("b  ")), (), (Span(" c"),)]) == "ab\n\n c"


@given(LINES, LINES)
def test_outside_of_the_changed_part_lines_look_the_same(before: Line, after: Line) -> None:
    cells = max(length(before), length(after))
    old, new = _cells(before, cells), _cells(after, cells)
    start, count = changed_part(before, after)
    assert 0 <= start <= start + count <= cells
    assert old[:start] == new[:start]
    assert old[start + count :] == new[start + count :]


def _cells(spans: Line, count: int) -> list[tuple[str, Span | None]]:
    """What stands in each cell, and how it looks."""
    cells: list[tuple[str, Span | None]] = []
    for span in spans:
        for character in span.text:
            cells += [(character, span._replace(text=""))] + [("", None)] * (cell_len(character) - 1)
    return cells + [("", None)] * (count - len(cells))
