"""Samples from CSV files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_backprop.core.experiment import Data
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides, load_experiment


def read(folder: Path, text: str | bytes, keys: str = "", layers: str = "[2, 1]") -> Data:
    """The data of an experiment file next to a CSV file of this text."""
    (folder / "samples.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    path = folder / "mine.toml"
    path.write_text(f'[network]\nlayers = {layers}\n[data]\ncsv = "samples.csv"\n{keys}\n', "utf-8")
    return load_experiment(path).data


def test_the_last_columns_are_the_targets(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,c,d\n1,2,3,4\n5,6e1,-7,.5\n", layers="[2, 2]")
    assert data.inputs.tolist() == [[1, 2], [5, 60]]
    assert data.targets.tolist() == [[3, 4], [-7, 0.5]]
    assert (data.input_names, data.target_names) == (("a", "b"), ("c", "d"))


def test_targets_can_be_chosen_by_name_in_any_order(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,c,d\n1,2,3,4\n", 'target = ["c", "a"]', "[2, 2]")
    assert data.inputs.tolist() == [[2, 4]]
    assert data.targets.tolist() == [[3, 1]]
    assert (data.input_names, data.target_names) == (("b", "d"), ("c", "a"))


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\r\n1,2,3\r\n",
        "\ufeffa,b,c\n1,2,3",
        '"a","b","c"\n"1"," 2 ","3"\n',
        "a,b,c\n\n1,2,3\n\n",
    ],
    ids=["Windows line ends", "a byte-order mark", "quotes", "empty lines"],
)
def test_the_usual_dialects_are_read(tmp_path: Path, text: str) -> None:
    data = read(tmp_path, text)
    assert (data.inputs.tolist(), data.targets.tolist(), data.input_names) == ([[1, 2]], [[3]], ("a", "b"))


def test_names_of_the_file_can_be_replaced(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,c\n1,2,3\n", 'names = ["left", "right"]').input_names == ("left", "right")


def test_the_path_is_relative_to_the_experiment_and_the_override_to_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "own.csv").write_text("a,b,c\n4,5,6\n", "utf-8")
    read(tmp_path, "a,b,c\n1,2,3\n")
    monkeypatch.chdir(tmp_path / "here")
    assert load_experiment(tmp_path / "mine.toml").data.inputs.tolist() == [[1, 2]]
    assert load_experiment(tmp_path / "mine.toml", Overrides(data="own.csv")).data.inputs.tolist() == [[4, 5]]


BAD: dict[str, tuple[str | bytes, str, str]] = {
    "an empty file": ("", "", "is empty"),
    "a header only": ("a,b,c\n", "", "has no samples"),
    "text for a number": ("a,b,c\n1,2,3\n1,two,3\n", "", "line 3, column b: 'two' is not a number"),
    "an empty field": ("a,b,c\n1,,3\n", "", "line 2, column b: '': the value is missing"),
    "NaN": ("a,b,c\n1,nan,3\n", "", "line 2, column b: 'nan': the value is missing"),
    "a number as only Python writes it": ("a,b,c\n1,2,3\n1,1_000,3\n", "", "line 3, column b: '1_000' is not a number"),
    "figures of another script": ("a,b,c\n1,2,3\n1,٣,3\n", "", "line 3, column b: '٣' is not a number"),
    "infinity": ("a,b,c\n1,2,inf\n", "", "line 2, column c: 'inf' is not a number"),
    "a number beyond floats": ("a,b,c\n1,2,1e999\n", "", "line 2, column c: '1e999' is not a number"),
    "a row too short": ("a,b,c\n1,2\n", "", "line 2: 2 fields (expected 3, as in the header)"),
    "a row too long": ("a,b,c\n1,2,3\n1,2,3,4\n", "", "line 3: 4 fields (expected 3, as in the header)"),
    "decimal commas between commas": (
        "age,score,y\n40,5,0,947,1\n58,0,0,962,0\n",
        "",
        "line 1: 3 fields, but the lines below have 5 (expected the same number in each line; if these are",
    ),
    "decimal commas in some lines": (
        "age,score,y\n40,5,0,947,1\n58,1,0\n57,0,1\n",
        "",
        "line 2: 5 fields (expected 3, as in the header; if these are decimal commas",
    ),
    "a header too short": (
        "a,b,y\n1,x,u,v,2\n3,y,u,w,4\n",
        "",
        "line 1: 3 fields, but the lines below have 5 (expected the same number in each line)",
    ),
    "too few columns": ("a,b\n1,2\n", "", "1 input column "),
    "too many columns": ("a,b,c,d\n1,2,3,4\n", "", "(expected layers 3,1)"),
    "the same name twice": ("y,x,y\n1,2,3\n", "", "two columns are named 'y'"),
    "an unknown target": ("a,b,c\n1,2,3\n", 'target = ["d"]', "target: no column 'd' (expected columns of the file: a"),
    "too many targets": ("a,b,c\n1,2,3\n", 'target = ["b", "c"]', "target: 2 columns for 1 output ("),
    "binary": (b"\xfe\x00\x01\xff", "", "is not text in UTF-8"),
    "a quote left open": ('a,b,c\n1,"2,3\n', "", "is not valid CSV"),
    "an escape in a field": ("a,b,c\n1,2,3\n1,\x1b[2J,3\n", "", "column b: '\\x1b[2J' is not a number"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_the_place(tmp_path: Path, name: str) -> None:
    text, keys, message = BAD[name]
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, text, keys)
    assert str(caught.value).startswith(f"{tmp_path / 'samples.csv'}: ")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for name, message in ((str(tmp_path / "none.csv"), "no such file"), (str(tmp_path), "is a folder")):
        with pytest.raises(ExperimentError, match=message):
            load_experiment("article", Overrides(data=name))


def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[network]\nlayers = [2, 1]\n[data]\ncsv = "a\\u0000b"\n', "utf-8")
    with pytest.raises(ExperimentError, match="cannot be read"):
        load_experiment(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    data = read(tmp_path, "a,b,c\n1,2,3\n".replace(",", delimiter))
    assert (data.inputs.tolist(), data.targets.tolist(), data.input_names) == ([[1, 2]], [[3]], ("a", "b"))


def test_the_delimiter_can_be_given(tmp_path: Path) -> None:
    data = read(tmp_path, "a b c\n1 2 3\n", 'delimiter = " "')
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[1, 2]], [[3]])


def test_a_header_is_found_or_said_to_be_there_or_not(tmp_path: Path) -> None:
    bare = read(tmp_path, "5,2,3\n4,5,6\n")
    assert (bare.inputs.tolist(), bare.input_names, bare.target_names) == ([[5, 2], [4, 5]], ("x1", "x2"), ("x3",))
    said = read(tmp_path, "5,2,3\n4,5,6\n", "header = true")
    assert (said.inputs.tolist(), said.input_names, said.target_names) == ([[4, 5]], ("5", "2"), ("3",))
    flowers = read(tmp_path, "1,2,rose\n3,4,aster\n")
    assert (flowers.inputs.tolist(), flowers.target_names) == ([[1, 2], [3, 4]], ("rose",))


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    data = read(tmp_path, '"a, or\nb","c""d",y\n"1",2,"x,y"\n3,4,"z"\n')
    assert data.input_names == ("a, or\\nb", 'c"d')
    assert data.inputs.tolist() == [[1, 2], [3, 4]]
    assert data.target_names == ("z",)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a zero byte": (b"a,b,c\n1,2,3\n1,\x00,3\n", "line 3: holds a zero byte"),
    "a line of 10 MB": (b"a,b,c\n" + b"1" * 10_000_000 + b",2,3\n", "line 2: is not valid CSV: field larger"),
    "10 MB of fields": (b"1," * 5_000_000 + b"\n", "line 1: 5,000,001 columns (expected at most 2,048)"),
    "10,000 columns": (b",".join(b"%d" % i for i in range(10_000)), "line 1: 10,000 columns"),
    "a quote never closed": (b'a,b,c\n1,"' + b"2,3\n" * 100, "is not valid CSV"),
    "a quote never closed over 10 MB": (b'a,b,c\n1,"' + b"2,3\n" * 2_500_000, "is not valid CSV: field larger"),
    "Latin-1 in the middle": (b"a,b,c\n1,2,3\n" + "é,2,3\n".encode("latin-1"), "line 3: is not text in UTF-8"),
    "UTF-16 without its mark": ("a,b,c\n1,2,3\n".encode("utf-16-le"), "is not text in UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "line 3: holds a zero byte"),
    "a hundred classes": (
        b"a,b,c\n1,2,class 0\n" + b"".join(b"1,2,class %d\n" % i for i in range(100)),
        "line 67, column c: more than 64 different texts",
    ),
    "a missing class": (b"a,b,c\n1,2,x\n1,2,\n", "line 3, column c: '': the value is missing"),
    "a number among texts": (b"a,b,c\n1,x,1\n1,2,1\n", "line 3, column b: '2' is a number, but line 2 has text"),
    "nothing but commas": (b",,\n,,\n", "has no samples"),
    "empty lines": (b"\n\n\n", "is empty"),
    "JSON": (b'[{"x": 1, "y": 2},\n {"x": 2, "y": 3}]\n', "is JSON (expected a CSV file"),
    "JSON, an object a line": (b'{"x": 1}\n{"x": 2}\n', "is JSON"),
    "JSON, lists": (b"[[1, 2], [3, 4]]\n", "is JSON"),
    "JSON, a list a line": (b'[1.5, -2.25, 1]\n[0.5, 2, "x"]\n', "is JSON"),
    "a web page": (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>\n", "is HTML or XML"),
    "one zero byte in a text": (b"a,b,c\n1,2,x\0\n1,2,y\n", "not text in UTF-8 (expected a text file; delete the zero"),
    "a comment with delimiters": (b"a,b,c\n1,2,3\n# 4,5,6\n", "line 3, column a: '# 4' is not a number"),
    "a comment behind a class": (
        b"a,b,c\n1,2,x\n1,2,y\n3,4,y # hot\n",
        "line 4, column c: 'y # hot' ends in a comment",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_clear_line(tmp_path: Path, name: str) -> None:
    data, message = HOSTILE[name]
    with pytest.raises(ExperimentError) as caught:
        read(tmp_path, data)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_control_sequences_and_markup_in_names_are_shown_as_text(tmp_path: Path) -> None:
    data = read(tmp_path, "\x1b[2J,[bold red]b[/],kind\n1,2,\x1b]0;title\x07\n3,4,[@click=app.quit]x\n")
    assert data.input_names == ("\\x1b[2J", "[bold red]b[/]")
    assert data.target_names == ("[@click=app.quit]x",)
    assert all(name.isprintable() for name in (*data.input_names, *data.target_names))


FIELDS = st.sampled_from(
    ["1", "-2.5", "1e3", "1e999", "nan", "inf", "", "x", "y", '"q"', '"a,b"', '"', "\x1b[2J", "\x00", "[b]", "é", " 7 "]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", ""])


@given(
    st.binary(max_size=60) | st.lists(st.tuples(st.lists(FIELDS, max_size=5), ENDS), max_size=6).map(
        lambda rows: "".join(",".join(fields) + end for fields, end in rows).encode()
    ),
    st.sampled_from(["", "header = true", "header = false", 'delimiter = ";"', "standardise = true\ntest = 0.5"]),
    st.sampled_from(["[2, 1]", "[1, 2]", "[4, 1]"]),
)  # fmt: skip
def test_any_bytes_are_read_as_finite_numbers_or_refused_in_one_line(content: bytes, keys: str, layers: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            data = read(Path(folder), content, keys, layers)
        except ExperimentError as error:
            refused = str(error)
        else:
            refused = ""
    assert refused.isprintable()
    if refused:
        return
    for part in filter(None, (data, data.test)):
        assert len(part) == len(part.targets) > 0
        assert np.isfinite(part.inputs).all()
        assert np.isfinite(part.targets).all()
        names = (*part.input_names, *part.target_names)
        assert [part.inputs.shape[1], part.targets.shape[1]] == json.loads(layers)
        assert all(name.isprintable() for name in names)


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1))
def test_every_number_is_read_to_the_last_bit(rows: list[list[float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = read(Path(folder), "a,b,c\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows))
    assert np.hstack([data.inputs, data.targets]).tobytes() == np.array(rows).tobytes()


ROWS = [(f"{place * 7 + 3}", f"200101{place + 1:02d}", f"{place / 2}", f"{place * place}") for place in range(12)]
"""An id, a day, and two measurements."""


@pytest.mark.parametrize(
    ("header", "keys", "layers", "inputs", "targets"),
    [
        ("id,day,x,y", "", "[3, 2, 1]", "id day x", "y"),
        ("id,day,x,y", "", "[1, 2, 1]", "x", "y"),
        ("y,id,x,day", "", "[3, 2, 1]", "y id x", "day"),
        ("id,day,x,y", "", "[2, 2, 2]", "id day", "x y"),
        ("id,day,x,y", 'target = ["x"]', "[3, 2, 1]", "id day y", "x"),
        ("y,x,day,id", 'columns = ["x"]', "[1, 2, 1]", "x", "id"),
    ],
)
def test_numbers_that_tell_rows_apart_are_used_where_the_layers_fit_only_with_them(
    header: str, keys: str, layers: str, inputs: str, targets: str, tmp_path: Path
) -> None:
    column = {name: place for place, name in enumerate(("id", "day", "x", "y"))}
    rows = [",".join(row[column[name]] for name in header.split(",")) for row in ROWS]
    data = read(tmp_path, "\n".join([header, *rows]), keys, layers)
    assert (" ".join(data.input_names), " ".join(data.target_names)) == (inputs, targets)


def test_an_id_is_used_where_features_or_an_input_need_it(tmp_path: Path) -> None:
    text = "id,x,y\n" + "".join(f"{number},{x},{y}\n" for number, _, x, y in ROWS)
    assert read(tmp_path, text, 'features = ["x1", "x2", "x1*x2"]', "[3, 1]").input_names == ("x1", "x2", "x1*x2")
    assert read(tmp_path, "id,y\n4,1\n9,2\n7,3\n8,4\n", "", "[1, 1]").input_names == ("id",)


def test_layers_that_fit_with_no_columns_are_refused_by_those_that_are_used(tmp_path: Path) -> None:
    text = "id,x,y\n" + "".join(f"{number},{x},{y}\n" for number, _, x, y in ROWS)
    with pytest.raises(ExperimentError, match="1 input column for 3 inputs"):
        read(tmp_path, text, "", "[3, 1]")
