"""Numbers as people type them."""

from __future__ import annotations

import math

from tui_backprop.errors import BackpropError


def read_number(text: str) -> float:
    """A finite number, with a comma or a point, and either minus."""
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BackpropError(f"{text!r} is no number", "e.g. 0.25 or −1")
    return value
