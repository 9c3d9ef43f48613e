"""The figures of a step that can be worked out by hand, and checked."""

from __future__ import annotations

from typing import Literal, get_args

FigureKind = Literal["z", "a", "prediction", "error", "upstream", "mask", "delta", "gradient", "change", "new"]
"""The last three are of a weight or a bias, the others of a unit; the error is the sample's, whatever the unit."""
FIGURES: tuple[FigureKind, ...] = get_args(FigureKind)
