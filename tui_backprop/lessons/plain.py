"""A chapter as text: for screen readers, handouts, and readers without a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from tui_backprop.core.run.place import phase_label
from tui_backprop.errors import printable
from tui_backprop.lessons.computed_page import ComputedPage, PageBuilder, RenderedBlock
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.curves import curve_table
from tui_backprop.lessons.lesson import Lesson, Question, Words
from tui_backprop.lessons.library import chapter_number
from tui_backprop.lessons.plots import plot, plot_table

WIDTH = 88


def plain(lesson: Lesson, answers: bool = False) -> str:
    """All pages with their figures. Without `answers`, a question is followed by a blank, and all it keeps back is left
    out."""
    builder = PageBuilder(lesson)
    lines = [lesson.title, "=" * len(lesson.title), *_source(lesson)]
    asked = sum(isinstance(page.task, Question) for page in lesson.pages)
    if asked and not answers:
        lines += ["", f"Name: {'.' * 30}  Date: {'.' * 15}  Right: {'.' * 5} of {asked}"]
    for number, page in enumerate(lesson.pages, 1):
        computed = builder.build(page)
        heading = f"{number}. {computed.title}"
        where = _where(computed)
        lines += ["", heading, "-" * len(heading), "", where, *_blocks(computed.before, computed.context)]
        if computed.prompt is not None and computed.truth is not None:
            lines += ["", *_wrapped(f"Question: {words(computed.prompt.words)}")]
            lines += [f"  {chr(97 + place)}) {option}" for place, option in enumerate(computed.prompt.options)]
            work = f". {computed.truth.work}" if computed.truth.work else ""
            lines += _wrapped(f"Answer: {computed.truth.words}{work}") if answers else ["Answer: ______"]
        if computed.wait:
            lines += ["", f"(Step until: {computed.wait}.)"]
        if computed.revealed is not None and (answers or computed.prompt is None):
            lines += _blocks(computed.after, computed.revealed)
    return "\n".join(map(printable, lines)) + "\n"


def words(parts: Sequence[Words]) -> str:
    """Text without its markup."""
    return "".join(part.text for part in parts)


def _source(lesson: Lesson) -> list[str]:
    """Which chapter it is, if it is one, and where the keys and panes are of which its text speaks."""
    number = chapter_number(lesson.name)
    if number is None:
        return []
    return ["", *_wrapped(f"Chapter {number}. Keys and panes are those of: tui-backprop learn {number}")]


def _where(computed: ComputedPage) -> str:
    moment = computed.context.moment
    if not moment.step:
        return f"[{moment.experiment.name}: at the start]"
    label = phase_label(moment.phase, moment.experiment)
    return f"[{moment.experiment.name}: epoch {moment.epoch}, sample #{moment.sample}, after {label}]"


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _blocks(blocks: Sequence[RenderedBlock], context: Context) -> Iterator[str]:
    for kind, group in groupby(blocks, key=attrgetter("kind")):
        if kind == "row":
            yield ""
            yield from _table(list(group))
            continue
        for block in group:
            if kind == "item":
                mark = words(block.cells[0])
                yield from _wrapped(words(block.cells[1]), f"  {mark}", f"  {' ' * len(mark)}")
            elif kind == "curve":
                yield ""
                yield from curve_table([words(cell) for cell in block.cells])
            elif kind == "plot":
                yield ""
                yield from plot_table(plot(words(block.cells[0]), context.moment))
            elif kind == "code":
                yield ""
                yield from _program(block)
            else:
                yield ""
                yield from _wrapped(words(block.cells[0]))


def _program(block: RenderedBlock) -> Iterator[str]:
    """A program, each line with the phases at which it is at work."""
    wide = max((len(text.text) for text, *_ in block.cells), default=0)
    for text, *named in block.cells:
        yield f"  {text.text:<{wide}}{'  # ' if named else ''}{' '.join(phase.text for phase in named)}".rstrip()


def _table(rows: Sequence[RenderedBlock]) -> list[str]:
    texts = [[words(cell) for cell in row.cells] for row in rows]
    count = max(map(len, texts))
    widths = [max((len(row[column]) for row in texts if column < len(row)), default=0) for column in range(count)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in texts
    ]
