"""What a learner has answered so far, as a table that a teacher can collect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from tui_backprop.errors import BackpropError
from tui_backprop.lessons import library
from tui_backprop.lessons.leaf import Leaf, Press
from tui_backprop.lessons.plain import words
from tui_backprop.lessons.progress import Bookmark, Progress


@dataclass(frozen=True)
class Result:
    """One question: what was said to it first, how often it was tried, and whether the first answer was right."""

    chapter: str
    question: str
    first_answer: str
    tries: int
    right: bool


def results(progress: Progress) -> Iterator[Result]:
    """Every question that was answered, chapter by chapter; a lesson that can't be read any more is left out."""
    names = library.chapter_names()
    for name in (*names, *sorted(progress.bookmarks.keys() - set(names))):
        mark = progress.bookmark(name)
        if mark.said:
            with suppress(BackpropError):
                yield from list(_of_lesson(name, mark, str(names.index(name) + 1) if name in names else name))


def _of_lesson(name: str, mark: Bookmark, chapter: str) -> Iterator[Result]:
    lesson = library.find(name)
    press = Press(lesson)
    for place, said in sorted(mark.said.items()):
        if place >= len(lesson.pages) or place not in mark.answers:
            continue
        leaf = press.leaf(lesson.pages[place])
        first = _worded(leaf, said[0])
        if leaf.put is not None and first:
            yield Result(chapter, words(leaf.put.words), first, len(said), mark.answers[place])


def _worded(leaf: Leaf, given: float) -> str:
    """An answer as it was given; nothing where the lesson has been changed since."""
    if leaf.put is None or not leaf.put.options:
        return f"{given:.12g}"
    return leaf.put.options[leaf.put.places.index(int(given))] if given in leaf.put.places else ""
