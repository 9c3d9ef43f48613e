"""The colours of every theme: what they mean stays the same, and all of it can be read."""

from __future__ import annotations

import colorsys
import io
import re

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tests.studio.studio import NARROW, WIDE, studio
from tui_backprop.studio.panes.inks import ANSI, DARK, LIGHT, InkPalette, palette_of, style_of
from tui_backprop.studio.panes.inks import in_256 as nearest_in_256
from tui_backprop.studio.themes import OWN, theme_names
from tui_backprop.terminal.internals import picture_of

TONES = ("0", *(f"{sign}{level}" for sign in "+-" for level in range(1, 5)), "warn")
RAMP = tuple(f"{step / 24:+.3f}" for step in range(-24, 25))
INKS = (
    *("text", "dim", "label", "accent", "shut", "signal", "error", "high", "low", *TONES),
    *(f"{over}|{under}" for over in (*TONES, "sign", "wrong", "high", "low") for under in TONES),
)
TEXT, GRAPHICS = 4.5, 3.0
LINES = {"faint"}
"""Inks of lines and dots alone."""
FRAME = {"frame"}
OURS = {"dark": DARK, "light": LIGHT}
FOREIGN = [theme for theme in BUILTIN_THEMES.values() if not theme.ansi]


def light(colour: str) -> float:
    """The relative luminance of #rrggbb, as WCAG 2 defines it."""
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 of a colour with itself, 21 of black with white."""
    lesser, greater = sorted((light(one), light(other)))
    return (greater + 0.05) / (lesser + 0.05)


def in_256(colour: str) -> str:
    """What a terminal of 256 colours shows."""
    return RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


def surfaces(theme: Theme) -> list[str]:
    return [str(theme.background), str(theme.surface)]


def ours(name: str) -> Theme:
    return next(theme for theme in OWN if theme.name == name)


def behind(ink: str, palette: InkPalette) -> str:
    """The colour of the cells of a map."""
    found = style_of(f"wrong|{ink}", False, False, palette).bgcolor
    assert found is not None
    return found.get_truecolor().hex


def over(ink: str, under: str, palette: InkPalette) -> str:
    found = style_of(f"{ink}|{under}", False, False, palette).color
    assert found is not None
    return found.get_truecolor().hex


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the standard's well-known near miss


@pytest.mark.parametrize("name", OURS)
def test_every_ink_of_our_own_themes_can_be_read_on_every_surface(name: str) -> None:
    least = {ink: GRAPHICS if ink in LINES else TEXT for ink in OURS[name].inks if ink not in FRAME}
    found = {
        (ink, surface): contrast(OURS[name].inks[ink], surface) for ink in least for surface in surfaces(ours(name))
    }
    assert {place: ratio for place, ratio in found.items() if ratio < least[place[0]]} == {}


@pytest.mark.parametrize("name", OURS)
def test_every_ink_of_our_own_themes_can_be_read_in_256_colours(name: str) -> None:
    paper = in_256(surfaces(ours(name))[0])
    found = {ink: contrast(in_256(colour), paper) for ink, colour in OURS[name].inks.items() if ink not in FRAME}
    assert {ink: ratio for ink, ratio in found.items() if ratio < (GRAPHICS if ink in LINES else TEXT)} == {}


@pytest.mark.parametrize("name", OURS)
def test_signs_and_samples_can_be_seen_on_every_tone_of_a_map(name: str) -> None:
    palette = OURS[name]
    for tone in (*TONES, *RAMP):
        assert contrast(over("sign", tone, palette), behind(tone, palette)) >= TEXT, tone
        assert contrast(over("wrong", tone, palette), behind(tone, palette)) >= GRAPHICS, tone
        classes = [ink for ink, sign in (("high", "-"), ("low", "+")) if not tone.startswith(sign) and tone != "warn"]
        for ink in classes:  # a sample that is right stands on its own side of the middle
            assert contrast(over(ink, tone, palette), behind(tone, palette)) >= GRAPHICS, (ink, tone)


@pytest.mark.parametrize("theme", FOREIGN, ids=lambda theme: theme.name)
def test_every_ink_can_be_read_in_textuals_themes_too(theme: Theme) -> None:
    paper = theme.to_color_system().generate()["background"]
    found = {ink: contrast(colour, paper) for ink, colour in palette_of(theme).inks.items() if ink not in FRAME}
    assert {ink: ratio for ink, ratio in found.items() if ratio < (GRAPHICS if ink in LINES else TEXT)} == {}


@pytest.mark.parametrize("theme", FOREIGN, ids=lambda theme: theme.name)
def test_surfaces_keep_their_hue_in_256_colours(theme: Theme) -> None:
    for name in ("background", "surface", "panel"):
        colour = theme.to_color_system().generate()[name]
        nearest = in_256(nearest_in_256(Color.parse(colour)).hex)
        parts, shown = ([int(text[place : place + 2], 16) for place in (1, 3, 5)] for text in (colour, nearest))
        assert max(abs(a - b) for a, b in zip(parts, shown, strict=True)) <= 40


@pytest.mark.parametrize("theme", FOREIGN, ids=lambda theme: theme.name)
def test_hues_that_mean_something_stay_ours(theme: Theme) -> None:
    """Blue positive, orange negative, signals cyan, errors magenta."""
    inks = palette_of(theme).inks

    def parts(ink: str) -> tuple[int, int, int]:
        red, green, blue = (int(inks[ink][place : place + 2], 16) for place in (1, 3, 5))
        return red, green, blue

    for level in range(1, 5):
        red, _, blue = parts(f"+{level}")
        assert blue > red
        red, _, blue = parts(f"-{level}")
        assert red > blue
    red, green, blue = parts("signal")
    assert red < min(green, blue)
    red, green, blue = parts("error")
    assert green < min(red, blue)


def test_in_sixteen_colours_the_selection_has_a_colour_that_means_nothing_else() -> None:
    others = {ink: colour for ink, colour in ANSI.inks.items() if ink != "accent"}
    assert ANSI.inks["accent"].removeprefix("bright_") not in {name.removeprefix("bright_") for name in others.values()}


@pytest.mark.parametrize("theme", FOREIGN, ids=lambda theme: theme.name)
def test_what_is_selected_is_not_taken_for_a_direction(theme: Theme) -> None:
    inks = palette_of(theme).inks

    def hue(ink: str) -> float:
        return 360 * colorsys.rgb_to_hls(*(int(inks[ink][place : place + 2], 16) / 255 for place in (1, 3, 5)))[0]

    for way in ("signal", "error"):
        assert 29 < abs(hue("accent") - hue(way)) < 331


@pytest.mark.parametrize("name", ["gruvbox", "solarized-light"])
def test_surface_and_accent_are_the_themes(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    palette = palette_of(theme)
    assert palette.ramp[0].lower() == str(theme.background).lower()
    assert palette.inks["accent"] not in (DARK.inks["accent"], LIGHT.inks["accent"])
    assert palette_of(theme) is palette


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=["dark", "light", "ansi"])
def test_every_ink_has_a_colour_in_every_palette(ink: str, palette: InkPalette) -> None:
    assert style_of(ink, False, False, palette).color is not None
    assert style_of(ink, True, True, palette).bold
    assert style_of(ink, True, True, palette).reverse


@pytest.mark.parametrize("ink", ["+0.250|-1.000", "sign|+0.000", "+4|-2", "warn|0", "sign|warn"])
@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=["dark", "light", "ansi"])
def test_every_place_of_a_map_has_a_colour_in_every_palette(ink: str, palette: InkPalette) -> None:
    """A pane below a dialog may be drawn as it was painted in the theme before."""
    assert style_of(ink, False, False, palette).bgcolor is not None


@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=["dark", "light", "ansi"])
def test_positive_and_negative_differ_in_every_palette(palette: InkPalette) -> None:
    for level in range(1, 5):
        assert style_of(f"+{level}", False, False, palette).color != style_of(f"-{level}", False, False, palette).color


def test_every_theme_has_a_name_of_its_own() -> None:
    assert len(set(theme_names())) == len(theme_names())
    assert {"dark", "light", "ansi", "nord", "gruvbox", "textual-light"} <= set(theme_names())


GRAPHIC = re.compile(r"[\s─-╿▀-▟⠀-⣿·●◆]*")
"""Frame lines, blocks, dots and samples: no text."""
SCREENS = {
    "the panes": ("space", "full_stop", "full_stop", "full_stop"),
    "gates": ("e", "2"),
    "the help": ("question_mark",),
    "the set-up": ("ctrl+n",),
    "a question": ("g",),
    "a choice": ("u",),
    "a mistake": ("g", "x", "enter"),
}


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("theme", OURS)
@pytest.mark.parametrize("place", SCREENS)
async def test_every_word_on_the_screen_can_be_read(place: str, theme: str, size: tuple[int, int]) -> None:
    async with studio("xor", size=size) as s:
        s.app.theme = theme
        await s.press(*SCREENS[place])
        await s.pilot.pause()
        region = s.app.screen.children[0].region if s.app.screen is not s.screen else s.app.screen.region
        shown = picture_of(s.app)
        assert shown is not None
        console = Console(width=size[0], height=size[1], file=io.StringIO(), color_system="truecolor")
        found = {}
        for y, row in enumerate(console.render_lines(shown)):
            x = 0
            for segment in row:
                if segment.style and region.contains(x, y) and not GRAPHIC.fullmatch(segment.text):
                    found[segment.text] = seen(segment)
                x += segment.cell_length
        assert {text: round(ratio, 2) for text, ratio in found.items() if ratio < TEXT} == {}
        assert len(found) > 3


def seen(segment: Segment) -> float:
    """The contrast of a segment of text."""
    style = segment.style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert not style.dim
    return contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)
