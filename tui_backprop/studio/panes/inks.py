"""Inks as terminal styles, for each theme. Colours are taken from the 256 that every SSH terminal has."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style

_DARK = {
    "text": "#d0d0d0", "dim": "#808080", "label": "#afafaf", "accent": "#ffd75f", "warn": "#ff5f5f", "shut": "#767676",
    "signal": "#5fd7af", "error": "#ff5fd7", "frame": "#585858", "faint": "#6c6c6c",
    "high": "#87d7ff", "low": "#ffaf5f",
    "+1": "#5f87af", "+2": "#5fafd7", "+3": "#5fd7ff", "+4": "#87d7ff",
    "-1": "#af875f", "-2": "#d7875f", "-3": "#ff875f", "-4": "#ffaf5f", "0": "#808080",
}  # fmt: skip
_LIGHT = {
    "text": "#303030", "dim": "#767676", "label": "#4e4e4e", "accent": "#af00af", "warn": "#d70000", "shut": "#8a8a8a",
    "signal": "#00875f", "error": "#af00af", "frame": "#a8a8a8", "faint": "#949494",
    "high": "#005fd7", "low": "#d75f00",
    "+1": "#5f87af", "+2": "#0087d7", "+3": "#005fd7", "+4": "#0000d7",
    "-1": "#af875f", "-2": "#d75f00", "-3": "#af5f00", "-4": "#af3a00", "0": "#767676",
}  # fmt: skip
_ANSI = {
    "text": "default", "dim": "bright_black", "label": "default", "accent": "magenta", "warn": "bright_red",
    "shut": "bright_black", "signal": "cyan", "error": "magenta", "frame": "bright_black", "faint": "bright_black",
    "high": "bright_blue", "low": "bright_red",
    "+1": "blue", "+2": "blue", "+3": "bright_blue", "+4": "bright_blue",
    "-1": "red", "-2": "red", "-3": "bright_red", "-4": "bright_red", "0": "bright_black",
}  # fmt: skip
_HEAT_DARK = {
    "0": "#303030", "+1": "#005f87", "+2": "#0087af", "+3": "#00afd7", "+4": "#5fd7ff",
    "-1": "#875f00", "-2": "#af5f00", "-3": "#d78700", "-4": "#ffaf00", "warn": "#d70000", "sign": "#ffffff",
    "high": "#d7f0ff", "low": "#ffe6cc",
}  # fmt: skip
_HEAT_LIGHT = {
    "0": "#eeeeee", "+1": "#afd7ff", "+2": "#87afff", "+3": "#5f87ff", "+4": "#005fff",
    "-1": "#ffd7af", "-2": "#ffaf5f", "-3": "#ff8700", "-4": "#d75f00", "warn": "#d70000", "sign": "#000000",
    "high": "#00005f", "low": "#5f2f00",
}  # fmt: skip
_HEAT_ANSI = {**_ANSI, "0": "default", "sign": "default"}
_HEAT = {"dark": _HEAT_DARK, "light": _HEAT_LIGHT, "ansi": _HEAT_ANSI}
_PALETTES = {"dark": _DARK, "light": _LIGHT, "ansi": _ANSI}
_RAMPS = {
    "dark": ((18, 18, 18), (64, 160, 240), (240, 140, 40)),
    "light": ((246, 246, 246), (48, 120, 220), (224, 112, 16)),
}
"""The middle of a ramp, its upper end and its lower end, as red, green and blue."""


@lru_cache(maxsize=512)
def style_of(ink: str, bold: bool, selected: bool, palette: str, marked: bool = False) -> Style:
    """The style to lay over a widget's own; what is selected is shown in reverse, what is marked underlined.

    `over|under` has a colour behind it; there a sign on a bright tone is black, so that it can be read.
    """
    over, _, under = ink.partition("|")
    if under:
        colour = "#000000" if over == "sign" and under in ("+3", "+4", "-3", "-4") else _heat(over, palette)
        return Style(color=colour, bgcolor=_heat(under, palette), bold=bold, reverse=selected, underline=marked)
    return Style(color=_PALETTES[palette][ink], bold=bold, reverse=selected, underline=marked)


def _heat(ink: str, palette: str) -> str:
    """The colour of a tone in a map, or of a place on its ramp: "+0.250" is a quarter of the way up."""
    if "." not in ink:
        return _HEAT[palette][ink]
    share = float(ink)
    middle, high, low = _RAMPS[palette]
    end = high if share > 0 else low
    mixed = (round(a + (b - a) * abs(share)) for a, b in zip(middle, end, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)
