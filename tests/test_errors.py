"""Messages that fit, and keep their reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_backprop.errors import BackpropError, ExperimentError, perhaps, printable, quoted, squeezed

REASON = "cannot be written: File name too long"


@pytest.mark.parametrize(
    "path", ["/home/me/" + "x" * 5000 + ".json", "/a" * 2000, "~/My own files/" * 40 + "it.json", "/" + "長" * 500]
)
@pytest.mark.parametrize("room", [400, 120, 80, 60, 50])
def test_the_reason_is_whole_however_long_the_path_is(path: str, room: int) -> None:
    told = squeezed(f"{path}: {REASON} (another name)", room)
    assert len(told) <= room
    assert f"{path[-1]}: {REASON}" in told or room < 60
    assert REASON in told
    assert told.startswith(path[:5])
    assert "…" in told


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("mse", ", did you mean mean_squared?"),
        ("bce", ", did you mean binary_cross_entropy?"),
        ("cross_entropy", ", did you mean binary_cross_entropy or softmax_cross_entropy?"),
        ("Half Squared", ", did you mean half_squared?"),
        ("hinge", ""),
        ("", ""),
        ("s", ""),
        ("\x1b[2J" * 1000, ""),
    ],
)
def test_the_nearest_of_what_there_is(word: str, near: str) -> None:
    losses = ["half_squared", "squared", "mean_squared", "binary_cross_entropy", "softmax_cross_entropy"]
    assert perhaps(word, losses) == near


def test_the_hint_goes_before_the_reason() -> None:
    assert squeezed("/a/b: no (a file in a writable folder)", 20) == "/a/b: no"
    assert squeezed("/a/b: no (a file in a writable folder)", 38) == "/a/b: no (a file in a writable folder)"


def test_room_may_be_counted_in_cells() -> None:
    told = squeezed("/" + "長" * 100 + ": no", 40, lambda text: sum(2 if c == "長" else 1 for c in text))
    assert told.endswith("長: no")
    assert 30 <= sum(2 if c == "長" else 1 for c in told) <= 40


@given(st.text(), st.integers(0, 100))
def test_any_message_fits(text: str, room: int) -> None:
    told = squeezed(text, room)
    assert len(told) <= max(1, room)
    assert told == text or len(text) > room


@pytest.mark.parametrize("length", [10, 399, 400, 401, 10**6])
def test_an_error_is_one_printable_line_with_its_reason(length: int) -> None:
    for error in (
        BackpropError("/" + "\x1b" * length + ": no such file", "another"),
        ExperimentError("/" + "\x1b" * length, "", "no such file", "another"),
    ):
        assert str(error).isprintable()
        assert ": no such file (" in str(error)
        assert len(str(error)) <= 440


def test_what_is_not_printable_is_escaped() -> None:
    assert printable("a\x1b[31m\n\u202e\x9b") == "a\\x1b[31m\\n\\u202e\\x9b"
    assert quoted("a\x1b") == "'a\\x1b'"
    assert quoted("x" * 1000) == "'" + "x" * 19 + "…" + "x" * 20 + "'"
