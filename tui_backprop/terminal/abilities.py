"""What the terminal can show: how many colours, and which characters."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from unicodedata import combining, east_asian_width

NO_SCREEN = ("", "dumb", "unknown")
"""What TERM says where the cursor cannot be moved, or it is not known how."""
COLOURS = ("truecolor", "256", "16", "none")
WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""The value of TEXTUAL_DRIVER that servers for browsers set."""
_TEXTUAL = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}


def in_browser(environment: Mapping[str, str]) -> bool:
    """Whether a browser shows the screen; what else the environment says is about the server's terminal, if any."""
    return environment.get("TEXTUAL_DRIVER") == WEB_DRIVER


def detect_colours(environment: Mapping[str, str]) -> str:
    """One of `COLOURS`, as users expect it: NO_COLOR, then COLORTERM, then TERM.

    OpenSSH does not forward COLORTERM, and nearly every terminal that calls itself xterm, screen or tmux has at
    least 256 colours under a name that ends in -256color.
    """
    if in_browser(environment):
        return "truecolor"
    terminal = environment.get("TERM", "")
    if environment.get("NO_COLOR") or terminal in ("", "dumb"):
        return "none"
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or terminal.endswith("-direct"):
        return "truecolor"
    if "256" in terminal or terminal.startswith(("alacritty", "foot", "wezterm", "xterm-kitty", "konsole")):
        return "256"
    return "16"


def shows_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the locale's characters are UTF-8, as they are where no locale is named, and the terminal has fonts.

    The fonts of Linux's own console have 512 glyphs at most, and no braille.
    """
    if in_browser(environment):
        return True
    if environment.get("TERM") == "linux":
        return False
    named = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    return not named or "utf-8" in named.lower() or "utf8" in named.lower()


def uncoerced(environment: Mapping[str, str]) -> Mapping[str, str]:
    """`environment` with the LC_CTYPE that Python found: where the locale is C, it sets another one (PEP 538).

    On systems without /proc it counts as not set then.
    """
    if not sys.flags.utf8_mode or environment.get("LC_CTYPE") not in ("C.UTF-8", "C.utf8", "UTF-8"):
        return environment
    try:
        started = Path("/proc/self/environ").read_text("utf-8", "replace").split("\0")
    except OSError:
        started = []
    found = (entry.removeprefix("LC_CTYPE=") for entry in started if entry.startswith("LC_CTYPE="))
    return {**environment, "LC_CTYPE": next(found, "")}


def prepare(environment: MutableMapping[str, str], colours: str) -> None:
    """Tells Textual, which reads its environment when it is imported, how many colours there are."""
    environment["TEXTUAL_COLOR_SYSTEM"] = _TEXTUAL[colours]
    if colours == "none":
        environment["NO_COLOR"] = "1"
    else:
        environment.pop("NO_COLOR", None)


_LETTERS = str.maketrans(
    {
        "−": "-", "·": ".", "▸": ">", "◂": "<", "▶": ">", "✕": "x", "×": "*", "→": ">", "←": "<", "↑": "^", "↓": "v",
        "▲": "^", "▼": "v", "✓": "*", "δ": "d", "Δ": "D", "∂": "d", "ŷ": "p", "²": "2", "′": "'", "∞": "I", "…": "~",
        "╭": "+", "╮": "+", "╰": "+", "╯": "+", "│": "|", "─": "-", "━": "=", "┃": "|", "┌": "+", "┐": "+", "└": "+",
        "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "╌": "-", "╎": ":", "┊": ":", "┆": ":", "–": "-",
        "░": ".", "▒": ":", "▓": "%", "█": "#", "▁": "_", "▂": "_", "▃": ".", "▄": "o", "▅": "o", "▆": "O", "▇": "O",
        "⌫": "<", "“": '"', "”": '"', "’": "'", "�": "?", "⚙": "*", "▔": "-", "▊": "|", "▎": "|", "▌": "|", "▐": "|",
        "≤": "<", "●": "o", "○": ".", "◆": "X", "◇": "x", "≡": "E", "▀": "#", "◀": "<", "╍": "-", "┄": "-", "•": "*",
        "✗": "x", "⚠": "!", "Σ": "S", "√": "V", "ε": "e", "ᵗ": "t", "±": "~", "½": "h",
    }
)  # fmt: skip


def ascii_only(text: str) -> str:
    """The text with every character as one of ASCII that takes as many cells; control sequences stay as they are."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _plain(c) for c in text.translate(_LETTERS))


def _plain(character: str) -> str:
    """A stand-in for a character: dots by how many there are for braille, question marks for all others."""
    code = ord(character) - 0x2800
    if 0 <= code < 0x100:
        return " ..::++##"[code.bit_count()]
    return "" if combining(character) else "??" if east_asian_width(character) in "WF" else "?"
