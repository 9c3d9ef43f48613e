"""Whatever path is typed into the studio: refused in one line with its reason, and nobody waits for ever."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.studio.studio import Studio, studio
from tests.studio.test_lessons import learning
from tui_backprop import Timeline, load_experiment
from tui_backprop.lessons.reader import read
from tui_backprop.sessions.store import Record
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.screens.questions import TextQuestion
from tui_backprop.studio.screens.setup import SetupScreen

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")


def pipe(path: Path) -> str:
    os.mkfifo(path)
    return str(path)


def file(path: Path) -> str:
    path.touch()
    return f"{path}/it"


IMPOSSIBLE: dict[str, tuple[Callable[[Path], str], str]] = {
    "too long": (lambda path: f"{path}/" + "a" * 300, "File name too long"),
    "below a file": (lambda path: file(path / "it"), "Not a directory"),
    "no such home": (lambda path: "~nobody-has-this-name/it", "no such file|is not a folder|No such file"),
}
UNREADABLE: dict[str, tuple[Callable[[Path], str], str]] = {
    **IMPOSSIBLE,
    "nothing": (lambda path: "", "no file is named"),
    "folder": (str, "is a folder, not a file"),
    "device": (lambda path: "/dev/zero", "is a device, not a file"),
    "pipe": (lambda path: pipe(path / "it"), "is a pipe, not a file"),
}


def matches(told: str, reason: str) -> bool:
    return any(each in " ".join(told.split()) for each in reason.split("|"))


@asynccontextmanager
async def keeping(source: str | Path = "article", size: tuple[int, int] = (80, 24)) -> AsyncIterator[Studio]:
    """A studio that keeps its session."""
    app = BackpropApp(Timeline(load_experiment(source)), record=Record())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Studio(app, pilot)


@pytest.mark.slow
@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_file_of_samples_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    make, reason = UNREADABLE[kind]
    path = make(tmp_path)
    async with studio() as s:
        await s.press("ctrl+n", "down", "left")
        s.app.screen.query_one("#file", Input).value = path
        await s.settle()
        assert matches(str(s.app.screen.query_one("#mistake", Static).content), reason)
        await s.press("enter")
        assert isinstance(s.app.screen, SetupScreen)


async def saving(s: Studio, end: str, path: str) -> str:
    """What is wrong with a path as the answer to "save as"."""
    await s.press(*({"json": ["s"], "toml": ["ctrl+n", "ctrl+s"]}[end]))
    assert isinstance(s.app.screen, TextQuestion)
    await s.type(path + ("" if path.endswith(f".{end}") else f".{end}"))
    assert isinstance(s.app.screen, TextQuestion)
    return s.mistake


@pytest.mark.slow
@pytest.mark.parametrize("kind", IMPOSSIBLE)
@pytest.mark.parametrize("end", ["json", "toml"])
async def test_a_path_that_cannot_be_written_is_refused_in_the_dialog(end: str, kind: str, tmp_path: Path) -> None:
    make, reason = IMPOSSIBLE[kind]
    async with keeping() as s:
        assert matches(await saving(s, end, make(tmp_path)), reason)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 18)])
async def test_the_reason_why_a_session_is_not_saved_is_read_to_its_end(size: tuple[int, int], tmp_path: Path) -> None:
    """The name is short enough for a file, but not for what is written beside it."""
    async with keeping(size=size) as s:
        await s.press("space", "s")
        await s.type(f"{tmp_path}/{'x' * 248}.json")
        assert "…" in s.sentence
        assert "x.json: cannot be written: File name too long" in s.sentence


async def test_what_is_wrong_is_visible_in_a_small_window(tmp_path: Path) -> None:
    (tmp_path / ("x" * 200 + ".json")).touch()
    async with keeping(size=(40, 14)) as s:
        assert "already exists" in await saving(s, "json", f"{tmp_path}/{'x' * 200}")
        told = s.app.screen.query_one(".mistake")
        assert s.app.screen.region.contains_region(told.region)


async def test_nobody_waits_for_a_pipe_that_was_read_to_begin_with(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[network]\nlayers = [1, 1]\n[data]\ninputs = [[1]]\ntargets = [[1]]\n")
    async with keeping(path) as s:
        path.unlink()
        os.mkfifo(path)
        await s.press("Y")
        assert s.sentence.startswith("Copied: tui-backprop --resume")


@pytest.mark.parametrize("name", ["it.toml", "with-samples.toml"])
async def test_a_page_with_a_pipe_is_passed_over(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "it.toml")
    os.mkfifo(tmp_path / "it.csv")
    (tmp_path / "with-samples.toml").write_text('[network]\nlayers = [1, 1]\n[data]\ncsv = "it.csv"\n')
    text = f'+++\ntitle = "T"\n+++\n# One\n# Two\n```page\nexperiment = "{name}"\n```\n'
    lesson, mistakes = read(text, "f.md", "f", str(tmp_path))
    assert mistakes == []
    async with learning(lesson) as s:
        await s.press("n")
        assert "is a pipe, not a file" in s.sentence
