"""How the studio behaves when it is shown to an audience: by itself, or to strangers."""

from __future__ import annotations

from dataclasses import dataclass

KIOSK_MEMORY = 32 * 2**20
"""Bytes for the timeline of a visitor."""
KIOSK_STEPS = 1_000_000
"""The longest run of a visitor."""
KIOSK_IDLE = 300.0
"""Seconds without a key after which a kiosk starts over."""
INTERVAL = 6.0
"""Seconds that an unattended demo shows how it ended, before it starts over."""
KIOSK_FORBIDS = frozenset({"save", "app.suspend_process", "suspend_process"})
"""Actions that a visitor has no use for, and a host no wish for."""


@dataclass(frozen=True)
class Audience:
    """`kiosk`: strangers at the keys, so no files, bounded memory and runs, and a fresh start when they have left.

    `play`: nobody at the keys, so it plays by itself and starts over.
    """

    kiosk: bool = False
    play: bool = False


ALONE = Audience()
