"""Levels over a plane as cells.

Where colours can be had, a cell is an upper half block: two points of the map. Elsewhere it is one shade: blocks
above the middle, strokes below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui_backprop.render.spans import Span

_ABOVE, _BELOW = " ░▒▓█", " ╌–=≡"

Levels = Sequence[Sequence[int | None]]
"""−4 to 4 of each point, row by row from above; None for what is no finite number."""


def shaded(levels: Levels, half_blocks: bool) -> list[list[Span]]:
    """The cells, row by row: of two rows of points each where they are half blocks."""
    if not half_blocks:
        return [[_shade(at) for at in row] for row in levels]
    return [
        [Span("▀", f"{_ink(top)}|{_ink(bottom)}") for top, bottom in zip(upper, lower, strict=True)]
        for upper, lower in zip(levels[::2], levels[1::2], strict=True)
    ]


def put_sign(
    cells: list[list[Span]], row: int, column: int, sign: str, half_blocks: bool, ink: str = "text", here: bool = False
) -> None:
    """A sign in the place of a cell, on the colour that the cell had."""
    over, _, under = cells[row][column].ink.partition("|")
    behind = under if over == "sign" else over
    cells[row][column] = Span(
        sign, f"sign|{behind}" if half_blocks else ink, True, selected=here and not half_blocks
    )  # fmt: skip


def _ink(at: int | None) -> str:
    return "warn" if at is None else f"{at:+d}" if at else "0"


def _shade(at: int | None) -> Span:
    return Span("!", "warn") if at is None else Span((_ABOVE if at >= 0 else _BELOW)[abs(at)], _ink(at))
