"""What a crash leaves: a file for whoever fixes it, and a line for the user."""

from __future__ import annotations

import platform
import traceback
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tui_backprop.errors import one_line
from tui_backprop.sessions.files import replace
from tui_backprop.sessions.store import folder

NAME = "crash.txt"
"""The file, in the folder for state; the next crash replaces it."""


def keep(error: BaseException) -> Path | None:
    """Writes a crash report; returns its path, or None if it cannot be written."""
    path = folder().parent / NAME
    versions = f"tui-backprop {_version('tui-backprop')}, Textual {_version('textual')}"
    surroundings = f"{versions}, Python {platform.python_version()}, {platform.platform()}"
    text = "\n".join([surroundings, *traceback.format_exception(error)])
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace(path, text.encode("utf-8", "backslashreplace"))
        return path
    return None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from its sources
        return "(not installed)"


def report(error: BaseException, kept: Path | None, onwards: str) -> str:
    """One line about the crash; `onwards` is the command that continues from here, if there is one."""
    what = one_line(f"the studio crashed: {type(error).__name__}: {error}", 120)
    where = f"; {one_line(str(kept), 5000)} has the details" if kept is not None else ""
    return what + where + (f"; `{onwards}` continues" if onwards else "")


KIOSK_MESSAGE = "something went wrong; please start again"
"""For users who cannot do anything about it."""
