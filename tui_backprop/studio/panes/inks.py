"""Inks as terminal styles, for each theme.

Surfaces and accent are a theme's own. Signs stay blue and orange, directions cyan and magenta, whatever the theme:
their hues mean something. The two strongest tones share a colour: a number that moves between them changes no cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

TEXT, GRAPHICS = 4.5, 3.0
"""The least contrast of text, and of lines and dots, with their background."""


@dataclass(frozen=True, eq=False)
class InkPalette:
    """The colours of a theme by ink, those of cells with a colour behind them, and the ramp of a map.

    A `ramp` is its middle, its upper end and its lower end.
    """

    inks: Mapping[str, str]
    cells: Mapping[str, str]
    ramp: tuple[str, str, str]


DARK = InkPalette(
    {
        "text": "#d0d0d0", "dim": "#8a8a8a", "label": "#afafaf", "accent": "#ffd75f", "warn": "#ff5f5f",
        "shut": "#8a8a8a", "signal": "#5fd7af", "error": "#ff5fd7", "frame": "#585858", "faint": "#6c6c6c",
        "high": "#87d7ff", "low": "#ffaf5f",
        "+1": "#5f87af", "+2": "#5fafd7", "+3": "#5fd7ff", "+4": "#5fd7ff",
        "-1": "#af875f", "-2": "#d7875f", "-3": "#ffaf5f", "-4": "#ffaf5f", "0": "#8a8a8a",
    },
    {
        "0": "#303030", "+1": "#00005f", "+2": "#005f87", "+3": "#0087af", "+4": "#0087ff",
        "-1": "#5f0000", "-2": "#875f00", "-3": "#af5f00", "-4": "#d75f00", "warn": "#d70000",
        "high": "#d7ffff", "low": "#fff0e0", "wrong": "#ffffff",
    },
    ("#262626", "#3688dc", "#ce6a10"),
)  # fmt: skip
LIGHT = InkPalette(
    {
        "text": "#303030", "dim": "#6c6c6c", "label": "#4e4e4e", "accent": "#5f00d7", "warn": "#d70000",
        "shut": "#6c6c6c", "signal": "#007a55", "error": "#af00af", "frame": "#a8a8a8", "faint": "#808080",
        "high": "#005fd7", "low": "#b34700",
        "+1": "#5f5f87", "+2": "#0070b8", "+3": "#005fd7", "+4": "#005fd7",
        "-1": "#875f5f", "-2": "#b34700", "-3": "#af3a00", "-4": "#af3a00", "0": "#6c6c6c",
    },
    {
        "0": "#eeeeee", "+1": "#afd7ff", "+2": "#87afff", "+3": "#5f87ff", "+4": "#005fff",
        "-1": "#ffd7af", "-2": "#ffaf5f", "-3": "#ff8700", "-4": "#d75f00", "warn": "#d70000",
        "high": "#00005f", "low": "#442000", "wrong": "#000000",
    },
    ("#f6f6f6", "#3078dc", "#e07010"),
)  # fmt: skip
_SIXTEEN = {
    "text": "default", "dim": "bright_black", "label": "default", "accent": "green", "warn": "bright_red",
    "shut": "bright_black", "signal": "cyan", "error": "magenta", "frame": "bright_black", "faint": "bright_black",
    "high": "bright_blue", "low": "bright_red",
    "+1": "bright_blue", "+2": "bright_blue", "+3": "bright_blue", "+4": "bright_blue",
    "-1": "red", "-2": "red", "-3": "bright_red", "-4": "bright_red", "0": "bright_black",
}  # fmt: skip
ANSI = InkPalette(_SIXTEEN, {**_SIXTEEN, "0": "default", "wrong": "default"}, ("default", "default", "default"))
"""The terminal's own sixteen colours, in which maps are drawn in shades, without a ramp."""
_PALETTES = {"dark": DARK, "light": LIGHT, "ansi": ANSI}
_GREYS = {"text": 0.0, "label": 0.2, "dim": 0.4, "shut": 0.4, "0": 0.4, "faint": 0.5, "frame": 0.65}
"""How far from the theme's text to its background each of these inks is."""


def palette_of(theme: Theme) -> InkPalette:
    """The palette of a theme; of one that is not ours, made from its surfaces, its accent and our hues."""
    if theme.name not in _PALETTES:
        _PALETTES[theme.name] = ANSI if theme.ansi else _fitted_to(theme)
    return _PALETTES[theme.name]


def _fitted_to(theme: Theme) -> InkPalette:
    ours = DARK if theme.dark else LIGHT
    colours = theme.to_color_system().generate()
    paper, text = Color.parse(colours["background"]), Color.parse(colours["foreground"])
    found = {name: Color.parse(colour) for name, colour in ours.inks.items()}
    found |= {name: text.blend(paper, share) for name, share in _GREYS.items()}
    found["accent"] = _accent([Color.parse(colours[name]) for name in ("accent", "warning", "primary")], found)
    inks = {name: legible(colour, paper, GRAPHICS if name == "faint" else TEXT).hex for name, colour in found.items()}
    inks["frame"] = found["frame"].hex
    return InkPalette(inks, {**ours.cells, "0": Color.parse(colours["surface"]).hex}, (paper.hex, *ours.ramp[1:]))


def _accent(candidates: Sequence[Color], inks: Mapping[str, Color]) -> Color:
    """The first that cannot be mistaken for a direction or, unless it is the first, for a sign; else the first."""
    ways, signs = [inks["signal"], inks["error"]], [inks["+3"], inks["-3"]]
    for place, colour in enumerate(candidates):
        if all(_apart(colour, way) >= 30 for way in ways) and (not place or all(_apart(colour, s) >= 8 for s in signs)):
            return colour
    return candidates[0]


def _apart(one: Color, other: Color) -> float:
    """How far the hues of two colours are apart, in degrees."""
    return 180 - abs(180 - abs(one.hsl.h - other.hsl.h) * 360)


def in_256(colour: Color) -> Color:
    """The nearest of the 256 colours that every terminal draws alike: what Rich takes may have another hue."""
    steps = (0, 95, 135, 175, 215, 255)
    red, green, blue = (min(steps, key=lambda step: abs(step - part)) for part in colour.rgb)
    grey = 8 + 10 * min(max(round((sum(colour.rgb) / 3 - 8) / 10), 0), 23)
    both = Color(red, green, blue), Color(grey, grey, grey)
    return min(both, key=lambda one: sum((a - b) ** 2 for a, b in zip(one.rgb, colour.rgb, strict=True)))


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours as WCAG defines it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized)
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def legible(colour: Color, paper: Color, least: float) -> Color:
    """The colour, made as much lighter or darker as it takes to be seen on the paper."""
    end = _over(paper)
    return next(
        mixed for step in range(11) if contrast(mixed := colour.blend(end, step / 10), paper) >= least or step == 10
    )


def _over(paper: Color) -> Color:
    """Black or white, whichever is easier to read there; one of them has a contrast of at least 4.58."""
    return max(Color.parse("white"), Color.parse("black"), key=lambda end: contrast(end, paper))


@lru_cache(maxsize=2048)
def style_of(ink: str, bold: bool, selected: bool, palette: InkPalette, marked: bool = False) -> Style:
    """The style to lay over a widget's own; what is selected is shown in reverse, what is marked underlined.

    `over|under` has a colour behind it; a "sign" over it is black or white.
    """
    over, _, under = ink.partition("|")
    if not under:
        return Style(color=palette.inks[ink], bold=bold, reverse=selected, underline=marked)
    behind = _cell(under, palette)
    if over == "sign":
        colour = "default" if palette is ANSI else _over(Color.parse(behind)).hex
    else:
        colour = _cell(over, palette)
    return Style(color=colour, bgcolor=behind, bold=bold, reverse=selected, underline=marked)


def _cell(ink: str, palette: InkPalette) -> str:
    """The colour of a tone in a map, or of a place on its ramp: "+0.250" is a quarter of the way up."""
    if "." not in ink:
        return palette.cells[ink]
    if palette is ANSI:  # a pane below a dialog is drawn once more as it was painted in the theme before
        return palette.cells["0"]
    share = float(ink)
    middle, high, low = palette.ramp
    return Color.parse(middle).blend(Color.parse(high if share > 0 else low), abs(share)).hex
