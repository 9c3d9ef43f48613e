"""Reading a file that may be anything, and saying what went wrong."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tui_backprop.errors import NOT_SAVED
from tui_backprop.reading import disk
from tui_backprop.reading.disk import (
    UnreadableError,
    absolute,
    check_ordinary,
    read_bytes,
    read_text,
    typed_path,
    unwritable,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"x" * 2048)
    assert read_bytes(path, 2048, "") == b"x" * 2048
    with pytest.raises(UnreadableError, match=r"it: is too large: more than 1 kB \(another file\)"):
        read_bytes(path, 2047, "another file")


def test_text_is_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"\xef\xbb\xbf\xc3\xa9")
    assert read_text(path, 10, "") == "é"
    path.write_bytes(b"\xe9")
    with pytest.raises(UnreadableError, match="is not text in UTF-8"):
        read_text(path, 10, "")


def test_nothing_there_is_for_the_caller_to_tell(tmp_path: Path) -> None:
    for read in (lambda path: read_bytes(path, 9, ""), lambda path: check_ordinary(path, "")):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "none")


def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.touch(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UnreadableError, match="cannot be read: Permission denied"):
        read_bytes(path, 9, "")


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "is a folder, not a file"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
    "empty device": (lambda path: path.symlink_to("/dev/null"), "is a device, not a file"),
    "link to itself": (lambda path: path.symlink_to(path), "cannot be read: Too many levels of symbolic links"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_not_a_file_is_refused_without_reading_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    make, told = ODD[name]
    make(path)
    for read in (lambda: read_bytes(path, 9, ""), lambda: check_ordinary(path, "")):
        with pytest.raises(UnreadableError) as caught:
            read()
        assert str(caught.value) == f"{path}: {told}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a" * 300, "File name too long"),
        ("a\0b", "no file can have that name"),
        ("/".join("a" * 3000), "File name too long"),
    ],
)
def test_a_name_that_no_file_can_have_is_refused(name: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for read in (lambda: read_bytes(path, 9, ""), lambda: check_ordinary(path, "")):
        with pytest.raises(UnreadableError) as caught:
            read()
        assert str(caught.value).endswith(f": cannot be read: {told}")


def test_a_pipe_is_read_to_its_end_where_it_can_be_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(UnreadableError, match="is a pipe, not a file"):
        check_ordinary(path, "")
    with pytest.raises(UnreadableError, match="is a pipe, not a file"):
        read_bytes(path, 9, "", pipes=False)
    writer = threading.Thread(target=path.write_bytes, args=(b"x" * 200_000,))
    writer.start()
    assert read_bytes(path, 200_000, "") == b"x" * 200_000
    writer.join()


@pytest.mark.parametrize("written", [False, True])
def test_a_pipe_that_nothing_is_written_to_is_refused(
    written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    monkeypatch.setattr(disk, "WRITER", 0.0 if not written else 60.0)
    writer = threading.Thread(target=path.write_bytes, args=(b"",))
    if written:
        writer.start()  # and closes it at once
    with pytest.raises(UnreadableError, match="pipe: is a pipe that nothing is written to"):
        read_bytes(path, 9, "")
    if written:
        writer.join()


def test_a_program_that_has_not_written_yet_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    monkeypatch.setattr(disk, "WRITER", 0.0)
    set_blocking, program = os.set_blocking, os.open(path, os.O_RDWR)

    def write_late(pipe: int, blocking: bool) -> None:
        assert blocking
        os.write(program, b"late")
        os.close(program)
        set_blocking(pipe, blocking)

    monkeypatch.setattr("os.set_blocking", write_late)
    assert read_bytes(path, 9, "") == b"late"


def test_what_never_ends_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with suppress(BrokenPipeError), path.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    writer = threading.Thread(target=write)
    writer.start()
    with pytest.raises(UnreadableError, match="is too large"):
        read_bytes(path, 100_000, "")
    writer.join(20)
    assert not writer.is_alive()


def test_a_file_that_grows_while_it_is_read_has_a_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x")
    found = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        path.write_bytes(b"x" * 1000)
        return found(descriptor)

    monkeypatch.setattr("os.fstat", grown)
    with pytest.raises(UnreadableError, match="is too large"):
        read_bytes(path, 100, "")


def test_a_typed_path_never_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed_path("~") == Path.home()
    assert typed_path("~nobody-has-this-name/x").name == "x"
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert typed_path("x") == absolute(Path("x")) == Path("x")


def test_what_cannot_be_written_says_where_and_why() -> None:
    error = unwritable("\x1b[31m.csv", OSError(28, "No space left on device"))
    assert str(error) == "\\x1b[31m.csv: cannot be written: No space left on device (a file in a writable folder)"
    assert error.exit_code == NOT_SAVED == 3
