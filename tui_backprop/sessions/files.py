"""Files that one process at a time writes, each replaced as a whole or not at all.

Whatever happens, what was written before stays intact. A lock on a file beside it marks a file in use; the
system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without such locks: there every file counts as free
    fcntl = None  # type: ignore[assignment]

_ATTEMPTS = 5
"""Attempts to get a lock: another process may be checking at that moment whether it is held."""


def write_new(path: Path, data: bytes) -> None:
    """Writes a file with these contents if there is none yet; otherwise raises `FileExistsError`."""
    temporary = _written_beside(path, data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.open("xb").close()
        try:
            os.replace(temporary, path)
        except OSError:
            path.unlink()
            raise
    finally:
        temporary.unlink(missing_ok=True)
    _settle(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Replaces the file's contents atomically: no reader sees another state in between."""
    temporary = _written_beside(path, data)
    try:
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Flushes the folder's names to disk too, on systems that can flush a folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _written_beside(path: Path, data: bytes) -> Path:
    """A new file in the same folder, on disk to the last byte, readable only by the user."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def in_use(path: Path) -> bool:
    """Whether the file has been claimed."""
    try:
        descriptor = os.open(_lock_file(path), os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _locked(descriptor, alone=False)
    finally:
        os.close(descriptor)


class FileLock:
    """Marks a file as in use for as long as it is held."""

    def __init__(self, path: Path) -> None:
        """Raises `BlockingIOError` where another process holds it, another `OSError` where there can be none."""
        self._path = _lock_file(path)
        for attempt in range(_ATTEMPTS):
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if _locked(self._descriptor, alone=True):
                if self._in_place():
                    return
            else:
                time.sleep(0.01 * attempt)
            os.close(self._descriptor)
        raise BlockingIOError

    def release(self) -> None:
        """Releases the file."""
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        if fcntl is None:  # as on Windows, which removes no file that is open
            with suppress(OSError):
                self._path.unlink()

    def _in_place(self) -> bool:
        """Whether the file that is locked is still the one beside it: its last holder may have removed it."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _locked(descriptor: int, alone: bool) -> bool:
    """Locks the file unless another process has; without locks, none has."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
