"""Folders of their own for programs that are started outside of pytest: nothing of the user's is read or written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOMES = ("XDG_STATE_HOME", "XDG_CONFIG_HOME")


@contextmanager
def folders() -> Iterator[Path]:
    """A folder for sessions and settings, in the environment as long as it is there."""
    before = {name: os.environ.get(name) for name in HOMES}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(dict.fromkeys(HOMES, folder))
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
