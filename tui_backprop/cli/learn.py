"""What can be done with lessons without the studio: list, check, print and begin them."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from tui_backprop.errors import BackpropError, printable
from tui_backprop.lessons import library, progress
from tui_backprop.lessons.leaf import mistakes
from tui_backprop.lessons.lesson import Lesson
from tui_backprop.lessons.plain import plain
from tui_backprop.lessons.reader import read_with_mistakes
from tui_backprop.reading.disk import unwritable
from tui_backprop.reading.numerals import whole_of


def listing() -> str:
    """A chapter a line: number, title, what it is about."""
    chapters = [library.chapter(name) for name in library.chapter_names()]
    wide = max(len(chapter.title) for chapter in chapters)
    return "".join(
        f"{number:>2}  {chapter.title:<{wide}}  {chapter.summary}\n" for number, chapter in enumerate(chapters, 1)
    )


def opened(text: str | None) -> Lesson:
    """A chapter or a file; without a name the one read last, or the first."""
    if text is not None:
        return library.find(text)
    last = progress.load().last
    try:
        return library.find(last) if last else library.find("1")
    except BackpropError:  # a teacher's file that has gone, or is being changed
        return library.find("1")


def on_paper(text: str | None) -> str:
    """A whole chapter as text."""
    return plain(opened(text))


def check(text: str | None) -> int:
    """Names every mistake of a lesson on standard error, a line each; the exit code."""
    if text is None:
        raise BackpropError("which lesson?", "learn FILE.md --check")
    lesson, found = (library.find(text), []) if whole_of(text) is not None else read_with_mistakes(Path(text))
    found = sorted([*found, *mistakes(lesson)], key=lambda mistake: mistake.line)
    for mistake in found:
        print(mistake, file=sys.stderr)
    if found:
        return BackpropError.exit_code
    print(printable(f"{lesson.source}: {len(lesson.pages)} pages, no mistake"))
    return 0


def create(name: str) -> str:
    """Writes the template; what is there already stays as it is."""
    template = library.template()
    try:
        with open(name, "x", encoding="utf-8") as file:
            try:
                file.write(template)
                file.flush()
            except OSError:
                os.unlink(name)
                raise
    except FileExistsError:
        raise BackpropError(f"{name}: is there already", "another name") from None
    except (OSError, ValueError) as error:
        raise unwritable(name, error) from None
    return printable(
        f"{name}: a lesson to start from; `tui-backprop learn {name}` shows it, with --check it is checked"
    )


def ask_questions(wanted: bool) -> None:
    """Questions on or off, from now on."""
    progress.save(replace(progress.load(), questions=wanted))
