"""Values over a plane as cells.

With colours, a cell is an upper half block: two points of the map, in a few tones or, where there are
colours enough, in a continuous ramp. Elsewhere it is one shade: blocks above the middle, strokes below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from tui_backprop.render.spans import Span

_ABOVE, _BELOW = " ░▒▓█", " ╌–=≡"
_STEPS = 24
"""Steps of the ramp from the middle to either end: finer ones would only change cells that look the same."""

Levels = Sequence[Sequence[float | None]]
"""−4 to 4 of each point, row by row from above; None for what is not a finite number."""


class Shading(Enum):
    """How a map is drawn."""

    SHADES = "characters only"
    TONES = "half blocks, in four tones above the middle and four below"
    RAMP = "half blocks, in a ramp of colours"

    @property
    def points(self) -> int:
        """Points of the map in a cell, one above the other."""
        return 1 if self is Shading.SHADES else 2


def shaded(levels: Levels, shading: Shading) -> list[list[Span]]:
    """The cells, row by row: of two rows of points each where they are half blocks."""
    if shading is Shading.SHADES:
        return [[_shade(at) for at in row] for row in levels]
    return [
        [Span("▀", f"{_ink(top, shading)}|{_ink(bottom, shading)}") for top, bottom in zip(upper, lower, strict=True)]
        for upper, lower in zip(levels[::2], levels[1::2], strict=True)
    ]


def put_sign(
    cells: list[list[Span]], row: int, column: int, sign: str, shading: Shading, here: bool, ink: str = "text",
    over: str = "sign",
) -> None:  # fmt: skip
    """A sign in the place of a cell, in `ink`, or over half blocks in `over` on the colour that the cell had."""
    front, _, behind = cells[row][column].ink.partition("|")
    if shading is Shading.SHADES:
        cells[row][column] = Span(sign, ink, True, selected=here)
    else:
        cells[row][column] = Span(sign, f"{over}|{behind if cells[row][column].text != '▀' else front}", True)


def _ink(at: float | None, shading: Shading) -> str:
    if at is None:
        return "warn"
    if shading is Shading.RAMP:
        return f"{round(max(-1.0, min(1.0, at / 4)) * _STEPS) / _STEPS:+.3f}"
    level = round(at)
    return f"{level:+d}" if level else "0"


def _shade(at: float | None) -> Span:
    if at is None:
        return Span("!", "warn")
    level = round(at)
    return Span((_ABOVE if level >= 0 else _BELOW)[abs(level)], f"{level:+d}" if level else "0")
