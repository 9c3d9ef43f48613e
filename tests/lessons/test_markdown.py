"""Lessons are Markdown: what authors write by habit looks as it does elsewhere, on the screen and on paper."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tui_backprop.lessons.computed_page import PageBuilder
from tui_backprop.lessons.lesson import FigureText, Lesson, Words
from tui_backprop.lessons.markdown import parse
from tui_backprop.lessons.plain import plain
from tui_backprop.lessons.reader import read
from tui_backprop.render.lesson import PageView, page_lines
from tui_backprop.render.spans import plain as text_of

HEAD = '+++\ntitle = "T"\n+++\n# A\n'


def lesson(text: str) -> Lesson:
    found, mistakes = read(HEAD + text, "f.md", "f")
    assert mistakes == []
    return found


def on_screen(text: str, columns: int = 40) -> list[str]:
    builder = PageBuilder(lesson(text))
    page = builder.build(builder.lesson.pages[0])
    view = PageView("", "", page.context.experiment, page.before)
    lines, _ = page_lines(view, -1, "", columns, page.context.moment)
    return text_of(lines).splitlines()


def on_paper(text: str) -> list[str]:
    return plain(lesson(text)).split("[article: at the start]\n", 1)[1].splitlines()


def test_the_parts_of_a_text() -> None:
    assert parse(r"a **b {z h1}** [c {a h2}](h2) `n` \{d\}") == (
        Words("a "), Words("b ", True), FigureText("z h1", True), Words(" "), Words("c ", thing="h2"),
        FigureText("a h2", thing="h2"), Words(" "), Words("n", True), Words(" {d}"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("*a* *b* **c *d***", (("a", True), (" ", False), ("b", True), (" ", False), ("c d", True))),
        ("`{z}` `` a ` b ``", (("{z}", True), (" ", False), ("a ` b", True))),
        (r"\*a\* \\ \[b](h1) \`c\` \# \d", ((r"*a* \ [b](h1) `c` # \d", False),)),
        ("a\nb  \nc\\\nd", (("a b c d", False),)),
        ("<b>a</b> <http://x> &lt; &#27; ![x", (("<b>a</b> <http://x> &lt; &#27; ![x", False),)),
    ],
)
def test_emphasis_code_and_escapes(source: str, parts: tuple[tuple[str, bool], ...]) -> None:
    assert parse(source) == tuple(Words(text, strong) for text, strong in parts)


@pytest.mark.parametrize(
    "text",
    ["W1_a_b _c_ __init__", "2 * 3 * 4", "2*3*4", "(2)*3*(4)", "[2]*[3]*[4]", "f′(z)*δ*(x)", "f′*(g)*h", "(a)*-b*-(c)"],
)
def test_signs_of_a_formula_are_text(text: str) -> None:
    assert parse(text) == (Words(text),)
    assert parse(f"**{text}** [{text}](h1)") == (Words(text, True), Words(" "), Words(text, thing="h1"))


def test_figures_are_multiplied_and_emphasised() -> None:
    assert parse("{a}*{b}*{c} *{d}*, (*e*) and *[f](h1)*.") == (
        FigureText("a"), Words("*"), FigureText("b"), Words("*"), FigureText("c"), Words(" "), FigureText("d", True),
        Words(", ("), Words("e", True), Words(") and "), Words("f", True, "h1"), Words("."),
    )  # fmt: skip


def test_a_link_may_be_of_several_looks_and_names_have_brackets_and_blanks() -> None:
    assert parse("[a **b**](h1)[W1[x1→h2]](W1[x 1→h2])") == (
        Words("a ", thing="h1"), Words("b", True, "h1"), Words("W1[x1→h2]", thing="W1[x 1→h2]"),
    )  # fmt: skip


LISTS = """\
1. one
2. two
   - within **two**, of more words than there is room for
     * deepest

   goes on
- three

> a
> quote
"""


def test_lists_are_numbered_and_nested() -> None:
    assert on_screen(LISTS, 30) == [
        "1. one", "2. two", "   • within two, of more words", "     than there is room for", "     * deepest",
        "   goes on", "• three", "  a quote",
    ]  # fmt: skip
    assert on_paper(LISTS)[:4] == [
        "  1. one", "  2. two", "     - within two, of more words than there is room for", "       * deepest",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "| a | b |\n| --- | :-: |\n| 1 | c \\| d |",
        "a | b\n--- | ---\n1 | c \\| d",
        "| a | b |\n| 1 | c \\| d |",
        "|a|b|\n|1|c \\| d|",
    ],
)
def test_tables(table: str) -> None:
    assert on_paper(f"before\n{table}\n") == ["", "before", "", "  a  b", "  1  c | d"]


def test_programs_are_shown_as_they_are() -> None:
    for fence, indent in (("```python", ""), ("~~~", ""), ("```toml", "    ")):
        program = [fence, "x = {1}  # **a**", "", "  [b](c)", fence[:3]]
        text = "\n".join(indent + line for line in program)
        assert on_paper(text) == ["", "  x = {1}  # **a**", "", "    [b](c)"]
    assert on_paper("```code\n```\n") == [""]


def test_headings_have_number_signs() -> None:
    assert on_paper("#### small\n\nend\n") == ["", "small", "", "end"]
    found, mistakes = read(HEAD + "Text\n---\nand more\n\n## *Second* `page` ##\n", "f.md", "f")
    assert mistakes == []
    assert [page.title for page in found.pages] == ["A", "Second page"]


def test_a_heading_stands_outside_of_lists_and_quotes() -> None:
    found, mistakes = read(HEAD + "- # of epochs\n  # of steps\n# B\n> # c\n# D\n1. d\n   - e\n# E\n#\n", "f.md", "f")
    assert mistakes == []
    assert [page.title for page in found.pages] == ["A", "B", "D", "E"]
    assert on_paper("- # of epochs\n- b\n\n#\n> # c\n") == ["  - # of epochs", "  - b", "", "# > # c"]


def test_prose_keeps_its_signs_wherever_its_lines_end() -> None:
    assert on_paper("---\n\nText\n---\nwhere z\n> 0\n===\n\n___\n") == [
        "",
        "---",
        "",
        "Text --- where z > 0 ===",
        "",
        "___",
    ]
    for sign in ("+", "*", "-", "1.", "1)"):
        assert "".join(on_paper(f"The sum is a\n{sign} b")).split() == ["The", "sum", "is", "a", sign, "b"]
        assert on_screen(f"a\n{sign} b") == ["a", f"{sign.replace('-', '•')} b"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\n\n- b\n  - c {z\n", 8, "{ without its }"),
        ("1. [c](h1\n", 5, "[ without its )"),
        ("> ```python\n> x\n\nend", 5, "``` without the ```"),
        ("~~~\nx\n```\n", 5, "~~~ without the ~~~"),
        ("a\n| b |\n| --- |\n| **c |\n", 8, "** without"),
    ],
)
def test_mistakes_within_are_named_with_their_line(text: str, line: int, message: str) -> None:
    _, found = read(HEAD + text, "f.md", "f")
    assert [(each.line, message in str(each)) for each in found] == [(line, True)]


def test_markdown_it_waits_until_a_lesson_is_opened() -> None:
    program = (
        "import sys, tui_backprop.studio.app, tui_backprop.lessons.library; sys.exit('markdown_it' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
