"""`tui-backprop show`: the studio's screen without a terminal."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tui_backprop.cli.main import main


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["show", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


def test_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, "article", "--plain")
    assert len(lines) == 40
    assert lines[0] == "article 3-4-1 relu · sgd 0.1   start: nothing computed yet"
    assert not any("\x1b" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "counter", "sentence"),
    [
        ("1:0:sum1", "epoch 1   sample #0 1/4   step 1", "z = x·W1"),
        ("1:2:mask1", "epoch 1   sample #2 3/4   step 3", "h2 was shut"),
        ("2:0", "epoch 2   sample #0 1/4   step 5", "16 of 16 changed"),
        ("148", "epoch 148   sample #3 4/4   step 592", "Epoch 148 converged (error 0)."),
    ],
)
def test_at_a_moment(capsys: pytest.CaptureFixture[str], place: str, counter: str, sentence: str) -> None:
    lines = shown(capsys, "article", "--plain", "--at", place)
    assert counter in lines[0]
    assert sentence in lines[1]


@pytest.mark.parametrize("size", ["80x24", "20x5", "200x60"])
def test_in_a_size(capsys: pytest.CaptureFixture[str], size: str) -> None:
    columns, rows = map(int, size.split("x"))
    lines = shown(capsys, "article", "--plain", "--size", size)
    assert len(lines) <= rows
    assert max(map(len, lines)) <= columns


def test_without_a_terminal_there_are_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "article", "--size", "80x24") == shown(capsys, "article", "--size", "80x24", "--plain")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
def test_as_a_picture_in_a_theme(capsys: pytest.CaptureFixture[str], tmp_path: Path, theme: str) -> None:
    file = tmp_path / f"{theme}.svg"
    assert shown(capsys, "article", "--at", "1:0:sum1", "--svg", str(file), "--theme", theme) == []
    svg = file.read_text(encoding="utf-8")
    ElementTree.fromstring(svg)
    assert "+1.9470" in svg


def test_themes_differ(tmp_path: Path) -> None:
    for theme in ("dark", "light"):
        main(["show", "article", "--svg", str(tmp_path / theme), "--theme", theme])
    assert (tmp_path / "dark").read_text() != (tmp_path / "light").read_text()


def test_changes_to_the_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, "article", "--plain", "--rate", "0.25", "--seed", "1", "--at", "1:0:sum1")
    assert "sgd 0.25" in lines[0]
    assert any("+0.4170" in line for line in lines)  # numpy.random.RandomState(1).random_sample()


@pytest.mark.parametrize(
    ("arguments", "mistake"),
    [
        (["nowhere"], "nowhere"),
        (["article", "--at", "1:9"], "samples 0 to 3"),
        (["article", "--at", "1:0:mask9"], "mask9"),
        (["article", "--at", "soon"], "not a place"),
        (["article", "--size", "10x2"], "10x2"),
        (["article", "--size", "wide"], "wide"),
        (["article", "--theme", "pink"], "pink"),
        (["article", "--plain", "--svg", "x.svg"], "not allowed with"),
        (["article", "--rate", "-1"], "rate"),
        (["article", "--layers", "3,0,1"], "layers"),
        ([], "EXPERIMENT"),
    ],
)
def test_a_mistake_is_one_line_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], mistake: str
) -> None:
    assert main(["show", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("tui-backprop: ")
    assert captured.err.count("\n") == 1
    assert mistake in captured.err
