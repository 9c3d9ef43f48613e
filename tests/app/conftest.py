"""Tests of the studio wait for it dozens of times each: a shorter wait is enough."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot looks for a calm of 20 ms after each key; 5 ms show as well whether anything goes on."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 0.0025)
