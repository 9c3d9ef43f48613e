"""Where a learner is, and what they have answered: a small file in the user's state folder, written atomically.

A file that cannot be read counts as missing, and one that cannot be written does no harm: lessons continue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from tui_backprop.errors import BackpropError
from tui_backprop.lessons.library import chapter_names
from tui_backprop.reading.disk import read_text
from tui_backprop.sessions.files import replace as replace_file

LARGEST = 2**20
_VERSION = 4
"""Raised when the chapters' questions change: in an older file answers belong to other questions."""


@dataclass(frozen=True)
class Position:
    """A page, from 0 on; `revealed` where its second half is shown."""

    page: int = 0
    revealed: bool = False


@dataclass(frozen=True)
class Bookmark:
    """Where one lesson was left; for each page that was answered whether it was right at first, and all that was said.

    An answer is a number, or the place of an option as its author ordered them.
    """

    position: Position = Position()
    answers: Mapping[int, bool] = field(default_factory=dict)
    said: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def answered(self, page: int, given: float, right: bool) -> Bookmark:
        """The bookmark with one more answer; the first answer to a question counts."""
        said = (*self.said.get(page, ()), given)
        return replace(self, answers={page: right, **self.answers}, said={**self.said, page: said})


@dataclass(frozen=True)
class Progress:
    """The lesson read last, a bookmark in each, and whether questions are asked."""

    last: str = ""
    bookmarks: Mapping[str, Bookmark] = field(default_factory=dict)
    questions: bool = True

    def bookmark(self, name: str) -> Bookmark:
        """Where a lesson was left; its beginning where it was never read."""
        return self.bookmarks.get(name, Bookmark())

    def with_bookmark(self, name: str, bookmark: Bookmark) -> Progress:
        """The progress with a bookmark moved, in the lesson that is now the last one read."""
        return replace(self, last=name, bookmarks={**self.bookmarks, name: bookmark})


def place() -> Path:
    """The path of the file."""
    return platformdirs.user_state_path("tui-backprop", appauthor=False) / "lessons.json"


def load() -> Progress:
    """The stored progress; empty if there is no such file, or it cannot be understood."""
    try:
        content = json.loads(read_text(place(), LARGEST, "", pipes=False))
        return _progress(content) if isinstance(content, dict) else Progress()
    except (OSError, BackpropError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return Progress()


def save(progress: Progress) -> None:
    """Stores the progress, if possible."""
    content = {
        "version": _VERSION,
        "last": progress.last,
        "questions": progress.questions,
        "lessons": {
            name: {
                "page": mark.position.page,
                "told": mark.position.revealed,
                "answers": {str(page): right for page, right in mark.answers.items()},
                "said": {str(page): list(said) for page, said in mark.said.items()},
            }
            for name, mark in progress.bookmarks.items()
        },
    }
    with suppress(OSError):
        path = place()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, (json.dumps(content, indent=1) + "\n").encode())


def _said(mark: dict[str, Any]) -> dict[int, tuple[float, ...]]:
    """All answers; files of earlier versions have the last one to each question only, as `given`."""
    said: dict[int, tuple[float, ...]] = {int(page): (float(last),) for page, last in mark.get("given", {}).items()}
    said |= {int(page): tuple(map(float, all_of_them)) for page, all_of_them in mark.get("said", {}).items()}
    return {page: answers for page, answers in said.items() if answers}


def _progress(content: dict[str, Any]) -> Progress:
    moved = chapter_names() if content.get("version") in range(1, _VERSION) else ()
    bookmarks = {
        str(name): Bookmark(Position(max(0, int(mark["page"]))))
        if name in moved
        else Bookmark(
            Position(max(0, int(mark["page"])), bool(mark["told"])),
            {int(page): bool(right) for page, right in mark["answers"].items()},
            _said(mark),
        )
        for name, mark in content.get("lessons", {}).items()
        if {"page", "told", "answers"} <= mark.keys()
    }
    return Progress(str(content.get("last", "")), bookmarks, content.get("questions") is not False)
