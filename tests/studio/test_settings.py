"""Theme, motion, pace and key bar: kept for every studio, and never in the way."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import assert_refused, printed, program
from tests.emulator import Program
from tests.studio.studio import NARROW, Studio
from tui_backprop import BackpropError, Timeline, load_experiment
from tui_backprop.studio.app import STILL, BackpropApp
from tui_backprop.studio.audience import Audience
from tui_backprop.studio.commands import SWITCHES
from tui_backprop.studio.panes.network import NetworkPane
from tui_backprop.studio.settings import Settings, choose, keep, load, place


@pytest.fixture
def file(config_home: Path) -> Path:
    path = config_home / "tui-backprop" / "config.toml"
    path.parent.mkdir()
    return path


def test_nothing_is_wrong_where_nothing_is_kept(config_home: Path) -> None:
    assert load() == (Settings("dark", True, "a phase every 1.5 s", True), "")
    assert place() == config_home / "tui-backprop" / "config.toml"
    assert not place().exists()


def test_what_is_kept_comes_back(config_home: Path) -> None:
    for name, value in (("theme", "nord"), ("motion", False), ("pace", "4 samples a second"), ("key_bar", False)):
        assert keep(name, value) == ""
    assert load() == (Settings("nord", False, "4 samples a second", False), "")


def test_the_rest_of_the_file_stays_as_it_is(file: Path) -> None:
    file.write_text("# mine\ntheme = 'gruvbox'   # warm\n\n# slow lines\nmotion = false")
    assert keep("theme", "light") == keep("pace", "2 epochs a second") == ""
    assert file.read_text() == (
        '# mine\ntheme = "light"   # warm\n\n# slow lines\nmotion = false\npace = "2 epochs a second"\n'
    )


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("key_bar = false\n")
    file.symlink_to(real)
    assert keep("theme", "nord") == ""
    assert file.is_symlink()
    assert real.read_text() == 'key_bar = false\ntheme = "nord"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("them = 'nord'", "them: unknown key, did you mean theme?"),
        ("motoin = false", "motoin: unknown key, did you mean motion?"),
        ("keybar = true", "keybar: unknown key, did you mean key_bar?"),
        ("theme = 'nrod'", "theme: unknown 'nrod', did you mean nord?"),
        ("theme = 3", "theme: unknown 3"),
        ("motion = 'no'", "motion: 'no' is neither true nor false"),
        ("pace = 'fast'", "pace: unknown 'fast'"),
        ("key_bar = 1", "key_bar: 1 is neither true nor false"),
        ("theme = ", "is not valid TOML"),
        ("[theme]\nname = 1", "theme: unknown"),
        ("theme = " + "[" * 20_000, "is not valid TOML"),
        ("x = " + "9" * 5_000, "is not valid TOML"),
        ("theme = '\x1b[31m'", "is not valid TOML"),
        ('theme = "\\u001b[31m"', "theme: unknown"),
        ("#" * 2**17, "is too large"),
    ],
)
def test_a_wrong_file_is_reported_in_one_line_and_left_alone(text: str, told: str, file: Path) -> None:
    file.write_text(text)
    settings, problem = load()
    assert settings == Settings()
    assert told in problem
    assert str(file) in problem
    assert problem.isprintable()
    assert len(problem) < 1_000
    assert keep("motion", False).startswith("Not kept: ")
    assert file.read_text() == text


def test_what_is_right_in_a_wrong_file_counts(file: Path) -> None:
    file.write_text("theme = 'nord'\nmotoin = false\npace = 'fast'\n")
    settings, problem = load()
    assert settings == Settings(theme="nord")
    assert "pace" in problem


@pytest.mark.parametrize("make", ["folder", "pipe", "bytes", "no folder", "read-only"])
def test_a_file_that_cannot_be_read_or_written_is_reported(make: str, file: Path) -> None:
    if make == "folder":
        file.mkdir()
    elif make == "pipe":
        os.mkfifo(file)
    elif make == "bytes":
        file.write_bytes(b"\xff\xfe\x00")
    elif make == "no folder":
        file.parent.rmdir()
        file.parent.write_text("")
    elif os.geteuid():
        file.parent.chmod(0o500)
    else:
        pytest.skip("root writes everywhere")
    settings, problem = load()
    assert settings == Settings()
    assert bool(problem) == (make != "read-only")
    told = keep("theme", "light")
    assert told.startswith("Not kept: ")
    assert told.isprintable()
    file.parent.chmod(0o700)


def test_a_value_written_in_an_unusual_way_is_left_to_you(file: Path) -> None:
    file.write_text('"theme" = "nord"\n')
    assert 'set theme = "light" in' in keep("theme", "light")
    assert file.read_text() == '"theme" = "nord"\n'


def test_options_go_before_the_file_and_few_colours_before_both(file: Path) -> None:
    file.write_text("theme = 'nord'\nmotion = false\n")
    assert choose(False, False, None, None)[0] == Settings("nord", motion=False)
    assert choose(False, False, "gruvbox", True)[0] == Settings("gruvbox")
    assert choose(False, True, "gruvbox", True)[0] == Settings("ansi")
    with pytest.raises(BackpropError, match="'nrod' is not a theme, did you mean nord"):
        choose(False, False, "nrod", None)


def test_a_kiosk_reads_nothing(file: Path) -> None:
    file.write_text("theme = 'nord'\nwrong = 1")
    assert choose(True, False, None, None) == (Settings(), "")


async def test_what_is_changed_in_the_studio_is_kept_and_nothing_else() -> None:
    app = BackpropApp(Timeline(load_experiment("article")), replace(STILL, theme="gruvbox"), keep=keep)
    async with app.run_test(size=NARROW) as pilot:
        s = Studio(app, pilot)
        assert app.theme == "gruvbox"
        await s.press("space", "e")
        assert not place().exists()
        s.screen.choose("theme", "nord")
        s.screen.choose("key_bar", False)
        await s.press("right_square_bracket")
        assert load() == (Settings("nord", True, "a phase every 0.7 s", False), "")


async def test_the_studio_opens_as_it_was_left_and_says_what_is_wrong() -> None:
    settings = Settings("light", True, "as fast as it can", False)
    app = BackpropApp(Timeline(load_experiment("article")), settings, news="config.toml: wrong")
    async with app.run_test(size=NARROW) as pilot:
        s = Studio(app, pilot)
        assert s.sentence == "config.toml: wrong"
        assert s.app.theme == "light"
        assert s.screen.query_one(NetworkPane).motion
        assert not s.painted("KeyBar").display
        await s.press("left_square_bracket")
        assert s.sentence == "Play: 50 epochs a second; p plays."


async def test_without_the_key_bar_the_panes_have_its_line() -> None:
    app = BackpropApp(Timeline(load_experiment("article")))
    async with app.run_test(size=NARROW) as pilot:
        s = Studio(app, pilot)
        before = s.painted("Inspector").region.bottom
        for shown in (False, True):
            s.screen.choose("key_bar", shown)
            await s.settle()
            assert s.painted("ErrorLine").region.bottom == NARROW[1] - shown
            assert s.painted("KeyBar").display == shown
        assert s.painted("Inspector").region.bottom == before


async def test_a_kiosk_keeps_nothing_and_starts_over_as_it_was() -> None:
    app = BackpropApp(Timeline(load_experiment("article")), audience=Audience(kiosk=True))
    async with app.run_test(size=NARROW) as pilot:
        s = Studio(app, pilot)
        for name, value in (("theme", "nord"), ("motion", True), ("key_bar", False)):
            s.screen.choose(name, value)
        await s.press("right_square_bracket")
        s.screen._start_over()
        await s.settle()
        assert (app.theme, s.screen.motion, s.screen.key_bar) == ("dark", False, True)
        assert s.screen.paced().name == Settings().pace
        assert not place().exists()


async def test_the_help_tells_where_settings_are_kept_but_not_to_visitors() -> None:
    for kiosk in (False, True):
        app = BackpropApp(Timeline(load_experiment("article")), audience=Audience(kiosk=kiosk))
        async with app.run_test(size=NARROW) as pilot:
            s = Studio(app, pilot)
            await s.press("question_mark")
            assert (str(place()) in s.help_page) is not kiosk


def test_the_commands_help_tells_the_path() -> None:
    assert f"kept in\n{place()}." in printed("--help")


def test_a_theme_that_does_not_exist_is_refused() -> None:
    assert_refused(program("show", "article", "--theme", "gruvbx"), "did you mean gruvbox?")


def test_every_switch_is_a_setting() -> None:
    assert {setting for setting, _, _ in SWITCHES} <= set(Settings.__dataclass_fields__)


@pytest.mark.pty
def test_the_file_is_read_at_the_start_and_written_on_the_way(file: Path) -> None:
    file.write_text("key_bar = false\nmotoin = false\n")
    with Program("article", first="did you mean motion?") as studio:
        assert "q quit" not in studio.text
    file.write_text("key_bar = false\n")
    with Program("article", "--kiosk", first="q quit") as studio:
        studio.keys("]")
        studio.wait_for("0.7 s")
    assert file.read_text() == "key_bar = false\n"
    with Program("article", first="no epoch completed") as studio:
        studio.keys("]")
        studio.wait_for("0.7 s")
        assert "q quit" not in studio.text
    assert file.read_text() == 'key_bar = false\npace = "a phase every 0.7 s"\n'
