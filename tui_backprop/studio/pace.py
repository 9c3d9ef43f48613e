"""How fast play mode goes: one scale from slow phases to fast epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Pace:
    """`count` phases, steps or epochs every `seconds`; 0 epochs means as many as there is time for."""

    unit: Literal["phase", "step", "epoch"]
    seconds: float
    name: str
    count: int = 1


PACES = (
    Pace("phase", 3.0, "a phase every 3 s"),
    Pace("phase", 1.5, "a phase every 1.5 s"),
    Pace("phase", 0.7, "a phase every 0.7 s"),
    Pace("step", 1.0, "1 sample a second"),
    Pace("step", 0.25, "4 samples a second"),
    Pace("epoch", 0.5, "2 epochs a second"),
    Pace("epoch", 0.1, "10 epochs a second"),
    Pace("epoch", 0.1, "50 epochs a second", 5),
    Pace("epoch", 0.1, "as fast as it can", 0),
)
DEFAULT_PACE = 1
_DEMO = ((2, 2), (5, 4), (25, 5), (60, 6))
"""Until which epoch a demo goes at which speed: phases of the first one, then samples, then epochs."""


def demo_pace(epoch: int) -> int:
    """The speed in an epoch of a demo that runs by itself, ever faster."""
    return next((speed for until, speed in _DEMO if epoch < until), 7)
