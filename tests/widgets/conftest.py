"""Widgets are looked at through Textual's pilot, too."""

from __future__ import annotations

from tests.app.conftest import shorter_waits

__all__ = ["shorter_waits"]
