"""A lesson's Markdown, as markdown-it reads it: its blocks, and the parts of a text.

A part is plain or **strong** words, `keys`, [words](thing) that name something, or a {figure}. HTML, images,
addresses, lines of dashes, underscores and a `*` between factors are only text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from tui_backprop.lessons.lesson import FigureText, Inline, Text, Words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()]*)\)")
_SIGN = re.compile(r"_+|(?<=[\w)\]}′])\*(?=[\w(\[{−+-])")
_FIGURE = re.compile(r"\{([^{}]*)\}")
_ASTRAY = re.compile(r"[{}]|\*\*|\[[^\[\]]*\]\(")
_DASHES = set("|-: ")
_WITHOUT = {
    "{": "{ without its }; as text it is \\{",
    "}": "} without its {; as text it is \\}",
    "[": "[ without its ); as text it is \\[",
    "*": "** without the ** that ends it",
}


def _refuse(message: str) -> None:
    raise ValueError(message)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # not before a lesson is opened
    from markdown_it.rules_block import blockquote

    markdown = MarkdownIt("commonmark", {"html": False})
    # not within a paragraph, a line of which may begin with "> 0"
    markdown.block.ruler.at("blockquote", blockquote, {"alt": ["reference", "blockquote", "list"]})
    markdown.block.ruler.at("heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]})
    markdown.disable(["code", "hr", "lheading", "reference", "autolink", "entity", "image"])
    markdown.inline.ruler.at("link", _link)
    markdown.inline.ruler.before("link", "figure", _figure)
    markdown.inline.ruler.before("emphasis", "sign", _sign)
    return markdown


def _heading(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """`# title`, but not within an item, as in `- # of epochs`: a heading begins a page."""
    from markdown_it.rules_block import heading

    outside = state.level == 0 or state.sCount[first] < state.blkIndent
    titled = state.getLines(first, first + 1, 0, False).strip("# ") != ""
    return outside and titled and heading(state, first, end, silent)


def _link(state: StateInline, silent: bool) -> bool:
    """`[words](thing)`, where a thing may have blanks and arrows in its name, as no address has."""
    found = _LINK.match(state.src, state.pos, state.posMax)
    if found and not silent:
        end = state.posMax
        state.push("link_open", "a", 1).content = found[2].strip()
        state.pos, state.posMax = found.span(1)
        state.md.inline.tokenize(state)
        state.push("link_close", "a", -1)
        state.posMax = end
    state.pos = found.end() if found else state.pos
    return found is not None


def _figure(state: StateInline, silent: bool) -> bool:
    """`{figure}`"""
    found = _FIGURE.match(state.src, state.pos, state.posMax)
    if found and not silent:
        state.push("figure", "", 0).content = found[1].strip()
    state.pos = found.end() if found else state.pos
    return found is not None


def _sign(state: StateInline, silent: bool) -> bool:
    """Parses an underscore, or `*` between factors, as text."""
    found = _SIGN.match(state.src, state.pos, state.posMax)
    if found and not silent:
        state.pending += found[0]
    state.pos = found.end() if found else state.pos
    return found is not None


PartKind = Literal["heading", "directive", "paragraph", "item", "row"]


def parts(
    lines: Sequence[str], start: int, wrong: Callable[[int, str], None]
) -> Iterator[tuple[int, PartKind, list[str]]]:
    """(line, kind, content) of headings, directives, paragraphs, items (their mark, their text) and table rows.

    The lines before `start` are passed over. Texts are unchanged; `wrong` is called with the line of a fence without
    an end.
    """
    markdown, marks = _markdown(), list[str]()
    inside = ""
    for token in markdown.block.parse("\n" * start + "\n".join(lines[start:]), markdown, {}, []) or ():
        first, end = token.map or (0, 0)
        match token.type:
            case "fence":
                if not _ends(lines[first + 1 : end], token.markup):
                    wrong(first + 1, f"{token.markup} without the {token.markup} that ends it")
                yield first + 1, "directive", [token.info.strip(), *token.content.splitlines()]
            case "list_item_open":
                marks.append(f"{token.info}{token.markup} ")
            case "blockquote_open":
                marks.append("  ")
            case "list_item_close" | "blockquote_close":
                marks.pop()
            case "inline" if inside in ("h1", "h2", "h3"):
                yield first + 1, "heading", [token.content]
            case "inline" if marks:
                yield first + 1, "item", ["".join(marks), token.content]
                marks = [" " * len(mark) for mark in marks]
            case "inline":
                yield from _paragraph(first + 1, token.content)
        inside = token.tag


def _ends(lines: Sequence[str], fence: str) -> bool:
    last = lines[-1].strip("> ") if lines else ""
    return last.startswith(fence) and not last.strip(fence[0])


def _paragraph(first: int, content: str) -> Iterator[tuple[int, PartKind, list[str]]]:
    """A paragraph, and of a table its rows; a line of dashes below its head may be missing, or else the outer `|`."""
    lines = [(number, text.strip()) for number, text in enumerate(content.split("\n"), first)]
    dashes = any("|" in text and not set(text) - _DASHES for _, text in lines)
    for of_table, group in groupby(lines, lambda line: "|" in line[1] and (line[1][0] == "|" or dashes)):
        part = list(group)
        if of_table:
            yield from ((number, "row", _cells(text)) for number, text in part if set(text) - _DASHES)
        else:
            yield part[0][0], "paragraph", ["\n".join(text for _, text in part)]


def _cells(row: str) -> list[str]:
    """Of `| a | b |`; `\\|` is not a border."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def parse(source: str, wrong: Callable[[str], None] = _refuse) -> Text:
    """The parts of a text, neighbours of the same look joined; `wrong` is called for what has no end."""
    markdown = _markdown()
    found: list[Inline] = []
    strong, thing = 0, ""
    for token in markdown.inline.parse(source, markdown, {}, []):
        if token.type == "figure":
            found.append(FigureText(token.content, strong > 0, thing))
        elif token.nesting and token.tag == "a":
            thing = token.content
        elif token.nesting:
            strong += token.nesting
        else:
            for sign in _ASTRAY.findall(token.content if token.type == "text" else ""):
                wrong(_WITHOUT[sign[0]])
            text = " " if token.type in ("softbreak", "hardbreak") else token.content
            bold, last = strong > 0 or token.type == "code_inline", found[-1] if found else None
            if isinstance(last, Words) and (last.strong, last.thing) == (bold, thing):
                found[-1] = Words(last.text + text, bold, thing)
            elif text:
                found.append(Words(text, bold, thing))
    return tuple(found)


def code(row: str) -> tuple[Words, ...]:
    """A line of a program, and the phases at which it is at work, which its comment names."""
    text, _, phases = row.partition("#")
    return Words(text.rstrip()), *(Words(phase) for phase in phases.split())
