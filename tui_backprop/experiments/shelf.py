"""CSV files at hand: none is read twice while it stays as it is, and nobody waits for one unawares."""

from __future__ import annotations

from copy import copy
from pathlib import Path

from tui_backprop.experiments.csv_file import CsvFile, Watch, stamp_of
from tui_backprop.experiments.datasets import Opener

AT_ONCE = 2**20
"""Bytes that are read in no time."""


class Unread(Exception):  # noqa: N818  # no error: it takes some patience
    """A large file that is not at hand."""


class Shelf:
    """Keeps the file that was opened last, with the table that was read of it last."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._file: CsvFile | None = None

    def at_once(self, path: Path, header: bool | None, delimiter: str | None) -> CsvFile:
        """A file for somebody who cannot wait. Raises `Unread`, here or when a table is read of it."""
        found = stamp_of(path)
        large = found is not None and found[1] > AT_ONCE
        return self._open(path, header, delimiter, _refuse if large else _allow)

    def patiently(self, watch: Watch) -> Opener:
        """Opens files for somebody who can; `watch` is told of every thousand rows, and may raise to end it."""
        return lambda path, header, delimiter: self._open(path, header, delimiter, watch)

    def _open(self, path: Path, header: bool | None, delimiter: str | None, watch: Watch) -> CsvFile:
        key = (str(path), header, delimiter, stamp_of(path))
        file = self._file if self._key == key else None
        if file is None:
            watch(0)
            file = CsvFile(path, header, delimiter)
            self._key, self._file = key, file
        watched = copy(file)  # they share what has been read, but not who watches
        watched.watch = watch
        return watched


def _allow(rows: int) -> None:
    """It is small."""


def _refuse(rows: int) -> None:
    raise Unread
