"""Samples from CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    "an empty file": ("", "", "holds no samples"),
    "a header only": ("a,b,c\n", "", "holds no samples"),
    "text for a number": ("a,b,c\n1,2,3\n1,two,3\n", "", "line 3, column b: 'two' is not a number"),
    "an empty field": ("a,b,c\n1,,3\n", "", "line 2, column b: '' is not a number"),
    "NaN": ("a,b,c\n1,nan,3\n", "", "line 2, column b: 'nan' is not a number"),
    "infinity": ("a,b,c\n1,2,inf\n", "", "line 2, column c: 'inf' is not a number"),
    "a number beyond floats": ("a,b,c\n1,2,1e999\n", "", "line 2, column c: '1e999' is not a number"),
    "a row too short": ("a,b,c\n1,2\n", "", "line 2: 2 fields (expected 3, as in the header)"),
    "a row too long": ("a,b,c\n1,2,3\n1,2,3,4\n", "", "line 3: 4 fields (expected 3, as in the header)"),
    "too few columns": ("a,b\n1,2\n", "", "1 input columns"),
    "too many columns": ("a,b,c,d\n1,2,3,4\n", "", "(expected layers 3,1)"),
    "the same name twice": ("y,x,y\n1,2,3\n", "", "two columns are named 'y'"),
    "an unknown target": ("a,b,c\n1,2,3\n", 'target = ["d"]', "target: no column 'd' (expected columns of the file: a"),
    "too many targets": ("a,b,c\n1,2,3\n", 'target = ["b", "c"]', "target: 2 columns for 1 outputs"),
    "binary": (b"\xff\xfe\x00\x01", "", "is not text in UTF-8"),
    "a quote left open": ('a,b,c\n1,"2,3\n', "", "is not valid CSV"),
    "an escape in a field": ("a,b,c\n1,\x1b[2J,3\n", "", "column b: '\\x1b[2J' is not a number"),
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
    for name, message in ((str(tmp_path / "none.csv"), "no such file"), (str(tmp_path), "cannot be read")):
        with pytest.raises(ExperimentError, match=message):
            load_experiment("article", Overrides(data=name))


def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[network]\nlayers = [2, 1]\n[data]\ncsv = "a\\u0000b"\n', "utf-8")
    with pytest.raises(ExperimentError, match="cannot be read"):
        load_experiment(path)
