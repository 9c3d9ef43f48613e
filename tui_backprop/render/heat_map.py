"""Numbers as shades: two cells per entry, its sign and how large it is."""

from __future__ import annotations

import numpy as np

from tui_backprop.render.numbers import UNKNOWN, level, tone
from tui_backprop.render.spans import Span

CELLS = 2
"""Cells of an entry: its sign and its shade."""
_SHADES = "0░▒▓█"


def shade(value: float | None, scale: float) -> str:
    """An entry that can be read without colour: its sign, and the darker the larger."""
    if value is None:
        return UNKNOWN.rjust(CELLS)
    ink = tone(value, scale)
    if ink == "warn":
        return " !"
    return {0: " ", 1: "+", -1: "−"}[int(np.sign(level(ink)))] + _SHADES[abs(level(ink))]


def shaded(value: float | None, scale: float, look: Span, filled: bool) -> list[Span]:
    """The entry as spans in the weight and with the target of `look`.

    If `filled`, the tone is the background and the shade has the same colour: a block with a sign on it.
    """
    text, ink = shade(value, scale), tone(value, scale)
    if not filled or look.selected or ink == "dim":
        return [look._replace(text=text, ink="accent" if look.selected else ink)]
    shown = "sign" if ink != "0" else "0"
    if ink == "warn":
        return [look._replace(text=text, ink=f"{shown}|{ink}")]
    return [
        look._replace(text=text[0], ink=f"{shown}|{ink}"),
        look._replace(text=text[1], ink=f"{ink}|{ink}"),
    ]


def ruler(left: int, right: int) -> str:
    """Column numbers above a heat map, every fifth one."""
    text = [" "] * ((right - left) * CELLS + 4)
    for column in range(left, right):
        if (column + 1) % 5 == 0 or column == left:
            for offset, digit in enumerate(str(column + 1)):
                text[(column - left) * CELLS + 1 + offset] = digit
    return "".join(text)[: (right - left) * CELLS]
