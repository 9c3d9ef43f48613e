"""Sessions for the tests: moments of runs, and their text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.sessions.reader import Session
from tui_backprop.sessions.store import folder
from tui_backprop.sessions.writer import encode, encode_body

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def moment_of(experiment: Experiment | str = "article", step: int = 7, phase: str | None = "mask1") -> Moment:
    if isinstance(experiment, str):
        experiment = load_experiment(experiment)
    return Timeline(experiment).go(step=step, phase=phase if step else None)


def text_of(moment: Moment, saved: datetime = NOON) -> bytes:
    return encode(moment, encode_body(moment.base), saved)


def document_of(moment: Moment) -> dict[str, Any]:
    document = json.loads(text_of(moment))
    assert isinstance(document, dict)
    return document


def written(name: str, moment: Moment, saved: datetime = NOON) -> Path:
    """A session's file in the folder for sessions."""
    path = folder() / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text_of(moment, saved))
    return path


def resumed(session: Session) -> Moment:
    """The moment at which a session stands, computed anew."""
    timeline = Timeline(session.experiment, branches=session.branches, present=session.present)
    for _ in timeline.recall():
        pass
    return timeline.go(step=session.step, phase=session.phase if session.step else None)


def bits(moment: Moment) -> tuple[object, ...]:
    """Everything about a moment that arithmetic has a part in."""
    passage = b"" if moment.passage is None else moment.passage.values
    values = (moment.before.flat.tobytes(), moment.after.flat.tobytes(), passage, moment.errors.tobytes())
    return moment.step, moment.phase, moment.samples, repr(moment.recent), repr(moment.error_before), *values


def names(path: Path) -> list[str]:
    """The files of a folder."""
    return sorted(entry.name for entry in path.iterdir()) if path.exists() else []


def untouched(path: Path) -> tuple[int, ...]:
    """What stays the same unless a file is rewritten; reading it changes none of this."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size
