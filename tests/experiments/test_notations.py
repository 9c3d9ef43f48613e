"""Numbers in every notation, between any delimiters, come back as the numbers they were."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.csv_files.file import Layout, TableFile
from tui_backprop.experiments.csv_files.notation import COMMA, COMMA_GROUPED, POINT, POINT_GROUPED, Notation, is_date


@dataclass(frozen=True)
class Writing:
    """How a program writes numbers: its decimal sign, what stands between thousands, its minus."""

    decimal: str = "."
    thousands: str = ""
    minus: str = "-"
    wrap: str = "{}"

    def __call__(self, number: Decimal) -> str:
        text = f"{abs(number):,f}".replace(",", "_").replace(".", self.decimal).replace("_", self.thousands)
        return self.wrap.format((self.minus if number < 0 else "") + text)


WRITINGS = [
    Writing(decimal, thousands, minus, wrap)
    for decimal in ".,"
    for thousands in ("", ",", ".", " ", "\u00a0", "\u202f", "'", "’")
    for minus in ("-", "−")
    for wrap in ("{}", " {} ", "{} €", '="{}"')
    if thousands != decimal
]
NUMBERS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**9), 10**9), st.integers(0, 6)
)
DELIMITERS = [",", ";", "\t", "|", " "]


def field(text: str, delimiter: str, quoted: bool) -> str:
    """As a CSV writer writes it."""
    return '"' + text.replace('"', '""') + '"' if quoted or delimiter in text or '"' in text else text


def opened(text: str | bytes, **layout: Any) -> TableFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return TableFile(path, Layout(**layout))


@example([[Decimal("5.1"), Decimal("0.2")]] * 2, Writing(","), ";", False, False, "last")
@example([[Decimal("5.1"), Decimal("0.2")]] * 2, Writing(","), ",", False, False, "last")
@example([[Decimal("-2"), Decimal("-3")]] * 2, Writing(minus="−"), ",", True, False, "")
@example([[Decimal("1234567.5"), Decimal("0.2")]] * 2, Writing(",", "\u202f"), " ", True, False, "last")
@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=2)),
    st.sampled_from(WRITINGS),
    st.sampled_from(DELIMITERS),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "first", "last"]),
)
def test_numbers_come_back_as_they_were(
    rows: list[list[Decimal]], write: Writing, delimiter: str, headed: bool, quoted: bool, classes: str
) -> None:
    texts = [list(map(write, row)) for row in rows]
    plain = [text for row in texts for text in row]
    if write.thousands in (",", "."):  # or 1.234 may be meant as either number
        assume(any(write.decimal in text and write.thousands in text for text in plain))
    if not headed:  # or the first row would be taken for a header that counts
        assume(not all(number == int(number) for number in rows[0]))
    for place, row in enumerate(texts if classes else []):
        row.insert(0 if classes == "first" else len(row), ("red", "blue")[place % 2])
    names = [f"column {place}" for place in range(len(texts[0]))]
    lines = [[field(text, delimiter, quoted) for text in row] for row in ([names] if headed else []) + texts]
    try:
        file = opened("".join(delimiter.join(line) + "\n" for line in lines))
        first = int(classes == "first")
        table = file.read([*range(first, len(texts[0])), *range(first)])
    except ExperimentError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert "can be read in two ways" in refused
        assert write.decimal == ","
        return
    if headed:
        assert file.names == tuple(names)
    width = len(rows[0])
    assert table.values[:, :width].tolist() == [[float(number) for number in row] for row in rows]
    assert table.classes == (*[None] * width, *([("blue", "red")] if classes else []))


@given(st.lists(NUMBERS, min_size=2), st.sampled_from(["{}", "{} %", "{}%"]), st.sampled_from("eE"), st.booleans())
def test_percentages_and_powers_of_ten_come_back(numbers: list[Decimal], percent: str, sign: str, comma: bool) -> None:
    power = [f"{number:.9{sign}}" for number in numbers]
    shares = [percent.format(f"{number:f}") for number in numbers]
    text = "power;share\n" + "".join(f"{a};{b}\n" for a, b in zip(power, shares, strict=True))
    assume(not comma or any(len(share.strip(" %").partition(".")[2]) not in (0, 3) for share in shares))
    table = opened(text.replace(".", ",") if comma else text).read((0, 1))
    expected = [float(number) if percent == "{}" else float(number.scaleb(-2)) for number in numbers]
    assert table.values.tolist() == [[float(a), b] for a, b in zip(power, expected, strict=True)]


@pytest.mark.parametrize(
    "wrong", ["1.5", "1,2,3", "1e", "5-", "(5)", "12 kg", "1_000", "٣", "inf", "one", "0x10", "1,5,"]
)
@pytest.mark.parametrize("rows", [3, 2000])
def test_a_value_that_is_no_number_here_is_refused_with_its_place(wrong: str, rows: int) -> None:
    text = "width;length;kind\n" + "0,5;1,25;a\n0,7;2,5;b\n" * rows + f"0,5;{wrong};a\n" + "0,5;1,25;a\n" * rows
    with pytest.raises(ExperimentError) as caught:
        opened(text).read((0, 1, 2))
    assert f"line {2 * rows + 2}, column length: {wrong!r} is not a number" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "notation"),
    [
        (["1.5", "2"], POINT), (["1,5", "2"], COMMA), (["1,234.5", "2"], POINT_GROUPED), (["1.234,5"], COMMA_GROUPED),
        (["1.234", "5.678,5"], COMMA_GROUPED), (["1,234", "5,678.5"], POINT_GROUPED), (["1,234,567"], POINT_GROUPED),
        (["1.234", "0,5"], COMMA), (["1,234", "0.5"], POINT), (["1,234", "0.5", "1,234,567"], POINT_GROUPED),
        (["1.234"], POINT), (["1,234"], None), (["12,34"], COMMA), (["0,123"], COMMA), (["a, b", "5"], POINT),
    ],
)  # fmt: skip
def test_one_notation_serves_the_whole_file(values: list[str], notation: Notation | None) -> None:
    lines = [f"{value};7;{'ab'[place % 2]}" for place, value in enumerate([*values, *values])]
    assert opened("\n".join(["x;y;z", *lines])).dialect.notation == notation


def test_two_readings_are_refused_until_the_decimal_sign_is_given() -> None:
    text = "x;y\n1,234;1\n5,678;2\n"
    with pytest.raises(ExperimentError, match=r"line 2, column x: '1,234' can be read in two ways .*decimal = "):
        opened(text).read((0, 1))
    assert opened(text, decimal=",").read((0,)).values.tolist() == [[1.234], [5.678]]
    assert opened(text, decimal=".").read((0,)).values.tolist() == [[1234], [5678]]


@pytest.mark.parametrize(("odd", "others"), [("8,234", ["1.23", "7.5"]), ("8.234", ["1,23", "7,5"])])
def test_a_separator_that_may_be_a_decimal_sign_is_refused_among_decimals(odd: str, others: list[str]) -> None:
    text = "x;y\n" + "".join(f"{field};{place}\n" for place, field in enumerate([*others * 3, odd, *others]))
    with pytest.raises(ExperimentError, match=rf"line 8, column x: '{odd}' can be read in two ways"):
        opened(text).read((0, 1))
    sign = "." if "," in odd else ","
    assert opened(text, decimal=sign).read((0,)).values[6] == 8234


def test_thousands_may_be_grouped_in_a_column_of_whole_numbers() -> None:
    text = "people;rate\n" + "".join(f"{place},{place:03};{place}.25\n890;1.5\n" for place in range(1, 9))
    assert opened(text).read((0, 1)).values[0].tolist() == [1001, 1.25]


@pytest.mark.parametrize(
    "fields",
    [
        ["2.1", "3.0%"], ["3.0 %", "2.1"], ["$2.1", "€3.0"], ["$2.1", "3.0"], ["2.1", "3.0 kr."], ["US$2", "$3"],
        ["2 USD", "EUR 3"], ["-2.5", "-$3"], ["2e5 %", "3"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 1500])
def test_one_unit_serves_the_whole_column(fields: list[str], rows: int) -> None:
    first, other = fields
    text = "x;y\n" + f"{first};1\n" * rows + f"{other};2\n" + f"{first};1\n" * rows
    with pytest.raises(ExperimentError) as caught:
        opened(text).read((0, 1))
    assert f"line {rows + 2}, column x: {other!r}, but line 2 has {first!r}" in str(caught.value)
    assert opened(text).read((1,)).values[rows] == 2


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        (["0", "3 %", "0.0", "5e1 %"], [0, 0.03, 0, 0.5]), (["$1,200.5", "0", "-$3", "$-4"], [1200.5, 0, -3, -4]),
        (["Rs 5", "Rs. 6", "7 Rs."], [5, 6, 7]), (["", "$5", "-", "5 $"], [5, 5]), (["1.5%", "−2 %"], [0.015, -0.02]),
    ],
)  # fmt: skip
def test_a_sign_may_stand_at_either_end_and_a_zero_needs_none(fields: list[str], numbers: list[float]) -> None:
    table = opened("x;y\n" + "".join(f"{field};1\n" for field in fields)).read((0, 1), drop=True)
    assert table.values[:, 0].tolist() == numbers


@pytest.mark.parametrize("sign", ["$", "R$", "US$", "€", "USD", "CHF", "kr", "kr.", "zł", "Kč", "₹", "Rs."])
@pytest.mark.parametrize("form", ["{}12.5", "{} 12.5", "12.5{}", "12.5 {}", "-{}12.5", "{}-12.5", "{} 1,212.5"])
def test_amounts_of_money_are_numbers(sign: str, form: str) -> None:
    text = form.format(sign)
    amount = (1212.5 if "1,212" in text else 12.5) * (-1 if "-" in text else 1)
    table = opened(f"x;y\n{text};1\n{form.replace('12.5', '13.5').format(sign)};2\n").read((0,))
    assert table.values[0, 0] == amount


@pytest.mark.parametrize("written", ["($5)", "1,23,456", "1_000", "٣٤", "5..6", "(1,2)", "5±1", "1.5-"])
def test_a_column_never_becomes_classes_because_of_how_its_numbers_are_written(written: str) -> None:
    lines = "".join(f"{written};{place};{'ab'[place % 2]}\n" for place in range(4))
    with pytest.raises(ExperimentError, match="column x: "):
        opened("x;y;z\n" + lines).read((0, 1, 2))


def test_numbers_with_a_unit_are_neither_numbers_nor_classes() -> None:
    with pytest.raises(ExperimentError, match="line 2, column x: '12 kg' is a number with a unit"):
        opened("x,y\n12 kg,1\n13 kg,2\n12 kg,2\n").read((0, 1))
    for column in (["12kg", "13kg", "14kg"], ["1.5k", "2k"], ["12 kg", "1300 g", "9 kg"], ["$12M", "$9.5M"]):
        lines = [f"{value},{place}\n" for place, value in enumerate(column)]
        with pytest.raises(
            ExperimentError, match=f"line 2, column x: '{re.escape(column[0])}' is a number with a unit"
        ):
            opened("".join(["x,y\n", *lines])).read((0, 1))
    assert opened("x,y\n1. red,1\n2. blue,2\n1. red,2\n").read((0, 1)).classes[0] == ("1. red", "2. blue")
    assert opened("x,y\n2WD,1\n4WD,2\n2WD,2\n").read((0, 1)).classes[0] == ("2WD", "4WD")
    assert opened("x,y\n1st,1\n2nd,2\n1st,2\n").read((0, 1)).classes[0] == ("1st", "2nd")


HEADERS: dict[str, tuple[str, bool]] = {
    "counted from 0": ("0,1,2,3\n5.1,3.5,1.4,0\n4.9,3.0,1.4,1\n", True),
    "counted from 0, before whole numbers": ("0,1,2\n9,8,7\n5,5,4\n3,3,1\n", True),
    "rows that go on counting": ("0,1,2\n3,4,5\n6,7,8\n", False),
    "counted from 0 beside a name": ("0,1,kind\n5.1,3.5,a\n4.9,3.0,b\n", True),
    "years": ("region,1990,1991,1992\nnorth,5.5,6.5,7.5\nsouth,1.5,2.5,3.5\n", True),
    "years above whole numbers": ("region,1990,1991\nnorth,5,6\nsouth,1,2\n", True),
    "years beside a name of classes": ("2019,2020,y\n2.1,77.8,a\n3.0,49.6,b\n4.8,4.5,a\n", True),
    "a year beside a name of classes": ("kind,2020\na,7\nb,4\na,5\n", True),
    "years in every row": ("1990,1991,a\n1992,1995,b\n1991,1993,b\n", False),
    "whole numbers beside a name of classes": ("10,20,y\n2.1,77.8,a\n3.0,49.6,b\n4.8,4.5,a\n", True),
    "whole numbers beside a class": ("10,20,b\n2.1,77.8,a\n3.0,49.6,b\n4.8,4.5,a\n", False),
    "a class of its own in the first sample": ("10.5,20,c\n2.1,77.8,a\n3.0,49.6,b\n4.8,4.5,a\n", False),
    "a class of its own, and whole numbers": ("10,20,c\n2,7,a\n3,4,b\n4,5,a\n", False),
    "a first sample of zeros and ones": ("0,1,1\n1,0,1\n0,0,0\n1,1,0\n", False),
    "a truth table": ("0,1\n1,0\n", False),
    "quoted names of numbers": ('"10","20"\n1,2\n3,4\n', True),
    "a text in one sample": ("5,two,3,4\n4,5,6,7\n7,8,9,10\n", False),
    "texts everywhere, the first as any": ("red,big\nblue,small\nred,small\nblue,big\n", False),
    "texts everywhere, the first like no other": ("colour,size\nblue,small\nred,small\nblue,big\n", True),
    "names with a number in them": ("x1,x2,10\n1,2,3\n4,5,6\n", True),
    "a series of pandas": (",0\n1821,269\n1822,321\n1823,585\n", True),
    "a first sample that is not complete": (",0\n1821,269\n,321\n1823,585\n", False),
    "zero among whole numbers": ("u,0\nv,-3\nu,5\nv,-7\n", False),
    "numbers like those below": ("5,2,3\n4,5,6\n", False),
    "class names after two counts": ("150,4,rose,aster,tulip\n5.1,3.5,1.4,0.2,0\n4.9,3.0,1.4,0.2,0\n", True),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_distinguished_from_a_sample(name: str) -> None:
    text, headed = HEADERS[name]
    assert (opened(text).dialect.header > 0) is headed


def test_a_header_over_two_lines_begins_in_the_first() -> None:
    file = opened('"long\nname",y\n1,2\n3,5\n')
    assert (file.dialect.header, file.read((0, 1)).values.tolist()) == (1, [[1, 2], [3, 5]])


def test_a_delimiter_that_separates_nothing_is_refused_as_such() -> None:
    with pytest.raises(ExperimentError, match="no columns separated by commas") as caught:
        opened('"x";"y"\n' + "0,5;2,5\n4;5\n" * 3, delimiter=",")
    assert caught.value.key == "delimiter"


@pytest.mark.parametrize("power", ["", "e-3", "e2"])
@pytest.mark.parametrize("digits", ["5", "12.5", "100", ".5", "7.", "1234.5"])
def test_a_percentage_is_a_hundredth_wherever_its_point_is(digits: str, power: str) -> None:
    assert POINT.number(f"{digits}{power} %") == float(Decimal(digits + power) / 100)


@pytest.mark.parametrize("written", ["9" * 6000, "1e" + "9" * 6000, "1e" + "9" * 6000 + "%", "9" * 6000 + "%"])
def test_a_number_of_very_many_digits_is_too_large(written: str) -> None:
    with pytest.raises(ExperimentError, match=r"line 3, column a: .*expected a number up to"):
        opened(f"a,b\n1,2\n{written},3\n").read((0, 1))


@pytest.mark.parametrize(
    ("word", "dates"),
    [
        ("Marker 10", False), ("Decile 10", False), ("Mayor 10", False), ("Junction 2001", False),
        ("Mar 10", True), ("March 2010", True), ("1-Sept-2001", True), ("Sep. 10", True), ("May 5 2001", True),
        ("December 10", True),
    ],
)  # fmt: skip
def test_only_a_month_makes_a_word_a_date(word: str, dates: bool) -> None:
    assert is_date(word) == dates
