"""What can be done with lessons without the studio: list, check, print and begin them."""

from __future__ import annotations

import csv
import os
import shlex
import sys
from pathlib import Path

from tui_backprop.errors import BackpropError, printable
from tui_backprop.lessons import library, progress
from tui_backprop.lessons.file_check import mistakes
from tui_backprop.lessons.lesson import Lesson, Question
from tui_backprop.lessons.plain import plain
from tui_backprop.lessons.reader import read_with_mistakes
from tui_backprop.lessons.results import results
from tui_backprop.reading.disk import output, unwritable
from tui_backprop.reading.numerals import whole_of


def listing() -> str:
    """One chapter per line: number, title, progress if any chapter has been started, and summary."""
    chapters, kept = [library.chapter(name) for name in library.chapter_names()], progress.load()
    rows = [(chapter.title, _standing(chapter, kept), chapter.summary) for chapter in chapters]
    wide, standing = (max(len(row[column]) for row in rows) for column in (0, 1))
    gap = 2 if standing else 0
    return "".join(
        f"{number:>2}  {title:<{wide}}  {stands:<{standing + gap}}{summary}\n"
        for number, (title, stands, summary) in enumerate(rows, 1)
    )


def _standing(lesson: Lesson, kept: progress.Progress) -> str:
    """`page 3 of 8, 1 of 2 right first time`; nothing for a lesson that was never opened."""
    if lesson.name not in kept.bookmarks:
        return ""
    mark = kept.bookmark(lesson.name)
    score = f", {sum(mark.answers.values())} of {len(mark.answers)} right first time" if mark.answers else ""
    return f"page {min(mark.position.page + 1, len(lesson.pages))} of {len(lesson.pages)}{score}"


def export(path: str, lesson: str | None, learner: str | None) -> None:
    """Writes the answers so far, of one lesson or all, to a CSV file, and says how many; the learner's name first."""
    found = list(results(progress.load(), library.find(lesson).name if lesson is not None else ""))
    first = ["name"] if learner is not None else []
    with output(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*first, "chapter", "question", "first answer", "tries", "right"])
        for each in found:
            row = (each.chapter, each.question, each.first_answer, each.tries, "yes" if each.right else "no")
            writer.writerow([printable(str(cell)) for cell in ([learner] * len(first) + list(row))])
    if path != "-":
        print(printable(f"{path}: {len(found) or 'no'} answer{'s'[: len(found) != 1]}{' yet' * (not found)}"))


def opened(text: str | None) -> Lesson:
    """A chapter or a file; without a name the one read last, or the first."""
    if text is not None:
        return library.find(text)
    last = progress.load().last
    try:
        return library.find(last) if last else library.find("1")
    except BackpropError:  # a teacher's file that has gone, or is being changed
        return library.find("1")


def on_paper(text: str | None, answers: bool) -> str:
    """A whole chapter as text."""
    return plain(opened(text), answers)


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
    asked = sum(isinstance(page.task, Question) for page in lesson.pages)
    counts = [
        f"{count} {what}{'s'[: count != 1]}" for count, what in ((len(lesson.pages), "page"), (asked, "question"))
    ]
    print(printable(f"{lesson.source}: {', '.join(counts)}, no mistakes"))
    return 0


def create(name: str) -> str:
    """Writes the template; what already exists stays as it is."""
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
        raise BackpropError(f"{name}: already exists", "another name") from None
    except (OSError, ValueError) as error:
        raise unwritable(name, error) from None
    return printable(
        f"{name}: a lesson to start from; `tui-backprop learn {shlex.quote(str(name))}` shows it, --check checks it"
    )
