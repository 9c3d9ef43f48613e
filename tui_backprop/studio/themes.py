"""The themes: our own, and all of Textual's that have surfaces of their own."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from tui_backprop.errors import BackpropError, perhaps, quoted


def _ansi() -> Theme:
    """The terminal's own sixteen colours."""
    theme = BUILTIN_THEMES["ansi-dark"]
    options = {name: getattr(theme, name) for name in theme.__dataclass_fields__}
    return Theme(**{**options, "name": "ansi", "accent": "ansi_green", "panel": "ansi_bright_black"})


OWN = (
    Theme(
        "dark", primary="#5fafd7", accent="#ffd75f", warning="#ffaf5f", error="#ff5f5f", success="#87d787",
        foreground="#d0d0d0", background="#121212", surface="#1c1c1c", panel="#444444", dark=True,
    ),
    Theme(
        "light", primary="#005fd7", accent="#5f00d7", warning="#b34700", error="#d70000", success="#007500",
        foreground="#303030", background="#ffffff", surface="#eeeeee", panel="#bcbcbc", dark=False,
    ),
    _ansi(),
)  # fmt: skip


def theme_names() -> tuple[str, ...]:
    """The names of all themes, our own first."""
    return tuple(theme.name for theme in OWN) + tuple(name for name, one in BUILTIN_THEMES.items() if not one.ansi)


def check_theme(name: str) -> str:
    """The name, if there is such a theme; otherwise raises `BackpropError`."""
    if name not in theme_names():
        raise BackpropError(
            f"{quoted(name)} is not a theme{perhaps(name, theme_names())}", f"one of {', '.join(theme_names())}"
        )
    return name
