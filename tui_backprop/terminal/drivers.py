"""Which driver suits the terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_backprop.terminal.abilities import in_browser

if TYPE_CHECKING:
    from textual.driver import Driver

_KNOWN = ("xterm", "screen", "tmux", "linux", "rxvt", "vt", "alacritty", "foot", "kitty", "konsole", "wezterm", "st-")
"""Terminals that understand cursor positions and colours as xterm does."""


def driver_class(ascii_characters: bool) -> type[Driver] | None:
    """The driver for this terminal; None where Textual should choose: on Windows, or one is chosen by hand."""
    if in_browser(os.environ):
        from tui_backprop.terminal.browser import BrowserDriver

        return BrowserDriver
    if os.environ.get("TEXTUAL_DRIVER"):
        return None
    try:
        from tui_backprop.terminal.driver import AsciiDriver, DiffDriver, ResilientDriver
    except ModuleNotFoundError:  # Windows has no termios
        return None
    if not os.environ.get("TERM", "").startswith(_KNOWN):
        return ResilientDriver
    return AsciiDriver if ascii_characters else DiffDriver
