"""How fast play mode goes: one dial from slow phases to fast epochs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """One unit (phase, step or epoch) every `seconds`."""

    unit: str
    seconds: float
    name: str


PACES = (
    Pace("phase", 3.0, "a phase every 3 s"),
    Pace("phase", 1.5, "a phase every 1.5 s"),
    Pace("phase", 0.7, "a phase every 0.7 s"),
    Pace("step", 1.0, "1 sample a second"),
    Pace("step", 0.25, "4 samples a second"),
    Pace("epoch", 0.5, "2 epochs a second"),
    Pace("epoch", 0.1, "10 epochs a second"),
)
DEFAULT_PACE = 1
DEMO_PACE = 5
"""Where the dial stands for a demo that runs by itself."""
