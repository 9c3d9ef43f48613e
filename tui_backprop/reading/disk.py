"""What the program reads and writes: one way to read a file that may be anything, and one to say what went wrong."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from typing import TextIO

from tui_backprop.errors import BackpropError, UnsavedError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""Errors that can come from a file that is open for writing."""

WRITER = 2.0
"""Seconds to wait for a program that writes to a pipe."""
PIECE = 2**16
"""Bytes to read from a pipe at once."""


class UnreadableError(BackpropError):
    """A file that cannot be read; `what` says why, without the path."""

    def __init__(self, path: Path, what: str, hint: str) -> None:
        self.what = what
        super().__init__(f"{path}: {what}", hint)


def read_bytes(path: Path, most: int, hint: str, pipes: bool = True) -> bytes:
    """The contents of a file of at most `most` bytes, whatever size it reports or has grown to meanwhile.

    Only ordinary files are read, and pipes where these can be waited for: a device may never end. Raises
    `FileNotFoundError` where there is nothing, otherwise `UnreadableError`.
    """
    with _reported_as_unreadable(path, hint):
        _check(path, os.stat(path), hint, pipes)  # before it is opened, which may already do something
        with open(path, "rb", opener=_open_without_waiting) as file:
            found = os.fstat(file.fileno())
            _check(path, found, hint, pipes)
            start = _start_of_pipe(path, file.fileno(), most, hint) if stat.S_ISFIFO(found.st_mode) else b""
            data = start + file.read(most + 1 - len(start))
    if len(data) > most:
        size = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} kB"
        raise UnreadableError(path, f"is too large: more than {size}", hint)
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _start_of_pipe(path: Path, pipe: int, most: int, hint: str) -> bytes:
    """What can be read without waiting. Refuses a pipe that nothing writes to: it would never end."""
    select([pipe], [], [], WRITER)
    try:
        start = os.read(pipe, min(most, PIECE))
    except BlockingIOError:  # there is a program, which has not written anything yet
        start = None
    if start == b"":
        raise UnreadableError(path, "is a pipe that nothing is written to", hint)
    os.set_blocking(pipe, True)
    return start or b""


def read_text(path: Path, most: int, hint: str, pipes: bool = True) -> str:
    """Like `read_bytes`, as text in UTF-8."""
    try:
        return read_bytes(path, most, hint, pipes).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(path, "is not text in UTF-8", hint) from None


def check_ordinary(path: Path, hint: str) -> None:
    """Raises as `read_bytes` does where there is no ordinary file, without reading it."""
    with _reported_as_unreadable(path, hint):
        _check(path, os.stat(path), hint, pipes=False)


def absolute(path: Path) -> Path:
    """The absolute path; unchanged if the current folder is gone."""
    with suppress(OSError):
        return path.absolute()
    return path


def typed_path(text: str) -> Path:
    """The path that the user typed, in which `~` is a home; never raises."""
    return absolute(Path(os.path.expanduser(text)))


@contextmanager
def output(path: str | None) -> Iterator[TextIO]:
    """The file of that name, to be overwritten, or standard output, which is also `-`."""
    if path in (None, "-"):
        yield sys.stdout
        return
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            yield file
    except BrokenPipeError:  # the reader has seen enough
        raise
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None


def unwritable(path: Path | str, error: Exception, hint: str = "a file in a writable folder") -> UnsavedError:
    """What to raise where a file could not be written."""
    return UnsavedError(f"{path}: cannot be written: {reason(error)}", hint)


def reason(error: Exception) -> str:
    """Why something failed, without the path."""
    if isinstance(error, BackpropError):
        return error.message
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return "no file can have that name" if isinstance(error, ValueError) else str(error)


@contextmanager
def _reported_as_unreadable(path: Path, hint: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise UnreadableError(path, f"cannot be read: {reason(error)}", hint) from None
    except MemoryError:
        raise UnreadableError(path, f"cannot be read: {os.strerror(errno.ENOMEM)}", hint) from None


def _check(path: Path, found: os.stat_result, hint: str, pipes: bool) -> None:
    mode = found.st_mode
    if stat.S_ISREG(mode) or (pipes and stat.S_ISFIFO(mode)):
        return
    kind = "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device"
    raise UnreadableError(path, f"is {kind}, not a file", hint)
