"""What is read as a number, when it is right, and what is said where it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lessons.test_chapters import pages
from tui_backprop import Timeline, load_experiment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.answers import hint, judge, read_answer
from tui_backprop.lessons.computed_page import ComputedPage, PageBuilder
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.figures import evaluate
from tui_backprop.lessons.lesson import Question
from tui_backprop.lessons.reader import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.9", 0.9), ("0,9", 0.9), (" .5 ", 0.5), ("−0.5", -0.5), ("–0.5", -0.5), ("-0.5", -0.5), ("1⁄2", 0.5),
        ("+2", 2), ("9e-1", 0.9),
        ("1/2", 0.5), ("-1/4", -0.25), ("1 / 2", 0.5), ("½", 0.5), ("−½", -0.5), ("1½", 1.5), ("−1½", -1.5),
        ("90%", 0.9), ("90 %", 0.9), ("1/2%", 0.005), ("0", 0.0),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(text: str, value: float) -> None:
    assert read_answer(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "  ", "nine", "nan", "inf", "1/0", "1//2", "/2", "%", "0x1", "1_0", "1e999", "²"])
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BackpropError):
        read_answer(text)


@given(st.text(max_size=30))
def test_no_input_does_worse_than_being_refused(text: str) -> None:
    try:
        value = read_answer(text)
    except BackpropError:
        return
    assert abs(value) < float("inf")


def asked(about: str, title: str = "") -> tuple[Question, ComputedPage]:
    for _, page, computed in pages():
        if isinstance(page.task, Question) and page.task.about == about and page.title.startswith(title):
            return page.task, computed
    raise AssertionError(about)


@pytest.mark.parametrize(
    ("about", "right", "wrong"),
    [
        ("delta y", "0.9 0.90 9/10", "1 0.8 0.85 0.94 -0.9 2 9"),
        ("z h2", "0.5618 0.56 0.562 0.561", "0.55 0.57 0.6 0.5"),
        ("upstream h3", "0.036 0.0357 0.0356 0.0361", "0.035 0.037 0.04 -0.036"),
        ("count weights", "24", "23 24.4 25 18"),
    ],
)
def test_a_number_is_right_within_half_of_its_last_decimal(about: str, right: str, wrong: str) -> None:
    task, computed = asked(about)
    assert computed.truth is not None
    for text in right.split():
        assert judge(task, computed.truth, read_answer(text)), text
    for text in wrong.split():
        assert not judge(task, computed.truth, read_answer(text)), text


HINTS = [
    ("delta y", "How wrong", [("-0.9", "wrong sign"), ("1.9", "take away the target"), ("2.9", "don't add it"),
                              ("0.81", "squared"), ("0.87", "rounded prediction"), ("9", "decimal point"),
                              ("0.45", "Half"), ("1.8", "Twice"), ("0.09", "decimal point"), ("123", "ŷ − t")]),
    ("z h2", "Each unit", [("0.0367", "product of x3"), ("1.95", "z(h1)"), ("0.53", "product of x2"),
                             ("-0.56", "sign"), ("5.62", "decimal point"), ("1.32", "z(h3)"), ("1.34", "z(h4)"),
                             ("0.557", "product of x1"), ("0.0562", "decimal point"), ("0.55", "cut off"),
                             ("0.6", "right to 1 decimal: give 2"), ("1", "each value that comes in")]),
    ("z h3", "Before", [("1.9", "right to 1 decimal: give 2"), ("1", "all added up.")]),
    ("z y", "Forward", [("0.6128", "shut gate"), ("0.4020", "product of h1"), ("0.2424", "product of h4"),
                        ("0.6754", "minus sign got lost"), ("-0.6547", "sign"), ("6.547", "decimal point"),
                        ("1.1930", "by its input"), ("0.665", "product of h3"),
                        ("0.70", "rounded prediction: z comes before it")]),
    ("upstream h4", "Backward", [("0.7", "multiply it by the weight"), ("0.6313", "multiply it by the δ above"),
                                 ("0.4572", "gradient"), ("0.4099", "old weights"), ("-0.4419", "sign"),
                                 ("0.1763", "h1"), ("0.2289", "h2"), ("4.419", "decimal point"), ("0.43", "cut off")]),
    ("delta h2", "Backward", [("0.2289", "the gate is still missing"), ("0.7", "arrives × the slope"), ("0.1763", "h1"),
                              ("0.4419", "h4"), ("-0.0293", "not by the unit's value"),
                              ("-0.2289", "the gate is still missing"), ("-0.0118", "h3")]),
    ("gradient W2[h4→y]", "The gradients", [("0.7", "δ alone"), ("0.6532", "multiply it by δ"), ("0.0457", "rate"),
                                            ("-0.0457", "change of the weight"), ("-0.4572", "sign"),
                                            ("0.4419", "blame"), ("1.3532", "don't add"), ("4.572", "decimal")]),
    ("gradient W2[h3→y]", "Before", [("-0.035", "two δs")]),
    ("gradient W1[x3→h4]", "The gradients", [("0.4419", "δ alone"), ("0.0800", "blame"), ("-0.4419", "δ alone")]),
    ("new W2[h4→y]", "The update", [("0.677", "other way"), ("0.174", "rate is missing"), ("0.6313", "not moved"),
                                    ("0.0457", "take it away"), ("-0.0457", "add the old weight"),
                                    ("0.4572", "gradient"), ("0.5613", "what came in"), ("1.0886", "rate is missing"),
                                    ("0.5399", "twice"), ("-0.5856", "sign"), ("5.856", "decimal")]),
    ("delta h2", "And with sigmoid", [("0.3702", "slope"), ("0.3151", "not by the unit's value"), ("0.1266", "alone"),
                                      ("-0.0469", "sign"), ("0.469", "decimal")]),
    ("upstream h1", "Two outputs", [("0.8", "from y2"), ("0.3", "from y1"), ("0.5", "minus sign"), ("0.975", "old"),
                                     ("0.15", "h2"), ("-1.1", "sign"), ("11", "decimal"), ("0.2", "the weight")]),
]  # fmt: skip
"""The likeliest wrong answers to questions of the chapters, worked out by hand, and a word of the hint that fits."""


@pytest.mark.parametrize(("about", "title", "wrong"), HINTS, ids=[f"{about} {title}" for about, title, _ in HINTS])
def test_the_likeliest_wrong_answers_get_the_hint_that_fits(
    about: str, title: str, wrong: list[tuple[str, str]]
) -> None:
    task, computed = asked(about, title)
    assert computed.truth is not None
    assert computed.revealed is not None
    revealed = [(text, word, hint(task, computed.truth, computed.revealed, read_answer(text))) for text, word in wrong]
    assert [(text, word, said) for text, word, said in revealed if word not in said] == []


def test_every_question_has_a_hint_for_every_wrong_option() -> None:
    for _, page, computed in pages():
        if isinstance(page.task, Question) and computed.prompt and computed.truth and computed.revealed:
            for place in computed.prompt.places:
                said = hint(page.task, computed.truth, computed.revealed, place)
                assert said.endswith((".", "?"))
                assert computed.truth.words not in said or len(computed.truth.words) < 6


OWN = """\
[network]
layers = [2, 2, 2, 1]
hidden = ["tanh", "relu"]
output = "sigmoid"
bias = true
weights = [[[0.4, -0.6], [0.9, 0.25]], [[0.8, 0.5], [-0.7, 0.2]], [[1.1], [-0.9]]]
biases = [[0.1, -0.2], [0.37, 0.1], [0.2]]
[training]
rate = 0.3
optimizer = "adam"
[data]
inputs = [[1.0, 2.0]]
targets = [[0.25]]
"""
ASKED = (
    "z h1.1", "a h2.1", "mask h1.1", "upstream h2.1", "delta h1.1", "delta y", "prediction", "prediction y", "error",
    "raw", "target", "rate", "gradient W1[x1→h1.1]", "gradient b1[h1.1]", "change W1[x1→h1.1]", "change b3[y]",
    "new W3[h2.1→y]", "new b2[h2.1]", "old b2[h2.1]", "epoch error", "W1[x1→h1.1]", "z h1.1 #0", "delta y @ 2",
)  # fmt: skip


@pytest.mark.parametrize("figure", ASKED)
def test_whatever_an_author_asks_for_a_wrong_answer_gets_a_hint(figure: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    directives = f'```page\nat = "1:0:input"\n```\n```question\nkind = "number"\nfigure = "{figure}"\ndecimals = 4\n'
    head = '+++\ntitle = "T"\nexperiment = "own.toml"\n+++\n# A\n'
    lesson, mistakes = read(f'{head}{directives}reveal = "1:0:update"\nask = "?"\n```\n', "f", "f", str(tmp_path))
    assert mistakes == []
    question = lesson.pages[0].task
    computed = PageBuilder(lesson).build(lesson.pages[0])
    assert isinstance(question, Question)
    assert computed.truth is not None
    assert computed.revealed is not None
    answer, rule = computed.truth.answer, "plus the bias" if figure == "z h1.1" else ""
    for value, word in ((-answer, "sign|way"), (10 * answer, "decimal point|ten times"), (answer + 0.31, rule)):
        assert re.search(word, hint(question, computed.truth, computed.revealed, value)), value


def test_a_change_is_new_minus_old_by_whatever_rule(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    timeline = Timeline(load_experiment(str(tmp_path / "own.toml")))
    context = Context(timeline, timeline.go(1))
    changed, new, old = (evaluate(f"{figure} W1[x1→h1.1]", context) for figure in ("change", "new", "old"))
    assert changed == pytest.approx(float(new) - float(old))
    assert abs(float(changed)) == pytest.approx(0.3, rel=1e-4)  # Adam's first step is as long as the rate
