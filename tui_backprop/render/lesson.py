"""A page of a lesson as lines: text, tables, curves, a question with its options, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from operator import attrgetter

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Part, Weight
from tui_backprop.core.run.moment import Moment, Phase
from tui_backprop.core.run.place import phase_label
from tui_backprop.lessons.computed_page import Prompt, RenderedBlock
from tui_backprop.lessons.lesson import Words
from tui_backprop.lessons.library import chapter_number
from tui_backprop.lessons.names import Matrix, PaneName, Thing, thing
from tui_backprop.lessons.study import Study
from tui_backprop.render.canvas import joined
from tui_backprop.render.lesson_pictures import curves, plotted, program
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, clip, length, line, pad, paragraph, safe, width, words_of

MOST_MARKED = 64
"""The largest matrix that is marked entry by entry."""


@dataclass(frozen=True, eq=False)
class PageView:
    """What the lesson's pane shows.

    `blocks` are shown already; `prompt` is the question, `open` while it waits for an answer; `verdict` says how the
    answer was, or what it is, and helps where a second one is awaited; `right` is whether it was right, None if it is
    unanswered; `after` follows it. `chapter` is its number, None if it is not one of those that ship; `where` is the
    number of the page, `score` how many answers were right, `hint` names the keys.
    """

    heading: str
    where: str
    experiment: Experiment
    blocks: tuple[RenderedBlock, ...] = ()
    prompt: Prompt | None = None
    open: bool = False
    verdict: str = ""
    right: bool | None = None
    after: tuple[RenderedBlock, ...] = ()
    hint: str = ""
    score: str = ""
    chapter: int | None = None


def page_view(study: Study) -> PageView:
    """What the pane shows of the page that is open."""
    computed, revealed = study.computed, study.position.revealed
    attempt = study.attempt if revealed or study.asking else None
    return PageView(
        chapter=chapter_number(study.lesson.name),
        heading=computed.title,
        where=f"{study.position.page + 1}/{len(study.lesson.pages)}",
        score=study.score,
        experiment=computed.context.experiment,
        blocks=computed.before,
        prompt=computed.prompt,
        open=study.asking,
        verdict=attempt.verdict(revealed) if attempt is not None else "",
        right=attempt.right if attempt is not None and attempt.said else None,
        after=study.after,
        hint=_hint(study),
    )


def _hint(study: Study) -> str:
    """The keys for what comes next."""
    computed = study.computed
    if study.asking and computed.prompt is not None:
        if computed.prompt.options:
            return "letter, enter: answer  n: show"
        decimals = computed.prompt.decimals
        wanted = f"number, {decimals} decimal{'s'[: decimals != 1]}" if decimals else "whole number"
        return f"{wanted}; enter: answer  n: show"
    if (awaited := study.waits_for) is not None:
        begins, ends = (place.moment.step for place in (computed.context, computed.revealed or computed.context))
        far = ends - begins > computed.context.experiment.steps_per_epoch
        step = "e: next epoch" if far or awaited.of_epochs else ".: next phase"
        words = [phase_label(Phase(word), computed.context.experiment) for word in computed.wait.split()]
        return f"{step}  n: on until {' '.join(words)}"
    if computed.revealed is not None and not study.position.revealed:
        return "n: the answer"
    if study.position.page + 1 < len(study.lesson.pages):
        return "n: next page"
    return "n: next chapter" if study.neighbour(1) is not None else "the end"


def page_lines(
    page: PageView, chosen: int, typed: str, columns: int, moment: Moment | None = None
) -> tuple[list[Line], int]:
    """All lines of a page, and the one that should be visible: the question's, or the verdict's.

    `typed` is the answer so far, with its caret. Plots and programs are drawn as they are at `moment`, whatever the
    page began with.
    """
    lines = _blocks(page.blocks, page, columns, moment)
    focus = 0
    if page.prompt is not None:
        focus = len(lines)
        lines += [(), *_flow([Words("? ", True), *page.prompt.words], page, columns, 2)]
        choices = page.prompt.options if page.open or not page.verdict else ()
        options = [_option(place, option, place == chosen) for place, option in enumerate(choices)]
        in_a_row = joined([span for option in options for span in (*option, Span("   "))])
        lines += [in_a_row] if options and length(in_a_row) <= columns else _below_each_other(options, columns)
        if page.open and not page.prompt.options:
            lines.append(line(Span("  ▸ ", "accent", True), Span(safe(typed), "text", True)))
    if page.verdict:
        focus = len(lines)
        sign, ink = {True: ("✓ ", "+3"), False: ("✗ ", "-3"), None: ("▸ ", "accent")}[page.right]
        lines.append(())
        lines += paragraph(columns, Span(sign, ink, True), Span(safe(page.verdict), "text", True), indent=2)
    if page.after:
        lines += [(), *_blocks(page.after, page, columns, moment)]
    while lines and not lines[0]:
        lines.pop(0)
        focus = max(0, focus - 1)
    return lines, focus


def _option(place: int, words: str, here: bool) -> list[Span]:
    target = f"answer({place})"
    key = Span(f"{'▸' if here else ' '} {chr(97 + place)}  ", "accent", here, target=target)
    return [key, *words_of(Span(safe(words), "text", here, here, target))]


def _below_each_other(options: Sequence[list[Span]], columns: int) -> list[Line]:
    return [spans for option in options for spans in paragraph(columns, *option, indent=4)]


def marks(things: Sequence[Thing], experiment: Experiment) -> frozenset[Selection | str]:
    """What panes should mark: selections, and phases by the action that goes there."""
    found: set[Selection | str] = set()
    for named in things:
        if isinstance(named, Part):
            found.add(named)
        elif isinstance(named, Matrix):
            rows, columns = experiment.network.units[named.layer - 1], experiment.network.units[named.layer]
            if rows * columns <= MOST_MARKED:
                found |= {Weight(named.layer, row, column) for row in range(rows) for column in range(columns)}
        elif isinstance(named, Phase):
            found.add(f"to_phase('{named}')")
    return frozenset(found)


def _blocks(blocks: Sequence[RenderedBlock], page: PageView, columns: int, moment: Moment | None) -> list[Line]:
    lines: list[Line] = []
    for kind, group in groupby(blocks, key=attrgetter("kind")):
        if kind == "row":
            lines += [*([()] if lines else []), *_table(list(group), columns)]
            continue
        for block in group:
            if kind == "item":
                lines += _item(block, page, columns)
            elif kind == "curve":
                lines += [(), *curves([cell[0].text for cell in block.cells], columns)]
            elif kind == "plot":
                lines += [(), *(plotted(block.cells[0][0].text, moment, columns) if moment is not None else [])]
            elif kind == "code":
                lines += [(), *program(block, moment, columns)]
            else:
                lines += [*([()] if lines else []), *_flow(block.cells[0], page, columns, 0)]
    return lines


def _item(block: RenderedBlock, page: PageView, columns: int) -> list[Line]:
    (mark,), text = block.cells
    first, indent = mark.text.replace("- ", "• "), " " * len(mark.text)
    lines = _flow(text, page, columns - len(indent), 0)
    return [clip((Span(indent if place else first), *line), columns) for place, line in enumerate(lines)]


def _flow(parts: Sequence[Words], page: PageView, columns: int, indent: int) -> list[Line]:
    """Text in lines, broken at blanks only."""
    spans: list[Span] = []
    for part in parts:
        named = thing(part.thing, page.experiment) if part.thing else None
        target = named if named is None or isinstance(named, Part) else _pane(named)
        ink = "accent" if named else "text"
        spans.append(Span(safe(part.text), ink, part.strong, False, target, named is not None))
    return paragraph(columns, *spans, indent=indent)


def _pane(named: Matrix | Phase | PaneName) -> str | None:
    """The action that shows a pane."""
    if isinstance(named, Matrix):
        return "show_pane('matrices')"
    return f"show_pane('{named.name}')" if isinstance(named, PaneName) else None


def _table(rows: Sequence[RenderedBlock], columns: int) -> list[Line]:
    texts = [[safe("".join(part.text for part in cell)) for cell in row.cells] for row in rows]
    strong = [[any(part.strong for part in cell) for cell in row.cells] for row in rows]
    count = max(map(len, texts))
    within = [[row[column] for row in texts if column < len(row)] for column in range(count)]
    widths = [max(map(width, cells)) for cells in within]
    gap = 2 if sum(widths) + 2 * (count - 1) <= columns else 1
    longest = [max((width(word) for cell in cells for word in cell.split()), default=0) for cells in within]
    widths = _narrowed(widths, longest, columns - gap * (count - 1))
    lines = []
    for place, row in enumerate(texts):
        ink = "label" if place == 0 else "text"
        cells = [
            paragraph(cells, Span(text, "warn" if text == "✗" else ink, bold))
            for text, cells, bold in zip(row, widths, strong[place], strict=False)
        ]
        for parts in zip_longest(*cells, fillvalue=()):
            padded = zip(row, parts, widths, strict=False)
            aligned = [_aligned(part, cells, _numeric(text)) for text, part, cells in padded]
            spaced = [span for part in aligned for span in (*part, Span(" " * gap))]
            lines.append(clip(joined(spaced[:-1]), columns))
    return lines


def _aligned(part: Line, cells: int, right: bool) -> Line:
    return (Span(" " * max(0, cells - length(part))), *part) if right else pad(part, cells)


def _narrowed(widths: Sequence[int], longest: Sequence[int], room: int) -> list[int]:
    """Columns narrowed to fit `room`, widest first: first those that can be broken between words."""
    widths = list(widths)
    while sum(widths) > room and max(widths) > 1:
        breakable = [(cells > word, cells) for cells, word in zip(widths, longest, strict=True)]
        widths[breakable.index(max(breakable))] -= 1
    return widths


def _numeric(text: str) -> bool:
    return text.lstrip("−").replace(".", "").replace("e−", "").isdigit()
