"""The settings for every studio: a small TOML file in the user's configuration folder.

The studio changes values in it and keeps everything else, so it can be edited by hand.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from tui_backprop.errors import BackpropError
from tui_backprop.reading.disk import read_text, reason
from tui_backprop.studio.pace import DEFAULT_PACE, PACES

LARGEST = 2**16


@dataclass(frozen=True)
class Settings:
    """A theme's name, whether pulses show what flows, how fast play goes, and whether the keys are shown in a bar."""

    theme: str = "dark"
    motion: bool = True
    pace: str = PACES[DEFAULT_PACE].name
    key_bar: bool = True


Keep = Callable[[str, str | bool], str]
"""Keeps a setting; returns why it could not, or an empty string."""


def place() -> Path:
    """The file."""
    return platformdirs.user_config_path("tui-backprop", appauthor=False) / "config.toml"


def load() -> tuple[Settings, str]:
    """The stored settings, and a line on what is wrong with the file; wrong settings count as not set."""
    try:
        return _settings(read_text(place(), LARGEST, "fix or remove it", pipes=False))
    except FileNotFoundError:
        return Settings(), ""
    except BackpropError as error:
        return Settings(), str(error)


def keep(name: str, value: str | bool) -> str:
    """Keeps a setting; returns why it cannot be kept: a file with a mistake in it is not touched."""
    path = place()
    before, problem = load()
    if problem:
        return f"Not kept: {problem}"
    if getattr(before, name) == value:
        return ""
    from tui_backprop.sessions.files import replace as replace_file

    try:
        path = path.resolve()  # it may be a link into a folder of such files
        text = path.read_text("utf-8-sig") if path.exists() else ""
        changed = _changed(text, name, json.dumps(value))
        wanted: dict[str, Any] = {name: value}
        if _settings(changed) != (replace(before, **wanted), ""):  # written in a way that is not understood here
            return f"Not kept: set {name} = {json.dumps(value)} in {path} yourself"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, changed.encode())
    except (OSError, ValueError, RuntimeError) as error:
        return f"Not kept: {path} cannot be written: {reason(error)}"
    return ""


def choose(kiosk: bool, few_colours: bool, theme: str | None, motion: bool | None) -> tuple[Settings, str]:
    """The settings for a studio, and what is wrong with the file: options override the file.

    A kiosk reads no file. With few colours the theme is the terminal's own. Raises `BackpropError` for a theme that
    does not exist.
    """
    from tui_backprop.studio.themes import check_theme

    found, problem = (Settings(), "") if kiosk else load()
    if theme is not None:
        found = replace(found, theme=check_theme(theme))
    if motion is not None:
        found = replace(found, motion=motion)
    return (replace(found, theme="ansi") if few_colours else found), problem


def _changed(text: str, name: str, value: str) -> str:
    """The file's text with another value for a setting, in its place or at the end."""
    line = re.compile(rf"""^({name}[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*'|\w+)""", re.MULTILINE)
    if line.search(text):
        return line.sub(lambda found: found[1] + value, text, count=1)
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{name} = {value}\n"


def _settings(text: str) -> tuple[Settings, str]:
    from tui_backprop.errors import ExperimentError  # these are imported late: --help names the file, and needs no more
    from tui_backprop.experiments.schema import Section
    from tui_backprop.studio.themes import theme_names

    source = str(place())
    try:
        section = Section(source, "", tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        return Settings(), str(BackpropError(f"{source} is not valid TOML: {error}", "fix or remove it"))
    default, found, problem = Settings(), dict[str, Any](), ""
    choices = {"theme": theme_names(), "pace": [pace.name for pace in PACES]}
    for field in fields(Settings):
        name, value = field.name, getattr(default, field.name)
        try:
            found[name] = section.choice(name, value, choices[name]) if name in choices else section.flag(name, value)
        except ExperimentError as error:
            problem = problem or str(error)
    try:
        section.done()
    except ExperimentError as error:
        problem = problem or str(error)
    return Settings(**found), problem
