"""What this process's terminal can show; without a terminal there is no studio."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from tui_backprop.errors import BackpropError
from tui_backprop.terminal.abilities import NO_SCREEN, detect_colours, prepare, shows_unicode, uncoerced


class Looks(NamedTuple):
    """Whether there are sixteen colours at most, and whether only ASCII may be sent."""

    few_colours: bool
    ascii_characters: bool


def looks(colours: str = "auto", ascii_characters: bool | None = None) -> Looks:
    """The look that suits the terminal, where the user asks for nothing else. Call it before Textual is imported.

    Raises `BackpropError` where input or output is not a terminal, or has no screen.
    """
    in_browser = "TEXTUAL_DRIVER" in os.environ
    if not in_browser:
        check_terminal()
    if colours == "auto":
        colours = "truecolor" if sys.platform == "win32" and not in_browser else detect_colours(os.environ)
    prepare(os.environ, colours)
    return Looks(
        colours in ("16", "none"),
        not shows_unicode(uncoerced(os.environ)) if ascii_characters is None else ascii_characters,
    )


_WITHOUT = "without one, use `tui-backprop train` for the figures or `tui-backprop show` for the screen"


def check_terminal(hint: str = _WITHOUT) -> None:
    """Raises `BackpropError` where input or output is not a terminal, or has no screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BackpropError("the studio needs a terminal for its input and output", hint)
    if sys.platform != "win32" and (kind := os.environ.get("TERM", "")) in NO_SCREEN:
        raise BackpropError(f"the studio needs a terminal with a screen, and TERM is {kind or 'not set'}", hint)
