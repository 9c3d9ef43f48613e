"""A disk that fills up, or becomes read-only, during play: what was saved stays, and the studio goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.emulator import Program
from tests.sessions.sessions import bits, moment_of, names, resumed
from tui_backprop.errors import NOT_SAVED
from tui_backprop.sessions.store import entries, folder, read

pytestmark = pytest.mark.pty


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@pytest.fixture
def disk(state_home: Path) -> Iterator[Path]:
    """A small disk where sessions are saved."""
    try:
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(state_home))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"may not mount a disk: {error}")
    yield state_home
    while state_home.is_mount():
        unlock(state_home)


def fill(disk: Path) -> None:
    """Leaves no byte free."""
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


def lock(disk: Path) -> None:
    """Read-only from here on; what is open stays so."""
    run("mount", "--bind", str(disk), str(disk))
    run("mount", "-o", "remount,bind,ro", str(disk))


def unlock(disk: Path) -> None:
    run("umount", "--lazy", str(disk))


SPOILT = pytest.mark.parametrize(
    ("spoil", "mend", "complaint"),
    [
        (fill, lambda disk: (disk / "filler").unlink(), "No space left on device"),
        (lock, unlock, "Read-only file system"),
    ],
    ids=["full", "read-only"],
)


@SPOILT
def test_what_was_saved_stays(
    disk: Path, spoil: Callable[[Path], None], mend: Callable[[Path], None], complaint: str
) -> None:
    with Program("article-random", "--seed", "13", columns=120, rows=40) as program:
        program.press(" ", " ")
        program.until(lambda: entries()[0] != [] and read(path()).step == 2)
        before = path().read_bytes()
        spoil(disk)
        program.keys("]]]]]p")
        program.wait_for("cannot save the session", complaint)
        program.wait_for("epoch 4", complaint)  # play goes on, and it stays in sight
        assert path().read_bytes() == before
        mend(disk)
        program.until(lambda: path().read_bytes() != before)  # and so does saving
        program.press("p", " ")
        program.until(lambda: read(path()).step == int(program.text.split("step ")[1].split()[0]))
        spoil(disk)
        before = path().read_bytes()
        program.press(" ", "q")
        assert program.end() == NOT_SAVED
        assert program.left_behind == []
        assert f"tui-backprop: cannot save the session: {complaint}" in program.received.decode()
        assert b"Traceback" not in program.received
    assert {name.removesuffix(".lock") for name in names(folder())} == {path().name}  # nothing half written
    assert path().read_bytes() == before
    assert bits(resumed(read(path()))) == bits(moment_of(read(path()).experiment, read(path()).step, "update"))


@SPOILT
def test_what_cannot_be_saved_from_the_start_is_shown_all_the_same(
    disk: Path, spoil: Callable[[Path], None], mend: object, complaint: str
) -> None:
    spoil(disk)
    with Program("xor") as program:
        program.press(" ")
        program.wait_for("cannot save the session", complaint)
        program.press(" ", "q")
        assert program.end() == NOT_SAVED
        assert program.left_behind == []
        assert b"Traceback" not in program.received


def path() -> Path:
    """The one session."""
    (only,) = folder().glob("*.json")
    return only
