"""How a sheet may be written, and what is said where it cannot be read."""

from __future__ import annotations

import contextlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lessons.by_hand.sheets import Homework
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Phase
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.by_hand.exercise import exercises
from tui_backprop.lessons.by_hand.sheet import Given, read_sheet
from tui_backprop.lessons.by_hand.written import written


def read(text: str, experiment: Experiment | str = "article") -> list[Given]:
    timeline = Timeline(load_experiment(experiment) if isinstance(experiment, str) else experiment)
    return read_sheet(text, cache(timeline.go))


def named(text: str) -> tuple[str, str]:
    """(kind, part) of the only figure in a sheet of the article's network."""
    (given,) = read(f"{text} = 1")
    return given.figure.kind, given.figure.part.name(load_experiment("article"))


@pytest.mark.parametrize(
    ("texts", "figure"),
    [
        ("z(h1)|z h1|z_h1|z[h1]| Z ( H1 )|sum(h1)", ("z", "h1")),
        ("a(h1)|activation h1", ("a", "h1")),
        ("ŷ(y)|ŷ|prediction|prediction y|y_hat|ŷ", ("prediction", "y")),
        ("upstream(h2)|↑(h2)|upstream h2", ("upstream", "h2")),
        ("f′(h2)|f'(h2)|mask h2|slope(h2)", ("mask", "h2")),
        ("δ(h2)|δ h2|delta h2|Delta_h2", ("delta", "h2")),
        (
            "∂E/∂W1[x1→h2]|dE/dW1[x1->h2]|dW1[x1→h2]|grad_W1_x1_h2|gradient W1[x1 → h2]|grad W1[x1,h2]|∂E/∂ W1(x1>h2)",
            ("gradient", "W1[x1→h2]"),
        ),
        ("W2[h2→y]|W2_h2_y|new W2[h2->y]|W2(h2, y)|w2[h2→y]", ("new", "W2[h2→y]")),
    ],
)
def test_a_figure_is_found_by_any_of_its_names(texts: str, figure: tuple[str, str]) -> None:
    assert {text: named(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), figure)


def test_figures_come_in_the_order_in_which_they_are_worked_out() -> None:
    sheet = read(
        "W2[h1→y] = 1\nStep 2\nz(h1) = 1\nstep 1: sample #0\nδ(y) = 2\nz(y) = 3\n# a comment\n\na(h4) = ____\n"
    )
    assert [(given.step, given.figure.kind, given.where) for given in sheet] == [
        (1, "z", "line 6"), (1, "delta", "line 5"), (1, "new", "line 1"), (2, "z", "line 3"),
    ]  # fmt: skip


def test_the_last_of_several_equals_signs_counts() -> None:
    for text in (
        "z(h1) = 1×0.8176 + 1×0.4218 + 1×0.7076 = 1.947", "z(h1) ≈ 1.947  # with all digits", "z(h1): 1.947",
        "z(h1) := 1.947", "z(h1) = 1.947  # not 1.9, as W = 3",
    ):  # fmt: skip
        (given,) = read(text)
        assert given.number == written("1.947")


@pytest.mark.parametrize(
    "line",
    [
        "z(h1) = 0,37, z(h2) = 0.39", "z(h1)=0.37;z(h2)=0.39", "z(h1): 0.37 | z(h2): 0.39", "z h1 = 0.37   z h2 = 0.39",
        "z(h1) = 0.37 z(h2) = 0.39", "z(h1) = 0.37\tz(h2) = 0.39", "z(h1) = 0.37 and z(h2) = 0.39",
        "z(h1) = 0.1, z(h9) = 1, z(h2) = 0.39",
        "a(h1) = __, z(h1) = 1·0.2 + 0.17 = 0.37, z(h2) = 0.4 − 0.01 ≈ 0.39  # z(h3) = 5, z(h4) = 6",
    ],
)  # fmt: skip
def test_several_figures_may_stand_in_a_line(line: str) -> None:
    timeline, skipped = Timeline(load_experiment("article")), list[BackpropError]()
    first, second = read_sheet(line, cache(timeline.go), skip=skipped.append)
    assert [first.figure.part.column, second.figure.part.column] == [0, 1]
    assert first.number.value == (0.1 if "h9" in line else 0.37)
    assert (second.number.text, len(skipped)) == ("0.39", "h9" in line)


def test_what_stands_in_the_way_to_a_number_is_not_a_second_figure() -> None:
    for text in ("z(y) = 0.4 a(h1) = 1.947", "z(y) = 0.5·2, a half of 2 = 1.947", "z(y) = 3 + a(h1) = 1.947"):
        (given,) = read(text)
        assert (given.figure.kind, given.number) == ("z", written("1.947"))


@pytest.mark.parametrize("name", ["a=1", "a:b", "a = b: c", "x≥1, z(h1)", "a=1, z(h1)"])
def test_a_name_may_have_the_signs_in_it_that_separate_figures(name: str) -> None:
    definition = Homework().definition
    definition["data"]["names"] = [name, "b"]
    experiment = load_experiment(definition)
    for sign in ("=", ":"):
        found = read(f"∂E/∂W1[{name}→h1] {sign} 1; W1[{name}→h2] {sign} 2", experiment)
        assert [given.figure.part.name(experiment) for given in found] == [f"W1[{name}→h1]", f"W1[{name}→h2]"]


def test_names_that_differ_in_case_alone_are_distinguished() -> None:
    definition = Homework().definition
    definition["data"]["names"] = ["a", "A"]
    experiment = load_experiment(definition)
    found = read("W1[A→h1] = 2\nW1[a→h1] = 1\n", experiment)
    assert [given.figure.part.name(experiment) for given in found] == ["W1[a→h1]", "W1[A→h1]"]


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("0.50", 0.5, 2), ("−0,5", -0.5, 1), ("–0.5", -0.5, 1), ("‑5e–3", -0.005, 3),
        (" 5 ", 5, 2), ("4.4e-6", 4.4e-6, 7), ("4.4e−6", 4.4e-6, 7),
        ("1.25e2", 125, 0), ("1/3", 1 / 3, 12), ("½", 0.5, 12), ("12.5%", 0.125, 3), (".25", 0.25, 2), ("2.", 2, 2),
    ],
)  # fmt: skip
def test_a_number_says_how_exact_it_is(text: str, value: float, decimals: int) -> None:
    assert written(text).value == pytest.approx(value, rel=1e-15)
    assert written(text).decimals == decimals


@pytest.mark.parametrize(
    ("text", "truth", "agrees"),
    [
        ("0.12", 0.1234, True), ("0.13", 0.1299, True), ("0.12", 0.1299, True), ("0.14", 0.1299, False),
        ("0.13", 0.1234, False), ("-0.12", -0.1299, True), ("-0.13", -0.1234, False), ("1", 0.9, False),
        ("3", 2.9496, False), ("3.0", 2.9496, False), ("2.9", 2.9496, True), ("1", 0.9999, True), ("0", 0.003, True),
        ("0", 0.03, False), ("0.0", 0.03, True), ("0.00", 0.009, True), ("0.8", 0.9, False), ("1/3", 1 / 3, True),
        ("0.3", 1 / 3, True), ("33%", 1 / 3, True), ("0.33333333333333331", 1 / 3, True),
        ("0.3333333", 1 / 3 + 1e-5, False), ("-0.0", 0.0, True),
    ],
)  # fmt: skip
def test_a_number_is_right_as_far_as_its_digits_go(text: str, truth: float, agrees: bool) -> None:
    assert written(text).agrees(truth) is agrees


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no figure"),
        ("# nothing\n\nz(h1) = ____", "no figure"),
        ("z(h1) = 1\nhello", "line 2: 'hello' is not a figure"),
        ("z(h1) = one", "line 1: 'one' is not a number"),
        ("z(h1) = nan", "line 1: 'nan' is not a number"),
        ("z(h1) = 1e999", "line 1: '1e999' is too large"),
        ("z(h9) = 1", "line 1: 'z(h9)' is not a figure of this step, did you mean z(h"),
        ("h1 = 1", "'h1' is not a figure of this step, did you mean z(h1) or a(h1)?"),
        ("dleta(h1) = 1", "did you mean delta(h1)?"),
        ("∂E/∂W1[x1→h7] = 1", "did you mean ∂E/∂W1[x1→h"),
        ("z(h1) = 1\nz h1 = 1", "line 2: 'z h1' is given twice (the first time in line 1)"),
        ("Step 0\nz(h1) = 1", "there is no step"),
        ("Step 999999999\nz(h1) = 1", "there is no step"),
        ("Step 2: sample #0\nz(h1) = 1", "line 1: step 2 takes sample #1, not #0"),
        ("Homework: by hand\n\nRate 0.1.\n\nz(h1) = 1", "there is no line such as 'Step 1: …'"),
        ("z(h1) #2 = 1", "no such sample in this step (it takes #0)"),
        ("= 1", "is not a figure"),
        ("\x1b[31mz(h1)\x07 = 1", r"'\x1b[31mz(h1)\x07' is not a figure of this step, did you mean z(h"),
        ("\0\0\0", "is not a figure"),
    ],
)
def test_what_cannot_be_read_is_reported_in_a_line(text: str, words: str) -> None:
    with pytest.raises(BackpropError) as refused:
        read(text)
    message = str(refused.value)
    assert words in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("net_o1", "did you mean z(y1)? (outputs: y1, y2)"),
        ("out_o2", "did you mean ŷ(y2)? (outputs: y1, y2)"),
        ("E_o1", ": E is the error of all outputs together"),
        ("L", ", did you mean E?"),
        ("Loss", ", did you mean E?"),
        ("E_total", ", did you mean E?"),
        ("E2", ": E is the error of all outputs together"),
        ("dy1", "did you mean δ(y1)?"),
        ("p(y2)", "did you mean ŷ(y2)?"),
        ("w5", ": they are called by their places, as W1[x1→h1]"),
        ("w5_new", ": they are called by their places, as W1[x1→h1]"),
        ("b1", ": they are called by their places, as b1[h1]"),
        ("o3", "is not a figure of this step"),
    ],
)
def test_names_of_textbooks_lead_to_those_of_this_network(name: str, words: str) -> None:
    with pytest.raises(BackpropError) as refused:
        read(f"{name} = 1", load_experiment(Homework().definition))
    assert words in refused.value.message


def test_arithmetic_without_its_result_is_not_a_number() -> None:
    with pytest.raises(BackpropError, match="write the result after another equals sign"):
        read("z(h1) = 0.05*0.15 + 0.1*0.2")


@given(st.text(max_size=60))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    with contextlib.suppress(BackpropError):
        read(text)


def test_in_a_batch_a_figure_of_a_unit_is_of_a_sample() -> None:
    experiment = load_experiment(Homework(batch=2).definition)
    with pytest.raises(BackpropError, match="for which sample"):
        read("z(h1) = 1", experiment)
    found = read("z(h1) #1 = 1\nz(h1) #0 = 1\nW1[x1→h1] = 1", experiment)
    assert [(given.figure.kind, given.figure.row) for given in found] == [("z", 0), ("z", 1), ("new", 0)]


@pytest.mark.parametrize(
    ("report", "rule"),
    [
        ("squared", "reported E = (ŷ − t)²; loss 0.5·(ŷ − t)²: δ = ŷ − t"),
        ("loss", "E = 0.5·(ŷ − t)²; δ = ŷ − t"),
    ],
)
def test_a_reported_error_is_distinguished_from_the_loss(report: str, rule: str) -> None:
    definition = {
        "network": {"layers": [1, 1]},
        "training": {"loss": "half_squared", "report": report},
        "data": {"inputs": [[1]], "targets": [[1]]},
    }
    timeline = Timeline(load_experiment(definition))
    timeline.next_step()
    timeline.go(1, Phase("input"))
    assert [each.rule for each in exercises(timeline.moment) if each.phase == "error"] == [rule]
