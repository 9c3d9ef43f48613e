"""The program in a real terminal: killed, hung up, run twice, and resumed."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from tests.emulator import Program
from tests.sessions.sessions import bits, moment_of, names, resumed
from tui_backprop import load_experiment
from tui_backprop.cli.main import main
from tui_backprop.errors import NOT_SAVED
from tui_backprop.experiments import Overrides
from tui_backprop.sessions.files import in_use
from tui_backprop.sessions.reader import Session
from tui_backprop.sessions.store import entries, folder, read

pytestmark = pytest.mark.pty

Terminal = partial(Program, columns=120, rows=40)


def only() -> Path:
    """The one session that there is."""
    found, wrong = entries()
    assert wrong == []
    assert len(found) == 1
    return found[0].path


def saved_step() -> int:
    return max((entry.head.step for entry in entries()[0]), default=0)


def assert_shown(terminal: Program, session: Session) -> None:
    """The screen stands where the session does."""
    moment = resumed(session)
    for text in ("Resumed ", f"step {session.step:,}", f"epoch {moment.epoch:,}", f"sample #{moment.sample}"):
        terminal.wait_for(text)


@pytest.mark.parametrize("play", ["p", "]]]]]p"])
def test_a_studio_killed_while_it_plays_is_resumed_where_it_was_saved(play: str) -> None:
    with Terminal("article-random", "--seed", "5") as terminal:
        terminal.wait_for("nothing computed yet")
        terminal.keys(" ")
        terminal.until(lambda: saved_step() == 1)
        terminal.keys(play)
        terminal.until(lambda: saved_step() > 1)
        assert in_use(only())
        assert terminal.signal(signal.SIGKILL) == -signal.SIGKILL
    path = only()
    session = read(path)
    assert not in_use(path)
    assert session.step > 1
    with Terminal("--resume") as terminal:
        assert_shown(terminal, session)
        terminal.keys(".")
        terminal.until(lambda: (read(path).step, read(path).phase) != (session.step, session.phase))
        terminal.keys("q")
        assert terminal.end() == 0
    original = load_experiment("article-random", Overrides(seed=5))
    assert bits(resumed(session)) == bits(moment_of(original, session.step, session.phase))
    assert names(folder()) == [path.name]


def test_killed_at_any_time_the_file_is_whole() -> None:
    for number in range(3):
        with Terminal("--resume" if number else "xor") as terminal:
            terminal.wait_for("Resumed " if number else "nothing computed yet")
            before = saved_step()
            terminal.keys(" ]]]]]p")
            terminal.until(lambda before=before: saved_step() > before)  # type: ignore[misc]
            terminal.read(0.07 * number)
            assert terminal.signal(signal.SIGKILL) == -signal.SIGKILL
        assert saved_step() > before
    assert only()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_studio_with_the_last_moment_saved(number: int) -> None:
    with Terminal("article") as terminal:
        terminal.wait_for("nothing computed yet")
        terminal.keys("   .")
        terminal.wait_for("step 4")
        assert terminal.signal(number) == 128 + number
    session = read(only())
    assert (session.step, session.phase) == (4, "input")
    assert names(folder()) == [only().name]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_play_loses_nothing_that_was_seen(number: int) -> None:
    with Terminal("article-random", "--seed", "13") as terminal:
        terminal.keys("]]]]]p")
        terminal.wait_for("epoch 5 ")
        assert terminal.signal(number) == 128 + number
        assert terminal.left_behind == []
        assert b"Traceback" not in terminal.received
        seen = int(terminal.text.split("epoch ")[1].split()[0])
    session = read(only())
    assert seen <= resumed(session).epoch <= seen + 1
    assert bits(resumed(session)) == bits(
        moment_of(load_experiment("article-random", Overrides(seed=13)), session.step, session.phase)
    )


def test_two_studios_at_once_have_a_session_each(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal("article") as one, Terminal("article") as other:
        for steps, terminal in enumerate((one, other), 1):
            terminal.wait_for("nothing computed yet")
            terminal.keys(" " * steps)
            terminal.wait_for(f"step {steps}")
        for terminal in (one, other):
            terminal.until(lambda: len(entries()[0]) == 2)
        assert main(["--resume"]) == 2
        assert "all are in use" in capsys.readouterr().err
        for terminal in (one, other):
            terminal.keys("q")
            assert terminal.end() == 0
    found, _ = entries()
    assert sorted(entry.head.step for entry in found) == [1, 2]


def test_a_session_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "lesson"
    with Terminal("xor", "--rate", "0.25", "--session", str(path)) as terminal:
        terminal.wait_for("nothing computed yet")
        assert not path.exists()
        terminal.keys("  ..")
        terminal.wait_for("step 3")
        terminal.keys("q")
        assert terminal.end() == 0
    session = read(path)
    assert (session.experiment.name, session.experiment.training.rate) == ("xor", 0.25)
    assert (session.step, session.phase) == (3, "sum1")
    with Terminal("article", "--session", str(path)) as terminal:
        assert_shown(terminal, session)
        terminal.keys("q")
        assert terminal.end() == 0
    assert names(tmp_path) == ["lesson"]
    assert names(folder()) == []


def test_what_could_not_be_saved_is_reported_at_the_end(state_home: Path) -> None:
    (state_home / "tui-backprop").write_text("in the way")
    with Terminal("article") as terminal:
        terminal.wait_for("nothing computed yet")
        terminal.keys(" ")
        terminal.wait_for("cannot save the session")
        terminal.keys("q")
        assert terminal.end() == NOT_SAVED
        terminal.until(lambda: b"tui-backprop: cannot save the session: Not a directory" in terminal.received)
    assert os.listdir(state_home) == ["tui-backprop"]
