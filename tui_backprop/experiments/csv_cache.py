"""A cache of CSV files: none is read twice while it is unchanged, and no caller blocks unexpectedly."""

from __future__ import annotations

from copy import copy
from pathlib import Path

from tui_backprop.experiments.columns import Opener
from tui_backprop.experiments.csv_files.file import Layout, TableFile
from tui_backprop.experiments.csv_files.scan import Watch
from tui_backprop.experiments.csv_files.stamp import stamp_of

AT_ONCE = 2**20
"""The most bytes that are read without a noticeable wait."""


class NotLoaded(Exception):  # noqa: N818  # no error: it takes some patience
    """A large file that has not been read yet."""


class CsvCache:
    """Keeps the file opened last, and what was read from it."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self._file: TableFile | None = None

    def open_if_small(self, path: Path, layout: Layout) -> TableFile:
        """A file for a caller that cannot wait. Raises `NotLoaded`, here or when its rows are read."""
        found = stamp_of(path)
        large = found is not None and found[1] > AT_ONCE
        return self._open(path, layout, _refuse if large else _allow)

    def open_blocking(self, watch: Watch) -> Opener:
        """Opens files for a caller that can; `watch` is called every thousand rows, and may raise to end it."""
        return lambda path, layout: self._open(path, layout, watch)

    def _open(self, path: Path, layout: Layout, watch: Watch) -> TableFile:
        key = (str(path), layout, stamp_of(path))
        file = self._file if self._key == key else None
        if file is None:
            watch(0)
            file = TableFile(path, layout)
            self._key, self._file = key, file
        watched = copy(file)  # they share what has been read, but not `watch`
        watched.watch = watch
        return watched


def _allow(rows: int) -> None:
    """Raises `NotLoaded` unless the file is small."""


def _refuse(rows: int) -> None:
    raise NotLoaded
