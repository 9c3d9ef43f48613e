"""The layouts that people's files have, and which of their columns can be learned from."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experiments.test_csv import read
from tests.experiments.test_notations import opened
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Data
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides
from tui_backprop.experiments.csv_files.kinds import Kind
from tui_backprop.experiments.default_network import experiment_of

zipped = partial(gzip.compress, mtime=0)
"""Packed, the same bytes at any time: they are in the names of tests."""
PLAIN = "length,width,kind\n1.5,2,rose\n3,4.5,tulip\n5,6,rose\n"


def own(folder: Path, content: str | bytes, name: str = "own.csv") -> Data:
    """The samples that `--data` makes of a file, all of them."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    experiment = experiment_of(str(path), Overrides())
    assert experiment.definition["data"]["csv"] == str(path)
    return experiment.data


LAYOUTS: dict[str, tuple[str | bytes, str]] = {
    "blanks": ("length width kind\n1.5 2 rose\n3 4.5 tulip\n5 6 rose\n", " "),
    "runs of blanks, at the ends too": ("  length  width kind \n 1.5   2  rose\n  3 4.5 tulip  \n5     6 rose\n", " "),
    "blanks and tabs": ("length\twidth kind\n1.5  2\trose\n3 \t4.5 tulip\n5 6 rose\n", " "),
    "blanks and quotes": ('"length" "width" "kind"\n1.5 2 "rose"\n3 4.5 "tulip"\n5 6 "rose"\n', " "),
    "tabs": (PLAIN.replace(",", "\t"), "\t"),
    "bars": (PLAIN.replace(",", "|"), "|"),
    "colons": (PLAIN.replace(",", ":"), ":"),
    "a blank after each comma": (PLAIN.replace(",", ", "), ","),
    "decimal commas between blanks": (PLAIN.replace(",", " ").replace(".", ","), " "),
    "decimal commas between tabs": (PLAIN.replace(",", "\t").replace(".", ","), "\t"),
    "decimal commas between semicolons": (PLAIN.replace(",", ";").replace(".", ","), ";"),
    "a spreadsheet's first line": ("sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"), ";"),
    "a spreadsheet's first line, quoted": ('"sep=|"\n' + PLAIN.replace(",", "|"), "|"),
    "comments above": ("# measured in the lab\n#\n# in mm, mostly\n" + PLAIN, ","),
    "the header in a comment": ("# measured\n# " + PLAIN, ","),
    "a comment in the middle": (PLAIN.replace("\n3", "\n# the lamp broke, again\n3"), ","),
    "a comment of one word": (PLAIN.replace("\n3", "\n#broken\n3"), ","),
    "a comment at the end": (PLAIN + "# checked by hand\n", ","),
    "a comment between blanks": (PLAIN.replace(",", " ").replace("\n3", "\n# the lamp broke\n3"), " "),
    "a title above": ("Flowers of May\n\n" + PLAIN, ","),
    "a title of a word less": ("Flowers May\n" + PLAIN.replace(",", " "), " "),
    "a title in a row of its own": ("Flowers of May,,\n,,\n" + PLAIN, ","),
    "prose above": ("Source:,an office\nYears:,1990 to 1996\n\nTable 1\n" + PLAIN, ","),
    "prose in quotes above": ('Source:,"an office,\nof statistics"\n=====\n' + PLAIN, ","),
    "a delimiter that ends the header only": (PLAIN.replace("kind\n", "kind,\n"), ","),
    "empty columns at the right": (PLAIN.replace("\n", ",,\n"), ","),
    "delimiters that end the samples only": (PLAIN.replace("\n", ",\n").replace(",\n", "\n", 1), ","),
    "units below the header": (PLAIN.replace("kind\n", "kind\nmm,mm,\n"), ","),
    "types below the header": (PLAIN.replace("kind\n", "kind\nnumeric,numeric,string\n"), ","),
    "two lines below the header": (PLAIN.replace("kind\n", "kind\nin the,field,\nmm,mm,\n"), ","),
    "a rule below the header": (PLAIN.replace("kind\n", "kind\n---,---,---\n").replace(",", "|"), "|"),
    "a comment that is the header": ("#" + PLAIN, ","),
    "a blank after each comma, and quotes": (PLAIN.replace(",", ", ").replace("rose", '"rose"'), ","),
    "empty rows below": (PLAIN + ",,\n,,\n\n", ","),
    "carriage returns only": (PLAIN.replace("\n", "\r"), ","),
    "names in other quotes": (PLAIN.replace("length,width,kind", "'length','width','kind'"), ","),
    "UTF-8 with its mark": (b"\xef\xbb\xbf" + PLAIN.encode(), ","),
    "UTF-16, little end first": (b"\xff\xfe" + PLAIN.encode("utf-16-le"), ","),
    "UTF-16, big end first": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), ","),
    "UTF-32": (b"\xff\xfe\0\0" + PLAIN.encode("utf-32-le"), ","),
    "the end of a file in DOS": (PLAIN + "\x1a", ","),
    "packed": (zipped(PLAIN.encode()), ","),
    "packed in two parts": (zipped(PLAIN[:20].encode()) + zipped(PLAIN[20:].encode()), ","),
    "packed, in UTF-16": (zipped(PLAIN.encode("utf-16")), ","),
    "R's row names": ('"length" "width" "kind"\n"1" 1.5 2 "rose"\n"2" 3 4.5 "tulip"\n"3" 5 6 "rose"\n', " "),
    "R's row names under a blank": (
        '"","length","width","kind"\n"1",1.5,2,"rose"\n"2",3,4.5,"tulip"\n"3",5,6,"rose"\n', ",",
    ),
    "R's row names that are texts": (
        '"length" "width" "kind"\n"b" 1.5 2 "rose"\n"a" 3 4.5 "tulip"\n"c" 5 6 "rose"\n', " ",
    ),
    "pandas' index": (",length,width,kind\n0,1.5,2,rose\n1,3,4.5,tulip\n2,5,6,rose\n", ","),
    "an index with a name": ("id,length,width,kind\n1,1.5,2,rose\n2,3,4.5,tulip\n3,5,6,rose\n", ","),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_understood(name: str) -> None:
    content, delimiter = LAYOUTS[name]
    file = opened(content)
    assert file.dialect.delimiter == delimiter
    used = [index for index, kind in enumerate(file.kinds) if not kind.is_left_out]
    table = file.read(used)
    assert table.names == ("length", "width", "kind")
    assert table.values.tolist() == [[1.5, 2, 0], [3, 4.5, 1], [5, 6, 0]]
    assert table.classes == (None, None, ("rose", "tulip"))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "latin-1", "mac-roman"])
def test_an_encoding_can_be_named(encoding: str, tmp_path: Path) -> None:
    content = "größe,b,c\n1,2,3\n".encode(encoding)
    with pytest.raises(ExperimentError, match=r"line 1: .*is not text in UTF-8 .*encoding = "):
        read(tmp_path, content)
    assert read(tmp_path, content, f'encoding = "{encoding}"').input_names == ("größe", "b")


@pytest.mark.parametrize(
    ("content", "keys", "message"),
    [
        ("a,b,c\n1,2,3\n", 'encoding = "no such"', "encoding: unknown 'no such'"),
        ("a,b,c\n1,2,3\n", 'encoding = "utf-8\\u0000"', "encoding: unknown"),
        ("a,b,c\n1,2,3\n", 'decimal = ";"', "data.decimal: unknown ';'"),
        ("a,b,c\n1,2,3\n", 'missing = "mean"', "data.missing: unknown 'mean'"),
        ("a,b,c\n1,2,3\n", "classes = 1", "data.classes: 1 is not a list of names"),
        ("a,b,c\n1,2,3\n", 'classes = ["d"]', "classes: no column 'd'"),
        (zipped(b"a,b,c\n1,2,3\n")[:-9], "", "cannot be unpacked"),
        (
            zipped(b"a,b,c\n1,2,3\n").replace(b"\x1f\x8b\x08", b"\x1f\x8b\x09", 1),
            "",
            "cannot be unpacked",
        ),
        ("a\n1\n2\n", "", "only one column: no input is left"),
        (
            "day,y\n2001-01-01,1\n2001-01-02,2\n2001-01-03,4\n",
            "",
            "only one column of numbers or classes: no input is left; left out: day (dates)",
        ),
        ("<!DOCTYPE html>\n<html><head><title>404</title></head>\n</html>\n", "", "is HTML or XML"),
        (
            "a,b,y\n1,2,u\n2,3,u\n",
            "",
            "column y: has only one class, 'u': nothing to learn (expected at least two classes; or another target: f3",
        ),
        ("a,b\n1,2,3,4\n5,6,7,8\n9,1,2,3\n", "", "2 fields"),
        ("1,2\na,b,c\n1,2,3\n5,6,7\n9,1,2\n", "", "2 fields"),
        ("569,30,x,y\n1,2,3\n4,5,6\n7,8,9\n", "", "line 1: 4 fields"),
        ("name,b,c\nann,ill,ill\nbob,5,6\ncid,8,9\n", "", "line 2, column b: 'ill' is not a number"),
        ("a,b,c\nmm,mm,3\n1,2,3\n4,5,6\n7,8,9\n", "", "line 2, column a: 'mm' is not a number"),
        (
            "a,b,c\n1,2,3\nSource: an office\n",
            "",
            "line 3: 1 field, 'Source: an office' (expected 3, as in the header; ",
        ),
        ("a b c\n1 2 3\n1 2 3\n4 5 6 7\n", "", "line 4: 4 fields (expected 3, as in the header; blanks separate them)"),
        ('a,b,c\n1,"2,3\n4,5,6\n', "", "line 2: is not valid CSV: a quotation mark is not closed"),
        (
            'a,b,c\n1,"5\\" pipe",3\n',
            "",
            "line 2: is not valid CSV: ',' expected after '\"' (expected each quotation mark",
        ),
        (
            "a,b,c\n1,4,3\n2,6,4\n3,rotary,5\n",
            "",
            "'rotary' is not a number (expected a finite number, or NA for a value that is missing; to leave",
        ),
        ("a,b,c\n1,2,1e400\n", "", "'1e400' is not a number (expected a number up to 1.8e+308)"),
        ("a,b,c\n1,2,3\n4,5,6\nsum,7,9\n", "", "line 4, column a: 'sum' is not a number"),
        (
            "a,b,c\n1,NA,3\n",
            "",
            "the value is missing (expected a value in every field; to leave such rows out: ",
        ),
        (b"\x93NUMPY\x01\0v\0{'descr': '<f8'", "", "is a NumPy file (expected a CSV file: export"),
        (b"\x80\x04\x95\x0b\0\0\0", "", "is a pickle (expected a CSV file: export"),
        (b"% Iris\n%\n\n@RELATION iris\n@data\n1,2\n", "", "is ARFF (expected a CSV file: export or convert it)"),
        (b"PK\x03\x04\x14\0\x06\0", "", "is a spreadsheet or a zip file (expected a CSV file: export"),
        (b"PAR1\x15\x04\0", "", "is a Parquet file"),
        (b"BZh91AY&SY", "", "is compressed with bzip2"),
        ("a,b,c\n1,2,3\n".encode("utf-16-le"), "", 'encoding = "utf-16" in [data]'),
        ("t\n12:30\n12:45\n", "", "only one column"),
        ("https://a/b\nhttps://c/d\n", "", "only one column"),
        ("a,b,c\n1,,3\n2,,3\n", 'missing = "drop"\ncolumns = ["a", "b"]', "no row is complete"),
    ],
)
def test_a_refusal_speaks_of_the_file_and_of_the_way_out(
    content: str | bytes, keys: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, content, keys)
    assert message in str(caught.value)


def test_the_counts_above_samples_are_no_header() -> None:
    counted = opened("4,2,rose,tulip\n1.5,2,0\n3,4.5,1\n5,6,0\n5.5,6,0\n")
    assert (counted.names, len(counted), counted.dialect.above) == (("x1", "x2", "x3"), 4, ("4 2 rose tulip",))
    narrow = opened("4,2,rose\n1.5,2,0\n3,4.5,1\n5,6,0\n5.5,6,0\n")
    assert (narrow.names, len(narrow)) == (("x1", "x2", "x3"), 4)
    with pytest.raises(ExperimentError, match=r"line 1, column x1: .* up to"):
        opened("9" * 6000 + ",2,rose\n1.5,2,0\n3,4.5,1\n5,6,0\n").read((0, 1))
    other = opened("5,2,rose\n1.5,2,0\n3,4.5,1\n5,6,0\n5.5,6,0\n")
    assert other.dialect.above == ()
    assert opened("1,2,rose\n3,4,tulip\n").read((0, 1)).values.tolist() == [[1, 2], [3, 4]]


UNITS_BELOW = "1,2,3,u\n4,5,6,v\n7,8,9,u\n"


@pytest.mark.parametrize("row", ["err,err,err,", "low,low,low,w", "none yet,none yet,none yet,"])
def test_the_same_text_in_all_columns_of_numbers_is_refused(row: str) -> None:
    file = opened(f"a,b,c,kind\n{row}\n{UNITS_BELOW}")
    with pytest.raises(ExperimentError, match=r"line 2, column a: .* is not a number"):
        file.read((0, 1, 2, 3), drop=True)


@pytest.mark.parametrize("row", ["cm,cm,cm,", "[a],[a],[a],", "m/s,m/s,m/s,", "%,%,%,", "width,width,height,"])
def test_a_unit_may_be_that_of_all_columns(row: str) -> None:
    assert len(opened(f"a,b,c,kind\n{row}\n{UNITS_BELOW}")) == 3


def test_empty_lines_may_follow_a_header_in_a_comment() -> None:
    file = opened("# measured\n# a,b,c\n\n\n1,2,3\n4,5,6\n")
    assert (file.names, file.dialect.header, len(file)) == (("a", "b", "c"), 2, 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_rows_may_all_begin_as_comments_do(delimiter: str) -> None:
    text = "#ff0000,1,2\n#00ff00,3,4\n\n#0000ff,5,6\n".replace(",", delimiter)
    file = opened(text)
    assert (file.names, len(file), file.read((1, 2)).values[2].tolist()) == (("x1", "x2", "x3"), 3, [5, 6])
    assert opened(f"#color{delimiter}a{delimiter}b\n{text}").names == ("#color", "a", "b")
    assert opened(f"# seen in May\n#\n# color{delimiter}a{delimiter}b\n{text}").names == ("color", "a", "b")


@pytest.mark.parametrize("text", ["# only\n# a comment\n", "# just, a\n# comment, here\n", "#\n#\n"])
def test_comments_alone_are_no_samples(text: str) -> None:
    with pytest.raises(ExperimentError, match="has no samples"):
        opened(text)


DELIMITED: dict[str, tuple[str, str]] = {
    "decimal commas after texts, between blanks": ("farbe wert\nrot 5,1\nblau 4,9\nrot 3,3\n", " "),
    "decimal commas before texts, between blanks": ("5,1 rot\n4,9 blau\n3,3 rot\n", " "),
    "numbers and texts with numbers in them": ("mpg,trim\n18,2 doors\n21,4 doors\n19,2 doors\n", ","),
    "texts that end in numbers": ("way,length\nRoute 66,12\nRoute 67,13\nRoute 66,14\n", ","),
    "a title of as many words": ("Flowers of May\na\tb\ty\n1\t2\t3\n4\t5\t6\n7\t8\t9\n", "\t"),
    "a title of a word less, above blanks": ("In May\na b y\n1 2 3\n4 5 6\n", " "),
    "a title above quoted fields": ('Flowers of May\n"a"|"b"|"y"\n"1"|"2"|"3"\n"4"|"5"|"6"\n', "|"),
    "times": ("day time y\nmon 12:30 1\ntue 12:45 2\n", " "),
    "a time at the end": ("mon 12:30:15\ntue 12:45:10\n", " "),
    "blanks around colons": (" 0.1 : 5 \n 0.3 : 70 \n", ":"),
    "colons and small numbers": ("a:b:y\n1:20:3\n4:15:6\n", ":"),
}


@pytest.mark.parametrize("name", DELIMITED)
def test_the_delimiter_is_the_one_that_parts_all_lines_alike(name: str) -> None:
    text, delimiter = DELIMITED[name]
    assert opened(text).dialect.delimiter == delimiter


def test_one_name_in_a_header_is_no_title() -> None:
    file = opened(",,y\n1,2,3\n4,5,7\n")
    assert (file.names, file.dialect.header) == (("x1", "x2", "y"), 1)


def test_a_column_whose_values_begin_far_down_is_judged_by_them() -> None:
    blank, numbers = "1,,a\n2,,b\n" * 300, "3,7,a\n4,8.5,b\n" * 300
    assert opened("x,late,z\n" + blank + numbers).kinds[1] is Kind.NUMBER
    assert opened("x,late,z\n" + blank + numbers.replace("7", "u").replace("8.5", "v")).kinds[1] is Kind.CLASSES
    assert opened("x,late,z\n" + blank).kinds[1] is Kind.EMPTY


def test_whole_numbers_that_only_identify_rows_are_left_out_where_they_are_named_so(tmp_path: Path) -> None:
    def kind(name: str, *values: str) -> Kind:
        return opened(f"a,{name},y\n" + "".join(f"{place},{x},0\n" for place, x in enumerate(values))).kinds[1]

    numbers = "4821", "5839", "1029", "2038"
    for name in (
        "id",
        "ID",
        "Id",
        "customer_id",
        "customer id",
        "CustomerId",
        "userID",
        "identifier",
        "phone",
        "Home Phone",
    ):
        assert kind(name, *numbers) is Kind.NAMES, name
    for name in ("paid", "humid", "width", "PAID", "grid"):
        assert kind(name, *numbers) is Kind.NUMBER, name
    assert kind("id", *numbers[:3], "4821") is Kind.NUMBER
    assert kind("id", *numbers[:3], "0.5") is Kind.NUMBER
    assert kind("id", *numbers[:3]) is Kind.NUMBER
    data = own(tmp_path, "a,b,id\n" + "".join(f"{place},{place * place},{x}\n" for place, x in enumerate(numbers)))
    assert (data.target_names, data.notes[3]) == (("b",), "left out: id (different in every row)")


KINDS: dict[str, tuple[list[str], Kind]] = {
    "numbers": (["1", "2.5", "-3", "4", "5e3"], Kind.NUMBER),
    "the same number": (["1", "1", "1", "1", "1"], Kind.NUMBER),
    "few texts": (["red", "blue", "red", "red", "blue"], Kind.CLASSES),
    "plus and minus": (["+", "-", "+", "+", "-"], Kind.CLASSES),
    "truths": (["TRUE", "FALSE", "TRUE", "TRUE", "FALSE"], Kind.CLASSES),
    "none among classes": (["none", "some", "none", "all", "some"], Kind.CLASSES),
    "ages": (["<30", "30-50", ">50", "<30", "30-50"], Kind.CLASSES),
    "almost all different": ([*"abcdefghijklmn", "a", "b"], Kind.MANY),
    "as many as half of the rows": ([*"abcdefghijkl"] * 2, Kind.CLASSES),
    "all alike": (["ann", "ann", "ann", "ann", "ann"], Kind.SAME),
    "all different": (["ann", "bob", "cid", "dan", "eve"], Kind.NAMES),
    "dates": (["2020-01-02", "2020-01-03", "2020-01-04", "2020-01-05", "2020-01-06"], Kind.DATES),
    "dates again and again": (["2001-01-01", "2001-01-01", "2002-01-01", "2003-01-01", "2003-01-01"], Kind.DATES),
    "dates in words": (["19-Sep-03", "Jan 1 2000", "1974Q1", "31.12.2001", "1/2/03 3:15 PM"], Kind.DATES),
    "dates as whole numbers": (["19580329", "19580330", "19581231", "20000101", "20240229"], Kind.DATES),
    "almost dates": (["19580329", "19580330", "19581331", "20000101", "20240229"], Kind.NUMBER),
    "dates with dots": (["01.01.2021", "02.01.2021", "03.01.2021", "04.01.2021", "31.12.2021"], Kind.DATES),
    "dates with dots, not padded": (["1.1.2020", "2.2.2020", "13.3.2020", "1.1.2020", "9.12.2021"], Kind.DATES),
    "dates with dots, the month first": (["1.31.2020", "12.2.2020", "3.13.2020", "4.1.2020", "9.12.2021"], Kind.DATES),
    "dates with dots and two figures": (["01.01.21", "02.01.21", "31.01.21", "04.02.21", "1.1.99"], Kind.DATES),
    "dates with dots, the year first": (["2021.01.01", "2021.1.2", "2021.12.31", "2020.01.01", "99.12.31"], Kind.DATES),
    "months in words": (["1991 Jul", "1991 Aug", "1991-Sept", "1991 October", "1991-Jan-31"], Kind.DATES),
    "dates as in Hungary": (
        ["2021. 01. 01.", "2021. 1. 2.", "2021. 12. 31.", "2020. 01. 01.", "2020.1.2."],
        Kind.DATES,
    ),
    "dates with dots, one missing": (["01.01.2021", "", "03.01.2021", "04.01.2021", "31.12.2021"], Kind.DATES),
    "genes": (["rs10907175", "rs3250648", "rs7053799", "rs2627765", "rs31"], Kind.NAMES),
    "genes, capital": (["Rs10907175", "Rs3250648", "Rs7053799", "Rs2627765", "Rs31"], Kind.NAMES),
    "codes like a currency": (["EUR2627765", "EUR2627766", "EUR2627771", "EUR1", "EUR2"], Kind.NAMES),
    "few genes": (["rs31", "rs32", "rs31", "rs31", "rs32"], Kind.CLASSES),
    "amounts with letters": (["EUR12.50", "EUR13", "EUR14", "EUR15", "EUR16"], Kind.NUMBER),
    "amounts apart from letters": (["EUR 12", "EUR 13", "EUR 14", "EUR 15", "EUR 16"], Kind.NUMBER),
    "amounts with a symbol": (["€12", "€13", "€14", "€15", "€16"], Kind.NUMBER),
    "hashes": (["19d65", "57d33", "54d62", "99d86", "39d59"], Kind.NAMES),
    "numbers of Fortran": (["1.5D+03", "2.5d3", "1D-2", "3.d0", "7D+00"], Kind.NUMBER),
    "addresses": (["10.0.0.1", "10.0.0.2", "192.168.1.100", "10.0.0.4", "8.8.8.8"], Kind.NAMES),
    "phone numbers": (["+49 81 64", "+49 21 66", "+49 68 40", "030 12 14 1", "+1 555 12 14"], Kind.NAMES),
    "versions": (["58.59.37", "1.10.2", "80.73.25", "3.11.0", "48.57.74"], Kind.NAMES),
    "versions again and again": (["1.10.2", "1.10.2", "2.0.11", "1.10.2", "2.0.11"], Kind.CLASSES),
    "digits grouped as in India": (["12.34.567", "1.23.456", "1.56.789", "2.34.567", "3.45.678"], Kind.NUMBER),
    "lengths": (["2.1 cm", "3.0 cm", "4.8 cm", "1.8 cm", "4.5 cm"], Kind.UNITS),
    "lengths in two units": (["2.1 cm", "3.0 m", "4.8 cm", "1.8 cm", "4.5 cm"], Kind.UNITS),
    "thousands with a letter": (["2.1k", "3.0k", "4.8k", "1.8k", "4.5k"], Kind.UNITS),
    "two dates": (["2001-01-01", "2001-01-01", "2002-01-01", "2002-01-01", "2001-01-01"], Kind.CLASSES),
    "ranges": (["1-2", "3-4", "1-2", "3-4", "5-6"], Kind.CLASSES),
    "counted with letters": (["s1", "s2", "s3", "s4", "s5"], Kind.NAMES),
    "numbers, one missing": (["1", "", "3", "NA", "-"], Kind.NUMBER),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_of_a_column(name: str) -> None:
    fields, kind = KINDS[name]
    file = opened("x;z\n" + "".join(f"{field};{place % 2}\n" for place, field in enumerate(fields)))
    assert file.kinds == (kind, Kind.NUMBER)


def test_texts_that_are_almost_all_different_are_left_out_of_the_inputs_but_refused_as_targets(tmp_path: Path) -> None:
    names = [f"street {place // 2}" for place in range(200)]
    data = own(tmp_path, "where,a,y\n" + "".join(f"{name},{i},{i % 7}\n" for i, name in enumerate(names)))
    assert data.input_names == ("a",)
    assert "left out: where (too many different texts)" in data.notes
    with pytest.raises(ExperimentError, match="column where: more than 64 different texts"):
        own(tmp_path, "a,y,where\n" + "".join(f"{i},{i % 7},{name}\n" for i, name in enumerate(names)))


def test_names_are_left_out_and_this_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'ab'[i % 2]},{i * i},model {i}\n" for i in range(12))
    data = own(tmp_path, "x,kind,y,car\n" + rows)
    assert (data.input_names, data.target_names) == (("x", "kind=b"), ("y",))
    assert data.notes == (
        "own.csv: 12 rows; columns separated by commas, decimal point, header in line 1",
        "inputs: x (numbers); kind (classes a, b)",
        "learned: y (numbers), not car, the last column: different in every row",
        "left out: car (different in every row)",
        "standardised: inputs and targets",
    )
    asked = read(tmp_path, "x,kind,y,car\n" + rows, 'columns = ["x", "car"]\ntarget = ["y"]', "[13, 1]")
    assert asked.input_names[1] == "car=model 0"


def test_a_value_shows_why_numbers_with_a_unit_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{place + 0.5} cm,{place},{'ab'[place % 2]}\n" for place in range(12))
    assert "left out: x (numbers with a unit: line 2, '0.5 cm')" in own(tmp_path, "x,z,y\n" + rows).notes
    with pytest.raises(ExperimentError, match=r"left out: x \(numbers with a unit: line 2, '0.5 cm'\)"):
        own(tmp_path, "x,y\n" + rows.replace(",a", "").replace(",b", "").replace("\n", " kg\n"))


MISSING = ["", " ", "NA", "n/a", "?", "-", "--", ".", "..", "NULL", "None", "nan", "#N/A", "#DIV/0!", "\\N", "missing"]


@pytest.mark.parametrize("written", MISSING)
def test_a_value_is_missing_however_that_is_written(written: str, tmp_path: Path) -> None:
    text = f"a,b,y\n1,2,3\n4,{written},6\n7,-999,9\n"
    with pytest.raises(ExperimentError, match=r"line 3, column b: .* the value is missing"):
        read(tmp_path, text)
    assert read(tmp_path, text, 'missing = "drop"').inputs.tolist() == [[1, 2], [7, -999]]


def test_more_inputs_than_a_network_can_have_are_refused_by_the_file(tmp_path: Path) -> None:
    row = ",".join(map(str, range(100, 1126)))
    with pytest.raises(ExperimentError, match=r"own\.csv: 1,025 inputs \(expected at most 1,024: leave columns out"):
        own(tmp_path, f"{row}.5\n{row}\n")


def test_a_target_that_never_changes_is_pointed_out(tmp_path: Path) -> None:
    assert "y is the same in every row: nothing to learn" in own(tmp_path, "a,y\n1,5\n2,5\n3,5\n").notes
    assert not any("nothing to learn" in note for note in own(tmp_path, "a,y\n1,5\n2,5\n3,6\n").notes)


def test_inputs_that_never_change_are_pointed_out(tmp_path: Path) -> None:
    constant = own(tmp_path, "a,b,c,y\n1,7,-.5,5\n2,7,-.5,6\n3,7,-.5,8\n")
    assert "b is always 7, c is always -0.5" in constant.notes
    assert not [note for note in own(tmp_path, "a,b,y\n1,7,5\n").notes if "always" in note]


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ("1000000", "a: 1e+06 is far from all other values, which go from 0 to 19"),
        ("-99999", "a: -99999 is far from all other values, which go from 0 to 19"),
        ("1000", None),
        ("19", None),
    ],
)
def test_a_number_far_from_all_others_is_pointed_out(odd: str, told: str | None, tmp_path: Path) -> None:
    rows = "".join(f"{place},{place % 3},{place % 4}\n" for place in range(20))
    notes = own(tmp_path, f"a,b,y\n{rows}{odd},1,2\n").notes
    assert [note for note in notes if "far from" in note] == ([told] if told else [])


def test_a_value_that_is_rarely_not_0_is_not_far_from_others(tmp_path: Path) -> None:
    rows = "".join(f"{place},0,{place % 4}\n" for place in range(20))
    assert not [note for note in own(tmp_path, f"a,b,y\n{rows}3,1000,2\n").notes if "far from" in note]


def test_classes_that_differ_only_in_case_are_pointed_out(tmp_path: Path) -> None:
    rows = "".join(f"{n},m,yes\n{n + 1},f,no\n{n + 2},M,Yes\n{n + 3},m,no\n" for n in range(0, 12, 4))
    notes = own(tmp_path, f"a,sex,bought\n{rows}").notes
    assert "sex: M, m are spelled alike: the same class?" in notes
    assert "bought: Yes, yes are spelled alike: the same class?" in notes
    assert not [note for note in own(tmp_path, f"a,sex,bought\n{rows.lower()}").notes if "alike" in note]


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (["x", "y", "1", "x", "y"], "line 4, column y: '1' is a number, but line 2 has text"),
        (["5 kg", "6 kg", "7.5 kg", "5 kg", "8 kg"], "line 2, column y: '5 kg' is a number with a unit"),
    ],
)
def test_what_is_learned_is_no_class_because_of_how_it_is_written(
    last: list[str], message: str, tmp_path: Path
) -> None:
    rows = "a,y\n" + "".join(f"{place},{value}\n" for place, value in enumerate(last))
    with pytest.raises(ExperimentError, match=message):
        own(tmp_path, rows)
    network = {"layers": [1, len(set(last))], "output": "softmax"}
    data = {"csv": str(tmp_path / "own.csv"), "classes": True}
    assert set(load_experiment({"network": network, "data": data}).data.target_names) == set(last)


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("setosa", "stosa", True),
        ("setosa", "setossa", True),
        ("setosa", "setoza", True),
        ("versicolor", "veriscolor", True),
        ("red apple", "red-apple", True),
        ("red apple", "Red  Apple", True),
        ("A+", "A-", False),
        ("type A", "type B", False),
        ("typeA", "typeB", False),
        ("grade 8", "grade 9", False),
        ("normal", "abnormal", False),
        ("legal", "illegal", False),
        ("abcd", "adcb", False),
        ("cats", "cat", False),
    ],
)
@pytest.mark.parametrize("count", [1, 5])
def test_a_stray_spelling_among_many_rows_is_pointed_out(
    count: int, name: str, other: str, alike: bool, tmp_path: Path
) -> None:
    """If both are in several rows they may well be two classes, unless only blanks or hyphens differ."""
    rows = [name] * 12 + ["pear"] * 9 + [other] * count
    text = "a,kind\n" + "".join(f"{place % 7},{kind}\n" for place, kind in enumerate(rows))
    notes = [note for note in own(tmp_path, text).notes if "alike" in note]
    found = alike and (count == 1 or "apple" in name)
    assert len(notes) == found
    assert not found or (name in notes[0] and other.replace("  ", " ") in notes[0].replace("  ", " "))


@pytest.mark.parametrize("others", ["pear", "pear,plum"])
def test_a_class_that_only_the_test_set_has_is_pointed_out(others: str, tmp_path: Path) -> None:
    """Of 24 rows, each once the only apple, some are drawn for testing."""
    seen = set()
    for place in range(24):
        kinds = [others.split(",")[row % (1 + others.count(","))] for row in range(24)]
        kinds[place] = "apple"
        data = own(
            tmp_path, "a,kind\n" + "".join(f"{row * row},{kind}\n" for row, kind in enumerate(kinds)), f"{place}.csv"
        )
        assert data.test is not None
        untrained = len(set(map(tuple, data.targets.tolist()))) == others.count(",") + 1
        told = [note for note in data.notes if "only in the test set: try another seed" in note]
        assert [note.split(" ")[0] for note in told] == (["apple" if "," in others else "pear"] if untrained else [])
        seen.add(untrained)
    assert seen == {True, False}


def test_classes_of_one_row_each_are_pointed_out(tmp_path: Path) -> None:
    """As where comments at the ends of lines make classes of numbers."""
    rows = "".join(f"{place},{place % 21} # so\n" for place in range(40))
    assert not [note for note in own(tmp_path, f"a,y\n{rows}").notes if "one row only" in note]
    rows = "".join(f"{place},{place % 30} # so\n" for place in range(40))
    assert "y: 20 of 30 classes are in one row only" in own(tmp_path, f"a,y\n{rows}").notes


def test_a_row_with_a_missing_value_is_left_out_where_asked_for(tmp_path: Path) -> None:
    text = "note,a,b,kind\n,1,2,x\n,NA,3,y\n,4,?,x\n,5,6,\n,7,8,y\n"
    keys = 'missing = "drop"\ncolumns = ["a", "b"]'
    data = read(tmp_path, text, keys)
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[1, 2], [7, 8]], [[0], [1]])
    assert data.notes[0].endswith(
        "; 3 of 5 rows left out: a is missing in 20 %, b in 20 %, kind in 20 %; leave such columns out to keep the rows"
    )
    assert read(tmp_path, text, f'{keys}\ntarget = ["b"]'.replace('"a", "b"', '"a"'), "[1, 1]").inputs.tolist() == [
        [1], [5], [7],
    ]  # fmt: skip


def test_columns_that_cost_most_rows_are_named(tmp_path: Path) -> None:
    rows = "".join(
        f"{i},{'' if i else 5},{'NA' if i % 8 else i},{'?' if i == 8 else 1},{'ab'[i % 2]}\n" for i in range(24)
    )
    text = "x,budget,rating,z,y\n" + rows
    with pytest.raises(ExperimentError, match="23 of 24 rows lack it: perhaps leave the column out"):
        own(tmp_path, text)
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, text, 'missing = "drop"', '[4, 1]\noutput = "sigmoid"')
    why = "23 of 24 rows left out: budget is missing in 96 %, rating in 88 %; leave such columns out to keep the rows"
    assert f"column y: has only one class, 'a': nothing to learn; {why}" in str(caught.value)
    kept = read(tmp_path, text, 'missing = "drop"\ncolumns = ["x", "z"]', '[2, 1]\noutput = "sigmoid"')
    assert kept.notes[0].endswith("1 of 24 rows left out: a value is missing")


def test_a_last_column_that_cannot_be_learned_is_named(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i * i},00:{i + 10}\n" for i in range(12))
    assert (
        "learned: b (numbers), not y, the last column: different in every row" in own(tmp_path, "a,b,y\n" + rows).notes
    )
    assert (
        "learned: b (numbers)"
        in own(tmp_path, "y,a,b\n" + "".join(f"00:{i + 10},{i},{i * i}\n" for i in range(12))).notes
    )
    assert "learned: b (numbers)" in own(tmp_path, "a,b,\n" + "".join(f"{i},{i * i},\n" for i in range(12))).notes


def test_zeros_in_front_of_numbers_are_pointed_out(tmp_path: Path) -> None:
    def notes(*values: str) -> str:
        return "\n".join(own(tmp_path, "zip,y\n" + "".join(f"{x},{i}.5\n" for i, x in enumerate(values))).notes)

    assert "zip: zeros in front are lost" in notes("01001", "20095", "00501")
    for values in (("1001", "0", "501"), ("0.5", "0.25", "05.5"), ("-01", "02", "03")):
        assert "zeros" not in notes(*values)


def test_classes_are_not_learned_beside_other_columns(tmp_path: Path) -> None:
    text = "a,kind,y\n1,u,1\n2,v,2\n3,w,3\n"
    with pytest.raises(ExperimentError, match="target: classes are learned alone, not kind, y together"):
        read(tmp_path, text, 'target = ["kind", "y"]', "[1, 4]")


def test_numbers_become_classes_where_they_are_said_to_be(tmp_path: Path) -> None:
    text = "zip,a,y\n10,1,0\n20,2,1\n30,3,0\n10,4,1\n"
    target = read(tmp_path, text, "classes = true", '[2, 1]\noutput = "sigmoid"')
    assert (target.target_names, target.targets.tolist()) == (("1",), [[0], [1], [0], [1]])
    inputs = read(tmp_path, text, 'classes = ["zip"]', "[4, 1]")
    assert inputs.input_names == ("zip=10", "zip=20", "zip=30", "a")
    both = read(tmp_path, text, 'classes = ["zip", "y"]', "[4, 2]")
    assert both.target_names == ("0", "1")


@pytest.mark.parametrize("name", ["größe", "длина", "長さ", "طول", "लंबाई", "ความยาว", "e\u0301tat", "می‌خواهم", "👩‍🔬"])
def test_names_keep_all_their_letters(name: str, tmp_path: Path) -> None:
    data = own(tmp_path, f"{name},{name} 2,kind\n1,2,{name}\n3,4,x\n5,7,x\n")
    composed = name.replace("e\u0301", "é").replace("\u200d", "")
    assert data.input_names == (composed, f"{composed} 2")
    assert data.notes[2] == f"learned: kind (classes {', '.join(sorted(['x', composed]))})"


SEEN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(SEEN, SEEN)
def test_names_are_harmless(first: str, second: str) -> None:
    names: tuple[str, ...] = ()
    refused = ""
    try:
        names = opened(f"{first};{second};z\n1;2;3\n4;5;7\n").names
    except ExperimentError as error:
        refused = str(error)
    assert refused.isprintable()
    assert all(c.isprintable() or c == "\u200c" for name in names for c in name)


SAMPLES = st.lists(
    st.tuples(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.sampled_from(["red", "blue", "green"])), min_size=6
)


@given(
    SAMPLES, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans()
)
def test_what_a_program_writes_is_read_as_it_was(
    samples: list[tuple[float, str]], delimiter: str, encoding: str, packed: bool
) -> None:
    lines = [f"größe{delimiter}kind", *(f"{number!r}{delimiter}{text}" for number, text in samples)]
    content = ("\r\n".join(lines) + "\r\n").encode(encoding)
    file = opened(zipped(content) if packed else content)
    table = file.read((0, 1))
    known = sorted({text for _, text in samples})
    expected: list[Any] = [[number, known.index(text)] for number, text in samples]
    assert (file.names, table.values.tolist()) == (("größe", "kind"), expected)
