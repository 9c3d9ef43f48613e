"""Lessons that teachers write: every mistake with its line, and files that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.program import assert_refused, printed, program
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Phase
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.answers import judge
from tui_backprop.lessons.computed_page import PageBuilder
from tui_backprop.lessons.conditions import condition
from tui_backprop.lessons.file_check import mistakes
from tui_backprop.lessons.lesson import Question
from tui_backprop.lessons.library import template
from tui_backprop.lessons.names import thing
from tui_backprop.lessons.plain import plain
from tui_backprop.lessons.reader import LARGEST, read, read_file

HEAD = '+++\ntitle = "T"\n+++\n'
TEN_MISTAKES = """\
+++
title = "Ten mistakes"
sumary = "misspelt"
+++
# One
```page
at = "1:0:nowhere"
```
# Two
```page
select = "W9[x1→h1]"
panel = "samples"
```
# Three
The gate of {gatee h2} and a **strong word.
# Four
{z h7}
# Five
```question
kind = "guess"
```
# Six
```question
kind = "gate"
unit = "h2"
```
# Seven
```wait
until = "doomsday"
```
# Eight
```quiz
```
# Nine
```page
at = 3
```
# Ten
[a word](h99)
"""
EXPECTED = {
    3: "sumary: unknown key", 6: "no phase 'nowhere'", 12: "panel: unknown key", 15: "** without",
    17: "'h7' is not in", 20: "kind: unknown 'guess'", 23: "'ask' is missing", 28: "doomsday", 32: "unknown directive",
    36: "at: 3 is not text", 39: "'h99' is not in",
}  # fmt: skip


def test_a_file_with_ten_mistakes_names_each_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ten.md"
    file.write_text(TEN_MISTAKES)
    done = program("learn", str(file), "--check")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    for number, words in EXPECTED.items():
        assert any(f"line {number}: " in line and words in line for line in lines), (number, words, done.stderr)
    assert_refused(program("learn", str(file), "--plain"), "line 3", "sumary")


MANY_MISTAKES = """\
+++
title = "No mistake hides another"
experiment = "artcle"
+++
# One
{zz h2} and {z h2}
# Two
```page
experiment = "article"
at = "1:0:nowhere"
select = "W1[x1→h7]"
```
[h9](h9), {z h9}, {zz h2} and {a h8}
# Three
An open {z h2 and a [link](h2
# Four
```question
kind = "gate"
unit = "h2"
reveal = "1:0:activate1"
ask = "Open {z h6}?"
```
{z h5}
```question
kind = "blame"
ask = "?"
```
# Five
```page
with = { rat = 0.1, sed = 2 }
```
```curve
reluu tanhh
```
```question
kind = "gate"
unit = "h5"
reveal = "1:9"
ask = "?"
```
"""
ALL_EXPECTED = [
    (3, "artcle"), (6, "'zz h2'"), (8, "no phase 'nowhere'"), (8, "h7"), (13, "'h9'"), (13, "'zz h2'"), (13, "'h8'"),
    (15, "{ without its }"), (15, "[ without its )"), (17, "'h6'"), (23, "'h5'"), (24, "one question or wait"),
    (30, "unknown change 'rat'"), (30, "unknown change 'sed'"), (32, "'reluu', did you mean relu?"), (32, "'tanhh'"),
    (35, "no sample #9"), (35, "'h5'"),
]  # fmt: skip


def test_no_mistake_hides_another(tmp_path: Path) -> None:
    file = tmp_path / "many.md"
    file.write_text(MANY_MISTAKES)
    lines = program("learn", str(file), "--check").stderr.splitlines()
    assert len(lines) == len(ALL_EXPECTED), lines
    for number, words in ALL_EXPECTED:
        assert any(f"line {number}: " in line and words in line for line in lines), (number, words, lines)


@pytest.mark.slow
def test_the_template_is_a_lesson_and_is_not_written_twice(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    printed("learn", "--new", str(file))
    assert file.read_text() == template()
    assert "3 pages, 1 question, no mistakes" in printed("learn", str(file), "--check")
    assert "h2 is 0.5618, namely 1×0.0052 + 1×0.0315 + 1×0.5251 = 0.5618" in " ".join(
        printed("learn", str(file), "--plain").split()
    )
    file.write_text("mine")
    assert_refused(program("learn", "--new", str(file)), "already exists")
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", 1, "no front matter"),
        ("+++\ntitle = 3\n+++\n# A", 2, "title: 3 is not text"),
        ("+++\n+++\n# A", 1, "no title"),
        ("+++\ntitle = \n+++\n# A", 2, "not valid TOML"),
        ("+++\ntitle = 'x'\n# A", 1, "without its end"),
        ("+++\ntitle = 'x'\nsummary = = 3\n+++\n# A", 3, "not valid TOML"),
        (HEAD + "# A\n```page\nat = '1'\nselect = = 3\n```", 7, "not valid TOML"),
        (HEAD + "# A\n```page\nat = =\nselect = 'h1'\n```", 6, "not valid TOML"),
        (HEAD + "text", 4, "text before the first page"),
        (HEAD, 1, "without pages"),
        (HEAD + "# A\n```page\nat = '1'", 5, "without the ```"),
        (HEAD + "# A\ntext\n```page\n```", 6, "must come first"),
        (HEAD + "# A\n```page\nwith = { rat = 2 }\n```", 6, "unknown change"),
        (HEAD + "# A\n\x1b[2J", 5, "control character U+001B"),
        (HEAD + "# A\n```curve\nstairs\n```", 5, "no curve"),
        (HEAD + "# A\n```question\nkind='choice'\nask='?'\noptions=['a']\nanswer=1\n```", 9, "two to six"),
        (HEAD + "# A\n```question\nkind='choice'\nask='?'\noptions=['a', 'b']\nanswer=3\n```", 9, "two to six"),
        (HEAD + "# A\n```question\nkind='choice'\nask='?'\noptions=['a']\nanswer=3\n```", 9, "two to six"),
        (HEAD + "# A\n```wait\nuntil='converged'\n```\n```wait\nuntil='converged'\n```", 8, "one question or wait"),
    ],
)
def test_each_mistake_in_the_form_is_named_with_its_line(content: str, line: int, message: str) -> None:
    _, found = read(content, "f.md", "f")
    assert any(mistake.line == line and message in str(mistake) for mistake in found), [str(each) for each in found]


@pytest.mark.parametrize(
    ("page", "line", "message"),
    [
        ("# A\n{W1[x1→h9]}", 5, "not a weight"),
        ("# A\n{rate #1}", 5, "by sample"),
        ("# A\n{prediction #9}", 5, "no sample #9"),
        ("# A\n{z h1 @ 99999999:0}", 5, "at most 100,000 steps"),
        ("# A\n{upstream y}", 5, "has no upstream"),
        ("# A\n{converged 99999}", 5, "luck is available for"),
        ("# A\n```page\nexperiment = 'nothing'\n```", 6, "no such file or preset"),
        ("# A\n```page\nwith = { layers = [3, 0, 1] }\n```", 5, "out of range"),
        ("# A\n```question\nkind='gate'\nunit='h2'\nask='?'\n```", 5, "'reveal' is missing"),
        (
            "# A\n```question\nkind='gate'\nunit='h2'\nreveal='1:0:input'\nask='?'\n```",
            5,
            "not known at the moment of the reveal",
        ),
        ("# A\nIt says {prediction}.", 5, "{prediction} is not known yet at this moment"),
        ("# A\n{work z h2}", 5, "{work z h2} is not known yet"),
        ("# A\n{predicton}", 5, "no figure 'predicton', did you mean prediction?"),
        ("# A\n{delt h2}", 5, "no figure 'delt h2', did you mean delta?"),
        ("# A\n{grdient W1[x1→h2] #1}", 5, "did you mean gradient?"),
        *(
            (
                f"# A\n```page\nat='{at}'\n```\n```question\n{asks}\nreveal='1:1:update'\nask='?'\n```",
                8,
                "before it is asked",
            )
            for at, asks in (
                ("1:1:sum2", "kind='number'\nfigure='raw'"),
                ("1:1:sum1", "kind='gate'\nunit='h2'"),
                ("1:1:update", "kind='direction'\nweight='W1[x1→h2]'"),
                ("1:1:upstream1", "kind='blame'\nlayer=1"),
                ("1:1:mask1", "kind='number'\nfigure='delta h2'"),
            )
        ),
        ("# A\n```question\nkind='bug'\nask='?'\n```", 5, "without one"),
        ("# A\n```question\nkind='blame'\nlayer=2\nreveal='1:0'\nask='?'\n```", 5, "no hidden layer 2"),
        ("# A\n```page\nexperiment='no-direction'\nat='converged'\n```", 5, "does not converge"),
    ],
)
def test_each_mistake_in_the_figures_is_named_with_its_line(page: str, line: int, message: str) -> None:
    lesson, found = read(HEAD + page, "f.md", "f")
    assert found == []
    wrong = mistakes(lesson)
    assert [mistake.line for mistake in wrong] == [line]
    assert message in str(wrong[0])


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    for content in (text, HEAD + "# A\n" + text, HEAD + "# A\n```page\n" + text + "\n```\n"):
        lesson, found = read(content, "f.md", "f")
        if not found and not mistakes(lesson):
            assert all(c.isprintable() or c == "\n" for c in plain(lesson))


def test_what_is_huge_or_deep_is_refused_or_harmless(tmp_path: Path) -> None:
    huge = tmp_path / "huge.md"
    huge.write_text(HEAD + "# A\n" + "x" * LARGEST)
    with pytest.raises(BackpropError, match="too large"):
        read_file(huge)
    for content in (
        *(sign * 50_000 for sign in ("[", "{", "- ", "|", "[a](", "[[a]", "> ")),
        "**" * 50_001,
        "*a _b " * 9_000,
    ):
        lesson, found = read(HEAD + "# A\n" + content, "f.md", "f")
        assert found or mistakes(lesson) or plain(lesson)
    deep = HEAD + "# A\n```page\nwith = " + "[" * 5_000 + "]" * 5_000 + "\n```"
    _, found = read(deep, "f.md", "f")
    assert len(found) == 1
    _, found = read(HEAD + "# A\n" * 300, "f.md", "f")
    assert "more than 200 pages" in str(found[0])


def test_markup_of_the_screen_is_only_text() -> None:
    lesson, found = read(HEAD + "# [red]A[/red]\n[bold]x[/bold] [@click=app.quit]q[/]", "f.md", "f")
    assert found == []
    assert "[bold]x[/bold] [@click=app.quit]q[/]" in plain(lesson)


VALUES = st.sampled_from([
    "-1", "0", "1", "2", "3", "15", "16", "9" * 30, "true", "1.5", "1e400", "nan", "inf", "[]", "[1]", "['a']", "{}",
    "['a', 'b']", "['a', 'b', 'c']", "{ rate = 'x' }", "{ layers = 5 }", "{ seed = [1] }", "{ batch = 'full' }",
    "{ layers = [3, 2, 1] }", "{ data = 'x' }", "''", "'h1'", "'y'", "'W1'", "'W1[x1→h1]'", "'b1[h1]'", "'last'",
    "'1:0'", "'1:0:mask1'", "'converged'", "'gate'", "'choice'", "'number'", "'blame'", "'direction'", "'bug'",
    "'z h1'", "'delta y #9'", "'W1[x1→h1] :99 @ 1:0'", "'epoch 1'", "'work z h1'", "'converged 1'", "'/dev/zero'",
    "'no-mask'", "'error below 1e400'", f"'epoch {'9' * 5000}'", f"'{'9' * 5000}'", "'article'", "'xor'",
])  # fmt: skip
KEYS = ("kind", "ask", "unit", "weight", "layer", "figure", "decimals", "options", "answer", "reveal", "at", "select")
MORE = ("pane", "matrices", "view", "bug", "experiment", "with", "until")


@st.composite
def lessons(draw: st.DrawFn) -> str:
    """A lesson whose directives have the right keys, and any values."""
    text = HEAD
    for _ in range(draw(st.integers(1, 2))):
        text += "# A page\n"
        for kind in draw(st.lists(st.sampled_from(["page", "question", "wait", "curve", "check"]), max_size=3)):
            values = draw(st.dictionaries(st.sampled_from(KEYS + MORE), VALUES, max_size=6))
            if kind == "question":
                values.setdefault("kind", draw(VALUES))
                values.setdefault("ask", "'?'")
            text += "".join([f"```{kind}\n", *(f"{key} = {value}\n" for key, value in values.items()), "```\n"])
        text += draw(st.sampled_from(["", "{z h1}\n", "{value relu 9}\n", "{layer weights 9}\n", "{units last}\n"]))
    return text


@pytest.mark.slow
@given(lessons())
def test_a_lesson_with_odd_values_has_mistakes_with_lines_and_nothing_worse(text: str) -> None:
    lesson, found = read(text, "f.md", "f")
    for mistake in [*found, *mistakes(lesson)]:
        assert str(mistake).startswith("f.md: line ")
        assert str(mistake).isprintable()


@pytest.mark.parametrize(("answer", "hint"), [("16", 16.0), ("0.25", 0.25), ("-3", -3.0)])
def test_a_number_of_the_authors_own_needs_no_figure(answer: str, hint: float, tmp_path: Path) -> None:
    file = tmp_path / "own.md"
    file.write_text(HEAD + f"# A\n```question\nkind='number'\nanswer={answer}\nask='How many?'\n```")
    lesson = read_file(file)
    question = lesson.pages[0].task
    assert isinstance(question, Question)
    assert (question.about, question.answer, question.decimals) == ("", hint, 2 if "." in answer else 0)
    assert not mistakes(lesson)
    prompt = PageBuilder(lesson).build(lesson.pages[0])
    assert prompt.truth is not None
    assert judge(question, prompt.truth, hint)
    assert not judge(question, prompt.truth, hint + 1)


@pytest.mark.parametrize(
    ("answer", "words"), [("", "'figure' is missing"), ("answer=nan", "nan is not a finite number")]
)
def test_a_number_question_without_its_number_has_one_mistake(answer: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "own.md"
    file.write_text(HEAD + f"# A\n```question\nkind='number'\n{answer}\nask='How many?'\n```")
    (line,) = program("learn", str(file), "--check").stderr.splitlines()
    assert words in line


@pytest.mark.parametrize("name", ["relu1", "activate1", "predict", "mask1"])
def test_a_lesson_may_call_a_phase_as_the_screen_does(name: str) -> None:
    experiment = load_experiment("article")
    assert isinstance(thing(name, experiment), Phase)
    phase = str(thing(name, experiment))
    assert condition(f"phase {name}", experiment).holds(Timeline(experiment).go(1, phase))
    assert not condition(f"phase {name}", experiment).holds(Timeline(experiment).go(1, "sum1"))
