"""Whether a file is still the one whose samples were read."""

from __future__ import annotations

import os
from pathlib import Path

from tui_backprop.core.experiment import Experiment, Stamp
from tui_backprop.errors import one_line


def stamp_of(path: str | Path) -> Stamp | None:
    """What distinguishes a file from an earlier version, or from another in its place; None if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def changed_file(experiment: Experiment) -> str:
    """What happened to the file of an experiment's samples since they were read, and its path; empty if nothing."""
    if experiment.data.stamp is None:
        return ""
    path = experiment.definition["data"]["csv"]
    stamp = stamp_of(path)
    if stamp == experiment.data.stamp:
        return ""
    return f"the file of its samples has {'gone' if stamp is None else 'changed'}: {one_line(path)}"
