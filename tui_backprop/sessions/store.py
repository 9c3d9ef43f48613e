"""Where sessions are kept: a file each, in the user's folder for state or wherever the user says."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment, Snapshot
from tui_backprop.errors import BackpropError, UnsavedError
from tui_backprop.experiments.csv_files.stamp import changed_file
from tui_backprop.reading.disk import read_bytes, reason, typed_path, unwritable
from tui_backprop.sessions.files import FileLock, in_use, replace, write_new

if TYPE_CHECKING:  # functions import reader and writer themselves: the studio's start needs neither
    from tui_backprop.sessions.reader import Head, Session

KEPT = 50
"""How many automatically named files are kept."""
AUTOMATIC = "auto-"
"""How their names begin."""
_NAME = re.compile(r"\w[\w.-]*")
_BEGAN = time.time()
_ABANDONED = 3600.0
"""Seconds after which an unfinished file is removed."""


# Names and places


def folder() -> Path:
    """The folder of sessions that have a name but no path."""
    return platformdirs.user_state_path("tui-backprop", appauthor=False) / "sessions"


def at(path: str) -> Path:
    """The file at a path."""
    return typed_path(path)


def place(text: str) -> Path:
    """The file meant by a name, or by a path (with a separator in it, or ending in .json)."""
    if _is_path(text):
        return at(text)
    if not _NAME.fullmatch(text):
        raise BackpropError(f"{text!r} is not a session name", "letters, digits, - _ . or a path ending in .json")
    return folder() / f"{text}.json"


def place_to_read(text: str) -> Path:
    """Like `place`; if no session has that name, a file in the current folder may."""
    if not _is_path(text) and os.path.isfile(text) and not os.path.isfile(folder() / f"{text}.json"):
        return at(text)
    return place(text)


def place_to_write(text: str, own: Path | None) -> Path:
    """Like `place`, but existing files and the names that studios choose themselves are refused."""
    path = place(text)
    if _real(path) == own:
        return path
    if path.parent == folder() and path.name.startswith(AUTOMATIC):
        raise BackpropError(f"{text!r}: names with {AUTOMATIC} are reserved", "another name")
    try:
        os.lstat(path)
    except FileNotFoundError:
        if path.parent != folder() and not os.path.isdir(path.parent):
            raise BackpropError(f"{shown(path.parent)} is not a folder", "a path in a folder that exists") from None
        return path
    except (OSError, ValueError) as error:
        raise unwritable(shown(path), error, "another name") from None
    raise BackpropError(f"{shown(path)} already exists", "another name")


def shown(path: Path) -> str:
    """The shortest form of the path that can be typed."""
    with suppress(ValueError, RuntimeError):
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)


def typed(path: Path) -> str:
    """What to type for `place_to_read` to find a session: its name, or its path."""
    return path.stem if path.parent == _real(folder()) else shown(path)


def _is_path(text: str) -> bool:
    if "\0" in text:
        return False
    return text.endswith(".json") or os.sep in text or bool(os.altsep and os.altsep in text)


# Reading


class InUseError(BackpropError):
    """A session that another studio has open."""


class Entry(NamedTuple):
    """A session in the folder: its file, its summary, and whether a studio has it open."""

    path: Path
    head: Head
    in_use: bool


def entries() -> tuple[list[Entry], list[BackpropError]]:
    """The sessions of the folder, newest first, and what is wrong with files that cannot be read.

    A time in the future comes from a wrong clock: those sessions are last.
    """
    from tui_backprop.sessions.reader import decode_head

    found, wrong = [], []
    for path in folder().glob("*.json"):
        try:
            found.append(Entry(path, decode_head(_read(path), path.name), in_use(path)))
        except BackpropError as error:
            wrong.append(error)
    now = datetime.now(UTC)
    return sorted(found, key=lambda entry: (entry.head.saved <= now, entry.head.saved), reverse=True), wrong


def read(path: Path) -> Session:
    """The session in a file."""
    from tui_backprop.sessions.reader import decode

    return decode(_read(path), str(path))


def _read(path: Path) -> bytes:
    from tui_backprop.sessions.writer import LARGEST

    try:
        return read_bytes(path, LARGEST, "a session's name or file", pipes=False)
    except FileNotFoundError:
        raise BackpropError(f"{path}: no such session", "`tui-backprop sessions` lists them") from None


# Writing


class Record:
    """The file in which one studio saves its session.

    It does not exist until something is saved. If none was given, the first save makes one under a
    name of the studio's own. Another experiment is another session, and gets another file.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        self.cursor: tuple[int, str] | None = None
        """The step and phase saved last."""
        self._branches: object = None
        """The branches saved last, and which of them was current."""
        self.problem = ""
        """Why the last save failed, if it did."""
        self.note = ""
        """What the user should know of the session that was resumed."""
        self._experiment: Experiment | None = None
        self._body = ""
        self._claim: FileLock | None = None

    @classmethod
    def resume(cls, path: Path) -> tuple[Record, Session]:
        """Opens a session, to be saved in the same file from now on."""
        record = cls()
        _read(path)
        with suppress(OSError):  # where nothing can be written, reading is allowed
            record._take(path)
        try:
            session = read(path)
        except BackpropError:
            record.close()
            raise
        record.cursor = (session.step, session.phase)
        record._branches = (session.branches, session.present)
        record._experiment, record.note = session.experiment, session.note
        return record, session

    @classmethod
    def start(cls, path: Path, experiment: Experiment) -> Record:
        """The session of an experiment, to be saved in a file that is not there yet."""
        record = cls()
        try:
            _make_folder(path)
            record._take(path)
        except OSError as error:
            raise unwritable(path, error) from None
        record._experiment = experiment
        return record

    def save(self, moment: Moment | Snapshot, asked: bool = False) -> bool:
        """Saves the session at `moment` unless it is saved already; returns whether it wrote anything.

        A run that has not left its start is saved only if the user `asked`. A save that fails leaves the file as
        it was and raises a `BackpropError`.
        """
        if moment.base is not self._experiment:
            self.close()
            self._experiment = moment.base
        cursor, branches = (moment.step, moment.phase), (moment.branches, moment.present)
        touched = moment.step or any(branch.edits for branch in moment.branches)
        if (cursor, branches) == (self.cursor, self._branches) or not (asked or self.cursor or touched):
            return False
        try:
            self._write(moment)
        except (OSError, BackpropError) as error:
            failure = UnsavedError(f"cannot save the session: {reason(error)}", shown(self.path or folder()))
            self.problem = str(failure)
            raise failure from None
        self.cursor, self._branches, self.problem = cursor, branches, ""
        return True

    def warning(self, experiment: Experiment) -> str:
        """Why a saved session of the experiment could not be opened again; empty if it could."""
        if not (changed := changed_file(experiment)):
            return ""
        from tui_backprop.sessions.writer import encode_body, needs_its_file

        body = (self._body if experiment is self._experiment else "") or encode_body(experiment)
        return f"This session cannot be resumed now, as {changed}." if needs_its_file(body) else ""

    def save_as(self, path: Path, moment: Moment | Snapshot) -> None:
        """Saves to another file from now on; the previous file stays as it is."""
        if _real(path) == self.path:
            self.save(moment, asked=True)
            return
        other = Record.start(path, moment.base)
        try:
            other.save(moment, asked=True)
        except BackpropError:
            other.close()
            raise
        other.note = self.note
        self.close()
        vars(self).update(vars(other))

    def close(self) -> None:
        """Releases the session; the next save starts another one."""
        if self._claim is not None:
            self._claim.release()
        self.path = self.cursor = self._branches = self._experiment = self._claim = None
        self._body = ""

    def _take(self, path: Path) -> None:
        self.path = _real(path)
        try:
            self._claim = FileLock(self.path)
        except BlockingIOError:
            raise InUseError(f"{shown(path)} is in use by another studio", "see `tui-backprop sessions`") from None

    def _write(self, moment: Moment | Snapshot) -> None:
        from tui_backprop.sessions.writer import encode, encode_body

        self._body = self._body or encode_body(moment.base)
        data = encode(moment, self._body, datetime.now(UTC))
        if self.path is None:
            self._write_automatic(moment.base.name, data)
        elif self.cursor is None:
            write_new(self.path, data)
        else:
            _make_folder(self.path)
            replace(self.path, data)

    def _write_automatic(self, name: str, data: bytes) -> None:
        """A new file that no other process can claim at the same time."""
        word = re.sub(r"[^A-Za-z0-9]+", "-", Path(name).stem)[:40].strip("-")
        stem = f"{AUTOMATIC}{datetime.now():%Y%m%d-%H%M%S}-{word}"
        _make_folder(folder() / stem)
        for number in count(1):
            path = _real(folder() / f"{stem}{f'-{number}' if number > 1 else ''}.json")
            if path.exists():
                continue
            with suppress(BlockingIOError, FileExistsError):
                claim = FileLock(path)
                try:
                    write_new(path, data)
                except OSError:
                    claim.release()
                    raise
                self.path, self._claim = path, claim
                break
        with suppress(OSError):
            _prune()


def resume_newest() -> tuple[Record, Session, list[BackpropError]]:
    """Opens the session that was saved last, of those in the folder that no studio has open."""
    found, wrong = entries()
    for entry in found:
        with suppress(InUseError):
            return *Record.resume(entry.path), wrong
    hint = "all are in use" if found else f"none in {shown(folder())}"
    raise BackpropError("there is no session to resume", hint)


def _make_folder(path: Path) -> None:
    """The folder for sessions is created with the first of them; any other folder is for the user to make."""
    if _real(path).parent == _real(folder()):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def _prune() -> None:
    """Removes all but the newest of the studio's own files that are not in use, and what was never finished.

    The one just made is not among them, nor any that seems younger than this program: it is, or the clock is wrong.
    """
    written = {path: _written_at(path) for path in folder().glob(f"{AUTOMATIC}*.json")}
    for path in sorted((path for path in written if written[path] < _BEGAN), key=written.__getitem__)[: 1 - KEPT]:
        with suppress(OSError):  # in use, or removed by another studio
            claim = FileLock(path)
            try:
                path.unlink()
            finally:
                claim.release()
    for path in folder().glob(".*.tmp"):
        if time.time() - _written_at(path) > _ABANDONED:
            path.unlink(missing_ok=True)


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
