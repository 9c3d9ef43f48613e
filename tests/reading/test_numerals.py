"""Numbers as people type them, wherever that is."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_backprop import Timeline, load_experiment
from tui_backprop.cli.commands import parser_of
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.place import parse_place
from tui_backprop.errors import BackpropError
from tui_backprop.experiments.draft import from_preset
from tui_backprop.lessons.conditions import condition
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.figures import figure
from tui_backprop.reading.numerals import BEYOND, number_of, read_number, read_whole, read_wholes, whole_of
from tui_backprop.studio.screens.changes import possible
from tui_backprop.studio.screens.questions import read_epochs, read_error

WHOLE = {
    "0": 0,
    " 7 ": 7,
    "+7": 7,
    "-7": -7,
    "−7": -7,
    "007": 7,
    "0" * 5000 + "7": 7,
    "9" * 17: 10**17 - 1,
    "9" * 5000: BEYOND,
    "−" + "9" * 5000: -BEYOND,
}
NUMBERS = {
    "0.25": 0.25,
    "0,25": 0.25,
    ",5": 0.5,
    "5.": 5.0,
    "−1,5": -1.5,
    "-1.5": -1.5,
    "+1": 1.0,
    "1e-3": 0.001,
    "1E−3": 0.001,
    "\t0,1\n": 0.1,
    "1e400": math.inf,
    "-1e400": -math.inf,
    "1e" + "9" * 5000: math.inf,
    "9" * 5000: math.inf,
    "0." + "0" * 5000: 0.0,
}
NEITHER = [
    *("", " ", "abc", "-", "−", ".", ",", "1 2", "1_000", "nan", "inf", "-Infinity", "0x10", "1e", "e3", "--1"),
    *("1,2,3", "1.234,5", "٣", "３", "²", "½", "1\0", "−-1", "9" * 5000 + "x"),
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_number_is_read(text: str) -> None:
    assert whole_of(text) == WHOLE[text]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read(text: str) -> None:
    assert number_of(text) == NUMBERS[text]


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_not_a_number_is_refused_everywhere(text: str) -> None:
    assert whole_of(text) is None
    assert number_of(text) is None


@pytest.mark.parametrize("text", ["1.5", "1,0", "1e3"])
def test_a_decimal_is_not_a_whole_number(text: str) -> None:
    assert number_of(text) is not None
    assert whole_of(text) is None


@given(st.integers(-(10**17), 10**17))
def test_every_whole_number_is_read_back(value: int) -> None:
    assert whole_of(str(value)) == whole_of(str(value).replace("-", "−")) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back_to_the_last_bit(value: float) -> None:
    for text in (repr(value), repr(value).replace(".", ","), repr(value).replace("-", "−")):
        assert number_of(text) == value


@given(st.text())
@example("9" * 100_000 + "x")
@example("0" * 100_000 + "x")
def test_whatever_is_typed_raises_nothing(text: str) -> None:
    whole, number = whole_of(text), number_of(text)
    assert number is not None or whole is None


def test_one_wording() -> None:
    readers: list[tuple[Callable[[str], object], str, str]] = [
        (read_number, "abc", "'abc' is not a number (e.g. 0.25 or −1)"),
        (read_number, "1e400", "'1e400' is too large (e.g. 0.25 or −1)"),
        (lambda text: read_number(text, 0, "0.1"), "0", "'0' is not above 0 (e.g. 0.1)"),
        (lambda text: read_whole(text, 1, 9, 4), "abc", "'abc' is not a whole number from 1 to 9 (e.g. 4)"),
        (lambda text: read_whole(text, 1, 9, 4), "0", "'0' is not a whole number from 1 to 9 (e.g. 4)"),
        (lambda text: read_whole(text, 1, 9, 4), "10", "'10' is not a whole number from 1 to 9 (e.g. 4)"),
        (read_wholes, "3,x", "'3,x' is not a list of whole numbers (e.g. 3,4,1)"),
    ]
    for read, text, told in readers:
        with pytest.raises(BackpropError) as caught:
            read(text)
        assert str(caught.value) == told


@pytest.mark.parametrize("text", ["9" * 5000 + "x", "x" * 5000])
def test_what_is_wrong_is_reported_however_long_it_is(text: str) -> None:
    with pytest.raises(BackpropError, match=r"….* is not a whole number from 1 to 9 \(e\.g\. 4\)$"):
        read_whole(text, 1, 9, 4)


# Every place where a number can be typed takes the same notations and refuses the same.


def of_option(name: str, text: str) -> object:
    return getattr(parser_of("sweep").parse_args(["article", f"--{name}={text}"]), name)


def of_draft(field: str, text: str) -> object:
    experiment = from_preset("circle").changed(field, text).experiment()
    return {"seed": experiment.seed, "rate": experiment.training.rate, "layers": experiment.network.units[1]}[field]


def of_change(what: str, text: str) -> object:
    moment = Timeline(load_experiment("iris")).moment
    return next(change for change in possible(moment, Weight(1, 0, 0)) if change.what == what).read(text)


def of_place(text: str) -> object:
    return parse_place(text, Timeline(load_experiment("no-direction")))[0] // 4


def of_wait(text: str) -> object:
    timeline = Timeline(load_experiment("article"))
    waited = condition(f"epoch {text}", timeline.experiment)
    return next(epoch for epoch in range(100) if waited.holds(timeline.go(step=4 * epoch)))


def of_bound(text: str) -> object:
    """The largest of some errors for which the wait comes true."""
    experiment = load_experiment("article")
    timeline = Timeline(experiment)
    waited = condition(f"error below {text}", experiment)
    return 0.25 if waited.holds(timeline.go(step=4 * 140)) and not waited.holds(timeline.go(step=4)) else None


def of_figure(text: str) -> object:
    timeline = Timeline(load_experiment("article"))
    return float(figure(f"value linear {text}", Context(timeline, timeline.moment)).replace("−", "-"))


WHOLE_READERS: dict[str, Callable[[str], object]] = {
    "epochs dialog": read_epochs,
    "change of the batch": lambda text: of_change("batch", text),
    "--epochs": lambda text: of_option("epochs", text),
    "--first": lambda text: of_option("first", text),
    "--batch": lambda text: of_option("batch", text),
    "set-up, seed": lambda text: of_draft("seed", text),
    "set-up, hidden layers": lambda text: of_draft("layers", text),
    "place": of_place,
    "wait of a lesson": of_wait,
}
DECIMAL_READERS: dict[str, Callable[[str], object]] = {
    "error dialog": read_error,
    "change of the rate": lambda text: of_change("rate", text),
    "--rate": lambda text: of_option("rate", text),
    "set-up, rate": lambda text: of_draft("rate", text),
    "bound of a lesson's wait": of_bound,
    "figure of a lesson": of_figure,
}
WRONG = ["abc", "1_0", "nan", "inf", "٣", "3x", "9" * 5000 + "x", "-", "²"]


@pytest.mark.parametrize("name", WHOLE_READERS)
def test_every_reader_of_whole_numbers_reads_them_alike(name: str) -> None:
    read = WHOLE_READERS[name]
    assert [read(text) for text in ("3", "+3", " 3 ", "003", "0" * 5000 + "3")] == [3] * 5
    for text in (*WRONG, "9" * 5000, "−3", "-3", "3.5", "3e0"):
        with pytest.raises(BackpropError) as caught:
            read(text)
        assert len(str(caught.value)) <= 400


@pytest.mark.parametrize("name", DECIMAL_READERS)
def test_every_reader_of_decimals_reads_them_alike(name: str) -> None:
    read = DECIMAL_READERS[name]
    assert [read(text) for text in ("0.25", "0,25", ",25", "+0,25", "25e-2", "25e−2")] == [0.25] * 6
    for text in (*WRONG, "1e400", "9" * 5000, "0,2,5"):
        with pytest.raises(BackpropError) as caught:
            read(text)
        assert len(str(caught.value)) <= 400


@pytest.mark.parametrize("text", ["0", "-0", "0,0", "−0.1", "-1e400"])
def test_an_error_of_zero_is_not_a_bound(text: str) -> None:
    with pytest.raises(BackpropError):
        read_error(text)
