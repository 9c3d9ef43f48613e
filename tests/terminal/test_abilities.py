"""What a terminal shows of characters that it does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_backprop
from tui_backprop.terminal.abilities import ascii_only

PACKAGE = Path(tui_backprop.__file__).parent
SAFE = PACKAGE / "render" / "spans.py"
"""Its characters are those that no terminal is sent."""


def written(room: str) -> Iterator[str]:
    """The characters of all strings in a room's code that are no docstrings."""
    for path in (PACKAGE / room).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
                yield from () if path == SAFE else node.value


@pytest.mark.parametrize("room", ["core", "render", "studio"])
def test_whatever_the_screen_shows_has_a_stand_in_of_its_own(room: str) -> None:
    assert {character for character in written(room) if character != "?" and ascii_only(character) == "?"} == set()


def test_the_ways_of_signal_and_error_differ() -> None:
    assert ascii_only("▶ ◀ ━ ╍ ⣿") == "> < = - #"
