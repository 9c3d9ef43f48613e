"""What a learner has answered so far, as a table that a teacher can collect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_backprop.errors import BackpropError
from tui_backprop.lessons import library
from tui_backprop.lessons.computed_page import ComputedPage, PageBuilder
from tui_backprop.lessons.plain import words
from tui_backprop.lessons.progress import Bookmark, Progress


@dataclass(frozen=True)
class Result:
    """One question: the first answer, the number of tries, and whether the first answer was right."""

    chapter: str
    question: str
    first_answer: str
    tries: int
    right: bool


def results(progress: Progress, only: str = "") -> Iterator[Result]:
    """Every question that was answered, chapter by chapter, or those of one lesson `only`.

    A chapter goes by its number, another lesson by the name of its file; one that can't be read any more is left out.
    """
    names = library.chapter_names()
    for name in [only] if only else [*names, *sorted(progress.bookmarks.keys() - set(names))]:
        mark = progress.bookmark(name)
        if mark.said:
            with suppress(BackpropError):
                yield from list(_of_lesson(name, mark, str(library.chapter_number(name) or Path(name).name)))


def _of_lesson(name: str, mark: Bookmark, chapter: str) -> Iterator[Result]:
    lesson = library.find(name)
    builder = PageBuilder(lesson)
    for place, said in sorted(mark.said.items()):
        if place >= len(lesson.pages) or place not in mark.answers:
            continue
        computed = builder.build(lesson.pages[place])
        first = _worded(computed, said[0])
        if computed.prompt is not None and first:
            yield Result(chapter, words(computed.prompt.words), first, len(said), mark.answers[place])


def _worded(computed: ComputedPage, given: float) -> str:
    """An answer as given; empty if the lesson has changed since."""
    if computed.prompt is None or not computed.prompt.options:
        return f"{given:.12g}"
    return computed.prompt.options[computed.prompt.places.index(int(given))] if given in computed.prompt.places else ""
